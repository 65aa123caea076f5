"""A join on type and value of targeting finds an option, and a type that goes wrong costs no other."""

import re
from typing import Any

import pytest
from pinterestsdk import PublicTargetingType

from source_pinterest.api.errors import MalformedResponseError, RefusedError, UnavailableError
from source_pinterest.streams.ads.accounts import AdAccounts
from source_pinterest.streams.resources.targeting_options import (
    ACCOUNT_TYPES,
    SHARED_TYPES,
    TargetingOptions,
    targeting_types,
)
from unit_tests.answers import refused
from unit_tests.streams.pinterest import Pinterest, read_slice, run_of, slice_of

GENDER, GEO = "resources/targeting/GENDER", "resources/targeting/GEO"


def test_every_type_of_the_api_is_read() -> None:
    assert {*SHARED_TYPES, *ACCOUNT_TYPES} == {one.value for one in PublicTargetingType}


def test_an_option_has_the_targeting_types_of_analytics() -> None:
    for option_type, option, words in [
        ("GENDER", "female", ("GENDER",)),
        ("INTEREST", "7", ("TARGETED_INTEREST", "PINNER_INTEREST")),
        ("LOCATION", "GR", ("LOCATION", "COUNTRY")),
        ("LOCATION", "811", ("LOCATION",)),
        ("GEO", "US-CA", ("GEO", "REGION")),
        ("GEO", "US:94108", ("GEO",)),
        ("AUDIENCE_INCLUDE", "25", ("AUDIENCE_INCLUDE", "AUDIENCE_MULTIPLIER")),
        ("A_NEW_TYPE", "x", ("A_NEW_TYPE",)),
    ]:
        assert targeting_types(option_type, option) == words, (option_type, option, words)


def of_type(option_type: str) -> Any:
    return slice_of({"option_type": option_type})


def test_options_are_a_list_of_objects_of_ids_to_names(pinterest: Pinterest) -> None:
    for body, options in [
        ('[{"female": "Female", "male": "Male"}]', {"female": "Female", "male": "Male"}),
        ('[{"id": "Indonesian"}, {"name": "Nameish"}]', {"id": "Indonesian", "name": "Nameish"}),
        ("[{}]", {}),
        ("null", {}),
    ]:
        page = pinterest.stream(TargetingOptions).parse(iter([body.encode()]))
        assert {option["id"]: option["name"] for option in page.items} == options


def test_options_of_another_shape_are_malformed_and_their_beginning_is_shown(pinterest: Pinterest) -> None:
    for body, shown in [
        ('{"female": "Female"}', '{"female": "Female"}.'),
        ('[{"female": "Female"}, "male"]', '"male".'),
        ('[{"id": "1", "name": "Home", "level": 1}]', '{"id": "1", "name": "Home", "level": 1}.'),
        (f'["{"a" * 500}"]', f'"{"a" * 199}.'),
    ]:
        with pytest.raises(MalformedResponseError, match=f"ids to names: {re.escape(shown)}$"):
            pinterest.stream(TargetingOptions).parse(iter([body.encode()]))


def test_a_repeated_option_is_one_record_and_its_other_names_are_warned_of(
    pinterest: Pinterest, caplog: pytest.LogCaptureFixture
) -> None:
    options = [{"female": "Female"}, {"female": "Female"}, {"female": "Women"}]
    pinterest.answers(GENDER, {"json": options})

    assert pinterest.read(TargetingOptions, of_type("GENDER")) == [
        {"id": "female", "name": "Female", "option_type": "GENDER", "targeting_type": "GENDER"}
    ]
    [several] = caplog.messages
    assert "several records of GENDER, female" in several


