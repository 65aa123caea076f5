"""`python -m integration_tests.tools.demo_dbt` makes reports of a local Pinterest with dbt; see `run.py`."""

from source_pinterest.start import start

if __name__ == "__main__":
    start("integration_tests.tools.demo_dbt.run:main")
