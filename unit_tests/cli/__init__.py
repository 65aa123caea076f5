"""Tests of the commands beside the connector."""
