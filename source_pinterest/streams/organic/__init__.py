"""Streams of boards, pins and profiles."""
