"""Each response of Pinterest means what the table says."""

import pytest

from source_pinterest.api import errors
from source_pinterest.api.error_mapping import ErrorResponse, RequestContext, Retry, UncountedRetry
from source_pinterest.api.errors import ErrorReason, PinterestError
from source_pinterest.masking import SECRETS
from unit_tests.error_responses import api_error, error_response

RETRY_AFTER = "Sorry! Retry after 2.5 seconds."

RESOLUTIONS = [
    (206, None, "", Retry()),
    (302, None, "", errors.InvalidRequestError),
    (400, 1, "Invalid request", errors.BadRequestError),
    (400, 8, RETRY_AFTER, UncountedRetry.WAIT),
    (400, 1, "You can only get data from the last 90 days", Retry(ErrorReason.SERVER_ERROR)),
    (400, 1, "Pagination beyond 100000 items is not supported", (errors.TaskError, ErrorReason.LIST_CAPPED)),
    (400, 12, "", Retry(ErrorReason.SERVER_ERROR)),
    (400, 2787, "Hm, something went wrong", Retry(ErrorReason.SERVER_ERROR)),
    (400, 1, "Brand category SKU report is not available for this client.", errors.AccessDeniedError),
    (400, 12, RETRY_AFTER, UncountedRetry.WAIT),
    (400, 8, "", UncountedRetry.WAIT),
    (401, 2, RETRY_AFTER, UncountedRetry.WAIT),
    (403, 8, "", UncountedRetry.WAIT),
    (403, None, RETRY_AFTER, UncountedRetry.WAIT),
    (404, 8, "Not found", UncountedRetry.WAIT),
    (422, 1, RETRY_AFTER, UncountedRetry.WAIT),
    (503, 8, RETRY_AFTER, Retry(ErrorReason.SERVER_ERROR)),
    (401, 2, "Authentication failed.", UncountedRetry.REFRESH_TOKEN),
    (401, 3, "Not enough scopes", (errors.MissingEntitlementError, ErrorReason.PERMISSION_MISSING)),
    (
        401,
        3,
        "Your application does not have access to this restricted feature",
        (errors.MissingEntitlementError, ErrorReason.FEATURE_CLOSED),
    ),
    (
        401,
        3,
        "Your application consumer type is not supported",
        (errors.MissingEntitlementError, ErrorReason.FEATURE_CLOSED),
    ),
    (403, 3, "You don't have sufficient permissions", (errors.MissingEntitlementError, ErrorReason.PERMISSION_MISSING)),
    (401, 7, "Not authorised", errors.AccessDeniedError),
    (401, 29, "Not permitted", errors.AccessDeniedError),
    (403, 29, "Not permitted", (errors.AccessDeniedError, ErrorReason.FORBIDDEN)),
    (403, 29, "", (errors.AccessDeniedError, ErrorReason.FORBIDDEN)),
    (403, None, "Not permitted", (errors.AccessDeniedError, ErrorReason.FORBIDDEN)),
    (403, None, "PINNER_DATA_ACCESS_DENIED", (errors.AccessDeniedError, ErrorReason.NO_BUSINESS_ACCOUNT)),
    (403, 29, "PINNER_DATA_ACCESS_DENIED: no", (errors.AccessDeniedError, ErrorReason.NO_BUSINESS_ACCOUNT)),
    (403, 2625, "Disapproved", errors.AccessDeniedError),
    (403, 2626, "Under review", errors.AccessDeniedError),
    (404, 40, "", errors.NotFoundError),
    (404, None, "Board not found", errors.NotFoundError),
    (408, None, "", Retry()),
    (409, None, "", Retry()),
    (409, 4182, "No catalog", (errors.AccessDeniedError, ErrorReason.NO_CATALOG)),
    (413, None, "", errors.ResponseTooLargeError),
    (414, None, "", errors.ResponseTooLargeError),
    (422, None, "Something went wrong", errors.InvalidRequestError),
    (422, 1, "Something went wrong", Retry(ErrorReason.SERVER_ERROR)),
    (422, 1, "Pagination beyond 100000", (errors.TaskError, ErrorReason.LIST_CAPPED)),
    (422, 1, "Invalid request", errors.BadRequestError),
    (422, 12, "", Retry(ErrorReason.SERVER_ERROR)),
    (425, None, "", Retry()),
    (429, None, "", UncountedRetry.WAIT),
    (431, None, "", errors.ResponseTooLargeError),
    (500, 12, "Something went wrong", Retry(ErrorReason.SERVER_ERROR)),
    (501, None, "", errors.InvalidRequestError),
    (501, 4181, "", (errors.InvalidRequestError, ErrorReason.NOT_SERVED)),
    (520, None, "", Retry(ErrorReason.SERVER_ERROR)),
]


