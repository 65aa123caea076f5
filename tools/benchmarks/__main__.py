"""`python -m tools.benchmarks` runs every benchmark; see `run.py`."""

from source_pinterest.start import start

if __name__ == "__main__":
    start("tools.benchmarks.run:main")
