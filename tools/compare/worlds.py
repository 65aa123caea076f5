"""The courses: worlds, and what happens to them. Small, but with every kind of stream and of change."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from integration_tests.simulator import Fault, Kind, World
from integration_tests.simulator.world import numbering
from tools.compare.sync_sequence import FIRST_MOMENT, Day, SyncSequence

DESTINATIONS = ("append_dedup", "append")
DAYS = 45
SHORT_DAYS = 4

_ACCOUNTS = tuple(numbering.AD_ACCOUNTS.id_of(index) for index in range(3))
_BOARDS = tuple(numbering.BOARDS.id_of(index) for index in range(4))
_HISTORY_DAYS = 95
"""Six days are so old that only reports have them."""
_COLUMNS = ("SPEND_IN_DOLLAR", "TOTAL_CHECKOUT", "TOTAL_IMPRESSION", "CAMPAIGN_NAME")
_LOOKBACK_DAYS = 10
"""7 days of attribution and a margin of 3."""


def _start(days: int) -> str:
    return str((FIRST_MOMENT - timedelta(days=days)).date())


def _custom(name: str, level: str, granularity: str, **more: Any) -> Mapping[str, Any]:
    return {"name": name, "level": level, "granularity": granularity, "columns": ["SPEND_IN_DOLLAR"], **more}


_CUSTOM_REPORTS = (
    _custom("day", "AD_GROUP_TARGETING", "DAY", targeting_types=["GENDER"]),
    _custom("hour", "ADVERTISER", "HOUR"),
    _custom("week", "CAMPAIGN", "WEEK"),
    _custom("month", "CAMPAIGN", "MONTH"),
    _custom("total", "CAMPAIGN", "TOTAL"),
)
_CUSTOM_KEYS = {
    "custom_day": ("AD_GROUP_ID", "TARGETING_TYPE", "TARGETING_VALUE", "DATE"),
    "custom_hour": ("AD_ACCOUNT_ID", "DATE", "HOUR"),
    "custom_week": ("CAMPAIGN_ID", "DATE"),
    "custom_month": ("CAMPAIGN_ID", "DATE"),
    "custom_total": ("CAMPAIGN_ID",),
}

_CONFIG: Mapping[str, Any] = {
    "start_date": _start(_HISTORY_DAYS),
    "analytics_columns": list(_COLUMNS),
    "attribution_window": "7/7/1",
    "trend_regions": ["US"],
    "marketing_mix_report": {"targeting_types": ["GENDER"]},
    "max_retries": 1,
    "num_workers": 40,
    "max_wait_minutes": 0.2,
}
"""With so many workers, all reports are waited for at the same time."""


def _world(moment: datetime, **sizes: Any) -> World:
    few = {
        "pins_per_board": (5, 1, 2),
        "sections_per_board": (2, 0, 1),
        "pins_per_section": 2,
        "product_groups": 1,
        "product_items": 1,
        "keywords": 1,
        "active_percent": 50,
        "hour_column": "HOUR",
    }
    few |= {"campaigns": (3, 2), "ad_groups": (3, 2), "ads": (3, 2)}
    return World(**{**few, **sizes}, now=moment, first_day=(FIRST_MOMENT - timedelta(days=_HISTORY_DAYS)).date())


def _of(**sizes: Any) -> Any:
    return lambda moment: _world(moment, **sizes)


def _edit(kind: Kind, account: int, index: int, ago_seconds: int, **fields: Any) -> Any:
    def change(world: World, moment: datetime) -> None:
        entity = world.entity_id(kind, account, index)
        world.edit(_ACCOUNTS[account], kind, entity, int(moment.timestamp()) - ago_seconds, **fields)

    return change


def _grow(kind: Kind, sizes: tuple[int, int], account: int) -> Any:
    """One entity more in an account, which was made an hour ago."""

    def change(world: World, moment: datetime) -> None:
        setattr(world, kind.value, sizes)
        _edit(kind, account, sizes[account] - 1, 3_600)(world, moment)

    return change


def _make_ads(world: World, moment: datetime) -> None:
    """Five ads more in the first account, which promote other pins."""
    world.ads = (8, 2)
    made = int(moment.timestamp()) - 3_600
    for index in range(3, 8):
        _edit(Kind.ADS, 0, index, 3_600, created_time=made)(world, moment)


def _restate(days_back: int) -> Any:
    return lambda world, _moment: world.restate(days_back)


def _move_board(index: int, ago_seconds: int | None, **sizes: Any) -> Any:
    """The pins of a board change; None: Pinterest does not tell when."""

    def change(world: World, moment: datetime) -> None:
        for name, size in sizes.items():
            setattr(world, name, size)
        told = None if ago_seconds is None else f"{moment - timedelta(seconds=ago_seconds):%Y-%m-%dT%H:%M:%S}"
        world.edit_board(index, told)

    return change


def _delete_pin(world: World, _moment: datetime) -> None:
    world.delete_pin(numbering.PINS.id_of(1))


def _hide_pins(world: World, _moment: datetime) -> None:
    """The users whose pins new ads promote no longer show them."""
    world.hidden_pins.update(numbering.AD_PINS.id_of(1_000_000 + index) for index in range(4))


def _all(*changes: Any) -> Any:
    def change(world: World, moment: datetime) -> None:
        for each in changes:
            each(world, moment)

    return change


def _lasting(kind: str, on: str, **about: Any) -> tuple[Fault, ...]:
    return (Fault(kind, on=on, times=None, **about),)


_CALENDAR: Mapping[int, Day] = {
    0: Day(faults=_lasting("report_failed", "analytics/get_report", account=_ACCOUNTS[1], level="AD_GROUP")),
    1: Day(change=_edit(Kind.CAMPAIGNS, 0, 0, 100, name="Edited a moment ago")),
    2: Day(change=_restate(1)),
    3: Day(change=_all(_edit(Kind.ADS, 0, 1, 7_200, status="ARCHIVED"), _restate(_LOOKBACK_DAYS))),
    4: Day(change=_move_board(0, 100)),
    5: Day(faults=(Fault("503", on="campaigns/list", account=_ACCOUNTS[0]),)),
    6: Day(change=_move_board(1, 50_000, pins_per_board=(5, 2, 2))),
    7: Day(change=_grow(Kind.ADS, (4, 2), 0), faults=_lasting("503", "pins/get", account=_ACCOUNTS[0])),
    8: Day(change=_restate(4)),
    9: Day(change=_edit(Kind.AD_GROUPS, 1, 0, 80_000, status="PAUSED")),
    10: Day(change=_grow(Kind.CAMPAIGNS, (4, 2), 0)),
    11: Day(change=_move_board(3, 9_000, boards=4)),
    12: Day(faults=_lasting("report_failed", "analytics/get_report", account=_ACCOUNTS[1], level="CAMPAIGN")),
    13: Day(change=_restate(_LOOKBACK_DAYS)),
    18: Day(change=_all(_delete_pin, _move_board(0, 7_000))),
    19: Day(faults=_lasting("truncated_json", "campaigns/analytics", account=_ACCOUNTS[0])),
    20: Day(change=_restate(_LOOKBACK_DAYS)),
    21: Day(change=_edit(Kind.CAMPAIGNS, 1, 1, 20_000, status="ARCHIVED")),
    22: Day(change=_restate(2)),
    23: Day(skipped=True),
    25: Day(change=_move_board(2, None)),
    26: Day(faults=_lasting("forbidden", "ads/analytics", account=_ACCOUNTS[1])),
    27: Day(change=_move_board(2, 3_000)),
    28: Day(change=_all(_edit(Kind.ADS, 0, 1, 500, status="ACTIVE"), _hide_pins)),
    30: Day(change=_restate(40)),
    31: Day(change=_grow(Kind.ADS, (4, 3), 1)),
    33: Day(faults=_lasting("500", "boards/list_pins", path=_BOARDS[0]), change=_move_board(0, 3_000)),
    35: Day(change=_restate(_LOOKBACK_DAYS)),
    37: Day(change=_edit(Kind.AD_GROUPS, 0, 2, 299, name="Within the margin")),
    38: Day(change=_edit(Kind.AD_GROUPS, 0, 1, 301, name="Outside of it")),
    40: Day(faults=(Fault("download_cut", account=_ACCOUNTS[0], level="KEYWORD"),)),
    42: Day(change=_restate(3)),
}

_SHORT_CALENDAR: Mapping[int, Day] = {
    1: Day(
        change=_all(_edit(Kind.CAMPAIGNS, 0, 0, 100, name="Edited"), _move_board(0, 100), _restate(3)),
        faults=(Fault("503", on="campaigns/list", account=_ACCOUNTS[0]),),
    ),
}


def main_sequences() -> list[SyncSequence]:
    """All streams on all days."""
    return [
        SyncSequence(
            name=destination,
            world=_world,
            days=tuple(range(DAYS)),
            destination=destination,
            config={**_CONFIG, "custom_reports": list(_CUSTOM_REPORTS)},
            calendar=_CALENDAR,
            keys=_CUSTOM_KEYS,
        )
        for destination in DESTINATIONS
    ]


def short_sequence() -> SyncSequence:
    """All streams on a few days, of one small ad account with little history."""
    few = {"ad_accounts": 1, "campaigns": 2, "ad_groups": 2, "ads": 2}
    return replace(
        main_sequences()[0],
        name="short",
        world=_of(**few),
        days=tuple(range(SHORT_DAYS)),
        config={**main_sequences()[0].config, "start_date": _start(_LOOKBACK_DAYS)},
        calendar=_SHORT_CALENDAR,
    )


_ADS_STREAMS = (
    *("ad_accounts", "campaigns", "ad_groups", "ads", "keywords", "audiences", "product_group_promotions"),
    *("ad_account_analytics", "campaign_analytics", "ad_analytics", "product_group_analytics"),
    *("campaign_targeting_analytics", "campaign_analytics_report", "ad_group_targeting_report", "keyword_report"),
    *("marketing_mix_report", "brand_conversions_report"),
)
_REJECTED = ("TOTAL_CHECKOUT", "GEO", "VIDEO_START")
"""A column, a targeting type and a metric of pins."""


def _special(name: str, **parts: Any) -> SyncSequence:
    """A short course, all days of which have the same peculiarity."""
    sequence = SyncSequence(name=name, world=_world, days=(0, 1, 2), streams=_ADS_STREAMS, config=_CONFIG)
    return replace(sequence, **{**parts, "config": {**_CONFIG, **parts.get("config", {})}})


def special_sequences() -> list[SyncSequence]:
    """Courses of two or three syncs, each with a world or a Pinterest that is unlike the others."""
    rejected = {"streams": (*_ADS_STREAMS, "pin_analytics"), "settings": {"rejected_names": _REJECTED}}
    shut = {day: Day(faults=_lasting("forbidden", "*", account=_ACCOUNTS[0])) for day in (0, 1)}
    everything = {"organic_per_ad_account": True, "pin_metrics": True, "analytics_columns": None, "num_workers": None}
    return [
        _special(
            "all options", days=(0, 1), streams=SyncSequence.streams, config={**everything, "start_date": _start(5)}
        ),
        _special(
            "full refresh", days=(0, 1), streams=SyncSequence.streams, sync_mode="full_refresh", destination="overwrite"
        ),
        _special("only active", config={"status": ["ACTIVE"]}),
        _special("rejected by name", **rejected),
        _special("rejected account", world=_of(ad_accounts=3), calendar=shut),
        _special("finest grain", world=_of(report_grain="ad", report_ids="some", empty_report="[]")),
        *_failures(),
    ]


def _failures() -> list[SyncSequence]:
    """Courses in which pins and days fail in three syncs; the states keep them until they answer."""
    pins = [fault for index in (1, 3) for fault in _lasting("503", "pins/analytics", pin=numbering.PINS.id_of(index))]
    pins += _lasting("503", "pins/get", account=_ACCOUNTS[0])
    days = [*_lasting("503", "user_account/analytics"), *_lasting("503", "campaigns/analytics", account=_ACCOUNTS[0])]
    return [
        _special(
            f"failures {destination}",
            days=tuple(range(10)),
            streams=("pins", "pin_analytics", "ads", "ad_pins", "user_account_analytics", "campaign_analytics"),
            destination=destination,
            calendar={
                4: Day(change=_make_ads, faults=tuple(pins)),
                5: Day(faults=(*pins, *days)),
                6: Day(change=_restate(1), faults=(*pins, *days)),
            },
            config={"start_date": _start(20)},
        )
        for destination in DESTINATIONS
    ]


def sequences() -> dict[str, SyncSequence]:
    """Every course by its name."""
    return {sequence.name: sequence for sequence in (*main_sequences(), *special_sequences(), short_sequence())}
