"""`python -m source_pinterest.read` reads streams into a folder; see `cli/read.py`."""

import sys

from source_pinterest.cli.read import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
