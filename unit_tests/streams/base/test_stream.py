"""Records are made of what Pinterest sends, and a stream stops where it must and goes on where it can."""

import logging
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import requests_mock
from airbyte_cdk.sources.types import StreamSlice

from source_pinterest.api.errors import (
    ConfigError,
    FatalError,
    MalformedResponseError,
    RejectedError,
    RightMissingError,
    SliceError,
    UnavailableError,
)
from source_pinterest.engine.failures import FAILURES_IN_A_ROW
from source_pinterest.engine.slices import partition_slice
from source_pinterest.streams.ads.accounts import AdAccounts
from source_pinterest.streams.base.stream import PinterestStream
from source_pinterest.streams.organic.boards import Boards, BoardSections
from source_pinterest.streams.organic.pin_analytics import PinAnalytics
from source_pinterest.streams.organic.pins import Pins
from unit_tests.streams.pinterest import Pinterest, page, refused
from unit_tests.threads import PATIENCE_SECONDS, in_thread

EVERYTHING = partition_slice({})


def of_board(board: str) -> StreamSlice:
    return partition_slice({"board_id": board})


def ids(records: list[dict[str, Any]]) -> list[str]:
    return [record["id"] for record in records]


def test_pages_are_followed_until_the_bookmark_ends(pinterest: Pinterest) -> None:
    pinterest.answers("boards", page(["1", "2"], "b"), page(["3"], "c"), page(["4"]))

    assert ids(pinterest.read(Boards, EVERYTHING)) == ["1", "2", "3", "4"]
    assert pinterest.asked("boards") == [
        {"page_size": ["250"]},
        {"page_size": ["250"], "bookmark": ["b"]},
        {"page_size": ["250"], "bookmark": ["c"]},
    ]


def test_pages_are_asked_for_letter_for_letter(pinterest: Pinterest) -> None:
    matcher = pinterest.answers("boards", page(["1"], "Bookmark=="), page(["2"]))
    pinterest.read(Boards, EVERYTHING)

    asked = [parse_qs(urlsplit(request.url).query) for request in matcher.request_history]
    assert asked == [{"page_size": ["250"]}, {"page_size": ["250"], "bookmark": ["Bookmark=="]}]


def test_whoever_names_no_slice_reads_everything(pinterest: Pinterest) -> None:
    pinterest.lists("boards", "1", "2")

    assert ids(list(pinterest.stream(Boards).read_records())) == ["1", "2"]


def test_ids_are_text_and_exact_whatever_pinterest_sends(pinterest: Pinterest) -> None:
    pin = {"id": 1234567890123456789, "board_id": 987654321098765432, "parent_pin_id": None, "note": 7}
    pinterest.answers("pins", page([pin]))

    [record] = pinterest.read(Pins, EVERYTHING)
    assert record["id"] == "1234567890123456789"
    assert record["board_id"] == "987654321098765432"
    assert "parent_pin_id" not in record
    assert record["note"] == 7


def test_the_ids_of_parents_are_stamped_on_each_record(pinterest: Pinterest) -> None:
    pinterest.lists("boards/5/sections", "1", "2")

    assert pinterest.read(BoardSections, of_board("5")) == [{"id": "1", "board_id": "5"}, {"id": "2", "board_id": "5"}]


def response_with(body: str) -> requests.Response:
    response = requests.Response()
    response._content = body.encode()
    return response


def test_the_frameworks_methods_take_a_response(pinterest: Pinterest) -> None:
    sections = pinterest.stream(BoardSections)
    first, last = response_with('{"items": [{"id": 1}], "bookmark": "b"}'), response_with('{"items": [{"id": 2}]}')

    assert sections.parse_response(first, stream_slice=of_board("5")) == [{"id": "1", "board_id": "5"}]
    assert sections.next_page_token(first) == {"bookmark": "b"}
    assert sections.next_page_token(last) is None
    with pytest.raises(MalformedResponseError):
        sections.next_page_token(response_with("<html>"))


