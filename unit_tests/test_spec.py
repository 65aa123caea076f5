"""The form is complete, takes every config that exists, and its Authenticate button works."""

import json
import logging
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from airbyte_cdk.models import ConnectorSpecificationSerializer
from airbyte_cdk.utils import AirbyteTracedException

from source_pinterest.config import Config
from source_pinterest.config.files import in_current_form
from source_pinterest.config.reports import CustomReport
from source_pinterest.dates import Granularity
from source_pinterest.source import SourcePinterest
from unit_tests.configs import OAUTH, TODAY, config
from unit_tests.report_configs import report

ROOT = Path(__file__).parents[1]
SPEC = json.loads((ROOT / "source_pinterest/spec.json").read_text(encoding="utf-8"))
FORM = SPEC["connectionSpecification"]
OPTIONS = FORM["properties"]
REPORT = OPTIONS["custom_reports"]["items"]
REPORT_FIELDS = REPORT["properties"]
HIDDEN = {name for name, option in OPTIONS.items() if option.get("airbyte_hidden")}
SAMPLES = sorted((ROOT / "integration_tests/sample_configs").glob("*.json"))


def fields(properties: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each option of the form with its name, those of the authorization methods and custom reports included."""
    for name, option in properties.items():
        yield name, option
        yield from fields(option.get("items", {}).get("properties", {}))
        for method in option.get("oneOf", []):
            yield from fields(method["properties"])


def test_the_spec_is_one_that_the_platform_reads() -> None:
    spec = ConnectorSpecificationSerializer.load(SPEC)
    written = ConnectorSpecificationSerializer.dump(spec)

    assert written["connectionSpecification"] == FORM
    assert written["documentationUrl"] == "https://docs.airbyte.com/integrations/sources/pinterest"
    assert spec.advanced_auth is not None
    jsonschema.Draft7Validator.check_schema(FORM)


def test_nothing_that_a_user_has_to_fill_in_is_hidden() -> None:
    for method in OPTIONS["credentials"]["oneOf"]:
        hidden = {name for name, field in method["properties"].items() if field.get("airbyte_hidden")}
        assert not hidden & set(method.get("required", ())), method["title"]


def test_an_option_is_described_and_has_one_type_besides_null() -> None:
    """A form has one control for a field; a field of several types gets a choice between them, or none."""
    for name, option in fields(OPTIONS):
        if "const" not in option:
            assert option["title"].strip(), name
            assert option["description"].endswith((".", ")")), name
        for described in (option, *([option["items"]] if "items" in option else [])):
            assert ("pattern" in described) is ("pattern_descriptor" in described), name
            types = [described["type"]] if isinstance(described["type"], str) else described["type"]
            assert len(set(types) - {"null"}) == 1, name
            assert not described.keys() & {"anyOf", "allOf"}, name


def test_a_text_option_has_an_example() -> None:
    for name, option in fields(OPTIONS):
        typed = option.get("items", option)
        is_typed_in = "string" in typed["type"] and not typed.keys() & {"enum", "const"}
        if is_typed_in and not option.get("airbyte_hidden") and option["title"] != "Client Secret":
            assert option["examples"], name
        for example in option.get("examples", ()):
            jsonschema.validate(example, typed)


def test_each_option_has_a_group_and_the_number_of_its_place() -> None:
    """Airbyte sorts options by group and number: the file's first option is the first of the form."""
    groups = [group["id"] for group in FORM["groups"]]
    form = SourcePinterest().spec(logging.getLogger("airbyte")).connectionSpecification
    methods = form["properties"]["credentials"]["oneOf"]
    lists_of_options = [form, form["properties"]["custom_reports"]["items"], *methods]

    assert {option["group"] for option in OPTIONS.values()} == set(groups)
    assert (next(iter(OPTIONS)), OPTIONS["credentials"]["group"]) == ("credentials", groups[0])
    for options in lists_of_options:
        numbers = [option["order"] for option in options["properties"].values()]
        assert numbers == list(range(len(numbers)))


def test_every_secret_and_nothing_else_is_marked() -> None:
    for name, option in fields(OPTIONS):
        is_secret = name in {"client_id", "client_secret", "refresh_token", "access_token"}
        assert option.get("airbyte_secret", False) is is_secret, name


def test_a_custom_report_has_the_fields_that_the_connector_reads() -> None:
    assert set(REPORT_FIELDS) == {*CustomReport.__dataclass_fields__, "attribution_window"}
    assert REPORT["required"] == ["name", "level", "granularity", "columns"]
    assert all(REPORT_FIELDS[f"{what}_window_days"]["airbyte_hidden"] for what in ("click", "engagement", "view"))
    assert REPORT_FIELDS["granularity"]["enum"] == [granularity.value for granularity in Granularity]


def test_a_bad_field_of_a_report_is_named_as_in_the_form() -> None:
    for name in REPORT_FIELDS.keys() - {"name", "columns"}:
        with pytest.raises(AirbyteTracedException) as rejected:
            Config.from_mapping(config(custom_reports=[report(**{name: [[]]})]), TODAY)

        begin = f"Custom Reports: 'Weekly', {REPORT_FIELDS[name]['title']} ({name}):"
        assert str(rejected.value.message).startswith(begin)


def test_a_number_has_the_bounds_that_the_connector_has() -> None:
    for name, option in OPTIONS.items():
        for edge, step in (("minimum", -1), ("maximum", 1)):
            if edge in option:
                Config.from_mapping(config(**{name: option[edge]}), TODAY)
                with pytest.raises(AirbyteTracedException):
                    Config.from_mapping(config(**{name: option[edge] + step}), TODAY)


def test_a_default_of_the_form_changes_nothing() -> None:
    for name in [name for name, option in OPTIONS.items() if "default" in option]:
        chosen = Config.from_mapping(config(**{name: OPTIONS[name]["default"]}), TODAY)
        silent = Config.from_mapping(config(), TODAY)

        differing = [key for key in silent.__slots__ if getattr(chosen, key) != getattr(silent, key)]
        assert differing == ([name] if name in {"attribution_window", "conversion_report_time"} else []), name


def test_a_hidden_option_has_the_default_that_it_is_said_to_have() -> None:
    """It declares none: a platform would save it, and nobody could tell any more what a user has set."""
    for name in [name for name in HIDDEN if "The default is " in OPTIONS[name]["description"]]:
        [said] = re.findall(r"The default is (\d+)", OPTIONS[name]["description"])
        chosen, silent = (Config.from_mapping(raw, TODAY) for raw in (config(**{name: int(said)}), config()))

        assert "default" not in OPTIONS[name], name
        assert [key for key in silent.__slots__ if getattr(chosen, key) != getattr(silent, key)] == [], name


def test_each_option_of_the_form_has_an_effect_in_the_sample() -> None:
    sample = json.loads((ROOT / "integration_tests/sample_configs/every_option.json").read_text(encoding="utf-8"))

    assert set(sample) == OPTIONS.keys() - HIDDEN, "every_option.json has other options than spec.json shows."
    whole = Config.from_mapping(sample, TODAY)
    for name in sample.keys() - {"credentials"}:
        others = {option: value for option, value in sample.items() if option != name}
        without = Config.from_mapping(others, TODAY)
        assert without != whole, f"Config does not read {name}, or every_option.json has its default."


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_config_of_any_age_is_one_of_the_form(path: Path) -> None:
    raw = json.loads(path.read_text(encoding="utf-8"))
    current = in_current_form(raw)

    jsonschema.validate(current, FORM)
    assert Config.from_mapping(raw, TODAY) == Config.from_mapping(current, TODAY)


@pytest.mark.parametrize("start_date", ["2024-05-01", "2022-07-28T00:00:00Z"])
def test_the_form_takes_a_start_date_with_and_without_a_time(start_date: str) -> None:
    jsonschema.validate(config(start_date=start_date), FORM)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(config(start_date=f"on {start_date}"), FORM)


def test_the_configuration_of_the_terraform_example_is_one_that_the_connector_reads() -> None:
    template = (ROOT / "examples/terraform/pinterest.json.tftpl").read_text(encoding="utf-8")
    raw = json.loads(re.sub(r"\$\{jsonencode\((\w+)\)\}", r'"\1"', template))

    jsonschema.validate(raw, {**FORM, "additionalProperties": False})
    Config.from_mapping({**raw, "credentials": OAUTH}, TODAY)
    assert set(raw["credentials"]) == set(OAUTH)
