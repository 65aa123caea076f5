"""The ids that parent streams list. Each listing is read once in a sync, however many child streams need it."""

import threading
from collections.abc import Callable, Collection, Generator, Iterable
from contextlib import contextmanager
from functools import partial

from source_pinterest.api.errors import as_slice_error
from source_pinterest.api.threads import ReadOnce
from source_pinterest.engine.ledger import Ledger
from source_pinterest.engine.tasks import ParentIds

Ids = list[str]


class ListedIds:
    """The ids that one parent stream lists, by task.

    A selected parent stream fills the listings while it emits its records, and child streams wait for the listings that
    it has promised. A listing that was not promised, or whose reader failed, is fetched by the first child stream that
    needs it. Only generators of tasks may wait: a task that waited could hold the worker that it waits for.

    Args:
        stream: the parent stream's name.
        fetch: lists the ids of one task.
        children: the streams that need the ids in this sync, as far as they are known. Without any, none is kept.
    """

    def __init__(
        self,
        stream: str,
        fetch: Callable[[ParentIds], Iterable[str]],
        children: Collection[object] = (),
    ) -> None:
        self._stream, self._fetch, self._children = stream, fetch, children
        self._changed = threading.Condition()
        self._promised: set[ParentIds] = set()
        self._filled: dict[ParentIds, Ids] = {}
        self._fetched: ReadOnce[ParentIds, Ids] = ReadOnce()
        self._selected = False
        self._sealed = True
        self.ledger = Ledger()
        """Counts the listings that child streams fetch. The error of a listing is raised in all of them."""

    def announce(self) -> None:
        """Record that the parent stream is selected and will promise its listings."""
        self._selected, self._sealed = True, False

    def promise(self, parents: ParentIds) -> None:
        """Record that the parent stream will read this listing, unless it has read it."""
        with self._changed:
            if parents not in self._filled:
                self._promised.add(parents)

    def seal(self) -> None:
        """Record that the parent stream promises no further listing."""
        with self._changed:
            self._sealed = True
            self._changed.notify_all()

    def release(self, parents: ParentIds) -> None:
        """Withdraw a promise. A listing that was filled, or that a child stream fetches, is not affected."""
        with self._changed:
            self._promised.discard(parents)
            self._changed.notify_all()

    @contextmanager
    def filling(self, parents: ParentIds) -> Generator[Ids, None, None]:
        """Collect a promised listing while its records are emitted.

        If the block ends with an error, the first child stream that needs the listing fetches it.
        """
        ids = Ids()
        if not (self._selected and self._children):
            yield ids
            return
        try:
            yield ids
            self._filled[parents] = ids
        finally:
            self.release(parents)

    def get(self, parents: ParentIds) -> Ids:
        """Return the ids of a listing. Wait for its reader, or read it if it has none.

        Raises:
            PinterestError: the listing can't be read to its end. All callers get the same error.
        """
        with self._changed:
            while parents in self._promised or not (self._sealed or parents in self._filled):
                self._changed.wait()
        return (
            self._filled[parents]
            if parents in self._filled
            else self._fetched.get(parents, partial(self._read, parents))
        )

    def _read(self, parents: ParentIds) -> Ids:
        try:
            ids = list(self._fetch(parents))
        except Exception as raised:
            error = as_slice_error(self._stream, raised)
            self.ledger.note_failure(parents[:1], error)
            raise error from raised
        self.ledger.note_success(parents[:1])
        return ids
