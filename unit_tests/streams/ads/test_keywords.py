"""Is a batch of ad groups trusted only when it has proven to hold everything, and never when it shows too little?"""

from collections.abc import Mapping
from typing import Any

import pytest

from source_pinterest.api.errors import FatalError, NothingLeftError, UnavailableError
from source_pinterest.engine.slices import failure_of
from source_pinterest.streams.ads.keywords import Keywords
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

    def batches(self) -> list[list[str]]:
        """The ad groups of each call that named several."""
        return [asked["ad_group_ids"] for asked in self.pinterest.asked(PATH) if "ad_group_ids" in asked]


class LooksAtTheFirst:
    """A Pinterest that looks at the first few ad groups of each batch only."""

    def __init__(self, few: int, held: Mapping[str, list[str]]) -> None:
        self._few, self._held = few, held

    def __call__(self, batch: list[str]) -> dict[str, Any]:
        return items({parent: self._held[parent] for parent in batch[: self._few]})


def holding(ad_groups: int, *with_keyword: int) -> dict[str, list[str]]:
    """So many ad groups, some of which have a keyword, whose id is a thousand more than theirs."""
    numbers = range(1, ad_groups + 1)
    return {str(number): [str(1000 + number)] if number in with_keyword else [] for number in numbers}


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
    assert lists.batches() == [list(AD_GROUPS)], "none after the one that was tried out"


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


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ([refused(400, 1)], 'Pinterest answered "Scripted refusal" (HTTP 400, code 1).'),
        ([refused(401, 3)], 'Pinterest answered "Scripted refusal" (HTTP 401, code 3).'),
        ([refused(403, 29)], 'keywords: Pinterest answered "Scripted refusal" (HTTP 403, code 29).'),
        (
            [{"json": {"items": [], "bookmark": "more"}}, refused(403, 29)],
            's user may still see it. keywords: Pinterest answered "Scripted refusal" (HTTP 403, code 29).',
        ),
    ],
)
def test_why_a_batch_is_read_one_by_one_is_told_in_whole_sentences(
    pinterest: Pinterest, caplog: pytest.LogCaptureFixture, answers: list[dict[str, Any]], said: str
) -> None:
    left = [all_of_it(list(AD_GROUPS)), *answers]
    lists = KeywordLists(pinterest, lambda _: left.pop(0))
    with caplog.at_level("INFO", "airbyte"):
        lists.read()

    [told] = [message for message in caplog.messages if "one by one" in message]
    assert told.startswith("keywords: a batch of ad groups is read one by one. ")
    assert told.endswith(said)


def test_what_a_batch_showed_nothing_of_is_asked_for_in_a_batch_again(pinterest: Pinterest) -> None:
    held = holding(4, 1, 2)
    lists = KeywordLists(pinterest, lambda batch: items({parent: held[parent] for parent in batch}), held)

    assert lists.read() == ["1001", "1002"]
    assert lists.batches() == [list("1234"), list("1234"), ["3", "4"]]


def test_a_batch_that_is_asked_for_again_has_as_many_as_pinterest_looked_at(pinterest: Pinterest) -> None:
    held = holding(100, 1, 2, 30, 90)
    lists = KeywordLists(pinterest, LooksAtTheFirst(30, held), held)

    assert lists.read() == ["1001", "1002", "1030", "1090"]
    assert [len(batch) for batch in lists.batches()] == [100, 100, 30, 30, 30, 7, 30, 30, 30, 6]
    assert lists.singles() == [["100"], ["1"]]


def test_a_batch_that_shows_nothing_at_first_is_not_taken_for_empty(pinterest: Pinterest) -> None:
    held = holding(290, 1, 2, 280)
    lists = KeywordLists(pinterest, LooksAtTheFirst(25, held), held)

    assert lists.read() == ["1001", "1002", "1280"]


def test_what_several_rounds_of_batches_leave_is_asked_for_one_by_one(pinterest: Pinterest) -> None:
    held = holding(22, 1, 2, 11, 13, 21)
    lists = KeywordLists(pinterest, LooksAtTheFirst(10, held), held)
    rest = [str(number) for number in (*range(3, 11), 12, *range(14, 23))]

    assert lists.read() == ["1001", "1002", "1011", "1013", "1021"]
    assert lists.singles()[-len(rest) :] == [[ad_group] for ad_group in rest]


def test_keywords_of_the_account_and_of_its_campaigns_are_asked_for_too(pinterest: Pinterest) -> None:
    KeywordLists(pinterest, all_of_it, {"1": ["10"]})
    pinterest.lists("ad_accounts/11/campaigns", "5", "6")
    [only] = pinterest.slices(Keywords)
    pinterest.read(Keywords, only)

    asked = [{name: value for name, value in query.items() if name != "page_size"} for query in pinterest.queries(PATH)]
    assert asked == [{}, {"campaign_id": ["5"]}, {"campaign_id": ["6"]}, {"ad_group_id": ["1"]}]


def test_ad_groups_of_which_not_one_is_there_are_a_failure(pinterest: Pinterest) -> None:
    lists = KeywordLists(pinterest, all_of_it)
    slices = pinterest.slices(Keywords)
    pinterest.answers(PATH, {"json": {"items": []}}, refused(404, 404))

    with pytest.raises(NothingLeftError, match="keywords: Pinterest refuses all 3 "):
        pinterest.read(Keywords, slices[0])
    assert lists.singles()[-3:] == SINGLES


def test_an_ad_group_that_is_gone_is_no_failure_where_it_is_the_only_one(pinterest: Pinterest) -> None:
    KeywordLists(pinterest, all_of_it, {"1": []})
    [only] = pinterest.slices(Keywords)
    pinterest.answers(PATH, {"json": {"items": []}}, refused(404, 404))

    assert pinterest.read(Keywords, only) == []


@pytest.mark.parametrize("trouble", ["ad_accounts/9/ad_groups", "ad_accounts/9/keywords"], ids=["list", "proof"])
def test_an_account_in_trouble_keeps_no_other_from_being_read(pinterest: Pinterest, trouble: str) -> None:
    lists = KeywordLists(pinterest, all_of_it)
    pinterest.lists("ad_accounts", "9", "11")
    pinterest.lists("ad_accounts/9/campaigns")
    pinterest.lists("ad_accounts/9/ad_groups", *AD_GROUPS)
    pinterest.answers(trouble, refused(503))
    failed, good = lists.pinterest.slices(Keywords)

    assert (failed["ad_account_id"], type(failure_of(failed))) == ("9", UnavailableError)
    assert (good["ad_account_id"], failure_of(good)) == ("11", None)


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
