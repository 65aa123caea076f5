"""Members, partners and assets of businesses. Records hold names and e-mail addresses of people."""

from abc import ABC
from collections.abc import Generator, Iterator, Mapping
from contextlib import suppress
from typing import Any

from source_pinterest.api.bodies import ListShape, one_item, text_of
from source_pinterest.api.client import PinterestClient
from source_pinterest.api.errors import Access, PinterestError, RightMissingError, SliceError
from source_pinterest.engine.bundles import Bundle
from source_pinterest.engine.listed_ids import ListedIds
from source_pinterest.engine.tasks import ParentIds, Task
from source_pinterest.streams.base.child import ChildStream, VariedStream
from source_pinterest.streams.base.stream import PinterestStream, Sync
from source_pinterest.streams.organic.profile import UserAccount

SCOPE = "biz_access:read"

_BUSINESS_ID = "business_id"
_ADMIN = Access("the role Admin in the business", "Ask an admin of the business for it")


class BusinessEmployers(PinterestStream):
    """Businesses that the user works for. https://developers.pinterest.com/docs/api/v5/get-business_employers."""

    path_template = "businesses/employers"
    scopes = (SCOPE,)
    needs_user_token = True

    def __init__(self, sync: Sync) -> None:
        super().__init__(sync)
        self.own_business = ListedIds(self.name, self._list_own_business)
        """The id of the user, if the user is a business."""
        self._profile = PinterestClient(sync.api, self.name, UserAccount.scopes)

    def read_list(self, task: Task) -> Generator[Bundle, None, Any]:
        """Yield the employers. If other streams need the user's own business, request it as well."""
        result = yield from super().read_list(task)
        if self.own_business.wanted:
            # Requested here so that no other worker waits for it. An error is raised again in the streams that need it.
            with suppress(PinterestError):
                self.own_business.get(())
        return result

    def _list_own_business(self, parents: ParentIds) -> Iterator[str]:
        del parents
        [user] = self._profile.send(UserAccount.path_template, {}, one_item).value.items
        if user.get("account_type") == "BUSINESS":
            yield text_of(user["id"])


class BusinessStream(ChildStream, ABC):
    """One task for each business: those that the user works for, and the user's own."""

    scopes = (SCOPE,)
    access = _ADMIN
    needs_user_token = True
    child_of = BusinessEmployers
    parent_unless = "the business is the user itself"
    parent_fields = (_BUSINESS_ID,)

    def needed_ids(self) -> Iterator[ListedIds]:
        """Yield the ids of the employers, and of the user's own business."""
        yield from super().needed_ids()
        yield self.shared.stream(BusinessEmployers).own_business

    def tasks(self) -> Iterator[Task]:
        """Yield a task for each employer, then for the user's own business."""
        employers: set[str] = set()
        for task in super().tasks():
            employers.update(task.parents.values())
            yield task
        try:
            own_businesses = set(self.shared.stream(BusinessEmployers).own_business.get(()))
        except RightMissingError as error:
            self.notices.warn("own business", f"A business of the user's own is left out. {error.message}")
        except SliceError as error:
            yield Task.failed({}, error)
        else:
            for business in own_businesses - employers:
                yield self.task({_BUSINESS_ID: business})


class BusinessMembers(VariedStream, BusinessStream):
    """People and system users in each business, with the assets that they may use. https://developers.pinterest.com/docs/api/v5/get-business_members."""

    primary_key: str | list[str] = ["business_id", "id"]  # noqa: RUF012 - the framework's attribute, never changed
    path_template = "businesses/{business_id}/members"
    parameter = "fetch_system_users"
    values = ("false", "true")
    cost = "two requests for each business, and one for each further 250 records"

    def request_params(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Ask for the assets that each member may use."""
        return {**super().request_params(*args, **kwargs), "assets_summary": "true"}

    def stamp(self, value: str) -> Mapping[str, Any]:
        """Return whether the members are system users."""
        return {"is_system_user": value == "true"}


class BusinessPartners(VariedStream, BusinessStream):
    """Partners of each business, with the shared assets. https://developers.pinterest.com/docs/api/v5/get-business_partners."""

    primary_key: str | list[str] = ["business_id", "partner_type", "id"]  # noqa: RUF012 - as above
    path_template = "businesses/{business_id}/partners"
    parameter = "partner_type"
    values = ("INTERNAL", "EXTERNAL")
    cost = "two requests for each business, and one for each further 250 records"

    def request_params(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Ask for the assets that are shared with each partner."""
        return {**super().request_params(*args, **kwargs), "assets_summary": "true"}


class BusinessAssets(VariedStream, BusinessStream):
    """Ad accounts, profiles, catalogs and groups of them that each business may use. https://developers.pinterest.com/docs/api/v5/business_assets-get."""

    primary_key: str | list[str] = ["business_id", "asset_type", "asset_id"]  # noqa: RUF012 - as above
    path_template = "businesses/{business_id}/assets"
    shape = ListShape(("asset_id",))
    parameter = "asset_type"
    values = ("AD_ACCOUNT", "PROFILE", "ASSET_GROUP", "CATALOG")
    cost = "four requests for each business, and one for each further 250 records"
