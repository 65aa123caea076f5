"""Compute the records of a perfect sync of the lists of ad accounts, merchants, businesses and profiles, by key."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from integration_tests.simulator import business
from integration_tests.simulator.ads import entities
from integration_tests.simulator.ads.entities import ad_account
from integration_tests.simulator.calls.errors import ApiError
from integration_tests.simulator.lists import account_lists, ad_group_lists, audience_lists, catalog_items, catalogs
from integration_tests.simulator.organic import promoted
from integration_tests.simulator.world.listing import Record
from integration_tests.simulator.world.world import Kind, World

Arguments = Mapping[str, Any]
Listed = Callable[[World, Arguments], Iterable[Record]]
"""What a call with these arguments lists."""
RecordsOf = Callable[[World, Arguments], Iterator[Record]]
"""The records of a stream, which is read on behalf of whoever the arguments name."""
Calls = Iterable[tuple[Arguments, Record]]
"""The arguments of calls, and what a stream marks the records of each with."""


def marked(listed: Listed, calls: Callable[[World], Calls]) -> RecordsOf:
    """The records of all calls, each with the mark of its own."""

    def records(world: World, _: Arguments) -> Iterator[Record]:
        for call, mark in calls(world):
            for record in listed(world, call):
                yield {**record, **mark}

    return records


def only(document: Callable[[World, Arguments], Record]) -> Listed:
    """The list whose one record is a document."""
    return lambda world, arguments: [document(world, arguments)]


def _accounts(world: World, *queries: Arguments) -> Calls:
    for account in map(world.account_id, world.account_indexes()):
        for query in queries or ({},):
            yield {"ad_account_id": account, **query}, {"ad_account_id": account}


def _below_accounts(world: World, *kinds: Kind, **query: Any) -> Calls:
    for account in world.account_indexes():
        mark = {"ad_account_id": world.account_id(account)}
        for kind in kinds:
            ids = (world.entity_id(kind, account, index) for index in range(world.count(kind, account)))
            yield from (({**mark, **query, f"{kind.removesuffix('s')}_id": entity_id}, mark) for entity_id in ids)


def _each(name: str, records: Callable[[World], Iterable[Record]]) -> Callable[[World], Calls]:
    """A call for each of these records, with its id under this name."""
    return lambda world: ((mark, mark) for mark in ({name: record["id"]} for record in records(world)))


def in_each_account(listed: Listed, *queries: Arguments) -> RecordsOf:
    """The records of a list of each ad account, with the id of the account, for each further query."""
    return marked(listed, lambda world: _accounts(world, *queries))


_ANY_STATUS = {"entity_statuses": ("ACTIVE", "PAUSED", "ARCHIVED", "DRAFT", "DELETED_DRAFT")}
_OF_A_PIN = ("title", "description", "alt_text", "link", "creative_type", "board_id", "dominant_color", "created_at")


def _ad_pins(world: World, arguments: Arguments) -> Iterator[Record]:
    """The pins that an account's ads promote, each with the time of its newest ad."""
    made: dict[str, int] = {}
    for ad in entities.ads(world, arguments):
        made[ad["pin_id"]] = max(made.get(ad["pin_id"], 0), ad["created_time"])
    for pin_id, created_time in made.items():
        try:
            pin = promoted.pin(world, {**arguments, "pin_id": pin_id})
        except ApiError:
            pin = {}
        media = pin.get("media")
        parts = [media, *media.get("items", ())] if media else []
        yield {
            "pin_id": pin_id,
            "ad_created_time": created_time,
            **{name: pin.get(name) for name in _OF_A_PIN},
            "image_url": next((part["images"]["1200x"]["url"] for part in parts if "images" in part), None),
            "video_cover_url": next((part["cover_image_url"] for part in parts if "cover_image_url" in part), None),
            "media": media,
            "is_readable": bool(pin),
        }


ENTITY_RECORDS: Mapping[str, RecordsOf] = {
    "ad_accounts": lambda world, _: iter(entities.ad_accounts(world, {})),
    "campaigns": in_each_account(entities.campaigns, _ANY_STATUS),
    "ad_groups": in_each_account(entities.ad_groups, _ANY_STATUS),
    "ads": in_each_account(entities.ads, _ANY_STATUS),
    "ad_pins": in_each_account(_ad_pins, _ANY_STATUS),
}


