"""Confines a test session, and every process it starts, to this machine's loopback interface and to one day."""

import os
from importlib import import_module
from pathlib import Path

FOLDER = str(Path(__file__).parent)


def confine_to_loopback() -> None:
    """Install the guard in this process, and leave it in the environment for its children."""
    import_module("integration_tests.network_guard.network_rejection")
    inherited = [entry for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if entry]
    if FOLDER not in inherited:
        os.environ["PYTHONPATH"] = os.pathsep.join([FOLDER, *inherited])
    # A proxy on this machine would lead out of it, and one elsewhere would be rejected.
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        del os.environ[name]