@pytest.mark.parametrize("body", ["", "<html>", '{"items": [', "[]", "{}", '{"items": null}', '{"items": {}}', "null"])
def test_a_body_that_is_no_page_is_never_read_as_empty(pinterest: Pinterest, body: str) -> None:
    pinterest.answers("boards", {"text": body})

    with pytest.raises(UnavailableError, match="boards"):
        pinterest.read(Boards, EVERYTHING)


def test_a_value_that_can_not_be_kept_as_it_was_is_warned_of(
    pinterest: Pinterest, caplog: pytest.LogCaptureFixture
) -> None:
    pinterest.answers("boards", {"text": '{"items": [{"id": "1", "rate": NaN, "name": "A"}], "bookmark": null}'})

    assert pinterest.read(Boards, EVERYTHING) == [{"id": "1", "name": "A"}]
    assert "boards: Pinterest sent numbers out of range; they are replaced by null." in caplog.messages


def test_each_kind_of_value_that_can_not_be_kept_is_warned_of_once(
    pinterest: Pinterest, caplog: pytest.LogCaptureFixture
) -> None:
    texts = (
        r'{"items": [{"id": "1", "name": "\ud83d"}]}',
        r'{"items": [{"id": "2", "name": "\ud83d\ud83d", "rate": NaN}]}',
    )
    for text in texts:
        pinterest.answers("boards", {"text": text})
        pinterest.read(Boards, EVERYTHING)

    told = [message for message in caplog.messages if "Pinterest sent" in message]
    assert told == [
        "boards: Pinterest sent broken characters; they are replaced by U+FFFD.",
        "boards: Pinterest sent numbers out of range; they are replaced by null.",
    ]


def test_a_failed_call_is_sent_again(mock: requests_mock.Mocker) -> None:
    pinterest = Pinterest(mock, max_retries=1)
    pinterest.answers("boards", {"status_code": 503, "text": "<html>"}, page(["1"]))

    assert ids(pinterest.read(Boards, EVERYTHING)) == ["1"]


def test_a_call_that_keeps_failing_tells_how_often_and_why(pinterest: Pinterest) -> None:
    answer = {**refused(503, 12, "Out of order"), "headers": {"x-pinterest-rid": "77"}}
    pinterest.answers("boards/5/sections", answer)

    with pytest.raises(UnavailableError) as raised:
        pinterest.read(BoardSections, of_board("5"))
    told = str(raised.value.message)
    assert told.startswith("board_sections: Pinterest failed for boards/5/sections. This usually passes")
    for words in ("Out of order", "request id 77"):
        assert words in told
    assert pinterest.sync.api.usage.of("board_sections").sent == 1


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refused(401, 2), ConfigError),
        (refused(401, 3), RightMissingError),
        (refused(403, 29), ConfigError),
        (refused(404, 40), ConfigError),
        (refused(429, 8), FatalError),
        (refused(400, 1), RejectedError),
    ],
)
def test_what_is_wrong_with_all_there_is_fails_the_stream(
    pinterest: Pinterest, answer: dict[str, Any], error: type[Exception]
) -> None:
    pinterest.answers("boards", answer)

    with pytest.raises(error):
        pinterest.read(Boards, EVERYTHING)
    assert len(pinterest.asked("boards")) == 1


@pytest.mark.parametrize("answer", [refused(403, 29, "Not yours"), refused(404, 40, "Gone"), refused(401, 29)])
def test_one_of_many_that_refuses_is_left_out_with_a_warning(
    pinterest: Pinterest, caplog: pytest.LogCaptureFixture, answer: dict[str, Any]
) -> None:
    pinterest.answers("boards/5/sections", answer)
    pinterest.lists("boards/6/sections", "1")

    with caplog.at_level(logging.WARNING):
        assert pinterest.read(BoardSections, of_board("5")) == []
    assert "board_sections: 5 is left out" in caplog.text
    assert ids(pinterest.read(BoardSections, of_board("6"))) == ["1"]


