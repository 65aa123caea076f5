"""Tests of what every stream is made of."""
