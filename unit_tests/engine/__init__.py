"""Tests of tasks, failures, batches, the queue and the output."""
