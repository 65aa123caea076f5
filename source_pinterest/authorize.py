"""`python -m source_pinterest.authorize` gets the first refresh token; see `cli/authorize.py`."""

from source_pinterest.start import start

if __name__ == "__main__":
    start("source_pinterest.cli.authorize:main")
