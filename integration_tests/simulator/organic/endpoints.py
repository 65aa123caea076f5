"""This table lists the operations on a user's account, boards, pins and their analytics."""

from integration_tests.simulator.calls.operation import AD_ACCOUNT_ID, DocumentOperation, ListOperation, Operation
from integration_tests.simulator.calls.parameters import (
    Choice,
    CommaArray,
    Day,
    Digits,
    Flag,
    Integer,
    Parameter,
    RepeatedArray,
    Text,
    unsimulated,
)
from integration_tests.simulator.calls.rules import names_metrics_of_a_split, recent_days
from integration_tests.simulator.organic import content, pin_analytics, pins, promoted, user_analytics

_BOARDS = ("boards:read",)
_PINS = ("boards:read", "pins:read")
_USER = ("user_accounts:read",)
_USER_AND_PINS = ("pins:read", "user_accounts:read")
_DAYS = (Day("start_date", required=True), Day("end_date", required=True))
_APP_TYPES = unsimulated(Choice("app_types", values=("ALL", *pin_analytics.APP_TYPES), default="ALL"))
_CREATIVE_TYPES = RepeatedArray("creative_types", item=Choice("creative_types", values=content.CREATIVE_TYPES))
_PIN_METRICS = CommaArray("metric_types", required=True, item=Choice("metric_types", values=pin_analytics.PIN_METRICS))


def _ranking(metrics: tuple[str, ...], sorts: tuple[str, ...]) -> tuple[Parameter, ...]:
    return (
        *_DAYS,
        Choice("sort_by", required=True, values=sorts),
        *unsimulated(
            Choice("from_claimed_content", values=("OTHER", "CLAIMED", "BOTH"), default="BOTH"),
            Choice("pin_format", values=user_analytics.PIN_FORMATS, default="ALL"),
            *_APP_TYPES,
            Choice("content_type", values=("ALL", "PAID", "ORGANIC"), default="ALL"),
            Choice("source", values=("ALL", "YOUR_PINS", "OTHER_PINS"), default="ALL"),
            Choice("created_in_last_n_days", values=("30",)),
        ),
        CommaArray("metric_types", item=Choice("metric_types", values=metrics)),
        Integer("num_of_pins", minimum=1, maximum=50, default=10),
        AD_ACCOUNT_ID,
    )


