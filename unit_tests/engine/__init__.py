"""Tests of tasks, failures, bundles, the queue and the output."""
