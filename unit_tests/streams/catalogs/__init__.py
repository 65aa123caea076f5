"""Tests of the streams of catalogs."""
