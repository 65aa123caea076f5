"""Run the local Pinterest as a separate process.

`python -m integration_tests.simulator --boards 3 --profile trial` prints one line of JSON, the URL and an app's
credentials, then serves until SIGTERM.
"""

import argparse
import json
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import fields
from datetime import datetime
from threading import Event
from typing import Any

from integration_tests.simulator import PROFILES, Simulator, World
from integration_tests.simulator.server.settings import Settings
from integration_tests.simulator.world.world import Size


def size(text: str) -> Size:
    numbers = tuple(map(int, text.split(",")))
    return numbers if len(numbers) > 1 else numbers[0]


def boolean(text: str) -> bool:
    return bool(("false", "true").index(text))


Reader = Callable[[str], Any]
OPTIONS: Mapping[str, tuple[Reader | tuple[str, ...], str, str]] = {
    "port": (int, "N", "port on 127.0.0.1 (default: a free one)"),
    "profile": (
        tuple(PROFILES),
        "",
        "quotas: more than enough, of Standard access, of Trial access, or of the documents of 2022",
    ),
    "latency": (float, "SECONDS", "pause before each answer"),
    "shop": (boolean, "true|false", "whether it is a plausible shop, with fewer odd cases"),
    "seed": (int, "N", "another number makes other names and other numbers"),
    "boards": (int, "N", "boards of the user"),
    "sections-per-board": (size, "N,...", "sections of a board; several numbers are dealt out to the boards in turn"),
    "pins-per-board": (size, "N,...", "pins of a board, besides those in its sections"),
    "pins-per-section": (size, "N,...", "pins of a section"),
    "ad-accounts": (int, "N", "ad accounts that the user may see"),
    "shared-ad-accounts": (int, "N", "how many of them belong to others"),
    "campaigns": (size, "N,...", "campaigns of an ad account"),
    "ad-groups": (size, "N,...", "ad groups of an ad account"),
    "ads": (size, "N,...", "ads of an ad account"),
    "product-groups": (size, "N,...", "product groups of an ad group"),
    "product-items": (size, "N,...", "product items of an ad group"),
    "active-percent": (int, "N", "share of days on which a campaign has numbers"),
    "now": (datetime.fromisoformat, "TIME", "the newest time, such as 2026-06-30T12:00:00+00:00 (default: now)"),
}
"""How an option is read or what it may be, how `--help` shows its value, and what it means."""


def parse(arguments: Sequence[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The options of the world, and those of its behaviour."""
    parser = argparse.ArgumentParser(
        prog="python -m integration_tests.simulator",
        description="Run a local Pinterest until Ctrl-C. It prints a line of JSON: its URL for PINTEREST_API_URL, an "
        "App ID, an App secret and a refresh token.",
        argument_default=argparse.SUPPRESS,
    )
    of_world = {field.name: field.default for field in fields(World)}
    defaults = of_world | {field.name: field.default for field in fields(Settings)}
    for name, (read, metavar, meaning) in OPTIONS.items():
        shown = _with_default(meaning, defaults.get(name.replace("-", "_")))
        if isinstance(read, tuple):
            parser.add_argument(f"--{name}", choices=read, help=shown)
        else:
            parser.add_argument(f"--{name}", type=read, metavar=metavar, help=shown)
    given = vars(parser.parse_args(arguments))
    world = {name: value for name, value in given.items() if name in of_world}
    return world, {name: value for name, value in given.items() if name not in of_world}


def _with_default(meaning: str, default: object) -> str:
    is_shown = isinstance(default, int | float | str)
    return f"{meaning} (default: {str(default).lower()})" if is_shown else meaning


@contextmanager
def _started(simulator: Simulator) -> Iterator[Simulator]:
    """A simulator that serves. The command ends in a sentence where another program has the port."""
    with ExitStack() as stack:
        try:
            stack.enter_context(simulator)
        except OSError as error:
            sys.exit(f"The port can't be used ({error.strerror}). Choose another with --port.")
        yield simulator


def main(arguments: Sequence[str]) -> None:
    """Serves until SIGTERM or Ctrl-C."""
    world, behaviour = parse(arguments)
    stopped = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    with _started(Simulator(World(**world), **behaviour)) as simulator:
        sys.stdout.write(json.dumps({"url": simulator.url, **simulator.credentials}) + "\n")
        sys.stdout.flush()
        stopped.wait()


if __name__ == "__main__":
    main(sys.argv[1:])
