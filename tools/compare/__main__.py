"""`python -m tools.compare` compares the connector at a commit with this one; see `run.py`."""

from source_pinterest.start import start

if __name__ == "__main__":
    start("tools.compare.run:main")
