"""Serves processes of the connector in the current folder: `python -P forks.py`, a JSON request for each on stdin.

It loads `main.py`, and all that this imports, once. Each process of the connector begins as a copy of this one, on the
day that its request names: `time.time` and `datetime.now` show it, the monotonic clock continues. This file is run in
checkouts of other commits, so that it imports nothing of the project.
"""

import gc
import importlib
import json
import os
import runpy
import sys
from datetime import datetime
from typing import Any

import time_machine

PACKAGE = "source_pinterest"


def main() -> None:
    """Tell the connector's place and its streams; then, for each request, a process id and an exit code."""
    runpy.run_path("main.py", run_name="loaded")
    streams = importlib.import_module(f"{PACKAGE}.streams").STREAMS
    say(file=sys.modules[PACKAGE].__file__, streams=[stream.stream_name() for stream in streams])
    gc.freeze()
    for line in sys.stdin:
        process = os.fork()
        if not process:
            become(**json.loads(line))
        say(pid=process)
        say(code=os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]))


def say(**told: Any) -> None:
    """Print a line for whoever asked."""
    sys.stdout.write(f"{json.dumps(told)}\n")
    sys.stdout.flush()


def become(arguments: list[str], moment: str, environment: dict[str, str], stdout: str, stderr: str) -> None:
    """Run `main.py` in this process, which is a copy; it ends with it.

    Args:
        arguments: of the command line.
        moment: the time that its clock shows at the start, in ISO format with a time zone.
        environment: variables to add.
        stdout: the file that takes its output.
        stderr: the file that takes what it prints there.
    """
    for descriptor, path in ((0, os.devnull), (1, stdout), (2, stderr)):
        opened = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC)
        os.dup2(opened, descriptor)
        os.close(opened)
    os.environ.update(environment)
    sys.argv = ["main.py", *arguments]
    time_machine.travel(datetime.fromisoformat(moment), tick=True).start()
    runpy.run_path("main.py", run_name="__main__")
    os._exit(0)


if __name__ == "__main__":
    main()
