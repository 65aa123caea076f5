"""Tests of asynchronous reports, without waiting for any."""
