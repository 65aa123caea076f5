"""Runs the connector: `python -m source_pinterest spec|check|discover|read`; see `run.py`."""

from source_pinterest.run import run

if __name__ == "__main__":
    run()
