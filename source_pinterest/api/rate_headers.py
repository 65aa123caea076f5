"""What do the `x-ratelimit-*` headers of an answer say, and of which quota?

As seen live, the limit is a list: the number of the quota that has the least left, then every quota that the call
counted against, `100, 100;w=1;name="safety_net_app_id_user_id", 1000;w=60;name="ads_read_app_id_user_id"`. Remaining
and reset are one number each, and speak of the first. It is the form of Envoy's rate limiter:
https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/rate_limit_filter
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from source_pinterest.limits import LONGEST_RESET_SECONDS

_MOST_QUOTAS = 20
"""No answer lists more."""

_ITEM = re.compile(r'(?:[^,"]|"[^"]*")+')
_PARAMETER = re.compile(r';\s*(\w+)\s*=\s*(?:"([^"]*)"|([^;"]*))')


@dataclass(frozen=True)
class QuotaHeader:
    """What an answer says of one quota.

    Attributes:
        limit: calls that a window holds; 0 where nothing says so.
        period: seconds that a window lasts; 0 where nothing says so.
        name: Pinterest's name of the quota, or nothing.
        remaining: calls left: so many where a reset is given, at least so many where none is.
        reset: seconds until the window ends.
    """

    limit: int = 0
    period: float = 0.0
    name: str = ""
    remaining: int = 0
    reset: float | None = None


@dataclass(frozen=True)
class _Left:
    remaining: int
    reset: float

    def fits(self, quota: QuotaHeader) -> bool:
        in_time = self.reset <= (quota.period or math.inf)
        return in_time and self.remaining <= (quota.limit or math.inf)

    def of(self, quota: QuotaHeader) -> QuotaHeader:
        return replace(quota, remaining=self.remaining, reset=self.reset)


def read_rate_headers(headers: Mapping[str, str]) -> Sequence[QuotaHeader]:
    """The quotas that an answer lists; none if the headers have a form that nobody knows.

    Known are the one above, with names or without; one number in each header, or no limit; and a list in each, with
    one position for each quota.
    """
    left = _read_left(headers.get("x-ratelimit-remaining", ""), headers.get("x-ratelimit-reset", ""))
    quotas = _read_quotas(headers.get("x-ratelimit-limit"))
    if len(quotas) > 1 and not quotas[0].period:
        first, *quotas = quotas
        if len(left) == 1:
            return _of_the_tightest(first, quotas, left[0])
    if len(left) != len(quotas) or not all(rest.fits(quota) for quota, rest in zip(quotas, left, strict=True)):
        return ()
    return [rest.of(quota) for quota, rest in zip(quotas, left, strict=True)]


def _of_the_tightest(first: QuotaHeader, quotas: Sequence[QuotaHeader], left: _Left) -> Sequence[QuotaHeader]:
    """What is left of the quota whose number comes first; the others have at least that, or all if nobody knows."""
    could_be = [quota for quota in quotas if quota.limit == first.limit and left.fits(quota)]
    if not could_be or not all(quota.period for quota in quotas):
        return ()
    tightest = could_be[0] if len(could_be) == 1 else None
    return [left.of(q) if q is tightest else replace(q, remaining=left.remaining) for q in quotas]


def _read_left(remaining: str, reset: str) -> Sequence[_Left]:
    numbers, resets = _numbers(remaining), _numbers(reset)
    if len(numbers) != len(resets) or any(seconds > LONGEST_RESET_SECONDS for seconds in resets):
        return ()
    return [_Left(int(number), seconds) for number, seconds in zip(numbers, resets, strict=True)]


def _read_quotas(limit: str | None) -> Sequence[QuotaHeader]:
    """All quotas of a list, or none of them. Without a list there is one, of which nothing is known."""
    if limit is None:
        return [QuotaHeader()]
    found = [_read_quota(item) for item in _ITEM.findall(limit)]
    quotas = [quota for quota in found if quota is not None]
    return quotas if len(quotas) == len(found) <= _MOST_QUOTAS else ()


def _read_quota(item: str) -> QuotaHeader | None:
    number = _number(item.partition(";")[0])
    parameters = {key: quoted or plain for key, quoted, plain in _PARAMETER.findall(item)}
    period = _number(parameters.get("w", "0"))
    if number is None or number < 1 or period is None or ("w" in parameters and not period):
        return None  # a quota of nothing, or of no time
    return QuotaHeader(int(number), period, parameters.get("name", ""))


def _numbers(header: str) -> Sequence[float]:
    """All numbers of a list, or none of them."""
    found = [_number(item) for item in header.split(",")]
    numbers = [number for number in found if number is not None]
    return numbers if len(numbers) == len(found) else ()


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None
