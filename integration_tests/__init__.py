"""Whole syncs through the real entry point, and the simulator they run against."""
