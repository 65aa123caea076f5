"""Boards, pins and profiles."""
