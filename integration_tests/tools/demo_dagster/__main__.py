"""`python -m integration_tests.tools.demo_dagster` reads shards of a local Pinterest with Dagster; see `run.py`."""

from source_pinterest.start import start

if __name__ == "__main__":
    start("integration_tests.tools.demo_dagster.run:main")
