"""`python -m source_pinterest.page` writes a page about the folder of `read`; see `cli/page.py`."""

from source_pinterest.start import start

if __name__ == "__main__":
    start("source_pinterest.cli.page:main")
