"""Every id and every day goes into one request, and no request is larger than Pinterest allows."""

from contextlib import suppress
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from source_pinterest import limits
from source_pinterest.api.errors import ResponseTooLargeError
from source_pinterest.dates import DateWindow
from source_pinterest.engine.asks import Ask, Asks
from source_pinterest.engine.tasks import batches
from unit_tests.properties.days import days_of, windows

some_ids = st.integers(1, 30).map(lambda count: tuple(map(str, range(count))))


@given(st.lists(st.text(max_size=3), max_size=40), st.integers(1, 50))
def test_batches_keep_each_id_in_its_place(ids: list[str], size: int) -> None:
    found = batches(ids, size)

    assert [one for batch in found for one in batch] == ids
    assert all(0 < len(batch) <= size for batch in found)


@given(some_ids, windows, st.integers(0, 12))
def test_a_call_that_shrinks_asks_for_the_same_in_parts(
    ids: tuple[str, ...], window: DateWindow, halvings: int
) -> None:
    asks, sent = Asks(limits.IDS_PER_ANALYTICS_REQUEST, limits.ANALYTICS_WINDOW_DAYS), 0

    def send(ask: Ask) -> Ask:
        nonlocal sent
        sent += 1
        if sent <= halvings:
            raise ResponseTooLargeError("too large")
        return ask

    while sent < halvings:
        with suppress(ResponseTooLargeError):  # one id and one day can't be halved
            list(asks.read(Ask(ids=ids, window=window), send))

    read = asks.read(Ask(ids=ids, window=window), send)
    asked = [pair for part in read for pair in product(part.ids, days_of([part.window]))]
    assert len(asked) == len(set(asked))
    assert set(asked) == set(product(ids, days_of([window])))
