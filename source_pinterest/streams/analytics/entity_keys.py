"""The foreign keys of analytics and report rows."""

from collections.abc import Collection, Mapping

from source_pinterest.columns import TARGETING_TYPE, TARGETING_VALUE
from source_pinterest.streams.ads.accounts import AdAccounts
from source_pinterest.streams.ads.entities import AdGroups, Ads, Campaigns
from source_pinterest.streams.ads.entity_lists import ProductGroupPromotions
from source_pinterest.streams.base.declaration import ForeignKey, to_pin
from source_pinterest.streams.base.stream import PinterestStream

_ENTITIES: Mapping[str, tuple[int, type[PinterestStream]]] = {
    "AD_ACCOUNT_ID": (0, AdAccounts),
    "ADVERTISER_ID": (0, AdAccounts),
    "CAMPAIGN_ID": (1, Campaigns),
    "AD_GROUP_ID": (2, AdGroups),
    "AD_ID": (3, Ads),
    "PIN_PROMOTION_ID": (3, Ads),
    "PRODUCT_GROUP_ID": (3, ProductGroupPromotions),
}
"""The stream that each id column refers to, with its depth in the hierarchy of an ad account."""

_TARGETING = ForeignKey(
    "targeting_options", (TARGETING_TYPE, TARGETING_VALUE), unless="Pinterest has no list of such values"
)


def entity_keys(subject: Collection[str], columns: Collection[str]) -> tuple[ForeignKey, ...]:
    """Return the foreign keys of rows: to their entity, its parents, its pin, and its targeting option.

    Args:
        subject: the columns that identify the entity.
        columns: all columns of a row.
    """
    own = {_ENTITIES[column] for column in ("AD_ACCOUNT_ID", *subject) if column in _ENTITIES}
    own_depth = max(depth for depth, _ in own)
    keys = [
        ForeignKey(entities.stream_name(), (column,))
        for column, (depth, entities) in _ENTITIES.items()
        if column in columns and (depth < own_depth or (depth, entities) in own)
    ]
    if "PIN_ID" in columns and ("PIN_ID" in subject or _ENTITIES["AD_ID"] in own):
        keys.append(to_pin("PIN_ID"))
    if {TARGETING_TYPE, TARGETING_VALUE} <= {*subject, *columns}:
        keys.append(_TARGETING)
    return tuple(keys)


def report_keys(level: str, subject: Collection[str], columns: Collection[str]) -> tuple[ForeignKey, ...]:
    """Return the foreign keys of a report's rows.

    At other levels than product groups, `PRODUCT_GROUP_ID` is not a foreign key: nobody knows whether the id is the one
    of `product_group_promotions`.
    """
    is_of_groups = level.startswith("PRODUCT_GROUP")
    return entity_keys([column for column in subject if is_of_groups or column != "PRODUCT_GROUP_ID"], columns)
