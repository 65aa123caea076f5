"""`python -m tools.demo` reads a local Pinterest twice; see `run.py`.

With the word `dagster`, `dbt` or `duckdb`, it plays the demo of that name.
"""

import sys

from source_pinterest.start import start

DEMOS = {"dagster": "with_dagster", "dbt": "with_dbt", "duckdb": "into_duckdb"}
OPENING = """\
The connector reads all streams of a local Pinterest, a simulation that rejects
what Pinterest rejects. Then it reads what has changed. All of it takes a minute
and 0.8 GB in the folder demo-output, and nothing leaves this machine. What
arrives is compared with what the local Pinterest has, record by record.

"""

if __name__ == "__main__":
    if demo := DEMOS.get(" ".join(sys.argv[1:2])):
        del sys.argv[1]
        start(f"tools.demo.{demo}:main")
    start("tools.demo.run:main", OPENING)
