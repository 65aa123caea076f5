"""Commands and views beside the connector."""
