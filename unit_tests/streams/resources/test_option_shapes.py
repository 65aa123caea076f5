"""Are options found in whatever shape Pinterest lists them?"""

from typing import Any

import pytest

from source_pinterest.api.errors import MalformedResponseError
from source_pinterest.streams.resources.targeting_options import options_in

FEMALE, MALE = {"id": "female", "name": "Female"}, {"id": "male", "name": "Male"}


@pytest.mark.parametrize(
    ("document", "options"),
    [
        ([{"female": "Female", "male": "Male"}], [FEMALE, MALE]),
        ([{"female": "Female"}, {"male": "Male"}], [FEMALE, MALE]),
        ({"female": "Female", "male": "Male"}, [FEMALE, MALE]),
        ([FEMALE, MALE], [FEMALE, MALE]),
        ({"items": [FEMALE, MALE]}, [FEMALE, MALE]),
        ({"data": [{"female": "Female"}]}, [FEMALE]),
        ({"female": {"name": "Female"}}, [FEMALE]),
        ({"Europe": {"DE": "Germany"}}, [{"id": "DE", "name": "Germany"}]),
        (
            [{"id": "Indonesian", "en": "English"}],
            [{"id": "id", "name": "Indonesian"}, {"id": "en", "name": "English"}],
        ),
        (["tea"], [{"id": "tea", "name": "tea"}]),
        (["", None, "tea"], [{"id": "tea", "name": "tea"}]),
        ([{"data": "Data", "values": 7}], [{"id": "data", "name": "Data"}, {"id": "values", "name": "7"}]),
        ([{"female": ["Female"], "male": "Male"}], [MALE]),
        ([{"id": 500, "level": 2}], [{"id": "500", "level": 2}]),
        ([{"500": 7, "501": None}], [{"id": "500", "name": "7"}, {"id": "501", "name": None}]),
        ([{"id": 500, "name": "Portland", "size": 3}], [{"id": "500", "name": "Portland", "size": 3}]),
        (
            {"code": "Code", "message": "Message"},
            [{"id": "code", "name": "Code"}, {"id": "message", "name": "Message"}],
        ),
        ([{"code": 7, "message": "Message"}], [{"id": "code", "name": "7"}, {"id": "message", "name": "Message"}]),
        ([], []),
        ([{}], []),
        (None, []),
    ],
)
def test_options_of_any_shape(document: Any, options: list[dict[str, Any]]) -> None:
    assert list(options_in(document)) == options


def test_children_that_are_told_with_their_names_are_options_below() -> None:
    below = [{"id": "3", "name": "Sinks"}]
    tree = [{"id": "1", "name": "Home", "level": 1, "children": [{"id": "2", "name": "Kitchen", "children": below}]}]

    assert list(options_in(tree)) == [
        {"id": "1", "name": "Home", "level": 1},
        {"id": "2", "name": "Kitchen", "level": 2, "parent_id": "1"},
        {"id": "3", "name": "Sinks", "level": 3, "parent_id": "2"},
    ]


def test_children_that_are_ids_stay_with_their_parent() -> None:
    option = {"id": "1", "name": "Home", "level": 1, "child_interests": ["2", "3"]}

    assert list(options_in([option])) == [option]


@pytest.mark.parametrize(
    "document",
    ["Female", 7, True, {}, {"code": 50, "message": "nope", "status": "failure"}, {"code": 50, "message": None}],
)
def test_what_is_neither_a_list_nor_an_object_of_options_has_no_options(document: Any) -> None:
    with pytest.raises(
        MalformedResponseError, match=r"^The targeting options are neither a list nor an object that holds options\.$"
    ):
        list(options_in(document))
