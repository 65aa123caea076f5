"""The benchmarks compare the connector with a bare loop that does the minimum and with the official connector."""
