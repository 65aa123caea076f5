"""Divide the numbers of an account among its campaigns, theirs among their ad groups, and theirs among their ads.

A share is a span of a whole. The spans of siblings follow each other without a gap, and of a number of the account a
span has what lies below its end less what lies below its start, both rounded down. So siblings add up to their parent
in every number, and no sum is computed. The share of an idle or paused sibling falls to the one before it.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, pairwise

from integration_tests.simulator.world.flights import Flight, flight_of
from integration_tests.simulator.world.seeding import mix
from integration_tests.simulator.world.world import Kind, World

BITS = 32
_WHOLE = 1 << BITS
FAMILIES = 4
"""Spend, what was seen, what was done, and conversions: each family of numbers is divided in another way, so that
prices and rates differ."""
Spans = tuple[tuple[int, int], ...]
"""For each family, from where to where a share goes."""
ALL: Spans = ((0, _WHOLE),) * FAMILIES
_BEGINNING, _END = [0] * FAMILIES, [_WHOLE] * FAMILIES

_STEPS = 1_024
"""So many steps lie between two borders on an average; none moves by half of that."""
_STATIC, _OF_A_FAMILY, _OF_A_DAY = 225, 102, 122
_EVERY_DAY = 100  # percent
_IDLE_ONE_OF = 5
_KINDS = tuple(Kind)


def within(outer: Spans, inner: Spans) -> Spans:
    """Return the share of a share."""
    return tuple(
        (first + ((last - first) * start >> BITS), first + ((last - first) * end >> BITS))
        for (first, last), (start, end) in zip(outer, inner, strict=True)
    )


def portions(share: Spans, weights: Sequence[int]) -> Iterator[Spans]:
    """Divide a share by weight."""
    total = sum(weights)
    for span in pairwise(_WHOLE * reached // total for reached in accumulate(weights, initial=0)):
        yield within(share, (span,) * FAMILIES)


def has_numbers(world: World, account: int, kind: Kind, index: int) -> bool:
    """Whether an entity ever has any: it and what it belongs to are not idle, and there is an ad in it."""
    if index >= _with_ads(world, account, kind) or _is_idle(world, index):
        return False
    return kind is Kind.CAMPAIGNS or has_numbers(world, account, *_parent(world, account, kind, index))


def in_campaign(world: World, account: int, kind: Kind, index: int) -> tuple[int, Spans]:
    """Return the campaign of an entity, and the entity's share of it, which is the same every day."""
    if kind is Kind.CAMPAIGNS:
        return index, ALL
    above, parent = _parent(world, account, kind, index)
    siblings = range(parent, _with_ads(world, account, kind), world.count(above, account))
    place, count = siblings.index(index), len(siblings)
    end = next((later for later in range(place + 1, count) if not _is_idle(world, siblings[later])), count)
    name = world.seed, account, _KINDS.index(kind), parent
    starts, ends = (_border(name, each, count) for each in (place, end))
    campaign, share = in_campaign(world, account, above, parent)
    return campaign, within(share, tuple(zip(starts, ends, strict=True)))


class Division:
    """How an account's numbers are divided among its campaigns, on each day."""

    def __init__(self, world: World, account: int) -> None:
        self._world = world
        self._account = account
        self._count = _with_ads(world, account, Kind.CAMPAIGNS)
        percent = world.active_percent
        # The account has numbers on more days than a campaign, and the first campaign whenever the account has.
        self._days_percent = _EVERY_DAY - (_EVERY_DAY - percent) ** 2 // _EVERY_DAY
        self._campaign_percent = _EVERY_DAY * percent // max(1, self._days_percent)
        self._flights: dict[int, Flight] = {}
        self._active: dict[int, bool] = {}
        self._ahead: dict[
            int, tuple[int, Sequence[int]]
        ] = {}  # a request for one campaign is soon followed by one for the next

    def share(self, campaign: int | None, ordinal: int) -> Spans | None:
        """Return the share of a campaign, or of the account itself, on a day; None if it has no numbers."""
        if ordinal not in self._active:
            chance = mix(self._world.seed, 11, self._account, ordinal) % 100
            self._active[ordinal] = self._count > 0 and chance < self._days_percent
        if campaign is None:
            return ALL if self._active[ordinal] else None
        starts = self._starts(campaign, ordinal) if self._active[ordinal] else None
        if starts is None:
            return None
        ends: Sequence[int] = _END
        for following in range(campaign + 1, self._count):
            if found := self._starts(following, ordinal):
                ends, self._ahead[ordinal] = found, (following, found)
                break
        return tuple(zip(starts, ends, strict=True))

    def _starts(self, index: int, ordinal: int) -> Sequence[int] | None:
        """Return where the share of a campaign begins, None if it does not run on a day."""
        ahead, starts = self._ahead.get(ordinal, (None, None))
        if ahead == index:
            return starts
        world, account = self._world, self._account
        bits = mix(world.seed, 12, account, index, ordinal)
        if index and self._campaign_percent < _EVERY_DAY:
            if bits % 100 >= self._campaign_percent or _is_idle(world, index):
                return None
            if index not in self._flights:
                self._flights[index] = flight_of(world, account, index)
            if not self._flights[index].covers(ordinal):
                return None
        moved = (bits >> 32) % (2 * _OF_A_DAY) - _OF_A_DAY
        return _border((world.seed, account, 0), index, self._count, moved)


def _border(siblings: tuple[int, ...], place: int, count: int, moved: int = 0) -> list[int]:
    """Return where the share of a sibling begins, for each family; after the last sibling, the end of the whole."""
    if place in (0, count):
        return _END if place else _BEGINNING
    middle, steps = place * _STEPS + moved, count * _STEPS
    return [_WHOLE * (middle + step) // steps for step in _moves(*siblings, place)]


@lru_cache(maxsize=100_000)
def _moves(*sibling: int) -> list[int]:
    bits = mix(7, *sibling)
    static = bits % (2 * _STATIC) - _STATIC
    return [static + (bits >> 8 * family) % (2 * _OF_A_FAMILY) - _OF_A_FAMILY for family in range(1, FAMILIES + 1)]


def _parent(world: World, account: int, kind: Kind, index: int) -> tuple[Kind, int]:
    return _KINDS[_KINDS.index(kind) - 1], world.parent_index(kind, account, index)


def _with_ads(world: World, account: int, kind: Kind) -> int:
    """Return how many entities have ads: the first ones, since children are dealt out to their parents in turn."""
    counts = [world.count(each, account) for each in _KINDS]
    return min(counts[_KINDS.index(kind) :]) if all(counts) else 0


def _is_idle(world: World, index: int) -> bool:
    return not world.shop and world.active_percent < _EVERY_DAY and index % _IDLE_ONE_OF == _IDLE_ONE_OF - 1
