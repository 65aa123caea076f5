"""Tests of the streams of ad accounts."""
