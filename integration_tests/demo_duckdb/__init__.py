"""From Pinterest into a database, and from there onto a chart: `make demo-duckdb`."""
