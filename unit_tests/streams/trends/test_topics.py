"""Does each featured topic stand in a row of its own, with its interest and its rank?"""

from typing import Any

import pytest

from source_pinterest.engine.slices import partition_slice
from source_pinterest.streams.trends import FeaturedTrendTopics
from unit_tests.streams.pinterest import Pinterest

PATH, REGION = "trends/topics/featured", {"region": "GB+IE"}
HOME: dict[str, Any] = {"interest": "HOME", "trends": [{"title": "Rugs", "pct": 5}, {"title": "Lamps", "pct": 3}]}
FOOD: dict[str, Any] = {"interest": "FOOD", "trends": [{"title": "Rugs"}]}


def read(pinterest: Pinterest, *items: dict[str, Any]) -> list[dict[str, Any]]:
    pinterest.answers(PATH, {"json": {"items": items}})
    return pinterest.read(FeaturedTrendTopics, partition_slice(REGION))


def test_topics_are_ranked_within_their_interest(pinterest: Pinterest) -> None:
    assert read(pinterest, HOME, FOOD) == [
        {**REGION, "interest": "HOME", "title": "Rugs", "pct": 5, "rank": 1},
        {**REGION, "interest": "HOME", "title": "Lamps", "pct": 3, "rank": 2},
        {**REGION, "interest": "FOOD", "title": "Rugs", "rank": 1},
    ]
    assert pinterest.queries(PATH) == [{"region": ["GB+IE"]}]


@pytest.mark.parametrize("trends", [None, [], {"title": "Rugs"}, "Rugs"])
def test_an_interest_without_topics_has_no_row(pinterest: Pinterest, trends: Any) -> None:
    assert [row["interest"] for row in read(pinterest, {"interest": "HOME", "trends": trends}, FOOD)] == ["FOOD"]
