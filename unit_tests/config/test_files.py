"""Files of the platform are read in any encoding and any older form, or named in a sentence."""

import codecs
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from airbyte_cdk.models import AirbyteStateMessageSerializer, FailureType
from airbyte_cdk.utils import AirbyteTracedException

from source_pinterest.config.files import in_current_form, read_configured_catalog, read_object, read_states
from unit_tests.configs import OAUTH, config, signed_in_with
from unit_tests.report_configs import report, reporting

STATE = {"type": "STREAM", "stream": {"stream_descriptor": {"name": "boards"}, "stream_state": {"a": 1}}}
OOPS = {"type": "STREAM", "stream": {"stream_descriptor": {"name": "boards"}, "stream_state": {"state": "oops"}}}
ONLY_STREAMS = "only states of type STREAM are read, which name their stream"
STREAM = {"name": "boards", "json_schema": {}, "supported_sync_modes": ["full_refresh"]}
CATALOG = {"streams": [{"stream": STREAM, "sync_mode": "full_refresh", "destination_sync_mode": "overwrite"}]}
READERS = pytest.mark.parametrize(
    ("read", "option"), [(read_object, "config"), (read_configured_catalog, "catalog"), (read_states, "state")]
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "file.json"


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (b"", "utf-8"),
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (b"", "utf-16-le"),
    ],
)
def test_a_file_is_read_whatever_the_shell_that_wrote_it(path: Path, mark: bytes, encoding: str) -> None:
    def write(content: Any) -> None:
        path.write_bytes(mark + json.dumps(content, ensure_ascii=False).encode(encoding))

    write({"name": "Ünïcode 🙂"})
    assert read_object(path) == {"name": "Ünïcode 🙂"}
    write(CATALOG)
    assert [configured.stream.name for configured in read_configured_catalog(path).streams] == ["boards"]
    write([STATE])
    assert [state.stream.stream_descriptor.name for state in read_states(path) if state.stream] == ["boards"]


def sentence_of(read: Callable[[Path], Any], path: Path, content: bytes) -> str:
    """The sentence with which the contents of a file are rejected, without its beginning, the path."""
    path.write_bytes(content)
    with pytest.raises(AirbyteTracedException) as raised:
        read(path)
    assert raised.value.failure_type is FailureType.config_error
    sentence = str(raised.value.message)
    assert "\n" not in sentence
    assert sentence.startswith(f"{path} "), content
    return sentence.removeprefix(f"{path} ")


@READERS
def test_a_file_that_can_not_be_read_is_named(read: Callable[[Path], Any], option: str, path: Path) -> None:
    advice = f"Name another file with --{option}."

    with pytest.raises(AirbyteTracedException) as missing:
        read(path)
    assert missing.value.message == f"{path} can't be read (No such file or directory). {advice}"
    path.mkdir()
    with pytest.raises(AirbyteTracedException) as folder:
        read(path)
    assert folder.value.message == f"{path} can't be read (Is a directory). {advice}"


@READERS
def test_a_config_passed_instead_of_a_path_is_not_quoted(read: Callable[[Path], Any], option: str) -> None:
    with pytest.raises(AirbyteTracedException, match=f"^--{option} takes the path of a file") as raised:
        read(Path('{"client_secret": "false-secret"}'))

    assert "false-secret" not in str(raised.value.message)


@pytest.mark.parametrize("read", [read_configured_catalog, read_states])
def test_a_secret_is_not_quoted_from_another_file(read: Callable[[Path], Any], path: Path) -> None:
    """Those of the config, which is read before, and what has the form of an app's secret."""
    path.write_text('{"credentials": {"client_secret": "false-secret"}}', encoding="utf-8")
    read_object(path)
    for secret in ("false-secret", "f00d" * 8, "F00D" * 16):
        content = f'["{secret}"]' if read is read_states else f'{{"streams": ["{secret}"]}}'
        assert '"****" is not of type "object"' in sentence_of(read, path, content.encode())


@READERS
def test_a_file_that_is_no_json_is_named(read: Callable[[Path], Any], option: str, path: Path) -> None:
    advice = f"Fix it, or name another file with --{option}."
    for content in [b"{", b"\xff\xfe\x00", b"\xc3\x28", b"[" * 100_000, b"\x00", b"9" * 5_000]:
        sentence = sentence_of(read, path, content)

        assert sentence.startswith("can't be read as JSON ("), content[:9]
        assert sentence.endswith(f"). {advice}"), content[:9]
    for content in [b"", b" \n"]:
        assert sentence_of(read, path, content) == f"is empty. {advice}"
    assert "(Extra data: line 3 column 1 (char 4))" in sentence_of(read, path, b"{\n}\n}")


