"""Which columns of analytics and reports name a record of another stream?"""

from collections.abc import Collection, Mapping

from source_pinterest.columns import TARGETING_TYPE, TARGETING_VALUE
from source_pinterest.streams.ads.accounts import AdAccounts
from source_pinterest.streams.ads.entities import AdGroups, Ads, Campaigns
from source_pinterest.streams.ads.entity_lists import ProductGroupPromotions
from source_pinterest.streams.base.stream import ForeignKey, PinterestStream, to_pin

_ENTITIES: Mapping[str, tuple[int, type[PinterestStream]]] = {
    "AD_ACCOUNT_ID": (0, AdAccounts),
    "ADVERTISER_ID": (0, AdAccounts),
    "CAMPAIGN_ID": (1, Campaigns),
    "AD_GROUP_ID": (2, AdGroups),
    "AD_ID": (3, Ads),
    "PIN_PROMOTION_ID": (3, Ads),
    "PRODUCT_GROUP_ID": (3, ProductGroupPromotions),
}
"""What each column names, and how far within an ad account that lies."""

_TARGETING = ForeignKey(
    "targeting_options", (TARGETING_TYPE, TARGETING_VALUE), unless="Pinterest has no list of such values"
)


def entity_keys(subject: Collection[str], columns: Collection[str]) -> tuple[ForeignKey, ...]:
    """The foreign keys of rows: what they are about, what that lies in, its pin, and its targeting.

    Args:
        subject: the columns that say what a row is about.
        columns: all that it has.
    """
    own = {_ENTITIES[column] for column in ("AD_ACCOUNT_ID", *subject) if column in _ENTITIES}
    depth = max(level for level, _ in own)
    keys = [
        ForeignKey(entities.stream_name(), (column,))
        for column, (level, entities) in _ENTITIES.items()
        if column in columns and (level < depth or (level, entities) in own)
    ]
    if "PIN_ID" in columns and ("PIN_ID" in subject or _ENTITIES["AD_ID"] in own):
        keys.append(to_pin("PIN_ID"))
    if {TARGETING_TYPE, TARGETING_VALUE} <= {*subject, *columns}:
        keys.append(_TARGETING)
    return tuple(keys)


def report_keys(level: str, subject: Collection[str], columns: Collection[str]) -> tuple[ForeignKey, ...]:
    """The foreign keys of a report's rows.

    A row of another level may name a product group too, but nobody knows whether as `product_group_promotions` does.
    """
    is_of_groups = level.startswith("PRODUCT_GROUP")
    return entity_keys([column for column in subject if is_of_groups or column != "PRODUCT_GROUP_ID"], columns)
