"""`python -m source_pinterest.query` answers SQL about the folder of `read`; see `cli/query.py`."""

from source_pinterest.start import start

if __name__ == "__main__":
    start("source_pinterest.cli.query:main")
