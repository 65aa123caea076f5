"""Compute the records of a perfect sync of a user's boards, pins and their analytics."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from integration_tests.simulator.organic import content, pin_analytics, places, user_analytics
from integration_tests.simulator.world.listing import Record
from integration_tests.simulator.world.world import World, size_at

Arguments = Mapping[str, Any]
"""On whose behalf (`ad_account_id`, None for the token's user), the days (`start_date`, `end_date`), and filters."""

MODIFIED = "board_pins_modified_at"
_SPLITS = ("app_type", "source", "pin_format", "owned_content")
_BY = "user_account_analytics_by_"
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
    **{f"{_BY}{split}": (split, "date") for split in (*_SPLITS, "content_type")},
}


def _board_sections(world: World, arguments: Arguments) -> Iterator[Record]:
    for board, index in _sections(world, arguments):
        yield {"board_id": places.board_id(board), **content.section(world, board, index)}


def _board_pins(world: World, arguments: Arguments) -> Iterator[Record]:
    for board in content.boards_of(world, arguments):
        for pin in content.board_pins(world, {**arguments, "board_id": places.board_id(board)}):
            yield {**pin, MODIFIED: content.board(world, board)[MODIFIED]}


def _board_section_pins(world: World, arguments: Arguments) -> Iterator[Record]:
    for board, index in _sections(world, arguments):
        ids = {"board_id": places.board_id(board), "section_id": places.section_id(world, board, index)}
        for pin in content.board_section_pins(world, {**arguments, **ids}):
            yield {**pin, MODIFIED: content.board(world, board)[MODIFIED]}


def _sections(world: World, arguments: Arguments) -> Iterator[tuple[int, int]]:
    for board in content.boards_of(world, arguments):
        for index in range(size_at(world.sections_per_board, board)):
            yield board, index


def _pins(world: World, arguments: Arguments) -> Iterator[Record]:
    return iter(content.pins(world, {**arguments, "include_protected_pins": True}))


def _pin_analytics(world: World, arguments: Arguments) -> Iterator[Record]:
    for pin in _pins(world, arguments):
        call = {**arguments, "pin_ids": (pin["id"],), "metric_types": pin_analytics.PIN_METRICS}
        found = pin_analytics.multi_pins_analytics(world, call)[pin["id"]]["all"]
        for day in found["daily_metrics"]:
            yield {"pin_id": pin["id"], **day, "lifetime_metrics": found["lifetime_metrics"]}


def _ranked(
    ranking: Callable[[World, Arguments], Record], sorts: tuple[str, ...]
) -> Callable[[World, Arguments], Iterator[Record]]:
    def records(world: World, arguments: Arguments) -> Iterator[Record]:
        days = {"start_date": arguments["start_date"], "end_date": world.today}  # a ranking goes on to this day
        stamps = {name: day.isoformat() for name, day in days.items()}
        stamps |= {name: arguments[name] for name in pin_analytics.FILTERS if name in arguments}
        for sort_by in sorts:
            call = {**arguments, **days, "sort_by": sort_by, "num_of_pins": 50, "metric_types": None}
            answer = ranking(world, call)
            for pin in answer["pins"]:
                yield {**pin, "sort_by": sort_by, "date_availability": answer["date_availability"], **stamps}

    return records


def _user_account_analytics(world: World, arguments: Arguments) -> Iterator[Record]:
    call = {**user_analytics.DEFAULTS, **arguments}
    return iter(user_analytics.user_account_analytics(world, call)["all"]["daily_metrics"])


def _split(world: World, arguments: Arguments, split: str, calls: Mapping[str | None, Arguments]) -> Iterator[Record]:
    for value, narrowed in calls.items():
        call = {**user_analytics.DEFAULTS, **arguments, **narrowed}
        for key, found in user_analytics.user_account_analytics(world, call).items():
            for day in found["daily_metrics"]:
                yield {split: value or key, **day}


ORGANIC_RECORDS: Mapping[str, Callable[[World, Arguments], Iterator[Record]]] = {
    "user_account": lambda world, arguments: iter([content.user_account(world, arguments)]),
    "boards": lambda world, arguments: iter(content.boards(world, arguments)),
    "board_sections": _board_sections,
    "board_pins": _board_pins,
    "board_section_pins": _board_section_pins,
    "pins": _pins,
    "pin_analytics": _pin_analytics,
    "top_pins": _ranked(pin_analytics.top_pins, pin_analytics.SORTS),
    "top_video_pins": _ranked(pin_analytics.top_video_pins, pin_analytics.VIDEO_SORTS),
    "user_account_analytics": _user_account_analytics,
    **{
        f"{_BY}{split}": partial(_split, split=split, calls={None: {"split_field": split.upper()}}) for split in _SPLITS
    },
    f"{_BY}content_type": partial(
        _split, split="content_type", calls={value: {"content_type": value} for value in _CONTENT_TYPES}
    ),
}
