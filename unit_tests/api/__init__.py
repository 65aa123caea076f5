"""Tests of the way to Pinterest: token, quota, errors and the session."""
