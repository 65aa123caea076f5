"""Each response of Pinterest means what the table says."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import orjson
import pytest

from source_pinterest.api.verdicts import ErrorResponse, Verdict
from source_pinterest.masking import SECRETS
from unit_tests.answers import answer, refusal

RETRY_AFTER = "Sorry! Retry after 2.5 seconds."

VERDICTS = [
    (206, None, "", Verdict.RETRY),
    (300, None, "", Verdict.REJECTED),
    (301, None, "", Verdict.REJECTED),
    (302, None, "", Verdict.REJECTED),
    (400, 1, "Invalid request", Verdict.REJECTED),
    (400, 8, RETRY_AFTER, Verdict.WAIT),
    (400, None, "retry AFTER 60 second", Verdict.WAIT),
    (400, 1, "You can only get data from the last 90 days", Verdict.RETRY),
    (400, 1, "Pagination beyond 100000 items is not supported", Verdict.LISTING_CAPPED),
    (400, 12, "", Verdict.RETRY),
    (400, 2787, "Something went wrong on our end. Sorry about that.", Verdict.RETRY),
    (400, None, "Hm, something went wrong", Verdict.RETRY),
    (400, 12, RETRY_AFTER, Verdict.WAIT),
    (401, 2, "Authentication failed.", Verdict.REFRESH_TOKEN),
    (401, None, "Authentication failed.", Verdict.REFRESH_TOKEN),
    (401, 3, "Not enough scopes", Verdict.SCOPE_MISSING),
    (401, 3, "Your application does not have access to this restricted feature", Verdict.RESTRICTED),
    (401, 3, "Your application consumer type is not supported", Verdict.APP_REFUSED),
    (401, 7, "Not authorised", Verdict.REFUSED),
    (401, 29, "Not permitted", Verdict.REFUSED),
    (403, 29, "Not permitted", Verdict.REFUSED),
    (403, None, "", Verdict.REFUSED),
    (403, 2625, "Disapproved", Verdict.MERCHANT_REFUSED),
    (403, 2626, "Under review", Verdict.MERCHANT_REFUSED),
    (404, 40, "Board not found", Verdict.GONE),
    (405, None, "", Verdict.REJECTED),
    (408, None, "", Verdict.RETRY),
    (409, None, "", Verdict.RETRY),
    (409, 4182, "No catalog", Verdict.NO_CATALOG),
    (413, None, "", Verdict.TOO_LARGE),
    (414, None, "", Verdict.TOO_LARGE),
    (418, None, "", Verdict.REJECTED),
    (422, None, "", Verdict.REJECTED),
    (425, None, "", Verdict.RETRY),
    (429, 8, "Rate limit", Verdict.WAIT),
    (429, None, "", Verdict.WAIT),
    (431, None, "", Verdict.TOO_LARGE),
    (500, 12, "Something went wrong", Verdict.RETRY),
    (501, None, "", Verdict.REJECTED),
    (501, 4181, "", Verdict.NOT_SERVED),
    (502, None, "", Verdict.RETRY),
    (503, None, "", Verdict.RETRY),
    (504, None, "", Verdict.RETRY),
    (520, None, "", Verdict.RETRY),
    (599, None, "", Verdict.RETRY),
]


def test_the_table() -> None:
    for status, code, message, verdict in VERDICTS:
        assert refusal(status, code, message).verdict is verdict, (status, code, message, verdict)


def test_a_body_of_another_shape_leaves_the_status() -> None:
    for status, verdict in [
        (400, Verdict.REJECTED),
        (401, Verdict.REFRESH_TOKEN),
        (429, Verdict.WAIT),
        (502, Verdict.RETRY),
    ]:
        for body in [b"", b"<html>Bad gateway</html>", b'["a list"]', b'"text"', b"null", b'{"code": "3"}']:
            assert answer(status, body).verdict is verdict, (body, status, verdict)


def test_what_stands_in_front_of_pinterest_refuses_nothing_in_its_name() -> None:
    for status in [403, 404]:
        for body in [b"<html>Access Denied</html>", b"null", b'["a list"]']:
            assert ErrorResponse(status, "", {}, body).verdict is Verdict.RETRY, (body, status)


@pytest.mark.parametrize(("status", "verdict"), [(403, Verdict.REFUSED), (404, Verdict.GONE)])
def test_a_refusal_without_words_is_one(status: int, verdict: Verdict) -> None:
    assert ErrorResponse(status, "", {}, b" \r\n").verdict is verdict


def test_a_pause_of_more_than_a_month_is_not_believed() -> None:
    for headers, message in [
        ({"Retry-After": "1795680077995"}, ""),
        ({"Retry-After": "9" * 400}, ""),
        ({"x-ratelimit-reset": "1795680077"}, ""),
        ({"x-ratelimit-reset": "2678401"}, ""),
        ({"Retry-After": "Fri, 01 Jan 2999 00:00:00 GMT"}, ""),
        ({"Retry-After": "Fri, 31 Dec 9999 23:59:59 -2300"}, ""),
        ({"Retry-After": f"Fri, 31 Dec {'9' * 20} 23:59:59 GMT"}, ""),
        ({"x-ratelimit-reset": "1", "x-ratelimit-remaining": "9" * 5_000}, ""),
        ({}, f"Retry after {'9' * 30} seconds"),
    ]:
        body = orjson.dumps({"code": 8, "message": message})
        assert ErrorResponse(429, "", headers, body).pause_hint_seconds() is None, (headers, message)


def test_a_pause_of_a_month_is() -> None:
    assert ErrorResponse(429, "", {"x-ratelimit-reset": "2678400"}, b"").pause_hint_seconds() == 2_678_400


def test_every_verdict_is_reached() -> None:
    assert {verdict for *_, verdict in VERDICTS} == set(Verdict)


def test_pause_hints() -> None:
    for told, seconds in [
        (refusal(400, 8, RETRY_AFTER), 2.5),
        (refusal(429, 8, "Retry after 60 seconds", retry_after="7"), 60),
        (refusal(429, 8, retry_after="7"), 7),
        (refusal(429, 8, retry_after="1.5"), 1.5),
        (refusal(429, 8, retry_after="7", x_ratelimit_reset="90"), 7),
        (refusal(429, 8, x_ratelimit_reset="90"), 90),
        (refusal(429, 8, x_ratelimit_reset="1, 42"), 42),
        (refusal(429, 8, x_ratelimit_reset="1, 42", x_ratelimit_remaining="0, 998"), 1),
        (refusal(429, 8, x_ratelimit_reset="1, 42", x_ratelimit_remaining="99, 0"), 42),
        (refusal(429, 8, x_ratelimit_reset="1, 42", x_ratelimit_remaining="0, 0"), 42),
        (refusal(429, 8, x_ratelimit_reset="1, 42", x_ratelimit_remaining="0"), 42),
        (refusal(429, 8, x_ratelimit_reset="1, 42", x_ratelimit_remaining="5, 5"), 42),
        (refusal(429, 8), None),
        (refusal(429, 8, retry_after="soon"), None),
        (refusal(429, 8, x_ratelimit_reset="soon"), None),
        (answer(429, b"<html>"), None),
    ]:
        assert told.pause_hint_seconds() == seconds, (told, seconds)


@pytest.mark.parametrize(("ahead", "least", "most"), [(100, 98, 100), (-100, 0, 0)])
def test_a_date_to_retry_after_is_waited_for(ahead: int, least: float, most: float) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=ahead), usegmt=True)

    hint = refusal(429, 8, retry_after=date).pause_hint_seconds()

    assert hint is not None
    assert least <= hint <= most


def test_a_refusal_is_described_with_all_that_support_asks_for() -> None:
    told = refusal(403, 29, "You are not permitted", x_pinterest_rid="1234567890")

    assert str(told) == 'Pinterest answered "You are not permitted" (HTTP 403, code 29, request id 1234567890)'


def test_a_refusal_without_json_is_described_by_its_reason() -> None:
    assert str(answer(502, b"<html>secret page</html>")) == 'Pinterest answered "Scripted" (HTTP 502)'


def test_the_token_of_a_call_is_not_shown_with_its_answer() -> None:
    assert "false-access-token" not in repr(ErrorResponse(403, "Forbidden", {}, b"{}", "false-access-token"))


def test_a_message_without_end_is_cut_after_it_was_masked() -> None:
    SECRETS.keep("false-secret-of-a-user")
    words = "x" * 1_990 + "false-secret-of-a-user" + "y" * 3_000
    told = ErrorResponse(400, "Bad Request", {}, json.dumps({"code": 1, "message": words}).encode())

    assert told.message == "x" * 1_990 + "****" + "y" * 6 + "…"
    assert len(str(told)) < 2_100


def test_what_a_server_says_is_printable_and_a_request_id_is_cut_after_it_was_masked() -> None:
    SECRETS.keep("false-secret-of-a-user")
    request_id = "x" * 90 + "false-secret-of-a-user" + "y" * 60_000
    told = refusal(400, 1, "\x1b]0;Sorry\x07\n\u202etxt\u2066", x_pinterest_rid=f"\x9b{request_id}")

    assert str(told) == (
        f'Pinterest answered "\ufffd]0;Sorry\ufffd \ufffdtxt\ufffd" '
        f"(HTTP 400, code 1, request id \ufffd{'x' * 90}****{'y' * 5}…)"
    )
