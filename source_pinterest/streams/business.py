"""Members, partners and assets of businesses. Records hold names and e-mail addresses of people."""

from abc import ABC
from collections.abc import Iterator, Mapping
from typing import Any

from source_pinterest.api.errors import Access, MissingEntitlementError, TaskError
from source_pinterest.config import Config
from source_pinterest.engine.tasks import Task
from source_pinterest.streams.base.declaration import Parent
from source_pinterest.streams.base.stream import PinterestStream
from source_pinterest.streams.base.sync import SyncContext
from source_pinterest.streams.organic.profile import UserAccount, UserStream

SCOPE = "biz_access:read"

_BUSINESS_ID = "business_id"
_ADMIN = Access("the role Admin in the business", "Ask an admin of the business for it")


class BusinessEmployers(PinterestStream):
    """Businesses that the user works for. https://developers.pinterest.com/docs/api/v5/get-business_employers."""

    path_template = "businesses/employers"
    scopes = (SCOPE,)
    needs_user_token = True


class TokenUser(UserStream):
    """The user of the token, where `user_account` is the profile of an ad account's owner. Not in the catalog."""

    def __init__(self, sync: SyncContext) -> None:
        super().__init__(sync, BusinessEmployers.stream_name())  # whose summary counts the request


def _is_of_owners(config: Config) -> bool:
    return bool(config.account_id or config.organic_per_ad_account)


class BusinessStream(PinterestStream, ABC):
    """One task for each business: those that the user works for, and the user's own."""

    scopes = (SCOPE,)
    access = _ADMIN
    needs_user_token = True
    parents = (
        Parent(UserAccount, when=lambda config: not _is_of_owners(config)),
        Parent(TokenUser, when=_is_of_owners),
        Parent(BusinessEmployers, _BUSINESS_ID, unless="the business is the user itself"),
    )

    def __init__(self, sync: SyncContext) -> None:
        super().__init__(sync)
        self._user: UserStream = sync.stream(TokenUser if _is_of_owners(sync.config) else UserAccount)

    def tasks(self) -> Iterator[Task]:
        """Yield a task for each employer, then for the user's own business."""
        employers: set[str] = set()
        for task in super().tasks():
            employers.update(task.parents.values())
            yield task
        try:
            self._user.ids.check(())
        except MissingEntitlementError as error:
            self.notices.warn("own business", f"A business of the user's own is skipped. {error.message}")
        except TaskError as error:
            yield Task.failed({}, error)
        else:
            for business in self._user.businesses - employers:
                yield self.task({_BUSINESS_ID: business})


class BusinessMembers(BusinessStream):
    """People and system users in each business, with the assets that they may use. https://developers.pinterest.com/docs/api/v5/get-business_members."""

    key = ("business_id", "id")
    path_template = "businesses/{business_id}/members"
    parameter = "fetch_system_users"
    values = ("false", "true")
    cost = "two requests for each business, and one for each further 250 records"
    params: Mapping[str, Any] = {"assets_summary": "true"}

    def stamp(self, value: str) -> Mapping[str, Any]:
        return {"is_system_user": value == "true"}


class BusinessPartners(BusinessStream):
    """Partners of each business, with the shared assets. https://developers.pinterest.com/docs/api/v5/get-business_partners."""

    key = ("business_id", "partner_type", "id")
    path_template = "businesses/{business_id}/partners"
    parameter = "partner_type"
    values = ("INTERNAL", "EXTERNAL")
    cost = "two requests for each business, and one for each further 250 records"
    params: Mapping[str, Any] = {"assets_summary": "true"}


class BusinessAssets(BusinessStream):
    """Ad accounts, profiles, catalogs and groups of them that each business may use. https://developers.pinterest.com/docs/api/v5/business_assets-get."""

    key = ("business_id", "asset_type", "asset_id")
    path_template = "businesses/{business_id}/assets"
    parameter = "asset_type"
    values = ("AD_ACCOUNT", "PROFILE", "ASSET_GROUP", "CATALOG")
    cost = "four requests for each business, and one for each further 250 records"
