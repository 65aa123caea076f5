"""Which ids does a parent stream list? Each listing is read once in a sync, however many children need it."""

from array import array
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from enum import Enum, auto

from source_pinterest.api.threads import Signal
from source_pinterest.engine.failures import CircuitBreaker
from source_pinterest.engine.slices import Key


class _Progress(Enum):
    PROMISED = auto()
    """The selected parent stream will read it."""
    TAKEN = auto()
    """Somebody is reading it."""


class ParentIds:
    """The ids that one parent stream lists, per slice.

    A selected parent stream fills them while it emits its records; whoever needs a listing that it has promised waits
    for it. A listing that nobody has promised, or whose reader failed, is fetched by whoever needs it. Only slice
    generators may wait: a partition that waited could hold the worker that it waits for.

    Args:
        fetch: lists the ids of one slice.
        needs: the ids of its own parents, which are needed wherever these are.
    """

    def __init__(
        self, fetch: Callable[[Key], Iterable[str]], needs: Callable[[], Iterable["ParentIds"]] = tuple
    ) -> None:
        self._fetch, self._needs = fetch, needs
        self._changed = Signal()
        self._listings: dict[Key, Sequence[int] | Sequence[str] | Exception | _Progress] = {}
        self._selected = False
        self._sealed = True
        self.breaker = CircuitBreaker()
        """Counts the listings that are fetched; a failure is raised to whoever needs the listing."""
        self.wanted = False
        """Whether a selected child needs these ids."""

    def announce(self) -> None:
        """The parent stream is selected and will promise its listings."""
        self._selected, self._sealed = True, False
        self._want_those_of_parents()

    def want(self) -> None:
        """A selected child needs these ids: all of them, whatever the parent stream emits."""
        self.wanted = True
        self._want_those_of_parents()

    def _want_those_of_parents(self) -> None:
        for ids in self._needs():
            ids.want()

    def promise(self, key: Key) -> None:
        """The parent stream will read this listing."""
        with self._changed:
            self._listings.setdefault(key, _Progress.PROMISED)

    def seal(self) -> None:
        """The parent stream makes no further promise."""
        with self._changed:
            self._sealed = True
            self._changed.notify_all()

    def release(self, key: Key) -> None:
        """Take a promise back; a listing that somebody reads by now stays with its reader."""
        self._withdraw(key, _Progress.PROMISED)

    @contextmanager
    def filling(self, key: Key) -> Generator[list[str], None, None]:
        """Collect a listing while its records are emitted; it counts only if the block ends without an error."""
        ids: list[str] = []
        if not (self.wanted and self._selected):
            yield ids
            return
        with self._changed:
            self._listings[key] = _Progress.TAKEN
        try:
            yield ids
        except BaseException:
            self._withdraw(key, _Progress.TAKEN)
            raise
        self._publish(key, _packed(ids))

    def of(self, key: Key) -> Iterator[str]:
        """The ids of a listing; waits for its reader or becomes it.

        Raises:
            PinterestError: the listing can't be read. Everyone who asks gets the same error.
        """
        with self._changed:
            while isinstance(found := self._listings.get(key), _Progress) or (found is None and not self._sealed):
                self._changed.wait()
            if found is None:
                self._listings[key] = _Progress.TAKEN
        if found is None:
            found = self._fetched(key)
        if isinstance(found, Exception):
            raise found
        return map(str, found)

    def _fetched(self, key: Key) -> Sequence[int] | Sequence[str] | Exception:
        found: Sequence[int] | Sequence[str] | Exception
        try:
            found = _packed(list(self._fetch(key)))
        except Exception as error:  # noqa: BLE001 - whatever it is, everyone who asks must see it
            found = error
            self.breaker.note_failure(error, key[:1])
        else:
            self.breaker.note_success(key[:1])
        self._publish(key, found)
        return found

    def _withdraw(self, key: Key, progress: _Progress) -> None:
        with self._changed:
            if self._listings.get(key) is progress:
                del self._listings[key]
            self._changed.notify_all()

    def _publish(self, key: Key, listing: Sequence[int] | Sequence[str] | Exception) -> None:
        with self._changed:
            self._listings[key] = listing
            self._changed.notify_all()


def _packed(ids: list[str]) -> Sequence[int] | Sequence[str]:
    """Ids as 64-bit integers: a million strings take 69 MB. Ids that are no plain numbers stay as they are."""
    try:
        numbers = array("Q", map(int, ids))
    except (ValueError, OverflowError):
        return ids
    return numbers if all(map(str.__eq__, map(str, numbers), ids)) else ids
