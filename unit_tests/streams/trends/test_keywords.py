"""Are weeks rows, and is an answer that two streams are made of asked for once?"""

from typing import Any

import pytest
import requests_mock

from source_pinterest.api.errors import UnavailableError
from source_pinterest.engine.slices import partition_slice
from source_pinterest.streams.trends import SharedResponses, TrendingKeywords, TrendingKeywordWeeks
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


def test_each_region_has_a_slice_for_each_kind_of_trend(mock: requests_mock.Mocker) -> None:
    pinterest = Pinterest(mock, trend_regions=["US", "CA"])

    assert [one.partition for one in pinterest.slices(TrendingKeywords)] == [
        {"region": region, "trend_type": kind}
        for region in ("US", "CA")
        for kind in ("growing", "monthly", "yearly", "seasonal")
    ]


def test_another_kind_of_trend_has_an_answer_of_its_own(pinterest: Pinterest) -> None:
    yearly = partition_slice({"region": "GB+IE", "trend_type": "yearly"})
    pinterest.answers(PATH, answer(TEA))
    pinterest.answers("trends/keywords/GB%2BIE/top/yearly", answer(JAM))

    assert [row["keyword"] for row in pinterest.read(TrendingKeywords, SLICE)] == ["tea"]
    assert [row["keyword"] for row in pinterest.read(TrendingKeywords, yearly)] == ["jam"]


def test_as_many_keywords_are_asked_for_as_there_may_be(pinterest: Pinterest) -> None:
    pinterest.answers(PATH, answer(TEA))
    pinterest.read(TrendingKeywords, SLICE)

    assert pinterest.queries(PATH) == [{"limit": ["50"]}]


def test_keywords_share_a_week_and_each_has_its_own_row(pinterest: Pinterest) -> None:
    week = {"2026-06-27": 7}
    pinterest.answers(PATH, answer(TEA, {**JAM, "time_series": week}, {"keyword": "jam", "time_series": week}))

    rows = pinterest.read(TrendingKeywordWeeks, SLICE)
    assert [(row["keyword"], row["volume"]) for row in rows if row["week"] in week] == [("tea", 100), ("jam", 7)]


def test_whoever_waits_for_an_answer_that_never_comes_gets_the_error_of_who_asked(pinterest: Pinterest) -> None:
    shared, asked = pinterest.sync.stream(SharedResponses), []

    def ask() -> Any:
        asked.append(None)
        raise MemoryError("Scripted")

    for _ in range(2):
        with pytest.raises(MemoryError, match="Scripted"):
            shared.of(("US", "growing"), ask)
    assert len(asked) == 1


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
