"""Are weeks rows, and is an answer that two streams are made of asked for once?"""

from typing import Any

import pytest

from source_pinterest.api.errors import UnavailableError
from source_pinterest.streams.base.slices import partition_slice
from source_pinterest.streams.trends.keywords import TrendingKeywords, TrendingKeywordWeeks
from unit_tests.streams.pinterest import Pinterest, refused

PATH = "trends/keywords/GB%2BIE/top/growing"
SLICE = partition_slice({"region": "GB+IE", "trend_type": "growing"})
OF = {"region": "GB+IE", "trend_type": "growing"}
TEA = {
    "keyword": "tea",
    "pct_growth_wow": 50,
    "time_series": {"2026-06-20": 31, "2026-06-27": 100},
    "predicted_time_series": {"2026-06-27": 90, "2026-07-04": 45},
}
JAM = {"keyword": "jam", "pct_growth_wow": -5, "time_series": None}


def answer(*trends: Any) -> dict[str, Any]:
    return {"json": {"trends": list(trends)}}


def calls(pinterest: Pinterest) -> int:
    return len(pinterest.asked("trends/keywords/gb%2bie/top/growing"))


def test_keywords_have_ranks_and_no_weeks(pinterest: Pinterest) -> None:
    pinterest.answers(PATH, answer(TEA, JAM))

    assert pinterest.read(TrendingKeywords, SLICE) == [
        {**OF, "keyword": "tea", "pct_growth_wow": 50, "rank": 1},
        {**OF, "keyword": "jam", "pct_growth_wow": -5, "rank": 2},
    ]


def test_a_week_is_a_row_and_what_was_counted_stands_before_what_was_forecast(pinterest: Pinterest) -> None:
    pinterest.answers(PATH, answer(TEA, JAM))

    assert pinterest.read(TrendingKeywordWeeks, SLICE) == [
        {**OF, "keyword": "tea", "week": "2026-06-20", "volume": 31, "is_forecast": False},
        {**OF, "keyword": "tea", "week": "2026-06-27", "volume": 100, "is_forecast": False},
        {**OF, "keyword": "tea", "week": "2026-07-04", "volume": 45, "is_forecast": True},
    ]


@pytest.mark.parametrize(
    "streams", [(TrendingKeywords, TrendingKeywordWeeks), (TrendingKeywordWeeks, TrendingKeywords)]
)
def test_one_call_serves_both(pinterest: Pinterest, streams: tuple[type[Any], type[Any]]) -> None:
    pinterest.answers(PATH, answer(TEA, JAM))
    found = [pinterest.read(stream, SLICE) for stream in streams]

    assert sorted(map(len, found)) == [2, 3]
    assert calls(pinterest) == 1


def test_an_answer_that_failed_is_asked_for_again(pinterest: Pinterest) -> None:
    pinterest.answers(PATH, refused(503), answer(TEA, JAM))
    with pytest.raises(UnavailableError, match=r"^trending_keywords: "):
        pinterest.read(TrendingKeywords, SLICE)

    assert len(pinterest.read(TrendingKeywordWeeks, SLICE)) == 3
    assert calls(pinterest) == 2


def test_a_keyword_that_stands_twice_keeps_its_better_rank(pinterest: Pinterest) -> None:
    pinterest.answers(PATH, answer(TEA, JAM, TEA))

    assert [(row["keyword"], row["rank"]) for row in pinterest.read(TrendingKeywords, SLICE)] == [
        ("tea", 1),
        ("jam", 2),
    ]
