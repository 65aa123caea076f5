"""Is a batch of ad groups trusted only when it has proven to hold everything, and never when it shows too little?"""

from collections.abc import Mapping
from typing import Any

import pytest

from source_pinterest.api.errors import FatalError, UnavailableError
from source_pinterest.streams.ads.keywords import Keywords
from source_pinterest.streams.base.slices import failure_of
from unit_tests.streams.pinterest import Pinterest, refused

PATH = "ad_accounts/11/keywords"
AD_GROUPS = ("1", "2", "3")
HELD = {"1": ["10", "11"], "2": ["20"], "3": []}
SINGLES = [["1"], ["2"], ["3"]]


class KeywordLists:
    """The keywords of one account, and what its batches answer."""

    def __init__(self, pinterest: Pinterest, batch: Any, held: Mapping[str, list[str]] = HELD) -> None:
        self.pinterest, self.batch, self.held = pinterest, batch, held
        pinterest.lists("ad_accounts", "11")
        pinterest.lists("ad_accounts/11/campaigns")
        pinterest.lists("ad_accounts/11/ad_groups", *held)
        pinterest.answers(PATH, {"json": self._answer})

    def _answer(self, request: Any, context: Any) -> dict[str, Any]:
        if batch := request.qs.get("ad_group_ids"):
            answer = self.batch(batch)
            context.status_code = answer.get("status_code", 200)
            return dict(answer["json"])
        return items({parent: self.held[parent] for parent in request.qs.get("ad_group_id", ())})["json"]

    def read(self) -> list[str]:
        slices = self.pinterest.slices(Keywords)
        return sorted(record["id"] for one in slices for record in self.pinterest.read(Keywords, one))

    def singles(self) -> list[list[str]]:
        """The ad groups that were asked for one by one."""
        return [asked["ad_group_id"] for asked in self.pinterest.asked(PATH) if "ad_group_id" in asked]


def items(held: Mapping[str, list[str]]) -> dict[str, Any]:
    found = [{"id": keyword, "parent_id": parent} for parent, keywords in held.items() for keyword in keywords]
    return {"json": {"items": found}}


def all_of_it(batch: list[str]) -> dict[str, Any]:
    return items({parent: HELD[parent] for parent in batch})


def test_a_batch_that_agrees_is_trusted(pinterest: Pinterest) -> None:
    lists = KeywordLists(pinterest, all_of_it)

    assert lists.read() == ["10", "11", "20"]
    assert lists.singles() == [["3"], ["1"], ["3"]], "two samples, and what the batch showed nothing of"


def test_a_batch_whose_last_ad_group_was_not_looked_at_is_not(pinterest: Pinterest) -> None:
    held = {**HELD, "3": ["30"]}
    lists = KeywordLists(pinterest, lambda _: items({"1": held["1"], "2": held["2"]}), held)

    assert lists.read() == ["10", "11", "20", "30"]
    assert lists.singles() == [["3"], *SINGLES]


def test_a_batch_whose_last_ad_group_agrees_needs_no_other_sample(pinterest: Pinterest) -> None:
    held = {**HELD, "3": ["30"]}
    lists = KeywordLists(pinterest, lambda batch: items({parent: held[parent] for parent in batch}), held)

    assert lists.read() == ["10", "11", "20", "30"]
    assert lists.singles() == [["3"]]


@pytest.mark.parametrize(
    "answer",
    [
        items({}),
        items({"1": ["10", "11"]}),
        items({**HELD, "4": ["40"]}),
        items({"11": ["90", "91"]}),
        refused(400, 1),
        refused(401, 3),
        refused(401, 29),
        refused(403, 29),
        refused(404, 404),
        refused(414),
    ],
    ids=lambda answer: str(answer)[:60],
)
def test_a_batch_that_is_refused_or_shows_the_wrong_parents_is_not(
    pinterest: Pinterest, answer: dict[str, Any]
) -> None:
    lists = KeywordLists(pinterest, lambda _: answer)

    assert lists.read() == ["10", "11", "20"]
    assert lists.singles() == SINGLES


@pytest.mark.parametrize("first", [["10"], ["10", "11", "12"]])
def test_nor_is_a_batch_that_differs_from_what_an_ad_group_shows_by_itself(
    pinterest: Pinterest, first: list[str]
) -> None:
    lists = KeywordLists(pinterest, lambda _: items({"1": first, "2": ["20"]}))

    assert lists.read() == ["10", "11", "20"]
    assert lists.singles() == [["3"], ["1"], *SINGLES]


def test_a_batch_that_fails_later_is_completed_one_by_one(pinterest: Pinterest) -> None:
    answers = [all_of_it(list(AD_GROUPS)), items({"1": ["10"], "7": ["70"]})]
    lists = KeywordLists(pinterest, lambda _: answers.pop(0))

    assert lists.read() == ["10", "11", "20"]
    assert lists.singles()[2:] == SINGLES


def test_a_batch_that_breaks_off_is_completed_without_repetition(pinterest: Pinterest) -> None:
    begun = items({"1": ["10"]})
    begun["json"]["bookmark"] = "more"
    answers = [all_of_it(list(AD_GROUPS)), begun, refused(403, 29)]
    lists = KeywordLists(pinterest, lambda _: answers.pop(0))

    assert lists.read() == ["10", "11", "20"]


def test_two_ad_groups_need_no_proof(pinterest: Pinterest) -> None:
    lists = KeywordLists(pinterest, all_of_it, {"1": ["10"], "2": []})

    assert lists.read() == ["10"]
    assert lists.singles() == [["1"], ["2"]]


def test_trouble_during_the_proof_fails_the_account_alone(pinterest: Pinterest) -> None:
    lists = KeywordLists(pinterest, lambda _: refused(503))
    [failed] = lists.pinterest.slices(Keywords)

    assert isinstance(failure_of(failed), UnavailableError)


def test_a_fatal_error_during_the_proof_ends_the_stream(pinterest: Pinterest) -> None:
    lists = KeywordLists(pinterest, lambda _: refused(401, 2))

    with pytest.raises(FatalError):
        lists.pinterest.slices(Keywords)
