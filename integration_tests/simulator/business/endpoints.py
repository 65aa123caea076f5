"""This table lists the operations on businesses and on the connections of a profile."""

from integration_tests.simulator.business import connections, people
from integration_tests.simulator.calls.operation import AD_ACCOUNT_ID, DocumentOperation, ListOperation, Operation
from integration_tests.simulator.calls.parameters import (
    Choice,
    Digits,
    Flag,
    Integer,
    RepeatedArray,
    Text,
    unsimulated,
)

_BUSINESS = "/businesses/{business_id}"
_ACCESS = ("biz_access:read",)
_USER = ("user_accounts:read",)
_START = unsimulated(Integer("start_index", minimum=0, default=0))
_SUMMARY = Flag("assets_summary", default=False)
_EXPLICIT = unsimulated(Flag("explicit_following", default=False))
_LONGEST_IDS = 500
_LONGEST_ID = 20

BUSINESS_ENDPOINTS: tuple[Operation, ...] = (
    ListOperation(
        "get/business_employers",
        "/businesses/employers",
        "ads_read",
        _ACCESS,
        (Flag("assets_summary", default=True),),
        people.employers,
    ),
    ListOperation(
        "get/business_members",
        f"{_BUSINESS}/members",
        "ads_read",
        _ACCESS,
        (
            Flag("fetch_system_users", default=False),
            _SUMMARY,
            *unsimulated(
                RepeatedArray("business_roles", item=Choice("business_roles", values=people.MEMBER_ROLES)),
                Text("member_ids", max_length=_LONGEST_IDS),
            ),
            *_START,
        ),
        people.members,
    ),
    ListOperation(
        "get/business_partners",
        f"{_BUSINESS}/partners",
        "ads_read",
        _ACCESS,
        (
            _SUMMARY,
            Choice("partner_type", values=people.PARTNER_TYPES),
            *unsimulated(Text("partner_ids", max_length=_LONGEST_IDS), Flag("sort_ascending")),
            *_START,
        ),
        people.partners,
    ),
    ListOperation(
        "business_assets/get",
        f"{_BUSINESS}/assets",
        "ads_read",
        _ACCESS,
        (
            Choice("asset_type", values=people.ASSET_TYPES, default="AD_ACCOUNT"),
            *unsimulated(
                RepeatedArray("permissions", item=Choice("permissions", values=people.PERMISSIONS)),
                Digits("child_asset_id", max_length=_LONGEST_ID),
                Digits("asset_group_id", max_length=_LONGEST_ID),
            ),
            *_START,
        ),
        people.assets,
    ),
    DocumentOperation(
        "linked_business_accounts/get",
        "/user_account/businesses",
        "org_read",
        _USER,
        (),
        connections.linked_businesses,
        takes_app_token=True,
    ),
    ListOperation("user_websites/get", "/user_account/websites", "org_read", _USER, (), connections.websites),
    ListOperation(
        "followers/list", "/user_account/followers", "ads_read", _USER, (), connections.followers, takes_app_token=True
    ),
    ListOperation(
        "user_following/get",
        "/user_account/following",
        "org_read",
        _USER,
        (AD_ACCOUNT_ID, *_EXPLICIT, *unsimulated(Choice("feed_type", values=connections.FEED_TYPES, default="ALL"))),
        connections.following,
        takes_app_token=True,
    ),
    ListOperation(
        "boards_user_follows/list",
        "/user_account/following/boards",
        "org_read",
        _USER,
        (AD_ACCOUNT_ID, *_EXPLICIT),
        connections.following_boards,
        takes_app_token=True,
    ),
)
