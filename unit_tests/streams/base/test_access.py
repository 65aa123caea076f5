"""A missing right is distinguished from accounts that refuse, in every order of slices."""

import itertools
import logging
from collections.abc import Generator, Sequence

import pytest
from airbyte_cdk.sources.types import StreamSlice

from source_pinterest.api.auth import AccessTokenAuthenticator
from source_pinterest.api.errors import (
    BUSINESS_ACCOUNT,
    Access,
    AccountUnreadableError,
    GoneError,
    NothingLeftError,
    PinterestError,
    RefusedError,
    RestrictedError,
    RightMissingError,
    UnavailableError,
    access_missing,
    beta,
    permission_missing,
    restricted,
    role,
)
from source_pinterest.api.usage import Usage
from source_pinterest.config import AccessTokenCredentials
from source_pinterest.engine.failures import Failures
from source_pinterest.engine.pages import Page
from source_pinterest.engine.parents import ParentIds
from source_pinterest.engine.progress import Notices
from source_pinterest.engine.slices import partition_slice
from source_pinterest.streams.base.reader import SliceReader

BETA = beta("lead forms")
SCOPES = ("ads:read",)


class LeftOut(Notices):
    """Collects the accounts that are left out."""

    def __init__(self) -> None:
        super().__init__("lead_forms")
        self.accounts: list[str] = []

    def warn(self, about: str, sentence: str) -> bool:
        self.accounts.append(about.removesuffix(" is left out."))
        return super().warn(about, sentence)


class Reader:
    """A stream whose accounts do as a word says: ok, refuse, owed (refuses, but expected), fail or gone."""

    name = "lead_forms"
    scopes = SCOPES
    checkpoint = None

    def __init__(self, doings: Sequence[str], access: Access | None = BETA, granted: Sequence[str] = ()) -> None:
        self.doings = doings
        self.access = access
        self.usage, self.notices, self.ids = Usage().of(self.name), LeftOut(), ParentIds(lambda _: ())
        self.error: PinterestError | None = None
        """The error of the slice of the whole stream."""
        self.raised: list[PinterestError] = []
        authenticator = AccessTokenAuthenticator(AccessTokenCredentials("false-access-token"))
        authenticator.granted = frozenset(granted)
        self.failures = Failures(self, authenticator)
        self.reader = SliceReader(self)
        self._listing = self.reader.planned(partition_slice({"ad_account_id": str(n)}) for n in range(len(doings)))
        self.slices: list[StreamSlice] = []

    @property
    def left_out(self) -> list[str]:
        return self.notices.accounts

    def is_expected(self, stream_slice: StreamSlice) -> bool:
        return self.doings[int(stream_slice["ad_account_id"])] == "owed"

    def on_end(self, stream_slice: StreamSlice) -> None:
        """Do nothing."""

    def list_all(self) -> None:
        """To the end; nothing after it is listed."""
        try:
            self.slices += list(self._listing)
        except PinterestError as error:
            self.raised.append(error)

    def list_one(self) -> StreamSlice:
        return next(self._listing)

    def read(self, stream_slice: StreamSlice) -> None:
        try:
            list(self.reader.read(stream_slice))
        except PinterestError as error:
            self.raised.append(error)

    def read_slice(self, stream_slice: StreamSlice) -> Generator[Page, None, None]:
        doing = self.doings[int(stream_slice["ad_account_id"])] if stream_slice.partition else "only"
        yield from ()
        if self.error:
            raise self.error
        if doing in {"refuse", "owed"}:
            raise RefusedError("lead_forms: it said no")
        if doing == "fail":
            raise UnavailableError("lead_forms", "a path", "503", tries=1)
        if doing == "deleted":
            raise GoneError("lead_forms: it is not there")
        if doing == "gone":
            raise AccountUnreadableError("9", "It is not listed")


def outcome(doings: Sequence[str], order: Sequence[int], *, listed_first: bool, access: Access | None = BETA) -> Reader:
    reader = Reader(doings, access)
    if listed_first:
        reader.list_all()
        for position in order:
            reader.read(reader.slices[position])
    else:
        for _ in doings:
            reader.read(reader.list_one())
        reader.list_all()
    return reader


@pytest.mark.parametrize("listed_first", [True, False])
@pytest.mark.parametrize("doings", list(itertools.product(["ok", "refuse", "owed", "fail"], repeat=3)))
def test_every_mixture_in_every_order(doings: tuple[str, ...], *, listed_first: bool) -> None:
    orders = itertools.permutations(range(3)) if listed_first else [(0, 1, 2)]
    for order in orders:
        reader = outcome(doings, order, listed_first=listed_first)
        missing = [error for error in reader.raised if isinstance(error, RightMissingError)]
        owed = [error for error in reader.raised if isinstance(error, AccountUnreadableError)]
        if set(doings) <= {"refuse", "owed"}:
            assert len(missing) == len(reader.raised) == 1
            assert reader.left_out == []
        else:
            assert missing == []
            assert sorted(reader.left_out) == [str(n) for n, doing in enumerate(doings) if doing == "refuse"]
            told_in_the_log = doings.count("fail")  # the error of an outage may be the last that can be raised
            assert len(owed) == (1 if "owed" in doings else 0) or told_in_the_log
            assert len(reader.raised) >= doings.count("fail") + len(owed)


