"""Tests of the streams of a user's own content."""
