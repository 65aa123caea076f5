"""Businesses, their people and assets, what a profile is connected with, and the table of the operations.

https://developers.pinterest.com/docs/api/v5/get-business_members, followers-list and the operations beside them. The
user itself is a business too, though it is not its own employer.
"""

from collections.abc import Callable, Mapping
from typing import Any

from integration_tests.simulator.analytics.columns import names_in
from integration_tests.simulator.calls.errors import forbidden
from integration_tests.simulator.calls.operation import AD_ACCOUNT_ID, DocumentOperation, ListOperation, Operation
from integration_tests.simulator.calls.parameters import Choice, Flag, Parameter
from integration_tests.simulator.lists.generated import generated
from integration_tests.simulator.world import numbering
from integration_tests.simulator.world.listing import Listing, Record
from integration_tests.simulator.world.seeding import mix
from integration_tests.simulator.world.world import World

ASSET_TYPES = ("AD_ACCOUNT", "PROFILE", "ASSET_GROUP", "CATALOG", "CONSUMER")
PERMISSIONS = names_in("""
    ADMIN ANALYST FINANCE_MANAGER FINANCE_EDIT FINANCE_VIEW AUDIENCE_MANAGER CAMPAIGN_MANAGER CATALOGS_MANAGER
    CATALOGS_VIEWER PROFILE_PUBLISHER OWNER
""")
MEMBER_ROLES = ("EMPLOYEE", "BIZ_ADMIN")
PARTNER_TYPES = ("INTERNAL", "EXTERNAL")
_USERS_PER_BUSINESS = 10_000
_SERIES = {"false": 0, "true": 1, "INTERNAL": 2, "EXTERNAL": 3}
_PEOPLE_OF_A_KIND = 2


def own_business() -> str:
    return numbering.USERS.id_of(0)


def business_ids(world: World) -> list[str]:
    """The user, and those it works for."""
    return [own_business(), *(employer(world, index)["id"] for index in range(world.employers))]


def employers(world: World, arguments: Mapping[str, Any]) -> Listing:
    return Listing(range(world.employers), lambda index: _summed(employer(world, index), arguments))


def employer(world: World, index: int) -> Record:
    return _binding(numbering.BUSINESSES.id_of(index), "EMPLOYEE", mix(world.seed, 60, index))


def members(world: World, arguments: Mapping[str, Any]) -> Listing:
    business = _business(world, arguments)
    series = _SERIES["true" if arguments["fetch_system_users"] else "false"]
    return _people(world, business, series, MEMBER_ROLES, arguments)


def partners(world: World, arguments: Mapping[str, Any]) -> Listing:
    business = _business(world, arguments)
    series = _SERIES[arguments.get("partner_type") or "INTERNAL"]
    return _people(world, business, series, ("PARTNER",), arguments)


def assets(world: World, arguments: Mapping[str, Any]) -> Listing:
    business, kind = _business(world, arguments), arguments["asset_type"]
    indexes = range(0 if kind == "CONSUMER" else 1 + business % 2)
    return Listing(indexes, lambda index: asset(world, business, kind, index))


def asset(world: World, business: int, kind: str, index: int) -> Record:
    bits = mix(world.seed, 61, business, ASSET_TYPES.index(kind), index)
    number = (business * len(ASSET_TYPES) + ASSET_TYPES.index(kind)) * _USERS_PER_BUSINESS + index
    permissions = [PERMISSIONS[bits % len(PERMISSIONS)]]
    asset_id = numbering.BUSINESSES.id_of(number)
    return generated("business_assets/get", index, asset_id=asset_id, asset_type=kind, permissions=permissions)


def _people(world: World, business: int, series: int, roles: tuple[str, ...], arguments: Mapping[str, Any]) -> Listing:
    return Listing(
        range(_PEOPLE_OF_A_KIND),
        lambda index: _summed(_person(world, business, series, index, roles[index % len(roles)]), arguments),
    )


def _person(world: World, business: int, series: int, index: int, role: str) -> Record:
    number = (business * len(_SERIES) + series) * _USERS_PER_BUSINESS + index
    return _binding(numbering.BUSINESS_USERS.id_of(number), role, mix(world.seed, 62, number))


