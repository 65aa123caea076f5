"""An error says what Pinterest refuses, and what to do."""

import pytest
import requests_mock

from source_pinterest.api import errors
from unit_tests.answers import refused
from unit_tests.api.calls import SCOPES, Calls


@pytest.mark.parametrize(
    ("status", "code", "message", "error"),
    [
        (401, 3, "", errors.RightMissingError),
        (401, 3, "Restricted feature", errors.RestrictedError),
        (401, 7, "", errors.RefusedError),
        (403, None, "", errors.ForbiddenError),
        (403, 2625, "", errors.RefusedError),
        (404, 40, "", errors.GoneError),
        (409, 4182, "", errors.NoCatalogError),
        (413, None, "", errors.ResponseTooLargeError),
        (400, 1, "Pagination beyond 100000", errors.ListingCappedError),
        (400, 1, "Bad", errors.BadRequestError),
        (302, None, "", errors.RejectedError),
    ],
)
def test_a_refusal_is_raised_with_the_stream_and_pinterests_words(
    mock: requests_mock.Mocker, status: int, code: int | None, message: str, error: type[errors.PinterestError]
) -> None:
    calls = Calls(mock, refused(status, code, message, x_pinterest_rid="77"))

    with pytest.raises(error) as raised:
        calls.get()
    assert type(raised.value) is error
    assert calls.made == 1
    assert "board_pins" in str(raised.value.message)
    assert "request id 77" in str(raised.value.message)


INSUFFICIENT = "Your token does not have sufficient permissions to perform this operation."


@pytest.mark.parametrize(
    ("status", "message", "granted", "named"),
    [
        (401, "Not enough scopes", [], "boards:read and pins:read"),
        (401, "Not enough scopes", ["boards:read"], "pins:read"),
        (403, INSUFFICIENT, ["boards:read"], "pins:read"),
        (401, f"{INSUFFICIENT} Missing: ['catalogs:read']", [], "catalogs:read"),
        (403, f"{INSUFFICIENT} Missing: ['a:b', 'c:d']", [], "a:b and c:d"),
    ],
)
def test_the_permissions_are_named_that_are_missing(
    mock: requests_mock.Mocker, status: int, message: str, granted: list[str], named: str
) -> None:
    with pytest.raises(errors.RightMissingError, match=rf"the permission {named}\."):
        Calls(mock, refused(status, 3, message), granted=frozenset(granted)).get()


RESTRICTED = "Your application does not have access to this restricted feature"


@pytest.mark.parametrize(
    ("message", "feature"),
    [(f"{RESTRICTED}: conversion_insights.", "conversion_insights"), (RESTRICTED, "that serves board_pins")],
)
def test_a_restricted_feature_is_named_and_no_permission_is_asked_for(
    mock: requests_mock.Mocker, message: str, feature: str
) -> None:
    with pytest.raises(errors.RestrictedError, match=f"restricted feature {feature}") as raised:
        Calls(mock, refused(401, 3, message), granted=frozenset(SCOPES)).get()

    assert "Authenticate" not in str(raised.value.message)
    assert "permission" not in str(raised.value.message)
