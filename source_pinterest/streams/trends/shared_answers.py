"""How do two streams that are made of the same answers ask for each of them once?"""

import threading
from collections.abc import Callable
from concurrent.futures import Future

from source_pinterest.api.bodies import ListPage
from source_pinterest.api.errors import PinterestError
from source_pinterest.api.session import Answer
from source_pinterest.engine.parent_ids import Key
from source_pinterest.streams.base.context import Sync


class SharedAnswers:
    """The answers of a sync, by what they are about. Whoever comes while one is on its way waits for it.

    A worker that waits here waits for another worker's call alone, and holds nothing that this call could need.
    """

    def __init__(self, sync: Sync) -> None:
        del sync  # that it belongs to
        self._lock = threading.Lock()
        self._answers: dict[Key, Future[Answer[ListPage] | None]] = {}

    def of(self, key: Key, ask: Callable[[], Answer[ListPage]]) -> Answer[ListPage]:
        """The answer; asked for by whoever comes first, and by each one for himself where that fails.

        Raises:
            PinterestError: what one's own call comes to.
        """
        mine: Future[Answer[ListPage] | None] = Future()
        with self._lock:
            known = self._answers.setdefault(key, mine)
        if known is not mine:
            return known.result() or ask()
        try:
            answer = ask()
        except PinterestError:
            mine.set_result(None)
            raise
        except BaseException as error:
            mine.set_exception(error)
            raise
        mine.set_result(answer)
        return answer
