"""Experiment 3: which metrics a picture and a video take, several pins, one that does not exist, and totals."""

from collections.abc import Mapping, Sequence
from typing import Any

from source_pinterest.streams.organic.pin_requests import PIN_METRICS
from tools.live.look import AccountLook, Answer, values_at

_DAYS, _ALL_DAYS = 29, 89
_PAGES = 3
_SEVERAL = 3
_NO_PIN = "1"
STANDARD = tuple(name for name in PIN_METRICS if "VIDEO" not in name and "QUARTILE" not in name)
VIDEO = tuple(name for name in PIN_METRICS if name not in STANDARD)
LISTS: Mapping[str, Sequence[str]] = {"standard": STANDARD, "video": VIDEO, "the connector's": PIN_METRICS}
_OPERATION, _SEVERAL_PINS = "pins/analytics", "multi_pins/analytics"
_TOTALS = {"impression": "IMPRESSION", "pin_click": "PIN_CLICK", "clickthrough": "OUTBOUND_CLICK", "save": "SAVE"}
"""What the list calls its totals, and what analytics call them."""


def run(look: AccountLook) -> None:
    """Request analytics of one picture and one video, then of several pins and of one that does not exist."""
    pins = sorted(_listed(look), key=_impressions, reverse=True)
    for kind in ("picture", "video"):
        for pin in [one for one in pins if _kind(one) == kind][:1]:
            for name, metrics in LISTS.items():
                answer = _ask(look, str(pin.get("id")), metrics)
                look.asked(_OPERATION, f"{name} metrics of a {kind}", answer)
                _note(look, f"{_OPERATION} ({kind})", answer, metrics)
    if ids := [str(pin.get("id")) for pin in pins][:_SEVERAL]:
        params = {**_days(look, _DAYS), "pin_ids": ids, "metric_types": ",".join(STANDARD)}
        answer = look.get(_SEVERAL_PINS, "pins/analytics", params)
        look.asked(_SEVERAL_PINS, "several pins", answer)
        if answer.is_fine:
            look.body(_SEVERAL_PINS, answer.json, "*.all.daily_metrics[]")
    look.asked(_OPERATION, "a pin that does not exist", _ask(look, _NO_PIN, STANDARD))
    for pin in pins[:1]:
        _compare(look, pin)


def _listed(look: AccountLook) -> list[Any]:
    """Up to three pages of pins, until a picture and a video are among them."""
    pins: list[Any] = []
    more: dict[str, Any] = {}
    for _ in range(_PAGES):
        answer, items = look.list("pins/list", "pins", pin_metrics="true", include_protected_pins="true", **more)
        pins += items
        bookmark = answer.json.get("bookmark") if isinstance(answer.json, dict) else None
        if not bookmark or {"picture", "video"} <= set(map(_kind, pins)):
            break
        more = {"bookmark": str(bookmark)}
    return pins


def _kind(pin: Any) -> str:
    media = pin.get("media")
    kind = str(media.get("media_type")) if isinstance(media, dict) else ""
    return {"image": "picture", "video": "video"}.get(kind, "another")


def _impressions(pin: Any) -> float:
    return sum(map(_number, values_at("pin_metrics.90d.impression", pin)))


def _compare(look: AccountLook, pin: Any) -> None:
    """Compare the totals of the list and of the response with the sum of 90 days, without telling them."""
    answer = _ask(look, str(pin.get("id")), STANDARD, _ALL_DAYS)
    days = values_at("all.daily_metrics[].metrics", answer.json)
    for field, metric in _TOTALS.items():
        total = sum(_number(day.get(metric)) for day in days if isinstance(day, dict))
        for listed in values_at(f"pin_metrics.90d.{field}", pin):
            look.add("pins/list", "rows", f"pin_metrics.90d.{field} beside the days", _beside(listed, total))
        for summed in values_at(f"all.summary_metrics.{metric}", answer.json):
            look.add(_OPERATION, "rows", f"summary_metrics.{metric} beside the days", _beside(summed, total))


def _beside(told: Any, total: float) -> str:
    number = _number(told)
    return "equal" if number == total else "larger" if number > total else "smaller"


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return 0


def _note(look: AccountLook, operation: str, answer: Answer, metrics: Sequence[str]) -> None:
    """Note the fields of a response, and the metrics that no day has."""
    if answer.is_fine:
        look.body(operation, answer.json, "all")
        came = {name for day in values_at("all.daily_metrics[].metrics", answer.json) for name in day}
        for name in [name for name in metrics if name not in came]:
            look.add(operation, "all", f"daily_metrics[].metrics.{name}", "absent")


def _ask(look: AccountLook, pin: str, metrics: Sequence[str], days: int = _DAYS) -> Answer:
    params = {**_days(look, days), "metric_types": ",".join(metrics)}
    return look.get(_OPERATION, f"pins/{pin}/analytics", params)


def _days(look: AccountLook, days: int) -> dict[str, str]:
    return {"start_date": str(look.days_ago(days)), "end_date": str(look.days_ago(0))}