def test_each_of_several_that_are_gone_is_warned_of_and_counted_once(
    pinterest: Pinterest, caplog: pytest.LogCaptureFixture
) -> None:
    pinterest.answers("boards/8/sections", refused(404, 40, "Gone"))
    pinterest.answers("boards/9/sections", refused(404, 40, "Gone"))
    pinterest.lists("boards/7/sections", "1")
    reader = pinterest.stream(BoardSections).reader
    for one in reader.planned([partition_slice({"board_id": board}) for board in ("8", "9", "9", "7")]):
        list(reader.read(one))

    told = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert [sentence.partition(" is left out. ")[0] for sentence in told] == ["board_sections: 8", "board_sections: 9"]
    assert all("Gone" in sentence for sentence in told)
    assert pinterest.sync.api.usage.of("board_sections").left_out == 2


@pytest.mark.parametrize("whose", ["records", "ids"])
def test_where_one_board_after_the_other_fails_none_is_asked_twice(mock: requests_mock.Mocker, whose: str) -> None:
    """Whether it is its records that are read, or its ids for children."""
    pinterest = Pinterest(mock, max_retries=1)
    sections = pinterest.stream(BoardSections)
    boards = [str(number) for number in range(FAILURES_IN_A_ROW + 1)]
    for board in boards:
        pinterest.answers(f"boards/{board}/sections", refused(503))
        with pytest.raises(UnavailableError):
            list(sections.ids.of((board,)) if whose == "ids" else sections.read_pages(of_board(board)))

    calls = [len(pinterest.asked(f"boards/{board}/sections")) for board in boards]
    assert calls == [*[2] * FAILURES_IN_A_ROW, 1]


def test_any_number_of_refusing_boards_stops_nothing(pinterest: Pinterest) -> None:
    pinterest.answers("boards/5/sections", refused(404, 40))
    pinterest.lists("boards/6/sections", "1")
    for _ in range(2 * FAILURES_IN_A_ROW):
        pinterest.read(BoardSections, of_board("5"))

    assert ids(pinterest.read(BoardSections, of_board("6"))) == ["1"]


def test_after_a_fatal_error_slices_end_without_calls_or_errors(pinterest: Pinterest) -> None:
    pinterest.answers("boards/5/sections", refused(401, 3))
    with pytest.raises(RightMissingError):
        pinterest.read(BoardSections, of_board("5"))
    never_called = pinterest.lists("boards/6/sections", "1")

    assert pinterest.read(BoardSections, of_board("6")) == []
    assert never_called.call_count == 0


def test_after_a_fatal_error_no_further_slices_are_made(pinterest: Pinterest) -> None:
    pinterest.lists("boards", *map(str, range(50)))
    pinterest.answers("boards/0/sections", refused(401, 3))
    slices = iter(pinterest.stream(BoardSections).stream_slices())
    with pytest.raises(RightMissingError):
        pinterest.read(BoardSections, next(slices))

    assert list(slices) == []


def test_after_a_fatal_error_nobody_waits_for_what_is_not_read_any_more(pinterest: Pinterest) -> None:
    pinterest.lists("boards", "5", "6")
    pinterest.answers("boards/5/sections", refused(401, 3))
    pinterest.lists("boards/6/sections", "8")
    sections = pinterest.stream(BoardSections)
    sections.ids.announce()
    sections.ids.want()
    first, second = pinterest.slices(BoardSections)
    waiting = in_thread(lambda: list(sections.ids.of(("6",))))
    with pytest.raises(RightMissingError):
        pinterest.read(BoardSections, first)

    assert pinterest.read(BoardSections, second) == []
    assert waiting.result(PATIENCE_SECONDS) == ["8"]


