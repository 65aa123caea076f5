"""`python -m integration_tests.tools.demo` reads a local Pinterest twice; see `run.py`."""

from source_pinterest.start import start

if __name__ == "__main__":
    start("integration_tests.tools.demo.run:main")
