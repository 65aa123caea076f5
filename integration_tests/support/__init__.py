"""What whole syncs share: catalogs, ways to run the connector, and what a sync must come to."""
