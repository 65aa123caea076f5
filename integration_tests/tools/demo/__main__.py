"""`python -m integration_tests.tools.demo` reads a local Pinterest twice; see `run.py`."""

from source_pinterest.start import start

OPENING = """\
The connector reads all streams of a local Pinterest, a simulation that refuses
what Pinterest refuses. Then it reads what has changed. All of it takes a minute
and 0.5 GB in the folder demo-output, and nothing leaves this machine. What
arrives is compared with what the local Pinterest has, record by record.

"""

if __name__ == "__main__":
    start("integration_tests.tools.demo.run:main", OPENING)
