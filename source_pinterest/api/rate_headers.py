"""What do the `x-ratelimit-*` headers of an answer say? One quota per window, however they are written.

https://developers.pinterest.com/docs/reference/rate-limits/
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from source_pinterest import limits


@dataclass(frozen=True)
class WindowHeader:
    """What one position of the `x-ratelimit-*` headers says."""

    remaining: int
    reset: float
    limit: int | None = None
    period: float | None = None

    def is_overall(self) -> bool:
        """Whether this is the allowance of all categories together, which is kept apart."""
        return self.period is not None and self.period <= 1 and self.limit == limits.CALLS_PER_SECOND


def read_rate_headers(headers: Mapping[str, str]) -> list[WindowHeader]:
    """Windows told by `x-ratelimit-limit`, `-remaining` and `-reset` (seconds), which may be lists.

    A limit such as `100, 100;w=1, 1000;w=60` starts with the limit in force and then names one quota per window.
    """
    remaining = _numbers(headers.get("x-ratelimit-remaining"))
    reset = _numbers(headers.get("x-ratelimit-reset"))
    if not remaining or not reset:
        return []
    limits_told = [item.strip() for item in (headers.get("x-ratelimit-limit") or "").split(",") if item.strip()]
    quotas = limits_told[-len(remaining) :] if len(limits_told) >= len(remaining) else []
    windows = []
    for position, left in enumerate(remaining):
        quota = quotas[position] if quotas else ""
        limit, _, parameters = quota.partition(";")
        period = parameters.partition("w=")[2].partition(";")[0]
        windows.append(
            WindowHeader(
                remaining=int(left),
                reset=reset[min(position, len(reset) - 1)],
                limit=int(_number(limit)) if _number(limit) is not None else None,  # type: ignore[arg-type]
                period=_number(period),
            ),
        )
    return windows


def _numbers(header: str | None) -> list[float]:
    found = [_number(item.partition(";")[0]) for item in (header or "").split(",")]
    return [number for number in found if number is not None]


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None
