"""Tokens and secrets go where they belong, and nowhere else."""
