"""`python -m source_pinterest.authorize` gets the first refresh token; see `cli/authorize.py`."""

import sys

from source_pinterest.cli.authorize import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
