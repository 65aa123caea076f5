"""The tree of interests is found with few requests."""

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


@pytest.mark.parametrize("order", ["12345", "54321", "24135", "14"], ids=lambda order: f"listed as {order}")
def test_every_interest_has_its_place_and_name_whatever_the_order(order: str) -> None:
    """Children that no list names are found below their parents."""
    spec = Pinterest()
    tree = tree_of(*order)

    assert tree.complete(spec, max_lookups=100) == 0
    assert places(tree) == WHOLE
    assert {name: option["name"] for name, option in tree.options.items()} == NAMES
    assert len(spec.asked) == len(set(spec.asked))
    assert not any("child_interests" in option for option in tree.options.values())


def test_an_interest_without_children_is_not_requested_after_its_parent() -> None:
    spec = Pinterest()
    tree_of(*"14235").complete(spec, max_lookups=100)

    assert spec.asked == ["1", "2", "4"]


def test_the_requests_for_interests_are_limited() -> None:
    spec = Pinterest()
    tree = InterestTree([{"id": "home", "name": "No number"}, *tree_of(*"12345").options.values()])

    assert tree.complete(spec, max_lookups=1) == 4
    assert spec.asked == ["1"]
    assert {name: option["name"] for name, option in tree.options.items()} == {**NAMES, "home": "No number"}


def test_an_interest_keeps_its_own_level_and_its_first_parent() -> None:
    found = {
        "3": {"id": "3", "name": "Sinks", "level": 3, "child_interests": []},
        "1": {"id": "1", "name": "Home", "level": 1, "child_interests": ["3"]},
        "2": {"id": "2", "name": "Kitchen", "level": 1, "child_interests": ["3"]},
    }
    tree = InterestTree({"id": name, "name": name} for name in found)
    tree.complete(found.get, max_lookups=100)

    assert places(tree)["3"] == (3, "1")


def test_after_five_rejections_in_a_row_no_further_interest_is_requested() -> None:
    names = [str(number) for number in range(1, 21)]
    rejected = [*names[1:5], *names[6:10], *names[11:16]]
    asked: list[str] = []

    def spec(name: str) -> dict[str, Any] | None:
        asked.append(name)
        return None if name in rejected else {"id": name, "name": name, "level": 1}

    InterestTree({"id": name, "name": name} for name in names).complete(spec, max_lookups=100)
    assert asked == names[:16]
