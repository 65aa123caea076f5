"""Carries guard and clock into child processes: with this folder on PYTHONPATH, Python imports this when it starts."""

import sys
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from pathlib import Path

import network_rejection  # noqa: F401 - importing it is what installs the hook

try:
    import clock
except ModuleNotFoundError:  # the environment of another program, such as dbt, has no time_machine
    clock = None
if clock is not None:
    clock.follow_the_parent()

# A machine may have a sitecustomize of its own, which this one hides.
hidden = PathFinder.find_spec(__name__, [entry for entry in sys.path if Path(entry) != Path(__file__).parent])
if hidden is not None and hidden.loader is not None:
    hidden.loader.exec_module(module_from_spec(hidden))
