"""Confines a test session, and every process it starts, to this machine's loopback interface."""

import os
from importlib import import_module
from pathlib import Path

FOLDER = str(Path(__file__).parent)
LOOPBACK = "127.0.0.1,localhost"


def confine_to_loopback() -> None:
    """Install the guard in this process, and leave it in the environment for its children."""
    import_module("integration_tests.network_guard.network_refusal")
    inherited = [entry for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if entry]
    if FOLDER not in inherited:
        os.environ["PYTHONPATH"] = os.pathsep.join([FOLDER, *inherited])
    # A proxy of the machine has no part in a test, however it is configured.
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = LOOPBACK
