"""Tests of the cursors."""
