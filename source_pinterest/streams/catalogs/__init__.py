"""Catalogs: feeds, their processing, product groups and products."""
