"""The truth that syncs are held against is what the local Pinterest serves, page by page."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from integration_tests.simulator import Kind
from integration_tests.simulator_tests.small_worlds import items, small_world
from integration_tests.support.api_client import Client
from integration_tests.support.pinterest import Simulator
from integration_tests.support.truth import DEFAULT_COLUMNS, PRIMARY_KEYS

ANALYTICS = ("ad_account_analytics", "campaign_analytics", "ad_group_analytics", "ad_analytics")
LEVELS = {"campaign_analytics": Kind.CAMPAIGNS, "ad_group_analytics": Kind.AD_GROUPS, "ad_analytics": Kind.ADS}
ID_NAMES = {Kind.CAMPAIGNS: "campaign_ids", Kind.AD_GROUPS: "ad_group_ids", Kind.ADS: "ad_ids"}


@pytest.fixture(scope="module")
def sim() -> Iterator[Simulator]:
    with Simulator(small_world(campaigns=(10, 0), ad_groups=(12, 0), ads=(300, 0)), profile="ample") as simulator:
        yield simulator


def test_primary_keys_are_unique_and_of_strings(sim: Simulator) -> None:
    for stream in PRIMARY_KEYS:
        expected = sim.expected(stream)

        assert len(expected) == sum(1 for _ in sim.world.records(stream)) > 0, stream
        assert {type(part) for key in expected for part in key} <= {str, int}, stream


def without_stamp(pin: dict[str, Any]) -> dict[str, Any]:
    """A pin without the time of its board, which a list of pins does not tell."""
    return {name: value for name, value in pin.items() if name != "board_pins_modified_at"}


def test_organic_lists_serve_the_truth(sim: Simulator, api: Client) -> None:
    boards = items(api, "/boards")
    sections = [(b["id"], s) for b in boards for s in items(api, f"/boards/{b['id']}/sections")]
    pins = [pin for b in boards for pin in items(api, f"/boards/{b['id']}/pins")]
    section_pins = [pin for b, s in sections for pin in items(api, f"/boards/{b}/sections/{s['id']}/pins")]

    assert boards == list(sim.world.records("boards"))
    assert [{"board_id": board, **section} for board, section in sections] == list(sim.world.records("board_sections"))
    assert pins == [without_stamp(pin) for pin in sim.world.records("board_pins")]
    assert section_pins == [without_stamp(pin) for pin in sim.world.records("board_section_pins")]
    assert items(api, "/pins", include_protected_pins="true") == list(sim.world.records("pins"))


@pytest.mark.parametrize("kind", Kind)
def test_entity_lists_serve_the_truth(sim: Simulator, api: Client, kind: Kind) -> None:
    accounts = items(api, "/ad_accounts")
    statuses = ["ACTIVE", "PAUSED", "ARCHIVED"]
    served = [e for a in accounts for e in items(api, f"/ad_accounts/{a['id']}/{kind}", entity_statuses=statuses)]

    assert accounts == list(sim.world.records("ad_accounts"))
    assert served == list(sim.world.records(kind))


def test_analytics_serve_the_truth(sim: Simulator, api: Client) -> None:
    for stream in ANALYTICS:
        world = sim.world
        query: dict[str, Any] = {
            "start_date": str(world.today - timedelta(days=89)),
            "end_date": str(world.today),
            "columns": ",".join(DEFAULT_COLUMNS),
            "granularity": "DAY",
        }
        served = []
        for account in range(2):
            path = f"/ad_accounts/{world.account_id(account)}"
            if stream == "ad_account_analytics":
                served += api.get(f"{path}/analytics", query).json()
                continue
            kind = LEVELS[stream]
            ids = [world.entity_id(kind, account, index) for index in range(world.count(kind, account))]
            for first in range(0, len(ids), 250):
                served += api.get(
                    f"{path}/{kind}/analytics", {**query, ID_NAMES[kind]: ids[first : first + 250]}
                ).json()

        assert served == list(world.records(stream)), stream


def test_user_account_analytics_serve_the_truth(sim: Simulator, api: Client) -> None:
    days = [sim.world.today - timedelta(days=days) for days in (89, 0)]
    served = api.get("/user_account/analytics", {"start_date": str(days[0]), "end_date": str(days[1])}).json()

    assert list(served) == ["all"]
    assert served["all"]["daily_metrics"] == list(sim.world.records("user_account_analytics"))
