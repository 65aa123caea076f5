"""Compute the records of a perfect sync of audiences, targeting, events and keyword searches, by key."""

from collections.abc import Iterator, Mapping

from integration_tests.simulator.ads.entities import ad_account
from integration_tests.simulator.lists import audience_lists
from integration_tests.simulator.world.listing import Record
from integration_tests.simulator.world.world import World
from integration_tests.support.truth.lists import LIST_RECORDS, ListOf, in_each_account

_STATUSES = ("ACTIVE", "ARCHIVED")


def _insights(world: World) -> Iterator[Record]:
    for account in map(world.account_id, world.account_indexes()):
        for kind in audience_lists.INSIGHT_TYPES:
            call = {"ad_account_id": account, "audience_insight_type": kind}
            yield {**audience_lists.audience_insights(world, call), "ad_account_id": account}


def _labels(world: World) -> Iterator[Record]:
    for account in map(world.account_id, world.account_indexes()):
        for found in audience_lists.labels(world, {"ad_account_id": account, "entity_statuses": _STATUSES}):
            for label in found.get("labels", [found]):
                yield {**label, "ad_account_id": account}


def _event_quality(world: World) -> Iterator[Record]:
    for account in map(world.account_id, world.account_indexes()):
        for period in audience_lists.LOOKBACK_PERIODS:
            for record in audience_lists.conversion_eqs(world, {"ad_account_id": account, "lookback_period": period}):
                yield {**record, "ad_account_id": account}


def keywords_of(world: World) -> Mapping[str, list[str]]:
    """The texts of each account's keywords, each once; one with a comma can't be asked for."""
    found: dict[str, dict[str, None]] = {world.account_id(account): {} for account in world.account_indexes()}
    for keyword in LIST_RECORDS["keywords"](world):
        if "," not in keyword["value"]:
            found[keyword["ad_account_id"]][keyword["value"]] = None
    return {account: list(keywords) for account, keywords in found.items()}


def _keyword_metrics(world: World) -> Iterator[Record]:
    for account, keywords in keywords_of(world).items():
        country = ad_account(world, world.account_index(account) or 0)["country"]
        for record in audience_lists.keyword_metrics(world, {"keywords": keywords})["data"]:
            yield {**record, "ad_account_id": account, "country_code": country}


AUDIENCE_RECORDS: Mapping[str, ListOf] = {
    "audience_insights": _insights,
    "customer_segments": in_each_account(audience_lists.customer_segments),
    "targeting_templates": in_each_account(audience_lists.targeting_templates),
    "labels": _labels,
    "advertiser_defined_events": in_each_account(audience_lists.advertiser_defined_events),
    "conversion_event_quality": _event_quality,
    "keyword_metrics": _keyword_metrics,
}
AUDIENCE_KEYS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(AUDIENCE_RECORDS, ("id",)),
    "audience_insights": ("ad_account_id", "type"),
    "advertiser_defined_events": ("ad_account_id", "name"),
    "conversion_event_quality": ("ad_account_id", "lookback_period", "source_platform", "ingestion_source"),
    "keyword_metrics": ("ad_account_id", "keyword"),
}
