"""Run the local Pinterest as a separate process.

`python -m integration_tests.simulator --boards 3 --profile trial` prints one line of JSON, the URL and an app's
credentials, then serves until SIGTERM.
"""

import argparse
import json
import signal
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from threading import Event
from typing import Any

from integration_tests.simulator import PROFILES, Rotation, Simulator, World
from integration_tests.simulator.world.world import Size


def size(text: str) -> Size:
    numbers = tuple(map(int, text.split(",")))
    return numbers if len(numbers) > 1 else numbers[0]


def truth(text: str) -> bool:
    return {"true": True, "false": False}[text]


def names(text: str) -> list[str]:
    return text.split(",")


WORLD_OPTIONS: Mapping[str, Callable[[str], Any]] = {
    "seed": int,
    "boards": int,
    "sections-per-board": size,
    "pins-per-board": size,
    "pins-per-section": size,
    "ad-accounts": int,
    "shared-ad-accounts": int,
    "campaigns": size,
    "ad-groups": size,
    "ads": size,
    "product-groups": size,
    "product-items": size,
    "now": datetime.fromisoformat,
    "active-percent": int,
    "full-rows": truth,
}
BEHAVIOUR_OPTIONS: Mapping[str, Callable[[str], Any]] = {
    "port": int,
    "latency": float,
    "open-betas": names,
    "report-seconds": float,
}
CHOICES: Mapping[str, Iterable[str]] = {"profile": PROFILES, "refresh-rotation": Rotation}


def parse(arguments: Sequence[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The options of the world, and those of its behaviour."""
    parser = argparse.ArgumentParser(prog="python -m integration_tests.simulator", argument_default=argparse.SUPPRESS)
    for name, read in {**WORLD_OPTIONS, **BEHAVIOUR_OPTIONS}.items():
        parser.add_argument(f"--{name}", type=read)
    for name, values in CHOICES.items():
        parser.add_argument(f"--{name}", choices=[str(value) for value in values])
    given = vars(parser.parse_args(arguments))
    of_world = {name.replace("-", "_") for name in WORLD_OPTIONS}
    world = {name: value for name, value in given.items() if name in of_world}
    return world, {name: value for name, value in given.items() if name not in of_world}


def main(arguments: Sequence[str]) -> None:
    """Serves until SIGTERM or Ctrl-C."""
    world, behaviour = parse(arguments)
    stopped = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    with Simulator(World(**world), **behaviour) as simulator:
        sys.stdout.write(json.dumps({"url": simulator.url, **simulator.credentials}) + "\n")
        sys.stdout.flush()
        stopped.wait()


if __name__ == "__main__":
    main(sys.argv[1:])
