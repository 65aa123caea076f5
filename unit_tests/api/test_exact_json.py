"""Is every number of an answer exact, is what can be saved of a broken one saved, and is the rest refused?"""

from typing import Any

import pytest

from source_pinterest.api.errors import MalformedResponseError
from source_pinterest.api.rows import holds_long_number, parse_json

WHOLE_NUMBERS = [
    0,
    -1,
    2**53 + 1,
    2**63 - 1,
    2**64 - 1,
    2**64,
    -(2**63),
    -(2**63) - 1,
    2**70,
    10**19,
    10**24 + 7,
    -(10**24) - 7,
    10**399 + 1,
]
PLACES = [
    (b"%d", lambda number: number),
    (b'{"id":%d}', lambda number: {"id": number}),
    (b'{"id": %d, "name": "x"}', lambda number: {"id": number, "name": "x"}),
    (b'{\n\t"id":\n%d\n}', lambda number: {"id": number}),
    (b"[1,%d]", lambda number: [1, number]),
    (b'{"a":{"b":[[%d,"x"]]}}', lambda number: {"a": {"b": [[number, "x"]]}}),
]


def test_whole_numbers_are_exact_wherever_they_stand() -> None:
    for number in WHOLE_NUMBERS:
        for place, expected in PLACES:
            assert parse_json(place % number) == expected(number), (place, expected, number)


def test_the_shortest_long_numbers_are_found_wherever_they_begin() -> None:
    for number in [2**64, -(2**63) - 1]:
        for offset in range(25):
            value = parse_json(b'{"%b":%d,"b":"%b"}' % (b"k" * offset, number, b"t" * 100))

            assert value == {"k" * offset: number, "b": "t" * 100}, (offset, number)
            assert [type(each) for each in value.values()] == [int, str], (offset, number)


@pytest.mark.parametrize(
    "body",
    [
        b'{"id":"12345678901234567890123"}',
        b'{"id":"1038220564099381459","board_id":"549755885100012345"}',
        b'{"rate":0.00012345678901234567,"share":0.00098765432109876543}',
        b'{"days":["2026-06-01","2026-06-02"],"zip":"20261-01020-30405-06070"}',
        b"[1,22,333,4444,55555,666666,7777777]",
    ],
)
def test_what_only_resembles_a_long_number_is_parsed_once(body: bytes) -> None:
    assert not holds_long_number(body)


def test_long_digits_in_texts_stay_as_they_are() -> None:
    body = b'{"title":"call: 123456789012345678901","a":[" 12345678901234567890 ","-1234567890123456789"],"b":1.5}'

    assert parse_json(body) == {
        "title": "call: 123456789012345678901",
        "a": [" 12345678901234567890 ", "-1234567890123456789"],
        "b": 1.5,
    }


@pytest.mark.parametrize(
    "before", [b"", b'"a":"x12345678901234567890",', b'"a":"x12345678901234567890 -12345678901234567890",']
)
@pytest.mark.parametrize("after", [b"", b',"c":"y12345678901234567890z"'])
def test_a_long_number_is_found_among_texts_that_look_like_one(before: bytes, after: bytes) -> None:
    assert parse_json(b'{%b"b":123456789012345678901%b}' % (before, after))["b"] == 123456789012345678901


def test_a_text_that_is_cut_off_within_its_digits_holds_no_long_number() -> None:
    assert not holds_long_number(b'["x123456789012345678901234567890')


def test_numbers_keep_their_kind() -> None:
    value = parse_json(b'{"whole":3,"real":3.0,"small":1e-7,"large":1e25,"long":123456789012345678901}')

    assert value == {"whole": 3, "real": 3.0, "small": 1e-7, "large": 1e25, "long": 123456789012345678901}
    assert [type(number) for number in value.values()] == [int, float, float, float, int]


@pytest.mark.parametrize(
    ("body", "value", "characters", "numbers"),
    [
        (rb'{"title":"\ud83d"}', {"title": "\ufffd"}, 1, 0),
        (rb'{"\udc00":"a\uD83Db\ude00"}', {"\ufffd": "a\ufffdb\ufffd"}, 3, 0),
        (rb'["\ud83d\ud83d\ude00"]', ["\ufffd😀"], 1, 0),
        (b'{"a":1e400,"b":{"c":[-1e400]}}', {"a": None, "b": {"c": [None]}}, 0, 2),
        (b'{"a":NaN,"b":-Infinity,"c":1}', {"a": None, "b": None, "c": 1}, 0, 2),
        (
            rb'{"a":1e400,"b":"\ud83d","id":12345678901234567890}',
            {"a": None, "b": "\ufffd", "id": 12345678901234567890},
            1,
            1,
        ),
    ],
)
def test_a_whole_answer_is_not_lost_for_one_value(body: bytes, value: Any, characters: int, numbers: int) -> None:
    told: list[str] = []

    assert parse_json(body, told.append) == value
    assert told == [
        *["Pinterest sent broken characters; they are replaced by U+FFFD."][:characters],
        *["Pinterest sent numbers out of range; they are replaced by null."][:numbers],
    ]


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (rb'["\ud83d\ude00"]', ["😀"]),
        (rb'["\\ud83d", 123456789012345678901]', [r"\ud83d", 123456789012345678901]),
        (b'["NaN"]', ["NaN"]),
        (b"[123456789012345678901]", [123456789012345678901]),
    ],
)
def test_nothing_is_replaced_without_need(body: bytes, value: Any) -> None:
    told: list[str] = []

    assert parse_json(body, told.append) == value
    assert told == []


def test_nobody_needs_to_listen() -> None:
    assert parse_json(rb'["\ud83d"]') == ["\ufffd"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>Sorry</html>",
        b'{"items": [{"id": "1"}',
        b'{"a": 1}x',
        b'{"a": 1,}',
        b'{"a": "\xff"}',
        b'{"a": "\xed\xa0\xbd"}',
        b'\xef\xbb\xbf{"a": 1}',
        '{"a": 1}'.encode("utf-16"),
        b'{"a": "line\nbreak"}',
        rb'{"a": "\ud83d',
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 100_000,
        b"9" * 5_000,
        b'{"id": ' + b"9" * 5_000 + b"}",
        b"-" + b"9" * 5_000,
    ],
    ids=range(16),
)
def test_what_is_no_json_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedResponseError, match=r"^The response is not JSON that can be parsed\.$"):
        parse_json(body)
