"""Tests of what the framework's concurrency needs of us."""
