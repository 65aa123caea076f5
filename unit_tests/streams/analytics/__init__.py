"""Tests of the daily numbers."""
