"""`python -m integration_tests.demo` reads a local Pinterest twice; see `run.py`."""

from source_pinterest.start import start

if __name__ == "__main__":
    start("integration_tests.demo.run:main")
