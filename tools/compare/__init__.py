"""Reads the same simulated worlds with two commits, day after day, and tells every difference."""