@pytest.mark.parametrize("answer", [refused(400, 1, "GEO is no type"), refused(403, 29)])
def test_a_type_that_pinterest_refuses_costs_itself_alone(
    pinterest: Pinterest, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, answer: dict[str, Any]
) -> None:
    pinterest.lists("ad_accounts")
    pinterest.answers(GEO, answer)
    pinterest.answers(GENDER, {"json": [{"female": "Female"}]})
    stream = pinterest.stream(TargetingOptions)
    slices = [one for one in stream.tasks() if one["option_type"] in ("GEO", "GENDER", "PLACEMENT")]
    monkeypatch.setattr(stream, "tasks", lambda: iter(slices))
    planned = run_of(stream).tasks()
    read = {one["option_type"]: [option["id"] for option in read_slice(stream, one)] for one in planned}
    assert run_of(stream).judge_refusals() is None

    assert read == {"GEO": [], "GENDER": ["female"], "PLACEMENT": ["ALL", "BROWSE", "SEARCH", "OTHER"]}
    assert [message.partition("left out. ")[0] for message in caplog.messages] == ["targeting_options: GEO is "]


def test_audiences_come_from_each_ad_account_once(pinterest: Pinterest, caplog: pytest.LogCaptureFixture) -> None:
    includes, excludes = (f"resources/targeting/{option_type}" for option_type in ACCOUNT_TYPES)
    pinterest.lists("ad_accounts", "11", "12", "13")
    pinterest.answers(includes, {"json": [{"25": "Mine"}]})
    pinterest.answers(
        excludes, {"json": [{"25": "Shared", "26": "Own"}]}, refused(403, 29), {"json": [{"25": "Shared"}]}
    )
    slices = {one["option_type"]: one for one in pinterest.tasks(TargetingOptions)}

    assert pinterest.read(TargetingOptions, slices[ACCOUNT_TYPES[0]])
    found = pinterest.read(TargetingOptions, slices[ACCOUNT_TYPES[1]])
    assert [option["id"] for option in found] == ["25", "26"]
    for path in (includes, excludes):
        assert [query["ad_account_id"] for query in pinterest.queries(path)] == [["11"], ["12"], ["13"]]
    assert [message.partition(". ")[0] for message in caplog.messages] == ["targeting_options: 12 is left out"]


def test_ad_accounts_that_can_not_be_listed_cost_the_audiences_alone(pinterest: Pinterest) -> None:
    pinterest.answers("ad_accounts", refused(503))
    pinterest.answers("resources/targeting/GENDER", {"json": [{"female": "Female"}]})
    tasks = {task["option_type"]: task for task in pinterest.tasks(TargetingOptions)}

    for option_type in ACCOUNT_TYPES:
        with pytest.raises(UnavailableError, match="ad_accounts: Pinterest failed for ad_accounts"):
            pinterest.read(TargetingOptions, tasks[option_type])
    assert pinterest.read(TargetingOptions, tasks["GENDER"])


def test_audiences_that_no_ad_account_shows_are_refused_unless_there_is_none(pinterest: Pinterest) -> None:
    pinterest.answers("resources/targeting/AUDIENCE_INCLUDE", refused(403, 29))

    pinterest.has_listed(AdAccounts, ())
    assert pinterest.read(TargetingOptions, of_type("AUDIENCE_INCLUDE")) == []
    pinterest.has_listed(AdAccounts, (), "11")
    stream = pinterest.stream(TargetingOptions)
    with pytest.raises(RefusedError):
        list(stream.pages(stream.task({"option_type": "AUDIENCE_INCLUDE"})))


@pytest.mark.parametrize("answer", [refused(404, 404), refused(400, 1)])
def test_an_interest_that_pinterest_refuses_keeps_its_name(
    pinterest: Pinterest, caplog: pytest.LogCaptureFixture, answer: dict[str, Any]
) -> None:
    pinterest.answers("resources/targeting/INTEREST", {"json": [{"7": "Home", "8": "Cats"}]})
    pinterest.answers("resources/targeting/interests/7", answer)
    pinterest.answers("resources/targeting/interests/8", {"json": {"id": "8", "name": "Cats", "level": 1}})

    found = pinterest.read(TargetingOptions, of_type("INTEREST"))

    assert [(option["targeting_type"], option["id"], option["name"], option.get("level")) for option in found] == [
        ("TARGETED_INTEREST", "7", "Home", None),
        ("PINNER_INTEREST", "7", "Home", None),
        ("TARGETED_INTEREST", "8", "Cats", 1),
        ("PINNER_INTEREST", "8", "Cats", 1),
    ]
    assert caplog.messages[0].startswith("targeting_options: interest 7 could not be read. ")
    assert caplog.messages[1].startswith("targeting_options: 1 interests lack their level")
