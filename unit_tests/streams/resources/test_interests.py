"""Is the tree of interests found, with few questions?"""

from typing import Any

import pytest

from source_pinterest.streams.resources.targeting_options import InterestTree

NAMES = {"1": "Home", "2": "Kitchen", "3": "Sinks", "4": "Animals", "5": "Cats"}
CHILDREN = {"1": ["2"], "2": ["3"], "4": ["5"]}
LEVELS = {"1": 1, "2": 2, "3": 3, "4": 1, "5": 2}
PARENTS = {child: parent for parent, children in CHILDREN.items() for child in children}


class Pinterest:
    """Tells of interests, and remembers of which."""

    def __init__(self, *unknown: str) -> None:
        self.asked: list[str] = []
        self._unknown = unknown

    def __call__(self, interest: str) -> dict[str, Any] | None:
        self.asked.append(interest)
        if interest in self._unknown:
            return None
        children = list(CHILDREN.get(interest, ()))
        return {"id": interest, "name": NAMES[interest], "level": LEVELS[interest], "child_interests": children}


def tree_of(*order: str) -> InterestTree:
    return InterestTree({"id": name, "name": NAMES[name]} for name in order)


def places(tree: InterestTree) -> dict[str, tuple[Any, Any]]:
    return {name: (option.get("level"), option.get("parent_id")) for name, option in tree.options.items()}


WHOLE = {name: (level, PARENTS.get(name)) for name, level in LEVELS.items()}


@pytest.mark.parametrize("order", ["12345", "54321", "31542", "24135"])
def test_every_interest_has_its_place_whatever_the_order(order: str) -> None:
    ask = Pinterest()
    tree = tree_of(*order)

    assert tree.complete(ask, max_lookups=100) == 0
    assert places(tree) == WHOLE
    assert len(ask.asked) == len(set(ask.asked))
    assert not any("child_interests" in option for option in tree.options.values())


def test_whoever_has_nothing_below_is_not_asked_where_its_parent_comes_first() -> None:
    ask = Pinterest()
    tree_of(*"14235").complete(ask, max_lookups=100)

    assert ask.asked == ["1", "2", "4"]


def test_children_that_no_list_names_are_found_with_their_names() -> None:
    tree = tree_of("1", "4")
    tree.complete(Pinterest(), max_lookups=100)

    assert {name: option["name"] for name, option in tree.options.items()} == NAMES
    assert places(tree) == WHOLE


def test_a_child_that_pinterest_tells_nothing_of_has_its_number_and_its_place() -> None:
    tree = tree_of("1")

    assert tree.complete(Pinterest("2"), max_lookups=100) == 1
    assert tree.options["2"] == {"id": "2", "parent_id": "1", "level": 2}


def test_so_many_are_asked_and_the_others_keep_their_names() -> None:
    ask = Pinterest()
    tree = tree_of(*"12345")

    assert tree.complete(ask, max_lookups=1) == 3
    assert ask.asked == ["1"]
    assert {name: option["name"] for name, option in tree.options.items()} == NAMES


def test_an_interest_that_pinterest_does_not_show_has_no_place() -> None:
    tree = tree_of("1", "2", "3", "4", "5")

    assert tree.complete(Pinterest("4"), max_lookups=100) == 2
    assert places(tree) == {**WHOLE, "4": (None, None), "5": (2, None)}


def test_where_nobody_tells_no_more_than_a_few_are_asked() -> None:
    names = [str(number) for number in range(1, 100)]
    ask = Pinterest(*names)

    assert InterestTree({"id": name, "name": name} for name in names).complete(ask, max_lookups=100) == 99
    assert ask.asked == names[:5]


def test_what_the_list_tells_is_not_asked_for() -> None:
    ask = Pinterest()
    told = [{"id": name, "name": NAMES[name], "level": LEVELS[name], "parent_id": PARENTS.get(name)} for name in NAMES]
    tree = InterestTree(told)

    assert tree.complete(ask, max_lookups=100) == 0
    assert ask.asked == []


def test_whoever_has_a_place_is_not_asked_for_the_sake_of_another() -> None:
    ask = Pinterest()
    tree = InterestTree([{"id": "1", "name": "Home", "level": 1}, {"id": "4", "name": "Animals"}])
    tree.complete(ask, max_lookups=100)

    assert ask.asked[0] == "4"


def test_what_the_list_tells_of_an_interest_stays_whatever_else_is_told() -> None:
    tree = InterestTree([{"id": "2", "name": "My kitchen", "level": 7}])
    tree.complete(Pinterest(), max_lookups=100)

    assert (tree.options["2"]["name"], tree.options["2"]["level"]) == ("My kitchen", 7)


@pytest.mark.parametrize(
    ("parent", "child", "place"),
    [
        ({"level": 1}, {}, (2, "1")),
        ({"level": 1}, {"level": 3}, (3, "1")),
        ({}, {}, (None, "1")),
        ({}, {"level": 3}, (3, "1")),
        ({"level": None}, {}, (None, "1")),
        ({"level": 1}, {"parent_id": "9"}, (2, "9")),
    ],
)
def test_children_that_the_list_names_stand_below_their_parent(
    parent: dict[str, Any], child: dict[str, Any], place: tuple[Any, Any]
) -> None:
    tree = InterestTree([{"id": "1", "child_interests": ["2"], **parent}, {"id": "2", **child}])

    assert places(tree)["2"] == place


def test_refusals_in_a_row_end_it_and_others_do_not() -> None:
    names = [str(number) for number in range(1, 21)]
    refused = [*names[1:5], *names[6:10], *names[11:16]]
    asked: list[str] = []

    def ask(name: str) -> dict[str, Any] | None:
        asked.append(name)
        return None if name in refused else {"id": name, "name": name, "level": 1}

    InterestTree({"id": name, "name": name} for name in names).complete(ask, max_lookups=100)
    assert asked == names[:16]


def test_a_name_that_is_no_number_is_not_asked_for() -> None:
    ask = Pinterest()

    assert InterestTree([{"id": "home", "name": "Home"}]).complete(ask, max_lookups=100) == 1
    assert ask.asked == []
