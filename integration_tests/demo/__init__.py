"""The connector at work against a local Pinterest, as a newcomer sees it: `make demo`."""
