"""Recognize the form of the quota headers and the quotas that they name.

https://developers.pinterest.com/docs/reference/rate-limits/ says less than Pinterest sends.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from integration_tests.tools.live.calls import Sighting
from integration_tests.tools.live.shapes import may_be_told, number
from source_pinterest.api.quota import read_rate_headers

NAMES = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")
ABSENT, PLAIN, LISTS = "absent", "one number in each", "a list in each"
RECORDED, NAMELESS = "tightest first, then all by name", "tightest first, then all without names"
UNKNOWN = "unknown"

_NUMBER, _WINDOW = r"\s*\d+(\.\d+)?\s*", r"\s*\d+\s*;\s*w=\d+\s*"
_NAMED = rf'{_WINDOW};\s*name="[^"]*"\s*'
_FORMS: Mapping[str, tuple[str, str]] = {
    PLAIN: (rf"({_NUMBER})?", _NUMBER),
    RECORDED: (rf"{_NUMBER}(,{_NAMED})+", _NUMBER),
    NAMELESS: (rf"{_NUMBER}(,{_WINDOW})+", _NUMBER),
    LISTS: (rf"({_WINDOW}|{_NAMED}|{_NUMBER})(,({_WINDOW}|{_NAMED}))*", rf"{_NUMBER}(,{_NUMBER})*"),
}
"""The limit, and remaining and reset."""

LONG_WINDOW_SECONDS = 3_600
_RUN = re.compile(r"\d+|[^\W\d]+")


def form_of(headers: Mapping[str, str]) -> str:
    """The form of the three headers of one answer."""
    limit, *rest = (headers.get(name, "") for name in NAMES)
    if not any((limit, *rest)):
        return ABSENT
    for form, (of_limit, of_rest) in _FORMS.items():
        if re.fullmatch(of_limit, limit) and all(re.fullmatch(of_rest, text) for text in rest):
            return form
    return UNKNOWN


def picture_of(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers without what they say: digits are n, letters a, and all else stays."""
    return {
        name: _RUN.sub(lambda run: "n" if run[0].isdecimal() else "a", headers.get(name, "")[:200]) for name in NAMES
    }


def forms(sightings: Iterable[Sighting]) -> dict[str, Any]:
    """The forms that were seen and how often, the quotas, and the picture of a form that nobody knows."""
    seen = list(sightings)
    found: dict[str, Any] = {"forms": dict(Counter(form_of(sighting.headers) for sighting in seen))}
    found["read_by_the_connector"] = all(
        read_rate_headers(sighting.headers) for sighting in seen if form_of(sighting.headers) != ABSENT
    )
    found["quotas"] = sorted({quota for sighting in seen for quota in _quotas(sighting)})
    unknown = next((sighting for sighting in seen if form_of(sighting.headers) == UNKNOWN), None)
    return {**found, "unknown_form": picture_of(unknown.headers)} if unknown else found


def long_windows(sightings: Iterable[Sighting]) -> list[str]:
    """The quotas that last an hour or longer."""
    return sorted({text for sighting in sightings for text, seconds in _windows(sighting) if seconds})


def _quotas(sighting: Sighting) -> list[str]:
    return [text for text, _ in _windows(sighting)]


def _windows(sighting: Sighting) -> list[tuple[str, bool]]:
    """Each quota in words, and whether it is a long one."""
    windows = []
    for quota in read_rate_headers(sighting.headers):
        name = quota.name if may_be_told(quota.name) else f"of {sighting.category}"
        seconds = max(quota.period, quota.reset or 0)
        period = f"{number(round(quota.period))} s" if quota.period else "a time it does not say"
        calls = number(quota.limit) if quota.limit else "?"
        windows.append((f"{name}: {calls} in {period}", seconds >= LONG_WINDOW_SECONDS))
    return windows
