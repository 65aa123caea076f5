"""The local Pinterest is like the real one, and tests can rely on it."""
