"""`python -m tools.live 1` runs the first experiment; see `run.py`."""

from source_pinterest.start import start

if __name__ == "__main__":
    start("tools.live.run:main")
