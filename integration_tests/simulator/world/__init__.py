"""The simulated world defines which objects exist and which ids they have."""
