"""Streams of ad accounts and of the entities and lists in them."""
