"""Build the members and partners of the user's businesses, and the assets that they may use.

https://developers.pinterest.com/docs/api/v5/get-business_members and the operations beside it. The user itself is a
business too, though it is not its own employer.
"""

from collections.abc import Mapping
from typing import Any

from integration_tests.simulator.calls.errors import forbidden
from integration_tests.simulator.world import numbering
from integration_tests.simulator.world.listing import Listing, Record
from integration_tests.simulator.world.seeding import mix, words
from integration_tests.simulator.world.world import World

ASSET_TYPES = ("AD_ACCOUNT", "PROFILE", "ASSET_GROUP", "CATALOG", "CONSUMER")
PERMISSIONS = (
    "ADMIN",
    "ANALYST",
    "FINANCE_MANAGER",
    "FINANCE_EDIT",
    "FINANCE_VIEW",
    "AUDIENCE_MANAGER",
    "CAMPAIGN_MANAGER",
    "CATALOGS_MANAGER",
    "CATALOGS_VIEWER",
    "PROFILE_PUBLISHER",
    "OWNER",
)
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
    return {"id": user, "username": f"käse_{user[-6:]}", "email": f"{user[-6:]}@people.example"}


def _summed(binding: Record, arguments: Mapping[str, Any]) -> Record:
    return binding if arguments.get("assets_summary") else {**binding, "assets_summary": None}


def _business(world: World, arguments: Mapping[str, Any]) -> int:
    """Which business an id names; other people's are closed."""
    known = business_ids(world)
    if arguments["business_id"] not in known:
        raise forbidden()
    return known.index(arguments["business_id"])
