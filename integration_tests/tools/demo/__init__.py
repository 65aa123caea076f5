"""The demo of `make demo`: two reads of a local Pinterest."""
