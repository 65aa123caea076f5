"""`python -m integration_tests.tools.live` looks at a real account; see `run.py`."""

from source_pinterest.start import start

if __name__ == "__main__":
    start("integration_tests.tools.live.run:main")