def _public_feeds(world: World, _: Arguments) -> Iterator[Record]:
    """The feeds without what Pinterest signs in with."""
    for index, feed in enumerate(catalogs.feeds(world, {})):
        kept = {name: value for name, value in feed.items() if name != "credentials"}
        yield {**kept, "location": catalogs.PUBLIC_LOCATION.format(index)}


def _feeds(world: World) -> Iterable[Record]:
    return catalogs.feeds(world, {})


def _groups(world: World) -> list[Record]:
    return list(catalogs.product_groups(world, {})) if world.catalogs else []


OF_AN_ACCOUNT: Mapping[str, Listed] = {
    "audiences": account_lists.audiences,
    "customer_lists": account_lists.customer_lists,
    "conversion_tags": account_lists.conversion_tags,
    "promotions": account_lists.promotions,
    "order_lines": account_lists.order_lines,
    "lead_forms": account_lists.lead_forms,
    "billing_profiles": account_lists.billing_profiles,
    "billing_invoices": account_lists.billing_invoices,
}
"""The plain lists of an ad account: a stream has the records of the list, each with the id of the account."""

LIST_RECORDS: Mapping[str, RecordsOf] = {
    **{stream: in_each_account(listed) for stream, listed in OF_AN_ACCOUNT.items()},
    "catalogs": lambda world, _: iter(catalogs.catalogs(world, {})),
    "catalogs_feeds": _public_feeds,
    "catalogs_feed_processing_results": marked(catalogs.processing_results, _each("feed_id", _feeds)),
    "catalogs_product_groups": lambda world, _: iter(_groups(world)),
    "keywords": marked(
        ad_group_lists.keywords,
        lambda world: chain(_accounts(world), _below_accounts(world, Kind.CAMPAIGNS, Kind.AD_GROUPS)),
    ),
    "product_group_promotions": marked(
        ad_group_lists.product_group_promotions,
        lambda world: _below_accounts(world, Kind.AD_GROUPS, entity_statuses=ad_group_lists.STATUSES),
    ),
}


def _labels(world: World, arguments: Arguments) -> Iterator[Record]:
    for found in audience_lists.labels(world, arguments):
        yield from found.get("labels", [found])


def _keyword_metrics(world: World, _: Arguments) -> Iterator[Record]:
    """Those of the texts of each account's keywords, each once; one with a comma can't be requested."""
    texts: dict[str, dict[str, None]] = {}
    for keyword in LIST_RECORDS["keywords"](world, {}):
        if "," not in keyword["value"]:
            texts.setdefault(keyword["ad_account_id"], {})[keyword["value"]] = None
    for account, keywords in texts.items():
        mark = {
            "ad_account_id": account,
            "country_code": ad_account(world, world.account_index(account) or 0)["country"],
        }
        for record in audience_lists.keyword_metrics(world, {"keywords": list(keywords)})["data"]:
            yield {**record, **mark}


AUDIENCE_RECORDS: Mapping[str, RecordsOf] = {
    "audience_insights": in_each_account(
        only(audience_lists.audience_insights),
        *({"audience_insight_type": kind} for kind in audience_lists.INSIGHT_TYPES),
    ),
    "customer_segments": in_each_account(account_lists.customer_segments),
    "targeting_templates": in_each_account(account_lists.targeting_templates),
    "labels": in_each_account(_labels, {"entity_statuses": ("ACTIVE", "ARCHIVED")}),
    "advertiser_defined_events": in_each_account(audience_lists.advertiser_defined_events),
    "conversion_event_quality": in_each_account(
        audience_lists.conversion_eqs, *({"lookback_period": period} for period in audience_lists.LOOKBACK_PERIODS)
    ),
    "keyword_metrics": _keyword_metrics,
}

_FEED_STATS, _CATALOG_STATS = catalog_items.REPORT_TYPES


def _products(world: World, arguments: Arguments) -> Iterator[Record]:
    for product in catalog_items.products(world, arguments):
        yield {**product, "pin_id": product["pin"]["id"]}


def _latest_results(world: World) -> Calls:
    """The latest finished processing of each retail feed that has one: of others Pinterest tells no issues."""
    for feed in _feeds(world):
        finished = [
            result
            for result in catalogs.processing_results(world, {"feed_id": feed["id"]})
            if result["status"] != "PROCESSING"
        ]
        if finished and feed["catalog_type"] == "RETAIL":
            latest = {"processing_result_id": max(finished, key=lambda result: str(result["created_at"]))["id"]}
            yield latest, {**latest, "feed_id": feed["id"]}


