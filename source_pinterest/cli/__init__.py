"""Which commands and views come with the connector? Signing in, choosing streams, watching a sync."""
