"""How do records get into a database and onto a chart? `make demo-duckdb` shows it."""
