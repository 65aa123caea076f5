"""The demo of `make demo-duckdb`: records in a database and on a chart."""
