"""`python -m integration_tests.tools.soak` runs the long syncs in their full size; see `run.py`."""

from source_pinterest.start import start

if __name__ == "__main__":
    start("integration_tests.tools.soak.run:main")
