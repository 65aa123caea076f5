"""This table lists the operations on a user's account, boards, pins and their analytics."""

from collections.abc import Callable
from typing import Any

from integration_tests.simulator.calls.operation import AD_ACCOUNT_ID, DocumentOperation, ListOperation, Operation
from integration_tests.simulator.calls.parameters import (
    Choice,
    CommaArray,
    Day,
    Flag,
    Integer,
    Parameter,
    ids_of_analytics,
)
from integration_tests.simulator.calls.rules import Rule, names_metrics_of_a_split, recent_days
from integration_tests.simulator.organic import content, pin_analytics, promoted, user_analytics

_BOARDS = ("boards:read",)
_PINS = ("boards:read", "pins:read")
_USER = ("user_accounts:read",)
_USER_AND_PINS = ("pins:read", "user_accounts:read")
_WITH_METRICS = Flag("pin_metrics", default=False)
_PIN_METRICS = CommaArray("metric_types", required=True, item=Choice("metric_types", values=pin_analytics.PIN_METRICS))


def _of_a_user(
    kind: Callable[..., Operation],
    operation_id: str,
    path: str,
    scopes: tuple[str, ...],
    answer: Callable[..., Any],
    *parameters: Parameter,
    **options: int,
) -> Operation:
    """An operation on content of the user, or of the owner of an ad account."""
    accepted = (AD_ACCOUNT_ID, *parameters)
    return kind(operation_id, path, "org_read", scopes, accepted, answer, takes_app_token=True, **options)


def _of_days(
    operation_id: str,
    path: str,
    scopes: tuple[str, ...],
    answer: Callable[..., Any],
    *parameters: Parameter,
    rules: tuple[Rule, ...] = (),
    takes_app_token: bool = True,
) -> Operation:
    """Numbers of some of the last days."""
    accepted = (AD_ACCOUNT_ID, Day("start_date", required=True), Day("end_date", required=True), *parameters)
    return DocumentOperation(
        operation_id,
        path,
        "org_analytics",
        scopes,
        accepted,
        answer,
        rules=(recent_days, *rules),
        takes_app_token=takes_app_token,
    )


def _ranking(name: str, answer: Callable[..., Any], metrics: tuple[str, ...], sorts: tuple[str, ...]) -> Operation:
    return _of_days(
        f"user_account/analytics/{name}",
        f"/user_account/analytics/{name}",
        _USER_AND_PINS,
        answer,
        Choice("sort_by", required=True, values=sorts),
        CommaArray("metric_types", item=Choice("metric_types", values=metrics)),
        Integer("num_of_pins", minimum=1, maximum=50, default=10),
        *(Choice(name, values=values, default=values[0]) for name, values in pin_analytics.FILTERS.items()),
    )


ORGANIC_ENDPOINTS: tuple[Operation, ...] = (
    _of_a_user(DocumentOperation, "user_account/get", "/user_account", _USER, content.user_account),
    _of_a_user(ListOperation, "boards/list", "/boards", _BOARDS, content.boards),
    _of_a_user(DocumentOperation, "boards/get", "/boards/{board_id}", _BOARDS, content.board_by_id),
    _of_a_user(ListOperation, "board_sections/list", "/boards/{board_id}/sections", _BOARDS, content.board_sections),
    _of_a_user(ListOperation, "boards/list_pins", "/boards/{board_id}/pins", _PINS, content.board_pins, _WITH_METRICS),
    _of_a_user(
        ListOperation,
        "board_sections/list_pins",
        "/boards/{board_id}/sections/{section_id}/pins",
        _PINS,
        content.board_section_pins,
    ),
    _of_a_user(
        ListOperation,
        "pins/list",
        "/pins",
        _PINS,
        content.pins,
        _WITH_METRICS,
        Flag("include_protected_pins", default=False),
        overlap=2,
    ),
    _of_days(
        "user_account/analytics",
        "/user_account/analytics",
        _USER,
        user_analytics.user_account_analytics,
        Choice("content_type", values=("ALL", "PAID", "ORGANIC"), default=user_analytics.DEFAULTS["content_type"]),
        CommaArray("metric_types", item=Choice("metric_types", values=user_analytics.METRICS)),
        Choice("split_field", values=tuple(user_analytics.SPLITS), default=user_analytics.DEFAULTS["split_field"]),
        rules=(names_metrics_of_a_split,),
        takes_app_token=False,
    ),
    _of_days(
        "multi_pins/analytics",
        "/pins/analytics",
        _PINS,
        pin_analytics.multi_pins_analytics,
        ids_of_analytics("pin_ids", most=100),
        _PIN_METRICS,
    ),
    _of_a_user(DocumentOperation, "pins/get", "/pins/{pin_id}", _PINS, promoted.pin),  # /pins/analytics comes first
    _of_days("pins/analytics", "/pins/{pin_id}/analytics", _PINS, pin_analytics.pin_analytics, _PIN_METRICS),
    _ranking("top_pins", pin_analytics.top_pins, user_analytics.METRICS, pin_analytics.SORTS),
    _ranking("top_video_pins", pin_analytics.top_video_pins, pin_analytics.VIDEO_SORTS, pin_analytics.VIDEO_SORTS),
)
