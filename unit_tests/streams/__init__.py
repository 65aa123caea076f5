"""Tests of the streams, each against a scripted Pinterest."""