ORGANIC_ENDPOINTS: tuple[Operation, ...] = (
    DocumentOperation(
        "user_account/get",
        "/user_account",
        "org_read",
        _USER,
        (AD_ACCOUNT_ID,),
        content.user_account,
        takes_app_token=True,
    ),
    ListOperation(
        "boards/list",
        "/boards",
        "org_read",
        _BOARDS,
        (
            AD_ACCOUNT_ID,
            *unsimulated(Choice("privacy", values=("ALL", "PUBLIC", "PROTECTED", "SECRET", "PUBLIC_AND_SECRET"))),
        ),
        content.boards,
        takes_app_token=True,
    ),
    DocumentOperation(
        "boards/get",
        "/boards/{board_id}",
        "org_read",
        _BOARDS,
        (AD_ACCOUNT_ID,),
        content.board_by_id,
        takes_app_token=True,
    ),
    ListOperation(
        "board_sections/list",
        "/boards/{board_id}/sections",
        "org_read",
        _BOARDS,
        (AD_ACCOUNT_ID,),
        content.board_sections,
        takes_app_token=True,
    ),
    ListOperation(
        "boards/list_pins",
        "/boards/{board_id}/pins",
        "org_read",
        _PINS,
        (AD_ACCOUNT_ID, Flag("pin_metrics", default=False), *unsimulated(_CREATIVE_TYPES)),
        content.board_pins,
        takes_app_token=True,
    ),
    ListOperation(
        "board_sections/list_pins",
        "/boards/{board_id}/sections/{section_id}/pins",
        "org_read",
        _PINS,
        (AD_ACCOUNT_ID,),
        content.board_section_pins,
        takes_app_token=True,
    ),
    DocumentOperation(
        "user_account/analytics",
        "/user_account/analytics",
        "org_analytics",
        _USER,
        (
            *_DAYS,
            Choice(
                "from_claimed_content",
                values=("OTHER", "CLAIMED", "BOTH"),
                default=user_analytics.DEFAULTS["from_claimed_content"],
            ),
            Choice("pin_format", values=user_analytics.PIN_FORMATS, default=user_analytics.DEFAULTS["pin_format"]),
            Choice(
                "app_types", values=("ALL", "MOBILE", "TABLET", "WEB"), default=user_analytics.DEFAULTS["app_types"]
            ),
            Choice("content_type", values=("ALL", "PAID", "ORGANIC"), default=user_analytics.DEFAULTS["content_type"]),
            Choice("source", values=("ALL", "YOUR_PINS", "OTHER_PINS"), default=user_analytics.DEFAULTS["source"]),
            CommaArray("metric_types", item=Choice("metric_types", values=user_analytics.METRICS)),
            Choice("split_field", values=tuple(user_analytics.SPLITS), default=user_analytics.DEFAULTS["split_field"]),
            AD_ACCOUNT_ID,
        ),
        user_analytics.user_account_analytics,
        rules=(recent_days, names_metrics_of_a_split),
    ),
    ListOperation(
        "pins/list",
        "/pins",
        "org_read",
        _PINS,
        (
            AD_ACCOUNT_ID,
            Flag("pin_metrics", default=False),
            Flag("include_protected_pins", default=False),
            *unsimulated(
                Choice("pin_filter", values=("exclude_native", "exclude_repins", "has_been_promoted")),
                Choice("pin_type", values=("PRIVATE",)),
                _CREATIVE_TYPES,
                Text("domain"),
                RepeatedArray("domains", item=Text("domains"), max_items=100),
                Flag("include_product_tag_obj", default=False),
            ),
        ),
        pins.pins,
        takes_app_token=True,
    ),
    DocumentOperation(
        "multi_pins/analytics",
        "/pins/analytics",
        "org_analytics",
        _PINS,
        (
            RepeatedArray("pin_ids", required=True, item=Digits("pin_ids"), max_items=100),
            *_DAYS,
            *_APP_TYPES,
            _PIN_METRICS,
            AD_ACCOUNT_ID,
        ),
        pin_analytics.multi_pins_analytics,
        rules=(recent_days,),
        takes_app_token=True,
    ),
    DocumentOperation(
        "pins/get",
        "/pins/{pin_id}",
        "org_read",
        _PINS,
        (AD_ACCOUNT_ID, *unsimulated(Flag("pin_metrics", default=False))),
        promoted.pin,
        takes_app_token=True,
    ),
    DocumentOperation(
        "pins/analytics",
        "/pins/{pin_id}/analytics",
        "org_analytics",
        _PINS,
        (
            *_DAYS,
            *_APP_TYPES,
            _PIN_METRICS,
            *unsimulated(Choice("split_field", values=("NO_SPLIT", "APP_TYPE"), default="NO_SPLIT")),
            AD_ACCOUNT_ID,
        ),
        pin_analytics.pin_analytics,
        rules=(recent_days,),
        takes_app_token=True,
    ),
    DocumentOperation(
        "user_account/analytics/top_pins",
        "/user_account/analytics/top_pins",
        "org_analytics",
        _USER_AND_PINS,
        _ranking(user_analytics.METRICS, pin_analytics.SORTS),
        pin_analytics.top_pins,
        rules=(recent_days,),
        takes_app_token=True,
    ),
    DocumentOperation(
        "user_account/analytics/top_video_pins",
        "/user_account/analytics/top_video_pins",
        "org_analytics",
        _USER_AND_PINS,
        _ranking(pin_analytics.VIDEO_SORTS, pin_analytics.VIDEO_SORTS),
        pin_analytics.top_video_pins,
        rules=(recent_days,),
        takes_app_token=True,
    ),
)
