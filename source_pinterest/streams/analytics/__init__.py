"""Analytics by day: synchronous requests for recent days, asynchronous reports for older ones."""
