"""The local Pinterest serves the synchronous analytics endpoints."""
