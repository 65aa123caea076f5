"""The cursor learns how each slice ended, and a failure costs no more than it must."""

from collections.abc import Generator, Iterable
from typing import Any

import pytest
from airbyte_cdk.sources.types import StreamSlice

from source_pinterest.api.auth import AccessTokenAuthenticator
from source_pinterest.api.errors import (
    Access,
    ConfigError,
    GoneError,
    KeyInDoubtError,
    NothingLeftError,
    PinterestError,
    RefusedError,
    UnavailableError,
    beta,
)
from source_pinterest.api.usage import Usage
from source_pinterest.config import AccessTokenCredentials
from source_pinterest.dates import DateWindow
from source_pinterest.engine.failures import FAILURES_IN_A_ROW, Failures
from source_pinterest.engine.pages import Page
from source_pinterest.engine.parents import ParentIds
from source_pinterest.engine.progress import Notices
from source_pinterest.engine.slices import batch_slice, failed_slice, partition_slice
from source_pinterest.state.history import PlannedWindow
from source_pinterest.streams.base.reader import SliceReader
from unit_tests.threads import PATIENCE_SECONDS, in_thread, waits

PLANNED = PlannedWindow(DateWindow.from_pair(["2026-06-01", "2026-06-10"]), 3)
LOST = UnavailableError("boards", "a path", "503", tries=1)
IN_DOUBT = KeyInDoubtError("Two rows have one key")


def of_account(account: str) -> StreamSlice:
    return partition_slice({"ad_account_id": account})


class Cursor:
    """Notes what it is told of each account."""

    def __init__(self) -> None:
        self.told: list[tuple[Any, ...]] = []
        self.failed: list[str] = []

    def count(self, records: int, stream_slice: StreamSlice) -> None:
        del stream_slice
        self.told.append(("count", records))

    def commit(self, stream_slice: StreamSlice, finding: Any = None) -> None:
        self.told.append(("commit", stream_slice["ad_account_id"], finding))

    def note_unusable(self, stream_slice: StreamSlice) -> None:
        self.told.append(("doubt", stream_slice["ad_account_id"]))

    def fail(self, stream_slice: StreamSlice) -> None:
        self.failed.append(stream_slice["ad_account_id"])

    def note_failure(self, stream_slice: StreamSlice) -> None:
        self.told.append(("failure", stream_slice["ad_account_id"]))


class Stream:
    """A stream whose accounts have two pages each, of 3 and 4 records, and a finding, or the error of their name."""

    name = "boards"
    scopes = ()

    def __init__(
        self,
        errors: dict[str, PinterestError] | None = None,
        *,
        has_cursor: bool = True,
        access: Access | None = None,
    ) -> None:
        self.errors = errors or {}
        self.cursor = Cursor()
        self.checkpoint: Any = self.cursor if has_cursor else None
        self.all_usage = Usage()
        self.usage, self.notices, self.access = self.all_usage.of("boards"), Notices("boards"), access
        self.ids = ParentIds(lambda _: ["7"])
        self.read_accounts: list[str] = []
        self.ended: list[str] = []
        authenticator = AccessTokenAuthenticator(AccessTokenCredentials("false-access-token"))
        self.failures = Failures(self, authenticator)
        self.reader = SliceReader(self)

    def read_slice(self, stream_slice: StreamSlice) -> Generator[Page, None, Any]:
        account = stream_slice["ad_account_id"]
        self.read_accounts.append(account)
        for count in (3, 4):
            yield Page("boards", account.encode(), count)
        if account in self.errors:
            raise self.errors[account]
        return f"finding {account}"

    @property
    def failed(self) -> list[str]:
        return self.cursor.failed

    def is_expected(self, stream_slice: StreamSlice) -> bool:
        del stream_slice
        return False

    def on_end(self, stream_slice: StreamSlice) -> None:
        self.ended.append(stream_slice["ad_account_id"])

    def read(self, *accounts: str) -> list[PinterestError]:
        """Read accounts one after the other, and give the errors that are raised."""
        return self.read_all(self.reader.planned(map(of_account, accounts)))

    def read_all(self, slices: Iterable[StreamSlice]) -> list[PinterestError]:
        """Read slices one after the other, and give the errors that are raised."""
        raised: list[PinterestError] = []
        for stream_slice in slices:
            try:
                list(self.reader.read(stream_slice))
            except PinterestError as error:
                raised.append(error)
        return raised


