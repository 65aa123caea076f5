"""Tests of the only readers of a raw configuration."""
