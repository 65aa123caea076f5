"""`python -m source_pinterest.authorize` gets the first refresh token; see `cli/authorize.py`."""

import signal
import sys

from source_pinterest.start import start

if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))  # so that its files of a moment are removed
    start("source_pinterest.cli.authorize:main")
