"""Tests of single modules, one file for each module of source_pinterest."""
