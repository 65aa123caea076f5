"""What would a perfect sync of a user's boards, pins and their analytics hold?"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from integration_tests.simulator.organic import content, pin_analytics, pins, user_analytics
from integration_tests.simulator.world.layout import Layout, size_at
from integration_tests.simulator.world.listing import Record

Arguments = Mapping[str, Any]
"""On whose behalf (`ad_account_id`, None for the token's own user), and which days (`start_date`, `end_date`)."""

MODIFIED = "board_pins_modified_at"
_SPLITS = ("app_type", "source", "pin_format", "owned_content")
_CONTENT_TYPES = ("PAID", "ORGANIC")

ORGANIC_KEYS: Mapping[str, tuple[str, ...]] = {
    "user_account": ("id",),
    "boards": ("id",),
    "board_sections": ("board_id", "id"),
    "board_pins": ("board_id", "id"),
    "board_section_pins": ("board_id", "board_section_id", "id"),
    "pins": ("id",),
    "pin_analytics": ("pin_id", "date"),
    "top_pins": ("sort_by", "pin_id"),
    "top_video_pins": ("sort_by", "pin_id"),
    "user_account_analytics": ("date",),
    **{f"user_account_analytics_by_{split}": (split, "date") for split in (*_SPLITS, "content_type")},
}


def organic_records(layout: Layout, stream: str, arguments: Arguments) -> Iterator[Record]:
    """The records of an organic stream."""
    if stream.startswith("user_account_analytics_by_"):
        return _split(layout, stream.removeprefix("user_account_analytics_by_"), arguments)
    return _STREAMS[stream](layout, arguments)


def _board_sections(layout: Layout, arguments: Arguments) -> Iterator[Record]:
    for board, index in _sections(layout, arguments):
        yield {"board_id": content.board_id(board), **content.section(layout, board, index)}


def _board_pins(layout: Layout, arguments: Arguments) -> Iterator[Record]:
    for board in content.boards_of(layout, arguments):
        for pin in content.board_pins(layout, {**arguments, "board_id": content.board_id(board)}):
            yield {**pin, MODIFIED: content.board(layout, board)[MODIFIED]}


def _board_section_pins(layout: Layout, arguments: Arguments) -> Iterator[Record]:
    for board, index in _sections(layout, arguments):
        ids = {"board_id": content.board_id(board), "section_id": content.section_id(layout, board, index)}
        for pin in content.board_section_pins(layout, {**arguments, **ids}):
            yield {**pin, MODIFIED: content.board(layout, board)[MODIFIED]}


def _sections(layout: Layout, arguments: Arguments) -> Iterator[tuple[int, int]]:
    for board in content.boards_of(layout, arguments):
        for index in range(size_at(layout.sections_per_board, board)):
            yield board, index


def _pins(layout: Layout, arguments: Arguments) -> Iterator[Record]:
    return iter(pins.pins(layout, {**arguments, "include_protected_pins": True}))


def _pin_analytics(layout: Layout, arguments: Arguments) -> Iterator[Record]:
    for pin in _pins(layout, arguments):
        call = {**arguments, "pin_ids": (pin["id"],), "metric_types": pin_analytics.PIN_METRICS}
        found = pin_analytics.multi_pins_analytics(layout, call)[pin["id"]]["all"]
        for day in found["daily_metrics"]:
            yield {"pin_id": pin["id"], **day, "lifetime_metrics": found["lifetime_metrics"]}


def _ranked(
    ranking: Callable[[Layout, Arguments], Record], sorts: tuple[str, ...]
) -> Callable[[Layout, Arguments], Iterator[Record]]:
    def records(layout: Layout, arguments: Arguments) -> Iterator[Record]:
        days = {"start_date": arguments["start_date"], "end_date": layout.today}  # a ranking goes on to this day
        stamps = {name: day.isoformat() for name, day in days.items()}
        for sort_by in sorts:
            call = {**arguments, **days, "sort_by": sort_by, "num_of_pins": 50, "metric_types": None}
            answer = ranking(layout, call)
            for pin in answer["pins"]:
                yield {**pin, "sort_by": sort_by, "date_availability": answer["date_availability"], **stamps}

    return records


def _user_account_analytics(layout: Layout, arguments: Arguments) -> Iterator[Record]:
    call = {**user_analytics.DEFAULTS, **arguments}
    return iter(user_analytics.user_account_analytics(layout, call)["all"]["daily_metrics"])


def _split(layout: Layout, split: str, arguments: Arguments) -> Iterator[Record]:
    calls: dict[str | None, dict[str, Any]] = (
        {value: {"content_type": value} for value in _CONTENT_TYPES}
        if split == "content_type"
        else {None: {"split_field": split.upper()}}
    )
    for value, narrowed in calls.items():
        call = {**user_analytics.DEFAULTS, **arguments, **narrowed}
        for key, found in user_analytics.user_account_analytics(layout, call).items():
            for day in found["daily_metrics"]:
                yield {split: value or key, **day}


_STREAMS: Mapping[str, Callable[[Layout, Arguments], Iterator[Record]]] = {
    "user_account": lambda layout, arguments: iter([content.user_account(layout, arguments)]),
    "boards": lambda layout, arguments: iter(content.boards(layout, arguments)),
    "board_sections": _board_sections,
    "board_pins": _board_pins,
    "board_section_pins": _board_section_pins,
    "pins": _pins,
    "pin_analytics": _pin_analytics,
    "top_pins": _ranked(pin_analytics.top_pins, pin_analytics.SORTS),
    "top_video_pins": _ranked(pin_analytics.top_video_pins, pin_analytics.VIDEO_SORTS),
    "user_account_analytics": _user_account_analytics,
}