def test_several_accounts_that_are_counted_on_are_all_named(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        reader = outcome(["owed", "ok", "owed"], (0, 1, 2), listed_first=True)

    assert "account 0" in str(reader.raised[0].message)
    assert "account 2" in caplog.text


def test_an_account_that_vanished_says_nothing_about_the_right() -> None:
    reader = outcome(["gone", "refuse"], (0, 1), listed_first=True)

    assert [type(error) for error in reader.raised] == [AccountUnreadableError, RightMissingError]


def test_nor_does_it_hide_that_the_right_is_missing(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        reader = outcome(["gone", "refuse"], (1, 0), listed_first=True)

    assert [type(error) for error in reader.raised] == [AccountUnreadableError]
    assert "beta of lead forms" in caplog.text


def test_an_outage_after_the_refusals_does_not_hide_them(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        reader = outcome(["owed", "ok", "fail"], (0, 1, 2), listed_first=True)

    assert [type(error) for error in reader.raised] == [UnavailableError]
    assert "account 0" in caplog.text


def test_an_outage_before_the_refusals_are_known_does_not_hide_them(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        reader = outcome(["owed", "ok", "fail"], (2, 1, 0), listed_first=True)

    assert [type(error) for error in reader.raised] == [UnavailableError]
    assert "account 0" in caplog.text


def test_without_a_right_the_only_account_is_left_out() -> None:
    reader = Reader(["refuse"], access=None)
    stream_slice = reader.list_one()
    reader.read(stream_slice)
    reader.list_all()

    assert reader.left_out == ["0"]
    assert reader.raised == []


@pytest.mark.parametrize("access", [None, BETA])
@pytest.mark.parametrize(
    ("doings", "is_lost"),
    [
        (["deleted", "deleted"], True),
        (["deleted", "deleted", "ok"], False),
        (["deleted"], False),
        (["deleted", "deleted", "fail"], False),  # the stream is incomplete in any case
        (["deleted", "refuse"], True),
        ([], False),
    ],
)
def test_a_stream_of_which_several_are_gone_and_none_is_left_has_failed(
    doings: list[str], access: Access | None, *, is_lost: bool
) -> None:
    for order in itertools.permutations(range(len(doings))):
        reader = outcome(doings, order, listed_first=True, access=access)
        lost = [error for error in reader.raised if isinstance(error, NothingLeftError)]
        assert len(lost) == is_lost
        assert len(reader.raised) == is_lost + doings.count("fail")


def test_that_nothing_is_left_is_told_with_the_number_and_the_first_answer() -> None:
    reader = outcome(["deleted", "deleted", "refuse"], (0, 1, 2), listed_first=True)

    [lost] = reader.raised
    assert lost.message == (
        "lead_forms: Pinterest refuses all 3 ad accounts, boards or pins that this stream is read from, or says "
        "that they don't exist. The next sync tries again. If this happens again, check what the token's user may "
        "see, or leave the stream out. lead_forms: it is not there."
    )


def test_several_slices_of_one_account_are_one_account() -> None:
    reader = Reader(["deleted"], access=None)
    twice = [reader.list_one(), *reader.reader.planned([partition_slice({"ad_account_id": "0"})])]
    for stream_slice in twice:
        reader.read(stream_slice)

    assert reader.raised == []


def test_a_stream_of_one_slice_is_judged_at_once() -> None:
    reader = Reader([])
    reader.error = RefusedError("lead_forms: it said no")
    with pytest.raises(RightMissingError, match="beta of lead forms"):
        list(reader.reader.read(partition_slice({})))


@pytest.mark.parametrize(
    ("access", "granted", "expected", "words"),
    [
        (None, SCOPES, RightMissingError, "lacks the permission ads:read"),
        (BETA, ("boards:read",), RightMissingError, "lacks the permission ads:read"),
        (BETA, SCOPES, RightMissingError, "it needs an app in Pinterest's beta of lead forms"),
        (BETA, (), RightMissingError, "it needs the permission ads:read and an app in Pinterest's beta"),
    ],
)
def test_a_missing_permission_may_be_a_missing_right(
    access: Access | None, granted: Sequence[str], expected: type[PinterestError], words: str
) -> None:
    reader = Reader([], access, granted)
    reader.error = permission_missing("lead_forms", SCOPES, "It said no")
    with pytest.raises(expected, match=words):
        list(reader.reader.read(partition_slice({})))


NEEDS_BETA = "lead_forms can't be read: it needs an app in Pinterest's beta of lead forms. "
NEEDS_BOTH = "lead_forms can't be read: it needs the permission ads:read and an app in Pinterest's beta of lead forms. "
TO_DO = "Ask Pinterest to let the app into the beta, or leave the stream out. "


@pytest.mark.parametrize(
    ("error", "granted", "said"),
    [
        (permission_missing("lead_forms", SCOPES, "It said no"), (), f"{NEEDS_BOTH}{TO_DO}It said no."),
        (permission_missing("lead_forms", SCOPES, "It said no"), SCOPES, f"{NEEDS_BETA}{TO_DO}It said no."),
        (RestrictedError("lead_forms", "LEADS", "It said no"), (), f"{NEEDS_BETA}{TO_DO}It said no."),
        (RefusedError("lead_forms: it said no"), (), f"{NEEDS_BETA}{TO_DO}lead_forms: it said no."),
    ],
)
def test_a_missing_right_is_told_whole_with_what_pinterest_answered(
    error: PinterestError, granted: Sequence[str], said: str
) -> None:
    reader = Reader([], BETA, granted)
    reader.error = error
    with pytest.raises(RightMissingError) as raised:
        list(reader.reader.read(partition_slice({})))

    assert raised.value.message == said


@pytest.mark.parametrize("access", [BUSINESS_ACCOUNT, BETA, restricted("billing profiles"), role("Owner", "Admin")])
def test_one_sentence_tells_what_to_do(access: Access) -> None:
    said = str(access_missing("lead_forms", access, "It said no").message)

    assert (
        said
        == f"lead_forms can't be read: it needs {access.needs}. {access.advice}, or leave the stream out. It said no."
    )
