"""Runs the connector from a checkout: `python main.py spec|check|discover|read`."""

from source_pinterest.__main__ import main

if __name__ == "__main__":
    main()