def test_a_cursor_counts_each_page_before_it_goes_out_and_moves_after_the_last() -> None:
    stream = Stream()
    seen: Iterable[list[Any]] = [[page, *stream.cursor.told] for page in stream.reader.read(of_account("1"))]

    assert [told for _, *told in seen] == [[("count", 3)], [("count", 3), ("count", 4)]]
    assert stream.cursor.told == [("count", 3), ("count", 4), ("commit", "1", "finding 1")]
    assert (stream.failed, stream.ended) == ([], ["1"])


@pytest.mark.parametrize("error", [None, LOST, IN_DOUBT])
def test_a_stream_without_a_cursor_is_read_as_well(error: PinterestError | None) -> None:
    stream = Stream({"1": error} if error else {}, has_cursor=False)

    assert stream.read("1", "2") == ([error] if error else [])
    assert stream.read_accounts == stream.ended == ["1", "2"]


@pytest.mark.parametrize(
    ("error", "noted"),
    [
        (LOST, [("failure", "1")]),
        (IN_DOUBT, [("doubt", "1"), ("failure", "1")]),
        (ConfigError("No token."), []),  # says nothing of this account
        (NothingLeftError("boards", 2, "Gone"), []),
    ],
)
def test_a_cursor_notes_the_failure_of_what_was_tried_in_vain(
    error: PinterestError, noted: list[tuple[str, str]]
) -> None:
    stream = Stream({"1": error})

    assert stream.read("1") == [error]
    assert stream.cursor.told == [("count", 3), ("count", 4), *noted]
    assert stream.failed == stream.ended == ["1"]


@pytest.mark.parametrize("error", [RefusedError("boards: not yours"), GoneError("boards: not there")])
def test_what_is_left_out_neither_fails_nor_counts_as_read(error: PinterestError) -> None:
    stream = Stream({"1": error})

    assert stream.read("1", "2") == []
    assert stream.usage.left_out == 1
    assert stream.cursor.told[2:] == [("count", 3), ("count", 4), ("commit", "2", "finding 2")]
    assert stream.failed == []


@pytest.mark.parametrize("order", [("1", "1"), ("1", "1", "2")])
def test_a_refused_slice_of_an_account_that_was_read_is_a_failure(order: tuple[str, ...]) -> None:
    stream = Stream()
    raised: list[PinterestError] = []
    for number, stream_slice in enumerate(stream.reader.planned(map(of_account, order))):
        stream.errors = {"1": RefusedError("boards: not yours")} if number == 1 else {}
        raised += stream.read_all([stream_slice])

    assert [str(error.message).partition(".")[0] for error in raised] == ["A part of ad account 1 can't be read"]
    assert stream.failed == ["1"]
    assert stream.usage.left_out == 0


def test_a_slice_that_stands_for_a_failure_raises_it_without_being_read() -> None:
    stream = Stream()
    with pytest.raises(UnavailableError):
        list(stream.reader.read(failed_slice({"ad_account_id": "1"}, LOST)))

    assert stream.read_accounts == []
    assert stream.cursor.told == [("failure", "1")]
    assert stream.failed == stream.ended == ["1"]


def test_an_account_that_failed_often_is_not_read_and_its_slices_have_failed() -> None:
    stream = Stream({"1": LOST})
    accounts = ["1"] * (FAILURES_IN_A_ROW + 1)

    assert stream.read(*accounts, "2") == [LOST] * FAILURES_IN_A_ROW
    assert stream.read_accounts == [*accounts[1:], "2"]
    assert stream.failed == accounts
    assert stream.cursor.told.count(("failure", "1")) == FAILURES_IN_A_ROW, "it was not tried again"
    assert stream.ended == [*accounts, "2"]


def test_an_account_that_works_in_between_is_read_on() -> None:
    stream = Stream()
    for _ in range(2):
        stream.errors = {"1": LOST}
        assert len(stream.read(*["1"] * (FAILURES_IN_A_ROW - 1))) == FAILURES_IN_A_ROW - 1
        stream.errors = {}
        assert stream.read("1") == []


