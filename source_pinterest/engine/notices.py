"""What is said once in a sync, however often it happens?"""

import logging
import threading

LOGGER = logging.getLogger("airbyte")


class Notices:
    """The warnings of one stream that need no second mention.

    Args:
        stream: whose warnings they are.
    """

    def __init__(self, stream: str) -> None:
        self._stream = stream
        self._given: set[str] = set()
        self._lock = threading.Lock()

    def warn(self, about: str, sentence: str) -> bool:
        """Log a warning, unless there was one about the same; whether there was none."""
        with self._lock:
            if about in self._given:
                return False
            self._given.add(about)
        LOGGER.warning(f"{self._stream}: {sentence}")
        return True

    def replacement(self, sentence: str) -> None:
        """Something in an answer could not be kept as it was; the sentence is one of a few."""
        self.warn(sentence, sentence)
