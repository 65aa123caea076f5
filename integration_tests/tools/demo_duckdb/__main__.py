"""`python -m integration_tests.tools.demo_duckdb` reads a local Pinterest into DuckDB; see `run.py`."""

from source_pinterest.start import start

if __name__ == "__main__":
    start("integration_tests.tools.demo_duckdb.run:main")