def _binding(user: str, role: str, bits: int) -> Record:
    return generated(
        "get/business_members",
        bits,
        id=user,
        user={"id": user, "username": f"käse_{user[-6:]}", "email": f"{user[-6:]}@example"},
        business_roles=[role],
    )


def _summed(binding: Record, arguments: Mapping[str, Any]) -> Record:
    return binding if arguments.get("assets_summary") else {**binding, "assets_summary": None}


def _business(world: World, arguments: Mapping[str, Any]) -> int:
    """Which business an id names; other people's are closed."""
    known = business_ids(world)
    if arguments["business_id"] not in known:
        raise forbidden()
    return known.index(arguments["business_id"])


def _listing(make: Callable[[World, int, int], Record]) -> Callable[[World, Mapping[str, Any]], Listing]:
    """The connections of whoever a call is about, of whom each has as many."""

    def listing(world: World, arguments: Mapping[str, Any]) -> Listing:
        owner = world.owner_of(arguments.get("ad_account_id"))
        return Listing(range(world.connections), lambda index: make(world, owner, index))

    return listing


def _profile(series: int) -> Callable[[World, int, int], Record]:
    def make(world: World, owner: int, index: int) -> Record:
        return {"username": f"käse_{mix(world.seed, series, owner, index) % 10**9}_{index}", "type": "user"}

    return make


def followed_board(_world: World, owner: int, index: int) -> Record:
    return generated("boards_user_follows/list", index, id=numbering.FOLLOWED_BOARDS.id_of(owner * 1_000 + index))


def website(world: World, _owner: int, index: int) -> Record:
    return generated("user_websites/get", index, website=f"shop-{mix(world.seed, 73) % 1000}-{index}.example")


def linked_business(_world: World, _owner: int, index: int) -> Record:
    return generated("linked_business_accounts/get", index, username=f"business_{index}")


followers = _listing(_profile(70))
following = _listing(_profile(71))
following_boards = _listing(followed_board)
websites = _listing(website)
_linked = _listing(linked_business)


def linked_businesses(world: World, arguments: Mapping[str, Any]) -> list[Record]:
    return list(_linked(world, arguments))


_SUMMARY = Flag("assets_summary", default=False)


def _of_business(name: str, path: str, listing: Callable[..., Listing], *parameters: Parameter) -> Operation:
    return ListOperation(name, f"/businesses/{path}", "ads_read", ("biz_access:read",), parameters, listing)


def _of_profile(
    name: str,
    path: str,
    answer: Callable[..., Any],
    *parameters: Parameter,
    kind: Callable[..., Operation] = ListOperation,
    category: str = "org_read",
    takes_app_token: bool = True,
) -> Operation:
    scopes = ("user_accounts:read",)
    path = f"/user_account/{path}"
    return kind(name, path, category, scopes, parameters, answer, takes_app_token=takes_app_token)


BUSINESS_ENDPOINTS: tuple[Operation, ...] = (
    _of_business("get/business_employers", "employers", employers, Flag("assets_summary", default=True)),
    _of_business(
        "get/business_members",
        "{business_id}/members",
        members,
        Flag("fetch_system_users", default=False),
        _SUMMARY,
    ),
    _of_business(
        "get/business_partners",
        "{business_id}/partners",
        partners,
        _SUMMARY,
        Choice("partner_type", values=PARTNER_TYPES),
    ),
    _of_business(
        "business_assets/get",
        "{business_id}/assets",
        assets,
        Choice("asset_type", values=ASSET_TYPES, default="AD_ACCOUNT"),
    ),
    _of_profile("linked_business_accounts/get", "businesses", linked_businesses, kind=DocumentOperation),
    _of_profile("user_websites/get", "websites", websites, takes_app_token=False),
    _of_profile("followers/list", "followers", followers, category="ads_read"),
    _of_profile("user_following/get", "following", following, AD_ACCOUNT_ID),
    _of_profile("boards_user_follows/list", "following/boards", following_boards, AD_ACCOUNT_ID),
)
