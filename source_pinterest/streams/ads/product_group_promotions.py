"""Product groups that are promoted in ad groups."""

from collections.abc import Mapping
from typing import Any, ClassVar

from source_pinterest.config import STATUSES
from source_pinterest.streams.ads.entities import AdGroups
from source_pinterest.streams.ads.entity_lists import EntityListStream
from source_pinterest.streams.ads.entity_stream import EntityStream


class ProductGroupPromotions(EntityListStream):
    """Product groups promoted in each ad group. https://developers.pinterest.com/docs/api/v5/product_group_promotions-list."""

    path_template = "ad_accounts/{ad_account_id}/product_group_promotions"
    listed_by: ClassVar[Mapping[str, type[EntityStream]]] = {"ad_group_id": AdGroups}

    def request_params(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The page, and every status that may have delivered."""
        return {**super().request_params(*args, **kwargs), "entity_statuses": list(STATUSES)}
