"""A missing right is distinguished from accounts that refuse, in every order of slices."""

import itertools
import re
from collections.abc import Sequence

import pytest

from source_pinterest.api.errors import (
    Access,
    AccountUnreadableError,
    ConfigError,
    GoneError,
    NothingLeftError,
    PinterestError,
    RefusedError,
    RightMissingError,
    UnavailableError,
    beta,
    restricted,
    role,
)
from source_pinterest.api.verdicts import ErrorResponse, RequestContext
from source_pinterest.engine.tasks import Task
from unit_tests.answers import refusal
from unit_tests.streams.base.accounts import Accounts

BETA = beta("lead forms")
ERRORS = {
    "refuses": RefusedError("lead_forms: it said no"),
    "owed": RefusedError("lead_forms: it said no"),
    "fails": UnavailableError("lead_forms: it failed"),
    "deleted": GoneError("lead_forms: it is not there"),
    "vanished": AccountUnreadableError("9", "It is not listed"),
}
"""How accounts end. One that is owed refuses though it has to be readable."""


def raised_by(
    ends: Sequence[str], *, access: Access | None = BETA, listed_first: bool = True
) -> Sequence[PinterestError]:
    """Read the accounts 0, 1, … that end so. Return the errors that are raised."""
    accounts = dict(zip("0123", ends, strict=False))
    errors = {account: ERRORS[end] for account, end in accounts.items() if end in ERRORS}
    expected = [account for account, end in accounts.items() if end == "owed"]
    stream = Accounts(errors, expected=expected, access=access, has_cursor=False)
    return stream.read(accounts, listed_first=listed_first)


def error_for(response: ErrorResponse) -> PinterestError:
    context = RequestContext("lead_forms", Accounts.scopes, frozenset(), "Grant it", lambda: False)
    assert callable(response.verdict)
    return response.verdict(response, context)


def left_out(caplog: pytest.LogCaptureFixture) -> list[str]:
    return re.findall(r"lead_forms: (\d+) is left out\. ", caplog.text)


def everything_told(caplog: pytest.LogCaptureFixture, raised: Sequence[PinterestError]) -> str:
    return " ".join([caplog.text, *(str(error.message) for error in raised)])


def test_a_right_is_missing_exactly_if_every_account_refuses(caplog: pytest.LogCaptureFixture) -> None:
    """Otherwise each refusing account is named, in an error or, beside another one, in the log."""
    for ends in itertools.product(["ok", "refuses", "owed", "fails"], repeat=3):
        for listed_first in (True, False):
            caplog.clear()
            raised = raised_by(ends, listed_first=listed_first)
            kinds, case = [type(error) for error in raised], f"{ends}, listed first: {listed_first}"
            if set(ends) <= {"refuses", "owed"}:
                assert kinds == [RightMissingError], case
                assert left_out(caplog) == [], case
            else:
                assert set(kinds) <= {UnavailableError, AccountUnreadableError}, case
                assert kinds.count(UnavailableError) == ends.count("fails"), case
                assert kinds.count(AccountUnreadableError) == ("owed" in ends and "fails" not in ends), case
                assert left_out(caplog) == [str(n) for n, end in enumerate(ends) if end == "refuses"], case
                told = everything_told(caplog, raised)
                assert all(f"Ad account {n} can't" in told for n, end in enumerate(ends) if end == "owed"), case


@pytest.mark.parametrize("ends", [("vanished", "refuses"), ("refuses", "vanished")])
def test_an_account_that_vanished_does_not_hide_that_the_right_is_missing(
    caplog: pytest.LogCaptureFixture, ends: Sequence[str]
) -> None:
    raised = raised_by(ends)

    assert isinstance(raised[0], AccountUnreadableError)
    assert "beta of lead forms" in everything_told(caplog, raised)


