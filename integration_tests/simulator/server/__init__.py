"""The server of the local Pinterest receives requests and sends the responses."""