def _stats_of(report_type: str, name: str, subjects: Callable[[World], Iterable[Record]]) -> RecordsOf:
    """The numbers of each feed or catalog that has some, with its id."""

    def calls(world: World) -> Calls:
        for one in subjects(world):
            if one["catalog_type"] in catalog_items.TYPES_WITH_STATS:
                report = {"report_type": report_type, name: one["id"]}
                yield {"parameters": {"catalog_type": one["catalog_type"], "report": report}}, {name: one["id"]}

    return marked(catalog_items.report_stats, calls)


CATALOG_ITEM_RECORDS: Mapping[str, RecordsOf] = {
    "catalogs_product_group_counts": marked(only(catalog_items.product_counts), _each("product_group_id", _groups)),
    "catalogs_product_group_products": marked(_products, _each("product_group_id", _groups)),
    "catalogs_feed_item_issues": marked(catalog_items.item_issues, _latest_results),
    "catalogs_feed_ingestion_stats": _stats_of(_FEED_STATS, "feed_id", _feeds),
    "catalogs_distribution_stats": _stats_of(_CATALOG_STATS, "catalog_id", lambda world: catalogs.catalogs(world, {})),
}


def _of_businesses(listed: Listed, parameter: str, marks: Mapping[Any, Record]) -> RecordsOf:
    """The records of each business, for each value of a parameter, with what they are marked with."""
    return marked(
        listed,
        lambda world: (
            ({"assets_summary": True, "business_id": of, parameter: value}, {**mark, "business_id": of})
            for of in business.business_ids(world)
            for value, mark in marks.items()
        ),
    )


ORGANISATION_RECORDS: Mapping[str, RecordsOf] = {
    "business_employers": lambda world, _: iter(business.employers(world, {"assets_summary": True})),
    "business_members": _of_businesses(
        business.members,
        "fetch_system_users",
        {is_system: {"is_system_user": is_system} for is_system in (False, True)},
    ),
    "business_partners": _of_businesses(
        business.partners, "partner_type", {kind: {"partner_type": kind} for kind in business.PARTNER_TYPES}
    ),
    "business_assets": _of_businesses(business.assets, "asset_type", {kind: {} for kind in business.ASSET_TYPES}),
    "linked_business_accounts": lambda world, _: iter(business.linked_businesses(world, {})),
    "user_websites": lambda world, _: iter(business.websites(world, {})),
    "followers": lambda world, _: iter(business.followers(world, {})),
    "following": lambda world, arguments: iter(business.following(world, arguments)),
    "following_boards": lambda world, arguments: iter(business.following_boards(world, arguments)),
}

_KEYS: Mapping[str, tuple[str, ...]] = {
    "ad_pins": ("ad_account_id", "pin_id"),
    "catalogs_feed_processing_results": ("feed_id", "id"),
    "audience_insights": ("ad_account_id", "type"),
    "advertiser_defined_events": ("ad_account_id", "name"),
    "conversion_event_quality": ("ad_account_id", "lookback_period", "source_platform", "ingestion_source"),
    "keyword_metrics": ("ad_account_id", "keyword"),
    "catalogs_product_group_counts": ("product_group_id",),
    "catalogs_product_group_products": ("product_group_id", "pin_id"),
    "catalogs_feed_item_issues": ("processing_result_id", "item_number"),
    "catalogs_feed_ingestion_stats": ("feed_id", "code"),
    "catalogs_distribution_stats": ("catalog_id", "code"),
    "business_members": ("business_id", "id"),
    "business_partners": ("business_id", "partner_type", "id"),
    "business_assets": ("business_id", "asset_type", "asset_id"),
    **dict.fromkeys(("linked_business_accounts", "followers", "following"), ("username",)),
    "user_websites": ("website",),
}
"""Where it is not the id."""


def _keys_of(streams: Iterable[str]) -> dict[str, tuple[str, ...]]:
    return {stream: _KEYS.get(stream, ("id",)) for stream in streams}


ENTITY_KEYS, LIST_KEYS, AUDIENCE_KEYS, CATALOG_ITEM_KEYS, ORGANISATION_KEYS = map(
    _keys_of, (ENTITY_RECORDS, LIST_RECORDS, AUDIENCE_RECORDS, CATALOG_ITEM_RECORDS, ORGANISATION_RECORDS)
)
