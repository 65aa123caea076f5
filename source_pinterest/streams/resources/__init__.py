"""Streams that define the values and columns of other streams."""
