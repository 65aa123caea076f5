"""What does a newcomer see of the connector? `make demo` reads a local Pinterest twice."""
