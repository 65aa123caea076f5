"""Which quotas does an operation count against? Those that Pinterest's last answer to it has listed.

Before the first answer they are those of the category's last answer, and before that the published number.
"""

from collections.abc import Mapping, Sequence

from source_pinterest import limits
from source_pinterest.api.rate_headers import QuotaHeader
from source_pinterest.api.windows import Burst, Window

Quota = Burst | Window

_OF_ALL_CALLS = "safety_net"
"""How the name of the quota begins that covers every call."""

_LONGEST_BURST_SECONDS = 1.0

_GUESSED_PERIOD_SECONDS = 60.0


def category_of(operation: str) -> str:
    """The rate category of an operation, with which its name begins."""
    return operation.partition(" ")[0]


class Quotas:
    """All quotas of one token, as far as they are known."""

    def __init__(self) -> None:
        self._of_all_calls = Burst(limits.CALLS_PER_SECOND, 1.0)
        self._by_name: dict[str, Quota] = {}
        self._listed: dict[str, Sequence[Quota]] = {}

    def of(self, operation: str, now: float) -> Sequence[Quota]:
        """The quotas that a call counts against, the one of all calls among them."""
        category = category_of(operation)
        return self._listed.get(operation) or self._listed.get(category) or self._guessed(category, now)

    def of_category(self, category: str, now: float) -> Sequence[Quota]:
        """The quotas that any operation of a category counts against."""
        listed = [quotas for operation, quotas in self._listed.items() if category_of(operation) == category]
        return [quota for quotas in listed or [self._guessed(category, now)] for quota in quotas]

    def hear(self, operation: str, answer: Sequence[QuotaHeader], now: float, out: int) -> Mapping[Quota, QuotaHeader]:
        """What an answer says of each quota, once it is noted which ones it lists.

        Args:
            operation: that was called.
            answer: what its headers list.
            now: when it came.
            out: calls of the operation that have no answer yet.
        """
        windows = [quota for quota in self.of(operation, now) if isinstance(quota, Window)]
        if len(answer) == 1 and not answer[0].period:
            return {windows[0]: answer[0]} if len(windows) == 1 else {}
        category = category_of(operation)
        names = [self._name(header, category, position) for position, header in enumerate(answer)]
        known = [self._by_name.get(name) for name in names]
        taken = max((window.taken for window in windows if window not in known), default=out + 1)
        said = {
            quota or self._new(name, header, now, taken): header
            for name, header, quota in zip(names, answer, known, strict=True)
        }
        if said:
            self._listed[operation] = self._listed[category] = [*{self._of_all_calls: None, **said}]
        return said

    def _guessed(self, category: str, now: float) -> Sequence[Quota]:
        guess = self._by_name.get(category)
        if guess is None:
            limit = limits.CALLS_PER_MINUTE.get(category, limits.CALLS_PER_MINUTE["org_read"])
            guess = Window(limit, _GUESSED_PERIOD_SECONDS, now + _GUESSED_PERIOD_SECONDS)
            self._by_name[category] = guess
        return self._of_all_calls, guess

    def _new(self, name: str, header: QuotaHeader, now: float, taken: int) -> Quota:
        """A quota that was not known; calls that were counted against a guess, or another one, count against it."""
        quota: Quota
        if header.period <= _LONGEST_BURST_SECONDS:
            covers_all = header.name.startswith(_OF_ALL_CALLS) or (
                not header.name and header.limit == self._of_all_calls.limit
            )
            quota = self._of_all_calls if covers_all else Burst(header.limit, header.period)
        else:
            quota = Window(header.limit, header.period, now + header.period, taken)
        self._by_name[name] = quota
        return quota

    @staticmethod
    def _name(header: QuotaHeader, category: str, position: int) -> str:
        """What a quota is known by: its name, or its place in the list, and its period."""
        return f"{header.name or f'{category} {position}'};w={header.period:g}"