def test_after_a_fatal_error_nothing_is_read_and_nothing_more_is_planned() -> None:
    error = ConfigError("No token.")
    stream = Stream({"1": error})
    planned = stream.reader.planned(map(of_account, ("1", "2", "3")))
    first, second = next(planned), next(planned)
    with pytest.raises(ConfigError):
        list(stream.reader.read(first))

    assert list(stream.reader.read(second)) == []
    assert list(planned) == []
    assert stream.read_accounts == ["1"]
    assert stream.failed == stream.ended == ["1", "2"]


@pytest.mark.parametrize("is_listed_first", [False, True])
def test_a_refusal_is_judged_though_a_fatal_error_keeps_others_from_being_read(*, is_listed_first: bool) -> None:
    error = ConfigError("No token.")
    stream = Stream({"1": RefusedError("boards: not yours"), "2": error}, access=beta("boards"))
    planned = stream.reader.planned(map(of_account, ("1", "2", "3", "4")))

    assert stream.read_all(list(planned) if is_listed_first else planned) == [error]
    assert stream.usage.left_out == 1


def test_a_refusal_is_judged_though_an_account_is_given_up() -> None:
    stream = Stream({"1": RefusedError("boards: not yours"), "2": LOST}, access=beta("boards"))

    assert stream.read("1", *["2"] * (FAILURES_IN_A_ROW + 1)) == [LOST] * FAILURES_IN_A_ROW
    assert stream.usage.left_out == 1


def test_a_refusal_is_judged_though_the_plan_breaks_off() -> None:
    def breaking() -> Generator[StreamSlice, None, None]:
        yield of_account("1")
        raise LOST

    stream = Stream({"1": RefusedError("boards: not yours")}, access=beta("boards"))
    with pytest.raises(UnavailableError):
        stream.read_all(stream.reader.planned(breaking()))

    assert stream.usage.left_out == 1


def test_a_second_failure_that_the_first_explains_is_not_told() -> None:
    """Two slices were on their way when the token was revoked."""
    stream = Stream({"1": ConfigError("No token."), "2": ConfigError("No token.")})
    on_their_way = [stream.reader.read(of_account(account)) for account in ("1", "2")]
    for pages in on_their_way:
        next(pages)

    with pytest.raises(ConfigError):
        list(on_their_way[0])
    assert [page.count for page in on_their_way[1]] == [4]
    assert stream.failed == ["1", "2"]


# ---- Planning


def test_the_rows_of_a_plan_are_known_where_those_of_each_slice_are() -> None:
    account = {"ad_account_id": "1"}
    batches = [batch_slice(account, PLANNED, ids, 0) for ids in (("7", "8"), ("9",))]
    known, unknown = Stream(), Stream()
    assert list(known.reader.planned(batches)) == batches
    assert list(unknown.reader.planned([*batches, of_account("1")])) == [*batches, of_account("1")]

    assert list(known.all_usage.estimates) == [("boards", 30)]
    assert list(unknown.all_usage.estimates) == []
    assert (known.usage.slices, known.usage.is_planned) == (2, True)


def test_children_wait_for_the_slices_that_will_be_read_and_for_no_other() -> None:
    stream = Stream()
    stream.ids.announce()
    list(stream.reader.planned([of_account("1"), failed_slice({"ad_account_id": "2"}, LOST)]))
    waiting, *others = (in_thread(lambda a=account: list(stream.ids.of((a,)))) for account in ("1", "2", "3"))

    assert [other.result(PATIENCE_SECONDS) for other in others] == [["7"], ["7"]]
    assert waits(waiting)
    stream.ids.release(("1",))
    assert waiting.result(PATIENCE_SECONDS) == ["7"]


def test_a_plan_that_breaks_off_keeps_nobody_waiting() -> None:
    def breaking() -> Generator[StreamSlice, None, None]:
        yield of_account("1")
        raise LOST

    stream = Stream()
    stream.ids.announce()
    with pytest.raises(UnavailableError):
        list(stream.reader.planned(breaking()))

    assert stream.usage.is_planned
    assert in_thread(lambda: list(stream.ids.of(("2",)))).result(PATIENCE_SECONDS) == ["7"]
