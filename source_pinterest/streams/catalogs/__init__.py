"""Streams of catalogs: feeds, their processing, product groups, products and issues."""