def test_one_fatal_error_is_told_once_by_many_slices(pinterest: Pinterest) -> None:
    """Two slices were on their way when the token lost its permission."""
    pinterest.answers("boards/5/sections", page(["1"], "b"), page(["2"], "c"), refused(401, 3))
    stream = pinterest.stream(BoardSections)
    first, second = (iter(stream.read_records(stream_slice=of_board("5"))) for _ in range(2))
    assert next(first)["id"] == "1"
    assert next(second)["id"] == "2"

    with pytest.raises(RightMissingError):
        list(first)
    assert list(second) == []


def test_a_list_that_failed_or_was_left_out_is_whole_for_nobody(pinterest: Pinterest) -> None:
    pinterest.answers("boards", page(["1"], "b"), refused(400, 1), page(["1", "2"]))
    boards = pinterest.stream(Boards)
    boards.select()
    boards.ids.want()
    [only] = pinterest.slices(Boards)
    with pytest.raises(RejectedError):
        pinterest.read(Boards, only)

    assert list(boards.ids.of(())) == ["1", "2"], "read again, by whoever needs it"


def test_a_selected_parent_brings_its_ids_without_another_call(pinterest: Pinterest) -> None:
    pinterest.lists("boards", "1", "2")
    boards = pinterest.stream(Boards)
    boards.select()
    boards.ids.want()
    [only] = pinterest.slices(Boards)
    pinterest.read(Boards, only)

    assert [dict(one) for one in pinterest.slices(BoardSections)] == [{"board_id": "1"}, {"board_id": "2"}]
    assert len(pinterest.asked("boards")) == 1


def test_every_call_carries_the_token(pinterest: Pinterest) -> None:
    matcher = pinterest.lists("boards")
    pinterest.read(Boards, EVERYTHING)

    assert matcher.last_request.headers["Authorization"] == "Bearer false-access-token"


@pytest.mark.parametrize("item", [None, 7, "7", [], {}])
def test_an_item_that_is_no_record_is_asked_for_again(pinterest: Pinterest, item: Any) -> None:
    pinterest.answers("boards", {"json": {"items": [item], "bookmark": None}})

    with pytest.raises(UnavailableError):
        pinterest.read(Boards, EVERYTHING)


@pytest.mark.parametrize(
    ("of", "items", "why"),
    [
        (AdAccounts, [{"id": "11", "owner": "somebody"}], "AttributeError: "),
        (AdAccounts, [{"id": "9" * 5_000}], "ValueError: Exceeds the limit "),
        (PinAnalytics, ["no number"], "ValueError: invalid literal for int"),
        (PinAnalytics, ["\x1b[2J"], "ValueError: invalid literal for int"),
    ],
)
def test_an_answer_that_records_cant_be_made_of_ends_in_a_sentence(
    pinterest: Pinterest, of: type[PinterestStream], items: list[Any], why: str
) -> None:
    for path in ("ad_accounts", "pins"):
        pinterest.answers(path, page(items))
    [only] = pinterest.slices(of)

    with pytest.raises(SliceError) as raised:
        pinterest.read(of, only)
    sentence = str(raised.value.message)
    assert sentence.startswith(f"{of.stream_name()}: a response of Pinterest can't be understood ({why}")
    assert sentence.endswith("). The next sync tries again. If it happens again, please report it.")


def test_parents_that_cant_be_understood_fail_the_slices_of_their_children(pinterest: Pinterest) -> None:
    pinterest.answers("boards", page(["9" * 5_000]))

    [failed] = pinterest.slices(BoardSections)
    with pytest.raises(SliceError, match="boards: a response of Pinterest can't be understood"):
        pinterest.read(BoardSections, failed)


def test_slices_that_cant_be_made_of_an_answer_end_in_a_sentence(mock: requests_mock.Mocker) -> None:
    pinterest = Pinterest(mock, organic_per_ad_account=True)
    pinterest.answers("ad_accounts", page([{"id": "no number", "owner": {"id": "1"}}, {"id": "11"}]))

    with pytest.raises(SliceError, match="boards: a response of Pinterest can't be understood"):
        pinterest.slices(Boards)
