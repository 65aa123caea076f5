"""Faults define which requests fail and how the failures look."""
