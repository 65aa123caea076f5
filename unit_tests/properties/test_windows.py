"""Windows that are cut, joined and read keep their days, each once, and so do the requests for them."""

import math
from contextlib import suppress
from datetime import date
from itertools import pairwise, product

from hypothesis import given
from hypothesis import strategies as st
from pendulum import Date

from source_pinterest import limits
from source_pinterest.api.errors import ResponseTooLargeError
from source_pinterest.dates import DateWindow, Granularity, days_before, parse_day
from source_pinterest.engine.request_splitting import RequestSpec, RequestSplitter
from source_pinterest.engine.tasks import batches
from source_pinterest.state.days import Days, DaySet
from unit_tests.properties.days import TODAY, days, days_of, some_windows, windows


@given(st.dates(date(1000, 1, 1)).map(lambda day: Date(day.year, day.month, day.day)))
def test_a_day_is_read_as_it_is_written(day: Date) -> None:
    assert parse_day(str(day)) == day


@given(st.text(max_size=12))
def test_a_text_that_is_no_day_is_rejected(text: str) -> None:
    try:
        day = parse_day(text)
    except ValueError:
        return
    assert str(day) == text


@given(windows, st.integers(1, 50))
def test_cutting_keeps_each_day_once_in_the_fewest_pieces(window: DateWindow, size: int) -> None:
    pieces = window.cut(size)

    assert days_of(pieces) == days_of([window])
    assert sum(piece.days for piece in pieces) == window.days
    assert max(piece.days for piece in pieces) <= size
    assert len(pieces) == math.ceil(window.days / size)
    assert pieces == sorted(pieces)


@given(some_windows)
def test_joining_keeps_each_day_and_leaves_gaps_between(found: list[DateWindow]) -> None:
    joined = DaySet().union(found)

    assert days_of(joined) == days_of(found)
    assert all(one.end.add(days=1) < other.start for one, other in pairwise(joined))
    assert DaySet().union(reversed(found)) == joined


@given(some_windows, some_windows)
def test_taking_days_away_takes_no_other(found: list[DateWindow], taken: list[DateWindow]) -> None:
    assert days_of(DaySet().union(found).difference(taken)) == days_of(found) - days_of(taken)


@given(windows, days)
def test_a_border_parts_a_window(window: DateWindow, border: Date) -> None:
    before, after = DaySet((window,)).before(border), window.clamp(border)

    assert days_of([*before, *filter(None, (after,))]) == days_of([window])
    assert before.last is None or before.last < border
    assert after is None or after.start >= border


@given(windows, windows)
def test_a_window_comes_back_from_a_state(window: DateWindow, other: DateWindow) -> None:
    assert DateWindow.from_pair(window.as_pair()) == window
    assert (window == other) == (window.as_pair() == other.as_pair())


@given(windows, st.sampled_from([Granularity.DAY, Granularity.WEEK, Granularity.MONTH]), st.integers(31, 186))
def test_buckets_are_never_torn(window: DateWindow, granularity: Granularity, size: int) -> None:
    whole = granularity.buckets_starting_in(window)
    if whole is None:
        return
    pieces = granularity.cut(whole, size, TODAY)

    assert days_of(pieces) == {day for day in days_of([whole]) if day <= TODAY.toordinal()}
    assert sum(piece.days for piece in pieces) == len(days_of(pieces))
    assert all(piece.days <= size for piece in pieces)
    for piece in pieces:
        assert granularity.bucket_of(piece.start).start == piece.start
        assert piece.end in {granularity.bucket_of(piece.end).end, TODAY}


@given(windows, st.sampled_from(list(Granularity)))
def test_halves_are_the_whole(window: DateWindow, granularity: Granularity) -> None:
    halves = granularity.halves(window)

    if halves is not None:
        assert days_of(halves) == days_of([window])
        assert sum(half.days for half in halves) == window.days


FIELD = "DATE"

befores = st.builds(Days.unread_from, days) | st.builds(
    lambda one, other, missing: Days.between(min(one, other), max(one, other), missing), days, days, some_windows
)


@given(befores, some_windows, some_windows)
def test_a_day_counts_if_it_was_read_and_no_task_about_it_failed_or_is_waiting(
    before: Days, read: list[DateWindow], unread: list[DateWindow]
) -> None:
    after = before.union(read, unread)

    assert days_of(after.read) == (days_of(before.read) | days_of(read)) - days_of(unread)


@given(befores, some_windows, some_windows)
def test_no_day_between_the_first_and_the_last_gets_lost(
    before: Days, read: list[DateWindow], unread: list[DateWindow]
) -> None:
    after = before.union(read, unread)
    again = Days.from_state(after.to_state(FIELD), FIELD)

    assert after.first <= before.first
    assert after.last >= before.last or not before.has_any
    assert days_of(after.missing) == set(range(after.first.toordinal(), after.last.toordinal() + 1)) - days_of(
        after.read
    )
    assert again == after, "a state says the same"


@given(befores, days)
def test_days_up_to_another_one_are_those_before(before: Days, day: Date) -> None:
    cut = before.up_to(day)

    assert days_of(cut.read) == {read for read in days_of(before.read) if read <= day.toordinal()}
    assert cut.last == max(day, days_before(before.first, 1))


some_ids = st.integers(1, 30).map(lambda count: tuple(map(str, range(count))))


@given(st.lists(st.text(max_size=3), max_size=40), st.integers(1, 50))
def test_batches_keep_each_id_in_its_place(ids: list[str], size: int) -> None:
    found = batches(ids, size)

    assert [one for batch in found for one in batch] == ids
    assert all(0 < len(batch) <= size for batch in found)


@given(some_ids, windows, st.integers(0, 12))
def test_a_request_that_shrinks_is_sent_whole_in_parts(ids: tuple[str, ...], window: DateWindow, halvings: int) -> None:
    splitter, sent = RequestSplitter(limits.IDS_PER_ANALYTICS_REQUEST, limits.ANALYTICS_WINDOW_DAYS), 0

    def send(spec: RequestSpec) -> RequestSpec:
        nonlocal sent
        sent += 1
        if sent <= halvings:
            raise ResponseTooLargeError("too large")
        return spec

    while sent < halvings:
        with suppress(ResponseTooLargeError):  # one id and one day can't be halved
            list(splitter.read(RequestSpec(ids=ids, window=window), send))

    read = splitter.read(RequestSpec(ids=ids, window=window), send)
    asked = [pair for part in read for pair in product(part.ids, days_of([part.window]))]
    assert len(asked) == len(set(asked))
    assert set(asked) == set(product(ids, days_of([window])))
