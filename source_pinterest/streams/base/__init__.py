"""The base of all streams."""
