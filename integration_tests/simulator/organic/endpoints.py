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
)
from integration_tests.simulator.calls.rules import names_metrics_of_a_split, recent_days
from integration_tests.simulator.organic import content, pin_analytics, promoted, user_analytics

_BOARDS = ("boards:read",)
_PINS = ("boards:read", "pins:read")
_USER = ("user_accounts:read",)
_USER_AND_PINS = ("pins:read", "user_accounts:read")
_DAYS = (Day("start_date", required=True), Day("end_date", required=True))
_PIN_METRICS = CommaArray("metric_types", required=True, item=Choice("metric_types", values=pin_analytics.PIN_METRICS))


def _ranking(metrics: tuple[str, ...], sorts: tuple[str, ...]) -> tuple[Parameter, ...]:
    return (
        *_DAYS,
        Choice("sort_by", required=True, values=sorts),
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
        "boards/list", "/boards", "org_read", _BOARDS, (AD_ACCOUNT_ID,), content.boards, takes_app_token=True
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
        (AD_ACCOUNT_ID, Flag("pin_metrics", default=False)),
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
            Choice("content_type", values=("ALL", "PAID", "ORGANIC"), default=user_analytics.DEFAULTS["content_type"]),
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
        (AD_ACCOUNT_ID, Flag("pin_metrics", default=False), Flag("include_protected_pins", default=False)),
        content.pins,
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
            _PIN_METRICS,
            AD_ACCOUNT_ID,
        ),
        pin_analytics.multi_pins_analytics,
        rules=(recent_days,),
        takes_app_token=True,
    ),
    DocumentOperation(
        "pins/get", "/pins/{pin_id}", "org_read", _PINS, (AD_ACCOUNT_ID,), promoted.pin, takes_app_token=True
    ),
    DocumentOperation(
        "pins/analytics",
        "/pins/{pin_id}/analytics",
        "org_analytics",
        _PINS,
        (*_DAYS, _PIN_METRICS, AD_ACCOUNT_ID),
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
