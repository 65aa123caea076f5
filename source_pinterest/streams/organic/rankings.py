"""How are the best of a user's pins asked for?"""

from abc import ABC
from collections.abc import Iterator
from typing import Any, ClassVar

from airbyte_cdk.sources.types import StreamSlice

from source_pinterest import limits
from source_pinterest.api.access import BUSINESS_ACCOUNT
from source_pinterest.api.bodies import ListPage, parse_json
from source_pinterest.api.errors import MalformedAnswerError
from source_pinterest.dates import days_before
from source_pinterest.streams.base.listing import Listed
from source_pinterest.streams.base.slices import END, START
from source_pinterest.streams.organic.base import OrganicStream

_SORT = "sort_by"


class RankingStream(OrganicStream, ABC):
    """The best 50 pins by each metric, over all the days that Pinterest has or the user wants."""

    primary_key: str | list[str] = [_SORT, "pin_id"]  # noqa: RUF012 - an attribute of the framework's
    page_size = None
    scopes = ("pins:read", "user_accounts:read")
    access = BUSINESS_ACCOUNT
    cost = "1 a metric"
    sorts: ClassVar[tuple[str, ...]]

    def request_params(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The days, and as many pins as there may be."""
        today = self.config.today
        earliest = days_before(today, limits.SYNC_HISTORY_DAYS)
        days = {START: str(max(self.config.start_date or earliest, earliest)), END: str(today)}
        return {**super().request_params(*args, **kwargs), **days, "num_of_pins": limits.TOP_PINS}

    def parse(self, chunks: Iterator[bytes]) -> ListPage:
        """Read a ranking.

        Raises:
            MalformedAnswerError: it is none.
        """
        ranking = parse_json(b"".join(chunks))
        pins = ranking.get("pins") if isinstance(ranking, dict) else None
        if not isinstance(pins, list) or not all(isinstance(pin, dict) and pin.get("pin_id") for pin in pins):
            raise MalformedAnswerError("A ranking holds pins.")
        available = {"date_availability": ranking.get("date_availability")}
        return ListPage([{**pin, **available} for pin in pins])

    def listing(self, stream_slice: StreamSlice) -> Iterator[Listed]:
        """The ranking by each metric, one after the other."""
        days = {name: value for name, value in self.request_params().items() if name in (START, END)}
        for sort_by in self.sorts:
            for answer in self.answers(stream_slice, **{_SORT: sort_by}):
                records = self.records(answer.value, stream_slice)
                ranked = [{**record, **days, _SORT: sort_by} for record in records]
                yield Listed(ranked, answer.server_time)
