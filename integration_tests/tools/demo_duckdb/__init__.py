"""The demo of `make demo-duckdb`: records in a database, and tables of them."""
