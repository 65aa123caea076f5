"""A first sync delivers everything that Pinterest holds, however the connection is set up."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.models import ConfiguredAirbyteCatalogSerializer
from jsonschema import Draft7Validator

from integration_tests.simulator import Fault
from integration_tests.simulator.endpoints import CREATE_REPORTS
from integration_tests.support.assertions import assert_exact, assert_failed, assert_succeeded
from integration_tests.support.catalogs import ALL_STREAMS, BOARDED, catalog_of
from integration_tests.support.commands import run_here
from integration_tests.support.days import last_final_day
from integration_tests.support.expected_records import KEYS
from integration_tests.support.operations import OPERATIONS
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import read_with_main, run_catalog, run_sync
from integration_tests.support.worlds import simulated, small_world
from source_pinterest.streams import STREAMS

FOLDER = Path(__file__).parents[1]
SAMPLE_CONFIGS = sorted((FOLDER / "sample_configs").glob("*.json"))
PARENTS = {
    "ad_accounts",
    *(parent.stream.stream_name() for stream in STREAMS for parent in stream.parents if parent.stream in STREAMS),
}
CHILDREN = sorted(set(ALL_STREAMS) - PARENTS)
NEEDED_BY_OTHERS = {OPERATIONS[stream] for stream in PARENTS}
"""The operations whose answers several streams need."""


PAGE_CAP = 5


def many_pages() -> World:
    """Lists of more than one page, of exactly one, and of none."""
    return World(
        boards=4,
        sections_per_board=(2, 0, 7, 1),
        pins_per_board=(12, 0, 3, 1),
        pins_per_section=(2, 6, *[0] * 8),
        ad_accounts=3,
        campaigns=(PAGE_CAP, 0, 4),
        ad_groups=(6, 0, 3),
        ads=(11, 0, 2),
        keywords=(2, 1, 0),
        negative_keywords=(1, 0, 7),
        product_groups=(0, 1, 6),
        account_list_items=(6, 0, 1),
        catalogs=3,
        feeds=7,
        feed_results=(PAGE_CAP, 0, 6, 1),
        catalog_product_groups=7,
        catalog_products=(6, 0, 2),
        item_issues=6,
        employers=3,
        connections=6,
        trends=26,
        first_day=datetime.now(UTC).date() - timedelta(days=1),
    )


sim = simulated(small_world, profile="ample")


def test_every_stream_is_read_whole_through_the_framework() -> None:
    with Simulator(many_pages(), profile="ample", page_cap=PAGE_CAP, open_betas=["multi_pins/analytics"]) as sim:
        output = run_sync(sim, config=sim.config(num_workers=20))
        assert_succeeded(output)
        assert_exact(output, sim)
        assert [text.split(":")[0] for text in output.warnings()] == ["ad_pins"]  # a pin of an ad that is not readable


def test_every_stream_is_read_whole_by_the_command_line_and_goes_on_from_its_state() -> None:
    with Simulator(small_world(), profile="ample") as sim:
        first = read_with_main(sim)
        second = run_sync(sim, state=first.states, config=sim.config(lookback_days=2))
        assert_succeeded(first)
        assert_exact(first, sim)
        assert_succeeded(second)
        assert_exact(second, sim, ("user_account", "boards", "board_sections", "pins", "ad_accounts"))
        assert not [record for stream in BOARDED for record in second.records[stream]]
        assert set(first.states) == set(second.states) == set(ALL_STREAMS)
        assert second.states["ads"] == first.states["ads"]
        since = sim.world.today - timedelta(days=2)
        assert_exact(second, sim, ("campaign_analytics", "ad_analytics"), start=since)
    assert not first.stderr


def test_records_are_what_discover_declares_and_their_ids_are_text(sim: Simulator, tmp_path: Path) -> None:
    config = tmp_path / "config.json"
    config.write_text(json.dumps(sim.config()), encoding="utf-8")
    found = run_here(sim, "discover", "--config", str(config))
    [catalog] = [message.catalog for message in found.messages if message.catalog]
    output = run_sync(sim)

    assert {stream.name: {key for [key] in stream.source_defined_primary_key} for stream in catalog.streams} == {
        stream: set(key) for stream, key in KEYS.items()
    }, "KEYS: by which every whole sync compares records"
    configured = catalog_of(stream.name for stream in catalog.streams).streams
    assert {one.stream.name: one.cursor_field or None for one in configured} == {
        stream.name: stream.default_cursor_field or None for stream in catalog.streams
    }, "CURSOR_FIELDS: other whole syncs read these streams as they are configured there"
    for stream in (stream for stream in catalog.streams if stream.name in ALL_STREAMS):
        validator = Draft7Validator(stream.json_schema)
        declared = stream.json_schema["properties"]
        assert output.records[stream.name], stream.name
        for record in output.records[stream.name]:
            assert not [error.message for error in validator.iter_errors(record)], stream.name
            assert set(record) <= set(declared), (stream.name, set(record) - set(declared))
            ids = {name: value for name, value in record.items() if f"_{name}".lower().endswith("_id")}
            assert all(isinstance(value, str) for value in ids.values()), (stream.name, ids)


@pytest.mark.parametrize("streams", [CHILDREN, ["keyword_metrics"], ["board_section_pins"]], ids=len)
def test_streams_without_their_parents_emit_nothing_else(sim: Simulator, streams: list[str]) -> None:
    output = run_sync(sim, streams)
    assert_succeeded(output, streams)
    assert_exact(output, sim, streams)
    assert {name for name, records in output.records.items() if records} == set(streams) == set(output.states)


@pytest.mark.parametrize("every_other", [0, 1])
def test_an_operation_that_fails_costs_its_own_streams_alone(sim: Simulator, every_other: int) -> None:
    """Of those that no other stream needs; each one fails in one of the two syncs."""
    failing = sorted({OPERATIONS[stream] for stream in ALL_STREAMS} - NEEDED_BY_OTHERS)[every_other::2]
    sim.add_faults(Fault("503", on=operation, times=None) for operation in failing)
    output = run_sync(sim, config=sim.config(max_retries=0))

    failed = [stream for stream in ALL_STREAMS if OPERATIONS[stream] in failing]
    assert [stream for stream in ALL_STREAMS if output.status(stream) == "INCOMPLETE"] == failed
    for stream in failed:
        assert_failed(output, stream, "transient_error", "next sync")
    assert_exact(output, sim, [stream for stream in ALL_STREAMS if stream not in failed])


def test_streams_are_whole_if_the_catalog_names_children_before_parents(sim: Simulator) -> None:
    output = run_sync(sim, reversed(ALL_STREAMS), config=sim.config(num_workers=1))
    assert_succeeded(output)
    assert_exact(output, sim)


def test_an_empty_account_is_read_without_records() -> None:
    with Simulator(World(boards=0, ad_accounts=0, catalogs=0, employers=0, connections=0)) as sim:
        output = run_sync(sim)
    assert_succeeded(output)
    profile = [name for name in ALL_STREAMS if name.startswith("user_account")]
    own_business = {"business_members", "business_partners", "business_assets"}
    dictionaries = {"ad_account_countries", "delivery_metrics", "targeting_options"}
    found = {name for name, records in output.records.items() if records}
    assert found == {*profile, *own_business, *dictionaries}


@pytest.mark.parametrize("name", ["configured_catalog.json", "configured_catalog_dedup.json"])
def test_the_catalogs_that_come_with_the_connector_are_read_whole(sim: Simulator, name: str) -> None:
    catalog = ConfiguredAirbyteCatalogSerializer.load(json.loads((FOLDER / name).read_text(encoding="utf-8")))
    streams = [configured.stream.name for configured in catalog.streams]
    output = run_catalog(sim, catalog)
    assert_succeeded(output, streams)
    for stream in streams:
        end = last_final_day(stream, sim.world.today) if name == "configured_catalog.json" else sim.world.today
        assert_exact(output, sim, [stream], end=end)


@pytest.mark.parametrize("path", SAMPLE_CONFIGS, ids=lambda path: path.stem)
def test_a_sync_works_with_every_shape_of_config(path: Path) -> None:
    with Simulator(small_world(boards=1, ad_accounts=3)) as sim:
        config = with_the_simulators_credentials(path.read_text(encoding="utf-8"), sim)
        streams = ("boards", "ad_accounts", "campaigns", "campaign_analytics")
        output = run_sync(sim, streams, config=config)
        assert_succeeded(output, streams)
        accounts = set(config.get("account_ids") or ()) | (
            {config["account_id"]} if config.get("account_id") else set()
        )
        wanted = accounts or {sim.world.account_id(index) for index in range(3)}
        assert {record["id"] for record in output.records["ad_accounts"]} == wanted
        statuses = config.get("status") or ("ACTIVE", "PAUSED", "ARCHIVED")
        emitted = {record["id"] for record in output.records["campaigns"]}
        held = sim.expected("campaigns").values()
        assert emitted == {
            record["id"] for record in held if record["ad_account_id"] in wanted and record["status"] in statuses
        }
        assert {record["AD_ACCOUNT_ID"] for record in output.records["campaign_analytics"]} == wanted
        assert any(record["CAMPAIGN_ID"] not in emitted for record in output.records["campaign_analytics"]) == (
            set(statuses) != {"ACTIVE", "PAUSED", "ARCHIVED"}
        )


def test_every_stream_can_be_read_with_every_option() -> None:
    world = small_world(hour_column="HOUR")
    with Simulator(world, profile="ample", open_betas=["multi_pins/analytics"]) as sim:
        text = (FOLDER / "sample_configs/every_option.json").read_text(encoding="utf-8")
        start, accounts = str(world.today - timedelta(days=120)), {"account_ids": [world.account_id(0)]}
        config = {**json.loads(text), **sim.config(start_date=start, **accounts, exclude_account_ids=[])}
        output = run_sync(sim, (*(stream.stream_name() for stream in STREAMS), "custom_hourly_spend"), config=config)

        assert output.exit_code == 0, output.text()
        assert {one.operation_id for one in CREATE_REPORTS} < {entry.operation_id for entry in sim.log}


def with_the_simulators_credentials(text: str, sim: Simulator) -> dict[str, Any]:
    """A sample config in which each placeholder is what this Pinterest knows."""
    credentials = sim.config()["credentials"]
    placeholders = {
        "false-access-token": sim.access_token(),
        "false-refresh-token": credentials["refresh_token"],
        "false-client-secret": credentials["client_secret"],
        "1234567": credentials["client_id"],
        **{f"54976166803{number}": sim.world.account_id(number - 2) for number in (2, 3, 4)},
    }
    for placeholder, value in placeholders.items():
        text = text.replace(placeholder, value)
    config: dict[str, Any] = json.loads(text)
    return config
