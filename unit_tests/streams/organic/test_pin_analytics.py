"""Are the metrics of all pins asked for in the fewest calls, whatever Pinterest refuses?"""

from collections.abc import Callable
from typing import Any

import pytest
import requests_mock

from source_pinterest.api.errors import AnswerTooLargeError, ConfigError, UnavailableError
from source_pinterest.api.rights import ScopeMissingError
from source_pinterest.streams.organic.pin_analytics import PinAnalytics
from unit_tests.streams.pinterest import Pinterest, records_of, refused

DAY = {"date": "2026-06-20", "data_status": "READY", "metrics": {"IMPRESSION": 7}}
METRICS = {"all": {"daily_metrics": [DAY], "lifetime_metrics": {"TOTAL_COMMENTS": 3}}}


def many(pins: list[str], refuse: Callable[[list[str]], dict[str, Any] | None] = lambda _: None) -> dict[str, Any]:
    """Answers for several pins, unless there is a refusal for them."""

    def answer(request: Any, context: Any) -> Any:
        asked = [pin for pin in request.qs["pin_ids"] if pin in pins]
        refusal = refuse(asked)
        context.status_code = refusal["status_code"] if refusal else 200
        return refusal["json"] if refusal else dict.fromkeys(asked, METRICS)

    return {"json": answer}


def read(pinterest: Pinterest) -> list[str]:
    """The pins whose days are emitted."""
    (stream_slice,) = pinterest.slices(PinAnalytics)
    records = pinterest.read(PinAnalytics, stream_slice)
    for record in records:
        assert record == {**DAY, "pin_id": record["pin_id"], "lifetime_metrics": {"TOTAL_COMMENTS": 3}}
    return [record["pin_id"] for record in records]


def sizes(pinterest: Pinterest) -> list[int]:
    return [len(query["pin_ids"]) for query in pinterest.asked("pins/analytics")]


PINS = [str(number) for number in range(1, 251)]


def test_a_call_covers_a_hundred_pins(pinterest: Pinterest) -> None:
    pinterest.lists("pins", *reversed(PINS))
    pinterest.answers("pins/analytics", many(PINS))

    assert read(pinterest) == PINS
    assert sizes(pinterest) == [100, 100, 50]
    assert pinterest.asked("pins")[0]["include_protected_pins"] == ["true"]
    assert pinterest.asked("pins/analytics")[0]["start_date"] == ["2026-04-03"]


def test_a_pin_that_is_listed_twice_is_read_once(pinterest: Pinterest) -> None:
    pinterest.lists("pins", "2", "1", "2")
    pinterest.answers("pins/analytics", many(["1", "2"]))

    assert read(pinterest) == ["1", "2"]


@pytest.mark.parametrize("refusal", [refused(401, 3), refused(403, 29)], ids=["401", "403"])
def test_an_app_without_the_beta_asks_once_and_then_pin_by_pin(pinterest: Pinterest, refusal: dict[str, Any]) -> None:
    pinterest.lists("pins", *PINS[:50])
    pinterest.answers("pins/analytics", refusal)
    for pin in PINS[:50]:
        pinterest.answers(f"pins/{pin}/analytics", {"json": METRICS})

    assert read(pinterest) == PINS[:50]
    assert sizes(pinterest) == [50]


@pytest.mark.parametrize("refusal", [refused(404, 50), refused(401, 7)], ids=["deleted", "hidden"])
def test_one_pin_that_is_refused_costs_a_few_calls(pinterest: Pinterest, refusal: dict[str, Any]) -> None:
    pins = PINS[:100]
    pinterest.lists("pins", *pins)
    pinterest.answers("pins/analytics", many(pins, lambda asked: refusal if "42" in asked else None))

    assert read(pinterest) == [pin for pin in pins if pin != "42"]
    assert len(sizes(pinterest)) <= 15


def test_an_answer_that_is_too_large_is_asked_for_in_parts(pinterest: Pinterest) -> None:
    pinterest.lists("pins", *PINS[:4])
    pinterest.answers("pins/analytics", many(PINS, lambda asked: refused(413) if len(asked) > 1 else None))

    assert read(pinterest) == PINS[:4]


def test_a_single_pin_that_is_too_large_fails(pinterest: Pinterest) -> None:
    pinterest.lists("pins", "1")
    pinterest.answers("pins/analytics", refused(413))

    with pytest.raises(AnswerTooLargeError):
        read(pinterest)


def test_pins_that_an_answer_leaves_out_are_told(pinterest: Pinterest, caplog: pytest.LogCaptureFixture) -> None:
    pinterest.lists("pins", "1", "2")
    pinterest.answers("pins/analytics", {"json": {"1": METRICS}})

    assert read(pinterest) == ["1"]
    assert "leaves out 1 of 2 pins, such as 2" in caplog.text


def test_refusals_in_a_row_are_no_matter_of_a_pin(pinterest: Pinterest) -> None:
    pinterest.lists("pins", *PINS)
    pinterest.answers("pins/analytics", refused(401, 7))

    with pytest.raises(ConfigError):
        read(pinterest)
    assert pinterest.stream(PinAnalytics).checkpoint.state == {}


def test_a_row_of_hidden_pins_is_passed_over_where_others_are_shown(
    pinterest: Pinterest, caplog: pytest.LogCaptureFixture
) -> None:
    hidden = set(PINS[8:18])
    pinterest.lists("pins", *PINS[:20])
    pinterest.answers(
        "pins/analytics", many(PINS, lambda asked: refused(401, 7) if hidden.intersection(asked) else None)
    )

    assert read(pinterest) == PINS[:8] + PINS[18:20]
    assert caplog.text.count("is left out") == 10


def test_a_token_without_the_permission_is_told(pinterest: Pinterest) -> None:
    pinterest.lists("pins", "1")
    pinterest.answers("pins/analytics", refused(401, 3))
    pinterest.answers("pins/1/analytics", refused(401, 3))

    with pytest.raises(ScopeMissingError):
        read(pinterest)


def test_a_list_that_fails_for_one_owner_fails_the_stream_and_not_the_others(mock: requests_mock.Mocker) -> None:
    pinterest = Pinterest(mock, organic_per_ad_account=True)
    accounts = [{"id": "11", "owner": {"id": "1"}}, {"id": "12", "owner": {"id": "2"}}]
    pinterest.answers("ad_accounts", {"json": {"items": accounts}})
    pinterest.answers("pins?ad_account_id=11", refused(503))
    pinterest.answers("pins?ad_account_id=12", {"json": {"items": [{"id": "5"}]}})
    pinterest.answers("pins/analytics", many(["5"]))
    (stream_slice,) = pinterest.slices(PinAnalytics)
    records = records_of(pinterest.stream(PinAnalytics).read_slice(stream_slice))

    assert next(records)["pin_id"] == "5"
    with pytest.raises(UnavailableError, match="Pinterest failed"):
        next(records)

    assert [call["ad_account_id"] for call in pinterest.asked("pins/analytics")] == [["12"]]


@pytest.mark.parametrize("body", [[], {"1": {}}, {"1": {"all": {}}}, {"1": {"all": {"daily_metrics": 7}}}], ids=str)
def test_a_body_without_metrics_is_never_read_as_none(pinterest: Pinterest, body: Any) -> None:
    pinterest.lists("pins", "1")
    pinterest.answers("pins/analytics", {"json": body})

    with pytest.raises(UnavailableError, match="Pinterest failed for pins/analytics"):
        read(pinterest)