def error_of(response: ErrorResponse, *, rejects_profile: bool = False) -> PinterestError:
    context = RequestContext("boards", ("boards:read",), frozenset(), "Sign in again", lambda: rejects_profile)
    assert callable(response.resolution)
    return response.resolution(response, context)


def next_after(
    response: ErrorResponse, *, rejects_profile: bool = False
) -> UncountedRetry | Retry | type[PinterestError] | tuple[type[PinterestError], ErrorReason]:
    """How the request is sent again, or the class of the error, with its reason if it has one."""
    if isinstance(response.resolution, UncountedRetry | Retry):
        return response.resolution
    error = error_of(response, rejects_profile=rejects_profile)
    return (type(error), error.reason) if error.reason else type(error)


def test_each_response_has_the_verdict_of_the_table() -> None:
    for status, code, message, resolution in RESOLUTIONS:
        assert next_after(api_error(status, code, message)) == resolution, (status, code, message)


@pytest.mark.parametrize(
    ("status", "resolution"),
    [
        (400, Retry()),
        (401, UncountedRetry.REFRESH_TOKEN),
        (403, Retry()),  # servers in front of Pinterest reject nothing in its name
        (404, Retry()),
        (429, UncountedRetry.WAIT),
        (502, Retry(ErrorReason.SERVER_ERROR)),
    ],
)
def test_of_a_body_of_another_shape_the_status_counts(status: int, resolution: object) -> None:
    for body in [
        *[b"", b" \r\n", b"<html>Bad gateway</html>", b'["a list"]', b'"text"', b"null", b"{}"],
        *[b'{"error": "no route"}', b'{"code": null, "message": null}', b'{"message": ""}'],
    ]:
        assert next_after(error_response(status, body)) == resolution, body


@pytest.mark.parametrize("body", [b"PINNER_DATA_ACCESS_DENIED", b'{"code": 29, "reason": "PINNER_DATA_ACCESS_DENIED"}'])
def test_a_user_without_a_business_account_is_found_anywhere_in_the_body(body: bytes) -> None:
    assert next_after(error_response(403, body)) == (errors.AccessDeniedError, ErrorReason.NO_BUSINESS_ACCOUNT)


def test_a_pause_hint_comes_from_the_message_or_a_header() -> None:
    for told, seconds in [
        (api_error(400, 8, RETRY_AFTER), 2.5),
        (api_error(429, 8, "Retry after 60 seconds", retry_after="7"), 60),
        (api_error(429, 8, retry_after="1.5", x_ratelimit_reset="90"), 1.5),
        (api_error(429, 8, retry_after="Fri, 01 Jan 2027 00:00:00 GMT", x_ratelimit_reset="90"), 90),
        (api_error(429, 8, x_ratelimit_reset="2678400"), 2_678_400),
    ]:
        assert told.pause_hint_seconds() == seconds, told


def test_a_pause_that_is_no_time_or_longer_than_a_month_is_not_believed() -> None:
    for told in [
        api_error(429, 8),
        error_response(429, b"<html>"),
        api_error(429, 8, retry_after="soon"),
        api_error(429, 8, retry_after="9" * 400),
        api_error(429, 8, x_ratelimit_reset="2678401"),
        api_error(429, 8, x_ratelimit_reset="1, 42"),
        api_error(429, 8, f"Retry after {'9' * 30} seconds"),
    ]:
        assert told.pause_hint_seconds() is None, told


def test_an_error_has_the_status_code_and_request_id_for_pinterests_support() -> None:
    told = api_error(403, 29, "You are not permitted", x_pinterest_rid="1234567890")

    assert str(told) == 'Pinterest answered "You are not permitted" (HTTP 403, code 29, request id 1234567890)'
    assert str(error_response(502, b"<html>secret page</html>")) == 'Pinterest answered "Scripted" (HTTP 502)'
    assert "false-access-token" not in repr(ErrorResponse(403, "Forbidden", {}, b"{}", "false-access-token"))


def test_a_message_without_end_is_cut_after_it_was_masked() -> None:
    SECRETS.keep("false-secret-of-a-user")
    told = api_error(400, 1, "x" * 1_990 + "false-secret-of-a-user" + "y" * 3_000)

    assert told.message == "x" * 1_990 + "****" + "y" * 6 + "…"
    assert len(str(told)) < 2_100


def test_a_request_id_is_cut_after_it_was_masked() -> None:
    SECRETS.keep("false-secret-of-a-user")
    request_id = "x" * 90 + "false-secret-of-a-user" + "y" * 60_000
    told = api_error(400, 1, "Sorry", x_pinterest_rid=request_id)

    assert f"request id {'x' * 90}****{'y' * 6}…)" in str(told)
