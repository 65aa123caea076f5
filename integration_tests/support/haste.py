"""How do tests get over what the connector waits for reports? It asks for them in hundredths of a second.

Pauses between two tries of a call are `SHORT_PAUSES` in `syncs.py`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

_POLL_AFTER_SECONDS = (0.02, 0.04, 0.08, 0.1)


@contextmanager
def hasty_polls() -> Iterator[None]:
    """Within it, reports are asked for fifty times as often as outside."""
    with mock.patch("source_pinterest.reporting.schedule.POLL_AFTER_SECONDS", _POLL_AFTER_SECONDS):
        yield
