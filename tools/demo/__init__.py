"""The demos of `make demo`, `make demo-duckdb`, `make demo-dbt` and `make demo-dagster`, each of a local Pinterest."""
