"""`python -m source_pinterest.catalog` writes a configured catalog; see `cli/catalog.py`."""

import sys

from source_pinterest.cli.catalog import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
