"""What pin analytics keeps of the list of pins."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, NamedTuple

from source_pinterest.api.bodies import Page
from source_pinterest.config import Config
from source_pinterest.dates import days_before
from source_pinterest.engine.tasks import ParentIds, Task
from source_pinterest.state.formats import ACCOUNT_KEY

_PICTURES, _VIDEOS = ("image", "multiple_images"), ("video", "multiple_videos")
"""The media types of pins without and with a video. `multiple_mixed` has both and is in no set."""


class PinFacts(NamedTuple):
    """What pin analytics asks about a pin, with the values of most pins.

    Attributes:
        is_picture: whether the list says that the pin has no video.
        is_video: whether the list says that the pin is a video.
        is_active: whether the list says that the pin had activity in the last 90 days.
    """

    is_picture: bool = True
    is_video: bool = False
    is_active: bool = False


_MOST_PINS = PinFacts()
_facts = cache(PinFacts)  # one object for all pins with the same facts

_NO_ACTIVITY = (0, "0", None)
"""The values of a total that say that a pin had no activity; any other one counts as activity."""


class ListedPins:
    """The pins that are recent enough for pin analytics, and what it asks about them."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._facts: dict[str, PinFacts] = {}
        self._recent: dict[ParentIds, list[str]] = {}
        self._owners_with_totals: set[str | None] = set()

    def add(self, page: Page, task: Task) -> None:
        recent = list(filter(self._is_recent, page.items))
        self._recent.setdefault(task.parent_ids, []).extend(pin["id"] for pin in recent)
        if any(map(_totals_of_90_days, page.items)):
            self._owners_with_totals.add(task.get(ACCOUNT_KEY))
        for pin in recent:
            media = pin.get("media")
            media_type = str(media.get("media_type")).lower() if isinstance(media, Mapping) else ""
            is_active = any(total not in _NO_ACTIVITY for total in _totals_of_90_days(pin).values())
            facts = _facts(media_type in _PICTURES, media_type in _VIDEOS, is_active)
            if facts != _MOST_PINS:
                self._facts[pin["id"]] = facts

    def recent(self, owner: ParentIds) -> Iterable[str]:
        """Return the ids of an owner's pins, with duplicates."""
        return self._recent.get(owner, ())

    def facts_of(self, pin_id: str) -> PinFacts:
        return self._facts.get(pin_id, _MOST_PINS)

    def has_totals(self, account: str | None) -> bool:
        """Return whether the list of an owner says of a pin what it did in the last 90 days."""
        return account in self._owners_with_totals

    def is_active(self, pin_id: str) -> bool:
        """Return whether the list says of a pin that it had activity in the last 90 days."""
        return self.facts_of(pin_id).is_active

    def _is_recent(self, record: Mapping[str, Any]) -> bool:
        max_age_days = self._config.pin_analytics_max_age_days
        if max_age_days is None or not record.get("created_at"):
            return True
        return str(record["created_at"]) >= str(days_before(self._config.today, max_age_days))


def _totals_of_90_days(record: Mapping[str, Any]) -> Mapping[str, Any]:
    totals = record.get("pin_metrics")
    of_90_days = totals.get("90d") if isinstance(totals, Mapping) else None
    return of_90_days if isinstance(of_90_days, Mapping) else {}