@pytest.mark.parametrize(
    ("ends", "has_failed"),
    [
        (["deleted", "deleted"], True),
        (["deleted", "refuses"], True),
        (["refuses", "deleted"], True),
        (["deleted", "deleted", "ok"], False),
        (["deleted"], False),
        (["deleted", "deleted", "fails"], False),  # the stream is incomplete in any case
        ([], False),
    ],
)
def test_a_stream_of_which_several_are_gone_and_none_is_left_has_failed(ends: list[str], *, has_failed: bool) -> None:
    for access in (None, BETA):
        lost = [error for error in raised_by(ends, access=access) if isinstance(error, NothingLeftError)]
        assert len(lost) == has_failed, access
        assert all(f"all {len(ends)} ad accounts" in str(error.message) for error in lost)


def test_without_a_right_the_only_account_is_left_out(caplog: pytest.LogCaptureFixture) -> None:
    assert raised_by(["refuses"], access=None, listed_first=False) == []
    assert left_out(caplog) == ["0"]


def test_each_account_that_is_gone_is_warned_of_and_counted_once(caplog: pytest.LogCaptureFixture) -> None:
    stream = Accounts({"8": ERRORS["deleted"], "9": ERRORS["deleted"]})

    assert stream.read("8997") == []
    assert left_out(caplog) == ["8", "9"]
    assert stream.usage.left_out == 2


@pytest.mark.parametrize(
    ("error", "access", "granted", "expected", "words"),
    [
        ("permission", None, Accounts.scopes, RightMissingError, "lacks the permission ads:read"),
        ("permission", BETA, ("boards:read",), RightMissingError, "lacks the permission ads:read"),
        ("permission", BETA, Accounts.scopes, RightMissingError, "needs an app in Pinterest's beta of lead forms"),
        ("permission", BETA, (), RightMissingError, "needs the permission ads:read and an app in Pinterest's beta"),
        ("restricted", BETA, (), RightMissingError, "needs an app in Pinterest's beta of lead forms"),
        ("refuses", BETA, (), RightMissingError, "needs an app in Pinterest's beta of lead forms"),
        ("deleted", None, (), ConfigError, "it is not there"),
    ],
)
def test_a_refusal_of_a_whole_stream_names_what_is_missing(
    error: str, access: Access | None, granted: Sequence[str], expected: type[PinterestError], words: str
) -> None:
    errors = {
        **ERRORS,
        "permission": error_for(refusal(401, 3, "It said no")),
        "restricted": error_for(refusal(401, 3, "It said no to a restricted feature")),
    }
    stream = Accounts({"": errors[error]}, access=access, granted=granted)
    with pytest.raises(expected, match=words) as raised:
        list(stream.run.read(Task({}, stream.bundles)))
    message = str(raised.value.message)
    assert ("said no" in message) or ("not there" in message)
    assert message.count("lead_forms can't be read") <= 1, "a sentence within the sentence"


@pytest.mark.parametrize(
    ("access", "needs"),
    [
        (BETA, "it needs an app in Pinterest's beta of lead forms. Ask Pinterest"),
        (restricted("billing profiles"), "it needs billing profiles, which Pinterest opens to some"),
        (role("Owner", "Admin"), "it needs the role Owner or Admin on the ad account. Ask the ad account's"),
    ],
)
def test_a_missing_access_says_what_is_needed_and_who_gives_it(access: Access, needs: str) -> None:
    [error] = Accounts({"1": ERRORS["refuses"]}, access=access).read("1")

    assert needs in str(error.message)
    assert str(error.message).endswith(" or leave the stream out. lead_forms: it said no.")


@pytest.mark.parametrize(
    ("access", "expected", "kind"),
    [(BETA, "", RightMissingError), (None, "", NothingLeftError), (BETA, "12", AccountUnreadableError)],
)
def test_of_several_refusals_the_one_that_came_first_is_quoted(
    access: Access | None, expected: str, kind: type[PinterestError]
) -> None:
    errors = {account: RefusedError(f"lead_forms: no to {account}") for account in "12"}
    stream = Accounts(errors, expected=expected, access=access)
    [error] = stream.read("219" if expected else "21")

    assert isinstance(error, kind)
    assert "no to 2" in str(error.message)
    assert "no to 1" not in str(error.message)
