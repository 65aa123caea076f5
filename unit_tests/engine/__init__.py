"""Tests of slices, failures, pages, the queue and the output."""
