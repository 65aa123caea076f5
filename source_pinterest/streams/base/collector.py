"""What child streams keep of the records that a parent lists, beside their ids."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from source_pinterest.engine.tasks import Task
from source_pinterest.streams.base.listing import RecordPage

if TYPE_CHECKING:
    from source_pinterest.streams.base.stream import PinterestStream

F = TypeVar("F")


class Collector(ABC):
    """What child streams need of a parent beside its ids, declared as `Parent(Ads, collects=PinsOfAds)`.

    A parent has one object of each class that its children declare. It shows it every page that it lists, whether it
    emits the page or not, and does not know what is kept. A child reads it once the list of ids is there. If a list
    broke off, it may have been shown some pages twice.

    Args:
        parent: the stream that lists the records.
    """

    def __init__(self, parent: "PinterestStream") -> None:
        self._parent = parent

    @abstractmethod
    def add(self, page: RecordPage, task: Task) -> None:
        """Keep what is needed of a page of a task's list."""


class Facts(Collector, ABC, Generic[F]):
    """A fact about each record, by the record's id. A million ids as numbers take half the memory of texts."""

    def __init__(self, parent: "PinterestStream") -> None:
        super().__init__(parent)
        self._facts: dict[Any, F] = {}

    @abstractmethod
    def fact_in(self, record: Mapping[str, Any]) -> F | None:
        """Return the fact in a record, or None if nothing needs to be kept of it."""

    def add(self, page: RecordPage, task: Task) -> None:
        del task
        for record in page.records:
            if (fact := self.fact_in(record)) is not None:
                self._facts[record["id"]] = fact

    def get(self, listed_id: str) -> F | None:
        """Return the fact about an id, or None without one."""
        return self._facts.get(listed_id)
