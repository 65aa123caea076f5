"""Which saved positions hold when a sync begins, and what a user has to know of them.

Pure functions: saved positions and a period give the positions that hold, and sentences for the user.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from source_pinterest import limits
from source_pinterest.dates import DateWindow, days_before
from source_pinterest.state.days import Days, DaySet, Owner
from source_pinterest.state.period import Period

Positions = dict[Owner, Days]
Sentences = list[str]

_KEEP_NEWEST = "keep the row with the newest _airbyte_extracted_at, or clear the stream's data."


def none_read(period: Period) -> Days:
    """Return the days of a new owner, from the first week or month on that begins at the start date or later."""
    bucket = period.granularity.bucket_of(period.start)
    return Days.unread_from(period.start if period.start == bucket.start else bucket.end.add(days=1))


def without_young(
    saved: Mapping[Owner, Days], period: Period, begun: Iterable[DateWindow] = ()
) -> tuple[Positions, Sentences]:
    """Return positions without the days that were young when they were read, for a sync that emits final days alone.

    Their state is of a sync that replaced rows, or of the official connector, which emits every day at once. These days
    come twice. So may days that are missing: a sync that replaced rows has emitted what it read of them.

    Args:
        saved: the saved positions.
        period: the days that this sync reads.
        begun: more days that the earlier sync has emitted in part.
    """
    final = {owner: days.up_to(min(days.last, period.last_final(days.last))) for owner, days in saved.items()}
    read = chain.from_iterable(days.read.minus(final[owner].read) for owner, days in saved.items())
    young = DaySet().plus([*read, *begun])
    missing = DaySet().plus(chain.from_iterable(days.missing for days in saved.values())).minus(young)
    return final, list(_of_copies(young, missing))


def _of_copies(young: DaySet, missing: DaySet) -> Iterator[str]:
    if young:
        yield (
            f"the days {young.span} were read while their numbers were still moving, and are emitted once more, now "
            f"that they are final. The destination appends, so these days appear twice in the table: {_KEEP_NEWEST}"
        )
    if missing:
        yield (
            f"the days {', '.join(map(str, missing))} could not be read whole by an earlier sync, and are read again. "
            "The destination appends now, so rows of these days that the earlier sync has emitted appear twice in the "
            f"table: {_KEEP_NEWEST}"
        )


def with_flat(saved: Positions, listed: Sequence[Owner], period: Period) -> tuple[Positions, Sentences]:
    """Give each account without a position the flat one, which comes from the official connector and names no account.

    Where rows are replaced, the flat position is dropped then. Where they are kept, it stays: an account that was not
    listed for a moment would else be emitted once more as a whole.
    """
    if None not in saved:
        return saved, []
    flat, new = saved[None], [account for account in listed if account not in saved]
    given = {**dict.fromkeys(new, flat), **saved}
    if period.merges_by_key:
        return {account: days for account, days in given.items() if account}, []
    if not (new and any(saved)):
        return given, []
    sentence = (
        f"the saved state has no entry for the ad accounts {', '.join(map(str, new))}. It comes from the official "
        f"connector and covers every account until {flat.last}: their days until then count as read. Clear the "
        "stream's data to read them."
    )
    return given, [sentence]


def in_the_past(owner: Owner, saved: Days, period: Period) -> tuple[Days, Sentences]:
    """Return a position. If its last read day lies in the future, it ends before the last 89 days."""
    if saved.last <= period.today or not saved.has_any:
        return saved, []
    days = saved.up_to(days_before(period.today, limits.SYNC_HISTORY_DAYS + 1))
    since = days.last.add(days=1)
    twice = "" if period.merges_by_key else f" Rows of the days {since} to {period.today} may stand twice."
    sentence = (
        f"the state{_of(owner)} lies in the future ({saved.last}; today is {period.today}). The days from {since} on "
        f"are read again.{twice}"
    )
    return days, [sentence]


def without_lost(owner: Owner, days: Days, period: Period, *, stay_missing: bool) -> tuple[Days, Sentences]:
    """Tell of unread days that Pinterest no longer has. They stay missing, or count as read."""
    lost = days.out_of_reach(period)
    sentences = [
        f"the days {window}{_of(owner)} could not be read and are too old now: Pinterest keeps the days from "
        f"{period.earliest} on. Rows of an earlier sync keep their numbers."
        f"{' They stay in the state as missing.' if stay_missing else ''}"
        for window in lost
    ]
    return (replace(days, read=days.read.plus(lost)) if lost and not stay_missing else days), sentences


def asked_otherwise(saved: Iterable[Days], period: Period) -> Sentences:
    """Tell of days that were read with other columns or attribution windows and are not read again."""
    kept = DaySet().plus(chain.from_iterable(days.not_reread(period) for days in saved))
    if not kept:
        return []
    sentence = (
        f"the columns or the attribution window have changed since the last sync. The days {kept.span} keep their old "
        "values; clear the stream's data to read them again."
    )
    return [sentence]


def _of(owner: Owner) -> str:
    return f" of ad account {owner}" if owner else ""
