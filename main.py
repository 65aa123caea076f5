"""Runs the connector from a checkout: `python main.py spec|check|discover|read`."""

from source_pinterest.start import start

if __name__ == "__main__":
    start("source_pinterest.run:run")
