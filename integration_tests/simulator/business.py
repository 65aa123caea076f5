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
from integration_tests.simulator.world.seeding import mix, words
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
    return _binding(world, numbering.BUSINESSES.id_of(index), "EMPLOYEE", mix(world.seed, 60, index))


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
    asset_id = numbering.BUSINESSES.id_of(number)
    return {
        "asset_id": asset_id,
        "asset_type": kind,
        "permissions": [PERMISSIONS[bits % len(PERMISSIONS)]],
        "asset_group_info": _group(asset_id, bits) if kind == "ASSET_GROUP" else None,
        "catalog_info": {"id": asset_id, "name": words(bits), "catalog_type": "RETAIL"} if kind == "CATALOG" else None,
    }


def _group(group: str, bits: int) -> Record:
    return {
        "id": group,
        "asset_group_name": words(bits),
        "asset_group_description": None,
        "asset_group_types": ["BRAND"],
        "ad_accounts_ids": [numbering.AD_ACCOUNTS.id_of(0)],
        "catalogs_ids": [],
        "profiles_ids": [],
        "created_by": _user(own_business()),
        "owner": _user(own_business()),
        "created_time": 1_646_767_577,
        "updated_time": None,
    }


def _people(world: World, business: int, series: int, roles: tuple[str, ...], arguments: Mapping[str, Any]) -> Listing:
    return Listing(
        range(_PEOPLE_OF_A_KIND),
        lambda index: _summed(_person(world, business, series, index, roles[index % len(roles)]), arguments),
    )


def _person(world: World, business: int, series: int, index: int, role: str) -> Record:
    number = (business * len(_SERIES) + series) * _USERS_PER_BUSINESS + index
    return _binding(world, numbering.BUSINESS_USERS.id_of(number), role, mix(world.seed, 62, number))


def _binding(world: World, user: str, role: str, bits: int) -> Record:
    return {
        "id": user,
        "user": _user(user),
        "business_roles": [role],
        "is_shared_partner": role == "PARTNER" and bits % 2 == 0,
        "created_by_business": None if bits % 3 else _user(own_business()),
        "created_by_user": None if bits % 2 else _user(own_business()),
        "created_time": None if bits % 5 == 4 else 1_646_767_577_816 + bits % 1_000_000,
        "assets_summary": {
            "ad_accounts": [{"id": world.account_id(0), "permissions": ["ANALYST"]}],
            "profiles": [{"id": own_business(), "permissions": ["PROFILE_PUBLISHER"]}],
        },
    }


def _user(user: str) -> Record:
    return {"id": user, "username": f"käse_{user[-6:]}", "email": f"{user[-6:]}@example"}


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
    return {
        "website": f"shop-{mix(world.seed, 73) % 1000}-{index}.example",
        "status": "PENDING" if index % 2 else "VERIFIED",
        "verified_at": None if index % 2 else "2024-02-01 11:02:33",
    }


def linked_business(world: World, _owner: int, index: int) -> Record:
    picture = f"https://i.pinimg.com/{mix(world.seed, 74) % 1000}-{index}"
    sizes = ("small", "medium", "large", "xlarge")
    return {"username": f"business_{index}", **{f"image_{size}_url": f"{picture}-{size}.jpg" for size in sizes}}


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
