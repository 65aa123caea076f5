"""`python -m source_pinterest.catalog` writes a configured catalog; see `cli/catalog.py`."""

from source_pinterest.start import start

if __name__ == "__main__":
    start("source_pinterest.cli.catalog:main")
