"""Order the columns of a request so that each shared part is computed once."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from integration_tests.simulator.analytics import columns
from integration_tests.simulator.analytics.magnitudes import Amount, Part, amount, rate
from integration_tests.simulator.analytics.volumes import Volume
from integration_tests.simulator.reports import columns as report_columns
from integration_tests.simulator.reports import own_columns

COUNTS_AND_AMOUNTS = frozenset(
    (*columns.COUNTS, *columns.MICROS, *report_columns.COUNTS, *report_columns.MICROS, *own_columns.AMOUNTS)
)
RATES = frozenset((*columns.NUMBERS, *report_columns.NUMBERS, *own_columns.RATES))
_NOTHING = Part(Volume.ONE, 0)
_MOST_PARTS = 3


class Formulas(NamedTuple):
    """Parts first, then the sums of parts, then rates; each names what it needs by its place in this order.

    `names` are the columns asked for, `places` where their values stand.
    """

    names: Sequence[str]
    places: Sequence[int]
    parts: Sequence[tuple[int, int]]
    amounts: Sequence[tuple[int, int, int, int]]
    rates: Sequence[tuple[int, int, float]]


def formulas(wanted: Iterable[str]) -> Formulas:
    """How the columns of a request that are numbers are computed."""
    asked = tuple(dict.fromkeys(wanted))
    amounts = {name: amount(name) for name in asked if name in COUNTS_AND_AMOUNTS}
    rates = {name: rate(name) for name in asked if name in RATES}
    needed = dict.fromkeys((*amounts.values(), *(side for each in rates.values() for side in (each.above, each.below))))
    parts = list(dict.fromkeys((_NOTHING, *(part for each in needed for part in each.parts))))
    sums = [each for each in needed if not _is_part(each)]
    places = {each: parts.index(each.parts[0]) for each in needed if _is_part(each)}
    places |= {each: len(parts) + place for place, each in enumerate(sums)}
    first_rate = len(parts) + len(sums)
    return Formulas(
        names=(*amounts, *rates),
        places=(*(places[each] for each in amounts.values()), *range(first_rate, first_rate + len(rates))),
        parts=[(int(part.volume), part.share) for part in parts],
        amounts=[(*_three(each, parts), each.price) for each in sums],
        rates=[(places[each.above], places[each.below], each.scale) for each in rates.values()],
    )


def _is_part(each: Amount) -> bool:
    return len(each.parts) == 1 and each.price == 1


def _three(each: Amount, parts: Sequence[Part]) -> tuple[int, int, int]:
    places = [parts.index(part) for part in each.parts]
    first, second, third = places + [0] * (_MOST_PARTS - len(places))
    return first, second, third