@pytest.mark.parametrize(("read", "option"), [(read_object, "config"), (read_configured_catalog, "catalog")])
def test_a_file_without_an_object_is_named(read: Callable[[Path], Any], option: str, path: Path) -> None:
    for content in [b"[]", b"null", b'"text"']:
        assert sentence_of(read, path, content) == (
            f"does not hold a JSON object. Fix it, or name another file with --{option}."
        )


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ({}, '"streams" is a required property'),
        ({"streams": [1]}, '1 is not of type "object"'),
        ({"streams": [{"stream": STREAM}]}, '"sync_mode" is a required property'),
    ],
)
def test_an_object_that_is_no_catalog_is_named(path: Path, content: Any, why: str) -> None:
    sentence = sentence_of(read_configured_catalog, path, json.dumps(content).encode())

    assert sentence.startswith("does not hold a configured catalog (")
    assert why in sentence
    assert sentence.endswith("). Fix it, or write a new one with python -m source_pinterest.catalog.")


def test_a_file_without_a_state_is_rejected_with_its_name(path: Path) -> None:
    for content, why in [
        (None, "(not a list or an object)"),
        ("text", "(not a list or an object)"),
        ([1], '1 is not of type "object"'),
        ([STATE, {"type": "STREAM"}], f"({ONLY_STREAMS})"),
        ([{"type": "GLOBAL", "global": {"shared_state": {"a": 1}, "stream_states": [STATE["stream"]]}}], ONLY_STREAMS),
        ({"type": "LEGACY", "data": {"boards": {"a": 1}}}, ONLY_STREAMS),
        ([{"stream": STATE["stream"]}], ONLY_STREAMS),
        ([{**STATE, "stream": {"stream_descriptor": {}}}], '"name" is a required property'),
    ]:
        sentence = sentence_of(read_states, path, json.dumps(content).encode())

        assert sentence.startswith("does not hold a state ("), content
        assert why in sentence, content
        assert sentence.endswith("). Fix it, or leave --state out: the sync then starts from the beginning."), content


@pytest.mark.parametrize(
    ("content", "states"),
    [
        ([STATE], [STATE]),
        (STATE, [STATE]),
        ({"boards": {"a": 1}, "no_state": None}, [STATE]),
        ({"boards": "oops"}, [OOPS]),
        ([], []),
        ({}, []),
    ],
)
def test_states_are_read_in_a_list_by_themselves_or_by_stream(path: Path, content: Any, states: list[Any]) -> None:
    path.write_text(json.dumps(content), encoding="utf-8")

    assert [AirbyteStateMessageSerializer.dump(state) for state in read_states(path)] == states


ROOT = Path(__file__).parents[2]
FORM = json.loads((ROOT / "source_pinterest/spec.json").read_text(encoding="utf-8"))["connectionSpecification"]
WINDOW = "click_window_days"


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        (
            config(account_id=1, account_ids=[549761668032, "12"], exclude_account_ids=[13]),
            config(account_id="1", account_ids=["549761668032", "12"], exclude_account_ids=["13"]),
        ),
        (signed_in_with(**{**OAUTH, "client_id": 1234567}), config()),
        ({"client_id": 1234567, "client_secret": 8}, {"client_id": "1234567", "client_secret": "8"}),
        (reporting(report(), report(**{WINDOW: [30]})), reporting(report(), report(**{WINDOW: 30}))),
        (reporting(report(engagement_window_days=[0])), reporting(report(engagement_window_days=0))),
        (reporting(report(view_window_days=[])), reporting(report())),
        (reporting(report(**{WINDOW: None})), reporting(report())),
    ],
    ids=["accounts", "client number", "flat numbers", "window", "no days", "no window", "null"],
)
def test_an_older_config_becomes_one_of_today(older: dict[str, Any], newer: dict[str, Any]) -> None:
    before = json.dumps(older)

    assert in_current_form(older) == newer
    jsonschema.validate(newer, FORM)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(older, FORM)
    assert json.dumps(older) == before


def test_other_options_of_an_older_config_stay() -> None:
    for raw in [
        {},
        config(account_id="549761668032", custom_reports=[report(view_window_days=7)], unknown={"account_id": 1}),
        config(account_id=True, account_ids=[False, 1.5], custom_reports=["Weekly", None, {}]),
        config(account_ids=7, custom_reports={"view_window_days": [30]}),
        reporting(report(view_window_days=[1, 7]), report(view_window_days="30")),
        {"credentials": "false-access-token"},
    ]:
        assert in_current_form(raw) == raw, raw


def test_a_state_is_taken_from_the_message_around_it(path: Path) -> None:
    path.write_text(json.dumps({"type": "STATE", "state": STATE}), encoding="utf-8")
    assert list(map(AirbyteStateMessageSerializer.dump, read_states(path))) == [STATE]
    path.write_text(json.dumps([{"type": "STATE", "state": STATE}, STATE]), encoding="utf-8")
    assert list(map(AirbyteStateMessageSerializer.dump, read_states(path))) == [STATE, STATE]
