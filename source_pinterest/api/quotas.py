"""Which quotas does an operation count against? Those that Pinterest's last answer to it has listed.

Before the first answer they are those of the category's last answer, and before that the published number.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from source_pinterest import limits
from source_pinterest.api.quota import BURST_SECONDS, Quota
from source_pinterest.api.rate_headers import QuotaHeader

_OF_ALL_CALLS = "safety_net"
"""How the name of the quota begins that covers every call."""

_MOST_NAMES = 500


def category_of(operation: str) -> str:
    """The rate category of an operation, with which its name begins."""
    return operation.partition(" ")[0]


class Quotas:
    """All quotas of one token, as far as they are known."""

    def __init__(self) -> None:
        self._of_all_calls = Quota(limits.CALLS_PER_SECOND, 1.0)
        self._by_name: dict[str, Quota] = {}
        self._listed: dict[str, Sequence[Quota]] = {}
        self._own: dict[str, Quota] = {}

    def of(self, operation: str) -> Sequence[Quota]:
        """The quotas that a call counts against, the one of all calls among them."""
        own = self._own_of(operation)
        return (*self._of_category_of(operation), own) if own else self._of_category_of(operation)

    def of_category(self, category: str) -> Sequence[Quota]:
        """The quotas that any operation of a category counts against."""
        listed = [quotas for operation, quotas in self._listed.items() if category_of(operation) == category]
        return [quota for quotas in listed or [self._guessed(category)] for quota in quotas]

    def hear(
        self, operation: str, answer: Sequence[QuotaHeader], now: float, in_flight: Counter[str]
    ) -> Mapping[Quota, QuotaHeader]:
        """What an answer says of each quota, once it is noted which ones it lists.

        Args:
            operation: that was called.
            answer: what its headers list.
            now: when it came.
            in_flight: calls of each operation that have no answer yet.
        """
        lasting = [quota for quota in self._of_category_of(operation) if quota.lasts]
        if len(answer) == 1 and not answer[0].period:
            return {lasting[0]: answer[0]} if len(lasting) == 1 else {}
        category = category_of(operation)
        names = [_name(header, category, position) for position, header in enumerate(answer)]
        known = [self._by_name.get(name) for name in names]
        # What is new takes over what is no longer listed: a published number, as a rule.
        dropped = max((quota for quota in lasting if quota not in known), key=lambda quota: quota.taken, default=None)
        sent = dropped.sent(now) if dropped else [now] * (in_flight[operation] + 1)
        said: dict[Quota, QuotaHeader] = {}
        for name, header in zip(names, answer, strict=True):
            if name not in self._by_name:
                is_of_all = header.period <= BURST_SECONDS and self._covers_all_calls(header)
                new = Quota(header.limit, header.period, sent, in_flight.total() + 1)
                self._by_name[name] = self._of_all_calls if is_of_all else new
            said[self._by_name[name]] = header
        if said:
            self._listed[operation] = self._listed[category] = [*{self._of_all_calls: None, **said}]
            self._forget_unlisted()
        return said

    def _forget_unlisted(self) -> None:
        """Keep no more names than anybody could need, whatever names a server thinks up."""
        if len(self._by_name) > _MOST_NAMES:
            listed = {quota for quotas in self._listed.values() for quota in quotas}
            self._by_name = {name: quota for name, quota in self._by_name.items() if quota in listed}

    def _covers_all_calls(self, header: QuotaHeader) -> bool:
        return header.name.startswith(_OF_ALL_CALLS) if header.name else header.limit == self._of_all_calls.limit

    def _of_category_of(self, operation: str) -> Sequence[Quota]:
        """The quotas that answers list, or the published one."""
        category = category_of(operation)
        return self._listed.get(operation) or self._listed.get(category) or self._guessed(category)

    def _own_of(self, operation: str) -> Quota | None:
        """The quota that one ad account has for the operation, of which no answer was seen to speak."""
        if operation not in self._own and (calls := limits.own_calls_per_minute(operation)):
            self._own[operation] = Quota(calls, 60.0)
        return self._own.get(operation)

    def _guessed(self, category: str) -> Sequence[Quota]:
        if category not in self._by_name:
            guess = limits.CALLS_PER_MINUTE.get(category, limits.CALLS_PER_MINUTE["org_read"])
            self._by_name[category] = Quota(guess, 60.0)
        return self._of_all_calls, self._by_name[category]


def _name(header: QuotaHeader, category: str, position: int) -> str:
    """What a quota is known by: its name, or its place in the list, and its period."""
    return f"{header.name or f'{category} {position}'};w={header.period:g}"
