"""`python -m source_pinterest.report` writes a page about the folder of `read`; see `cli/report.py`."""

from source_pinterest.start import start

if __name__ == "__main__":
    start("source_pinterest.cli.report:main")
