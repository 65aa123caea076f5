"""Who belongs to a business, and what does it have? With names and e-mail addresses of people."""

from collections.abc import Mapping
from typing import Any

from source_pinterest.api.bodies import ListShape
from source_pinterest.streams.base.varied import VariedStream
from source_pinterest.streams.business.base import BusinessStream


class BusinessMembers(VariedStream, BusinessStream):
    """People and system users in each business, with what they may use. https://developers.pinterest.com/docs/api/v5/get-business_members."""

    primary_key: str | list[str] = ["business_id", "id"]  # noqa: RUF012 - the framework's attribute, never changed
    path_template = "businesses/{business_id}/members"
    parameter = "fetch_system_users"
    values = ("false", "true")
    cost = "2 a business, and 1 a further page of 250"

    def request_params(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The page, and what each member may use."""
        return {**super().request_params(*args, **kwargs), "assets_summary": "true"}

    def stamp(self, value: str) -> Mapping[str, Any]:
        """Whether the members are programs."""
        return {"is_system_user": value == "true"}


class BusinessPartners(VariedStream, BusinessStream):
    """Partners of each business, with what is shared. https://developers.pinterest.com/docs/api/v5/get-business_partners."""

    primary_key: str | list[str] = ["business_id", "partner_type", "id"]  # noqa: RUF012 - as above
    path_template = "businesses/{business_id}/partners"
    parameter = "partner_type"
    values = ("INTERNAL", "EXTERNAL")
    cost = "2 a business, and 1 a further page of 250"

    def request_params(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The page, and what is shared with each partner."""
        return {**super().request_params(*args, **kwargs), "assets_summary": "true"}


class BusinessAssets(VariedStream, BusinessStream):
    """Ad accounts, profiles, catalogs and groups of them that each business may use. https://developers.pinterest.com/docs/api/v5/business_assets-get."""

    primary_key: str | list[str] = ["business_id", "asset_type", "asset_id"]  # noqa: RUF012 - as above
    path_template = "businesses/{business_id}/assets"
    shape = ListShape(("asset_id",))
    parameter = "asset_type"
    values = ("AD_ACCOUNT", "PROFILE", "ASSET_GROUP", "CATALOG")
    cost = "4 a business, and 1 a further page of 250"
