"""This table lists the operations on businesses and on the connections of a profile."""

from integration_tests.simulator.business import connections, people
from integration_tests.simulator.calls.operation import AD_ACCOUNT_ID, DocumentOperation, ListOperation, Operation
from integration_tests.simulator.calls.parameters import Choice, Flag

_BUSINESS = "/businesses/{business_id}"
_ACCESS = ("biz_access:read",)
_USER = ("user_accounts:read",)
_SUMMARY = Flag("assets_summary", default=False)

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
        (Flag("fetch_system_users", default=False), _SUMMARY),
        people.members,
    ),
    ListOperation(
        "get/business_partners",
        f"{_BUSINESS}/partners",
        "ads_read",
        _ACCESS,
        (_SUMMARY, Choice("partner_type", values=people.PARTNER_TYPES)),
        people.partners,
    ),
    ListOperation(
        "business_assets/get",
        f"{_BUSINESS}/assets",
        "ads_read",
        _ACCESS,
        (Choice("asset_type", values=people.ASSET_TYPES, default="AD_ACCOUNT"),),
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
        (AD_ACCOUNT_ID,),
        connections.following,
        takes_app_token=True,
    ),
    ListOperation(
        "boards_user_follows/list",
        "/user_account/following/boards",
        "org_read",
        _USER,
        (AD_ACCOUNT_ID,),
        connections.following_boards,
        takes_app_token=True,
    ),
)
