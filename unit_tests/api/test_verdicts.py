"""Each response of Pinterest means what the table says."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from source_pinterest.api.verdicts import ErrorResponse, Verdict
from source_pinterest.masking import SECRETS
from unit_tests.answers import answer, refusal

RETRY_AFTER = "Sorry! Retry after 2.5 seconds."

VERDICTS = [
    (206, None, "", Verdict.RETRY),
    (302, None, "", Verdict.REJECTED),
    (400, 1, "Invalid request", Verdict.REJECTED),
    (400, 8, RETRY_AFTER, Verdict.WAIT),
    (400, 1, "You can only get data from the last 90 days", Verdict.RETRY),
    (400, 1, "Pagination beyond 100000 items is not supported", Verdict.LISTING_CAPPED),
    (400, 12, "", Verdict.RETRY),
    (400, 2787, "Hm, something went wrong", Verdict.RETRY),
    (400, 12, RETRY_AFTER, Verdict.WAIT),
    (400, 8, "", Verdict.WAIT),
    (401, 2, RETRY_AFTER, Verdict.WAIT),
    (403, 8, "", Verdict.WAIT),
    (403, None, RETRY_AFTER, Verdict.WAIT),
    (404, 8, "Not found", Verdict.WAIT),
    (422, 1, RETRY_AFTER, Verdict.WAIT),
    (503, 8, RETRY_AFTER, Verdict.RETRY),
    (401, 2, "Authentication failed.", Verdict.REFRESH_TOKEN),
    (401, 3, "Not enough scopes", Verdict.SCOPE_MISSING),
    (401, 3, "Your application does not have access to this restricted feature", Verdict.RESTRICTED),
    (401, 3, "Your application consumer type is not supported", Verdict.APP_REFUSED),
    (401, 7, "Not authorised", Verdict.REFUSED),
    (401, 29, "Not permitted", Verdict.REFUSED),
    (403, 29, "Not permitted", Verdict.REFUSED),
    (403, 29, "", Verdict.REFUSED),
    (403, None, "Not permitted", Verdict.REFUSED),
    (403, 2625, "Disapproved", Verdict.MERCHANT_REFUSED),
    (403, 2626, "Under review", Verdict.MERCHANT_REFUSED),
    (404, 40, "", Verdict.GONE),
    (404, None, "Board not found", Verdict.GONE),
    (408, None, "", Verdict.RETRY),
    (409, None, "", Verdict.RETRY),
    (409, 4182, "No catalog", Verdict.NO_CATALOG),
    (413, None, "", Verdict.TOO_LARGE),
    (414, None, "", Verdict.TOO_LARGE),
    (422, None, "Something went wrong", Verdict.REJECTED),
    (422, 1, "Something went wrong", Verdict.RETRY),
    (422, 1, "Pagination beyond 100000", Verdict.LISTING_CAPPED),
    (422, 12, "", Verdict.RETRY),
    (425, None, "", Verdict.RETRY),
    (429, None, "", Verdict.WAIT),
    (431, None, "", Verdict.TOO_LARGE),
    (500, 12, "Something went wrong", Verdict.RETRY),
    (501, None, "", Verdict.REJECTED),
    (501, 4181, "", Verdict.NOT_SERVED),
    (520, None, "", Verdict.RETRY),
]


def test_the_table_in_which_every_verdict_is_reached() -> None:
    for status, code, message, verdict in VERDICTS:
        assert refusal(status, code, message).verdict is verdict, (status, code, message, verdict)
    assert {verdict for *_, verdict in VERDICTS} == set(Verdict)


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (400, Verdict.REJECTED),
        (401, Verdict.REFRESH_TOKEN),
        (403, Verdict.RETRY),  # servers in front of Pinterest refuse nothing in its name
        (404, Verdict.RETRY),
        (429, Verdict.WAIT),
        (502, Verdict.RETRY),
    ],
)
def test_of_a_body_of_another_shape_the_status_counts(status: int, verdict: Verdict) -> None:
    for body in [
        *[b"", b" \r\n", b"<html>Bad gateway</html>", b'["a list"]', b'"text"', b"null", b"{}"],
        *[b'{"error": "no route"}', b'{"code": null, "message": null}', b'{"message": ""}'],
    ]:
        assert answer(status, body).verdict is verdict, body


def test_a_pause_is_told_by_the_message_or_by_a_header() -> None:
    resets = {"x_ratelimit_reset": "1, 42"}
    for told, seconds in [
        (refusal(400, 8, RETRY_AFTER), 2.5),
        (refusal(429, 8, "Retry after 60 seconds", retry_after="7"), 60),
        (refusal(429, 8, retry_after="1.5", x_ratelimit_reset="90"), 1.5),
        (refusal(429, 8, x_ratelimit_reset="2678400"), 2_678_400),
        (refusal(429, 8, **resets), 42),
        (refusal(429, 8, **resets, x_ratelimit_remaining="0, 998"), 1),
        (refusal(429, 8, **resets, x_ratelimit_remaining="0, 0"), 42),
        (refusal(429, 8, **resets, x_ratelimit_remaining="0"), 42),
        (refusal(429, 8, **resets, x_ratelimit_remaining="5, 5"), 42),
    ]:
        assert told.pause_hint_seconds() == seconds, told


def test_a_pause_that_is_no_time_or_longer_than_a_month_is_not_believed() -> None:
    for told in [
        refusal(429, 8),
        answer(429, b"<html>"),
        refusal(429, 8, retry_after="soon"),
        refusal(429, 8, retry_after="9" * 400),
        refusal(429, 8, retry_after="Fri, 01 Jan 2999 00:00:00 GMT"),
        refusal(429, 8, retry_after=f"Fri, 31 Dec {'9' * 20} 23:59:59 GMT"),
        refusal(429, 8, x_ratelimit_reset="2678401"),
        refusal(429, 8, x_ratelimit_reset="1", x_ratelimit_remaining="9" * 5_000),
        refusal(429, 8, f"Retry after {'9' * 30} seconds"),
    ]:
        assert told.pause_hint_seconds() is None, told


@pytest.mark.parametrize(("ahead", "least", "most"), [(100, 98, 100), (-100, 0, 0)])
def test_a_date_to_retry_after_is_waited_for(ahead: int, least: float, most: float) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=ahead), usegmt=True)

    assert least <= (refusal(429, 8, retry_after=date).pause_hint_seconds() or 0) <= most


def test_a_refusal_is_described_with_all_that_support_asks_for() -> None:
    told = refusal(403, 29, "You are not permitted", x_pinterest_rid="1234567890")

    assert str(told) == 'Pinterest answered "You are not permitted" (HTTP 403, code 29, request id 1234567890)'
    assert str(answer(502, b"<html>secret page</html>")) == 'Pinterest answered "Scripted" (HTTP 502)'
    assert "false-access-token" not in repr(ErrorResponse(403, "Forbidden", {}, b"{}", "false-access-token"))


def test_a_message_without_end_is_cut_after_it_was_masked() -> None:
    SECRETS.keep("false-secret-of-a-user")
    told = refusal(400, 1, "x" * 1_990 + "false-secret-of-a-user" + "y" * 3_000)

    assert told.message == "x" * 1_990 + "****" + "y" * 6 + "…"
    assert len(str(told)) < 2_100


def test_a_request_id_is_cut_after_it_was_masked() -> None:
    SECRETS.keep("false-secret-of-a-user")
    request_id = "x" * 90 + "false-secret-of-a-user" + "y" * 60_000
    told = refusal(400, 1, "Sorry", x_pinterest_rid=request_id)

    assert f"request id {'x' * 90}****{'y' * 6}…)" in str(told)
