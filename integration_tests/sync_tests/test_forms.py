"""A sync of answers in each form that can be read gives the records of the same sync in plain form."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from integration_tests.simulator import DOWNLOAD
from integration_tests.simulator.faults.alterations import (
    Alteration,
    in_rows,
    with_floats,
    with_metrics_as_text,
    with_midnight,
    with_null,
    with_null_lists,
    with_older_ad_id,
    without_account,
)
from integration_tests.support.assertions import assert_succeeded, key_of
from integration_tests.support.outputs import Output, Record
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import run_sync
from integration_tests.support.truth import KEYS, Key

NOW = datetime.now(UTC)
DAYS = 105
"""Far enough back for days that only reports have, whole weeks among them."""
ANALYTICS = (
    "ad_account/analytics",
    "campaigns/analytics",
    "ad_groups/analytics",
    "product_groups/analytics",
    "ad_account_targeting_analytics/get",
    "ad_targeting_analytics/get",
    DOWNLOAD,
)
FORMS: Sequence[tuple[str, Alteration]] = (
    *((operation, in_rows(with_metrics_as_text, without_account)) for operation in ANALYTICS),
    ("ads/analytics", in_rows(with_older_ad_id, with_metrics_as_text, without_account)),
    ("user_account/analytics", in_rows(with_midnight)),
    ("multi_pins/analytics", in_rows(with_midnight)),
    ("campaigns/list", with_floats("id", "ad_account_id")),
    *((operation, with_null_lists()) for operation in ("campaigns/list", "ads/list", "trending_keywords/list")),
    ("ad_account_targeting_analytics/get", with_null_lists()),
    ("user_account/analytics", with_null(NEVER_SEEN={"daily_metrics": None})),
    (DOWNLOAD, with_null(**{"1": None})),
)
"""Operations, and how their answers are written. Each line is one more form of the same sync."""
SETTINGS: Mapping[str, Any] = {}
"""Behaviour of the simulator that is a form as well."""


def world(form: str) -> World:
    """An account with a few of everything, and one with next to nothing."""
    few: dict[str, Any] = {"boards": 2, "pins_per_board": 2, "sections_per_board": 1, "pins_per_section": 1}
    of_ads = {"campaigns": (2, 0), "ad_groups": (2, 0), "ads": (2, 0), "active_percent": 5, "trends": 0}
    first_day = NOW.date() - timedelta(days=DAYS)
    return World(**few, **of_ads, row_form=form, now=NOW, first_day=first_day)


def read(form: str, forms: Iterable[tuple[str, Alteration]] = (), **settings: Any) -> Output:
    with Simulator(world(form), profile="ample", open_betas=["multi_pins/analytics"], **settings) as sim:
        for operation, alteration in forms:
            sim.alter(operation, alteration)
        config = sim.config(start_date=str(sim.world.first_day))
        output = run_sync(sim, tuple(KEYS), config=config)
        assert_succeeded(output, KEYS)
        assert not {operation for operation, _ in forms} - {entry.operation_id for entry in sim.log}
    return output


def by_key(output: Output, stream: str) -> dict[Key, Record]:
    found = {key_of(stream, record): record for record in output.records[stream]}
    assert len(found) == len(output.records[stream]), stream
    return found


def test_all_forms_at_once_are_read_like_the_plain_form() -> None:
    plain, formed = read("plain"), read("other", FORMS, **SETTINGS)

    assert formed.records.keys() == plain.records.keys()
    for stream in KEYS:
        assert by_key(formed, stream) == by_key(plain, stream), stream
    assert {message.partition(": ")[2] for message in formed.warnings() if "Pinterest sent" in message} == {
        "Pinterest sent null in the place of a list; it counts as empty."
    }
