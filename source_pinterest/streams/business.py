"""Members, partners and assets of businesses. Records hold names and e-mail addresses of people."""

from abc import ABC
from collections.abc import Iterator, Mapping
from typing import Any

from source_pinterest.api.errors import Access, RightMissingError, SliceError
from source_pinterest.config import Config
from source_pinterest.engine.tasks import Task
from source_pinterest.streams.base.declaration import Parent
from source_pinterest.streams.base.stream import PinterestStream
from source_pinterest.streams.base.sync import Sync
from source_pinterest.streams.base.varied import VariedStream
from source_pinterest.streams.organic.profile import UserAccount

SCOPE = "biz_access:read"

_BUSINESS_ID = "business_id"
_ADMIN = Access("the role Admin in the business", "Ask an admin of the business for it")


def _reads_others(config: Config) -> bool:
    """Return whether profiles are those of ad accounts' owners, and not that of the token's user."""
    return bool(config.account_id or config.organic_per_ad_account)


class BusinessEmployers(PinterestStream):
    """Businesses that the user works for. https://developers.pinterest.com/docs/api/v5/get-business_employers."""

    path_template = "businesses/employers"
    scopes = (SCOPE,)
    needs_user_token = True


class OwnProfile(PinterestStream):
    """The profile of the token's user, if `user_account` has those of others. No stream of the catalog."""

    path_template = UserAccount.path_template
    page_size = None
    scopes = UserAccount.scopes
    parse = UserAccount.parse
    fact_for_children = UserAccount.fact_for_children

    def __init__(self, sync: Sync) -> None:
        super().__init__(sync, BusinessEmployers.stream_name())  # which has the request in its summary


class BusinessStream(PinterestStream, ABC):
    """One task for each business: those that the user works for, and the user's own."""

    scopes = (SCOPE,)
    access = _ADMIN
    needs_user_token = True
    parents = (
        Parent(UserAccount, when=lambda config: not _reads_others(config)),
        Parent(OwnProfile, when=_reads_others),
        Parent(BusinessEmployers, _BUSINESS_ID, unless="the business is the user itself"),
    )

    def tasks(self) -> Iterator[Task]:
        """Yield a task for each employer, then for the user's own business."""
        employers: set[str] = set()
        for task in super().tasks():
            employers.update(task.parents.values())
            yield task
        try:
            users = self.shared.stream(OwnProfile if _reads_others(self.config) else UserAccount).ids
            own_businesses = {user for user in users.get(()) if users.fact_about(user)}
        except RightMissingError as error:
            self.notices.warn("own business", f"A business of the user's own is left out. {error.message}")
        except SliceError as error:
            yield Task.failed({}, error)
        else:
            for business in own_businesses - employers:
                yield self.task({_BUSINESS_ID: business})


class BusinessMembers(VariedStream, BusinessStream):
    """People and system users in each business, with the assets that they may use. https://developers.pinterest.com/docs/api/v5/get-business_members."""

    key = ("business_id", "id")
    path_template = "businesses/{business_id}/members"
    parameter = "fetch_system_users"
    values = ("false", "true")
    cost = "two requests for each business, and one for each further 250 records"

    def request_params(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return {**super().request_params(*args, **kwargs), "assets_summary": "true"}

    def stamp(self, value: str) -> Mapping[str, Any]:
        return {"is_system_user": value == "true"}


class BusinessPartners(VariedStream, BusinessStream):
    """Partners of each business, with the shared assets. https://developers.pinterest.com/docs/api/v5/get-business_partners."""

    key = ("business_id", "partner_type", "id")
    path_template = "businesses/{business_id}/partners"
    parameter = "partner_type"
    values = ("INTERNAL", "EXTERNAL")
    cost = "two requests for each business, and one for each further 250 records"

    def request_params(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return {**super().request_params(*args, **kwargs), "assets_summary": "true"}


class BusinessAssets(VariedStream, BusinessStream):
    """Ad accounts, profiles, catalogs and groups of them that each business may use. https://developers.pinterest.com/docs/api/v5/business_assets-get."""

    key = ("business_id", "asset_type", "asset_id")
    path_template = "businesses/{business_id}/assets"
    parameter = "asset_type"
    values = ("AD_ACCOUNT", "PROFILE", "ASSET_GROUP", "CATALOG")
    cost = "four requests for each business, and one for each further 250 records"
