"""Cursors, which keep what a sync has read, and the formats of their states."""
