"""Runs the connector: `python -m source_pinterest spec|check|discover|read`; see `run.py`."""

from source_pinterest.start import start


def main() -> None:
    """Run the command of the command line."""
    start("source_pinterest.run:run")


if __name__ == "__main__":
    main()
