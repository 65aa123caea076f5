"""`python -m source_pinterest.reconcile` compares the numbers of ads with each other; see `cli/reconcile.py`."""

from source_pinterest.start import start

if __name__ == "__main__":
    start("source_pinterest.cli.reconcile:main")
