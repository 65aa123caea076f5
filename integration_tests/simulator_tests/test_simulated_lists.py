"""The simulated lists and dictionaries hold what a call requests, and are as wayward as Pinterest's."""

from typing import Any

from integration_tests.simulator_tests.api_client import Client

ALL_STATUSES = {"entity_statuses": ["ACTIVE", "PAUSED", "ARCHIVED"]}


def items(api: Client, operation_id: str, **query: Any) -> list[dict[str, Any]]:
    """The first page of a list, which is all of it here."""
    found: list[dict[str, Any]] = api.call(operation_id, page_size=250, **query).json()["items"]
    return found


def test_archived_and_inactive_entities_are_listed_only_by_a_filter(api: Client) -> None:
    for operation_id, every, kept, keeps in [
        ("campaigns/list", ALL_STATUSES, {}, lambda one: one["status"] != "ARCHIVED"),
        ("ads/list", ALL_STATUSES, {"entity_statuses": "ARCHIVED"}, lambda one: one["status"] == "ARCHIVED"),
        ("product_group_promotions/list", ALL_STATUSES, {}, lambda one: one["status"] != "ARCHIVED"),
        ("labels/list", {"entity_statuses": ["ACTIVE", "ARCHIVED"]}, {}, lambda one: one["status"] == "ACTIVE"),
        ("billing_profiles/get", {}, {"is_active": "true"}, lambda one: one["status"] == "VALID"),
    ]:
        whole, found = (items(api, operation_id, **query) for query in (every, kept))

        assert found == [one for one in whole if keeps(one)], operation_id
        assert 0 < len(found) < len(whole), operation_id
