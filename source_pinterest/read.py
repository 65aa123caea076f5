"""`python -m source_pinterest.read` reads streams into a folder; see `cli/read.py`."""

from source_pinterest.start import start

if __name__ == "__main__":
    start("source_pinterest.cli.read:main")
