"""Product groups that are promoted in ad groups."""

from collections.abc import Mapping
from typing import Any, ClassVar

from source_pinterest.config import STATUSES
from source_pinterest.streams.ads.entities import AdGroups
from source_pinterest.streams.ads.entity_lists import EntityListStream
from source_pinterest.streams.ads.entity_stream import EntityStream
from source_pinterest.streams.base.foreign_keys import ForeignKey, to_pin


class ProductGroupPromotions(EntityListStream):
    """Product groups promoted in each ad group. https://developers.pinterest.com/docs/api/v5/product_group_promotions-list."""

    path_template = "ad_accounts/{ad_account_id}/product_group_promotions"
    listed_by: ClassVar[Mapping[str, type[EntityStream]]] = {"ad_group_id": AdGroups}
    foreign_keys = (
        ForeignKey("ad_groups", ("ad_group_id",)),
        ForeignKey("catalogs_product_groups", ("catalog_product_group_id",), unless="the catalog is somebody else's"),
        to_pin("collections_hero_pin_id"),
    )

    def request_params(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The page, and every status that may have delivered."""
        return {**super().request_params(*args, **kwargs), "entity_statuses": list(STATUSES)}
