"""A stream without a permission or a right fails in one sentence that names it, and the other streams are whole."""

import re
from collections.abc import Iterable, Mapping

import pytest

from integration_tests.simulator import Fault, FaultKind, NoAccess
from integration_tests.simulator.calls.operation import Operation
from integration_tests.simulator.endpoints import CREATE_REPORTS, ENDPOINTS
from integration_tests.support.assertions import assert_exact, assert_same, assert_succeeded, key_of
from integration_tests.support.outputs import Output
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import run_sync
from source_pinterest.cli.authorize import scopes
from source_pinterest.streams import STREAMS
from source_pinterest.streams.ads.ad_pins import AdPins
from source_pinterest.streams.base.stream import PinterestStream
from source_pinterest.streams.trends import ProductCategoryTrends

SHOWS_LOG = False
OPERATIONS = {operation.operation_id: operation for operation in (*ENDPOINTS, *CREATE_REPORTS)}


def operation_of(stream: type[PinterestStream]) -> Operation:
    """The operation that a stream's docstring links to."""
    linked = re.search(r"/docs/api/v5/([a-z_-]+)", stream.__doc__ or "")
    assert linked
    return OPERATIONS[linked[1].replace("-", "/")]


def small(**settings: object) -> Simulator:
    return Simulator(World(boards=1, ad_accounts=3, campaigns=2, ad_groups=2, ads=2), **settings)


def assert_one_sentence_each(output: Output, rejected: Mapping[str, Iterable[str]]) -> None:
    """These streams alone are incomplete, and each says why once, in a sentence with these words."""
    assert output.exit_code != 0
    assert {name for name, statuses in output.statuses.items() if statuses[-1] == "INCOMPLETE"} == set(rejected)
    for stream, words in rejected.items():
        [error] = output.errors_of(stream)
        assert error.failure_type.value == "config_error", stream
        for word in words:
            assert word in str(error.message), (stream, error.message)
        assert str(error.message).count("leave the stream out") == 1, stream
        assert not [warning for warning in output.warnings() if warning.startswith(f"{stream}:")], stream


def test_each_stream_names_a_permission_that_the_token_lacks() -> None:
    granted = ("ads:read", "user_accounts:read")
    lacking = {stream.stream_name(): set(stream.scopes).difference(granted) for stream in STREAMS}
    with small(scopes=granted) as sim:
        output = run_sync(sim, lacking, config=sim.config(start_date=str(sim.world.today)))
        incomplete = {name for name in lacking if output.status(name) == "INCOMPLETE"}
        assert incomplete == {name for name, scopes in lacking.items() if scopes}
        for name in incomplete:
            [error] = output.errors_of(name)
            assert error.failure_type.value == "config_error", name
            assert any(scope in str(error.message) for scope in lacking[name]), error.message
            assert_says_how_to_sign_in(str(error.message), lacking[name])
        assert_exact(output, sim, ["campaigns", "user_account"])


def test_without_a_list_of_its_permissions_a_stream_of_billing_names_the_command_too() -> None:
    granted = tuple(scopes().split(","))
    with small(scopes=granted) as sim:
        output = run_sync(sim, ["billing_profiles"], config=sim.access_token_config())
    [error] = output.errors_of("billing_profiles")
    assert_says_how_to_sign_in(str(error.message), {"billing:read"})
    assert "Ask your contact at Pinterest" in str(error.message)


def assert_says_how_to_sign_in(sentence: str, lacking: set[str]) -> None:
    """A permission that the consent page does not ask for by itself is named for the command."""
    named = lacking.difference(scopes().split(","))
    command = "Sign in with python -m source_pinterest.authorize" + "".join(f" --scope {scope}" for scope in named)
    assert (command if named else "Sign in again and grant it") in sentence


def test_the_scopes_are_those_of_the_operation() -> None:
    listed_first = {AdPins: {"ads:read"}}
    for stream in STREAMS:
        assert set(stream.scopes) == set(operation_of(stream).scopes) | listed_first.get(stream, set()), stream


def test_an_app_that_is_not_approved_fails_each_stream_and_requests_the_profile_once() -> None:
    with small(approved=False) as sim:
        output = run_sync(sim, ["boards", "campaigns", "ads"])
        for name in ("boards", "campaigns", "ads"):
            assert output.status(name) == "INCOMPLETE"
            [error] = output.errors_of(name)
            assert str(error.message).startswith("Pinterest has not approved your app yet (Trial access).")
        assert len(sim.calls("user_account/get")) == 1


def test_an_unapproved_app_lacks_one_feature_if_the_profile_is_served() -> None:
    closed = {
        **dict.fromkeys(("audiences/list", "campaigns/list"), NoAccess.UNSUPPORTED),
        "ads/list": NoAccess.RESTRICTED,
    }
    with small(no_access=closed) as sim:
        output = run_sync(sim, ["audiences", "campaigns", "ads", "boards"])
        for name in ("audiences", "campaigns", "ads"):
            [error] = output.errors_of(name)
            assert "restricted feature" in str(error.message)
            assert "Sign in again" not in str(error.message)
        assert_exact(output, sim, ["boards"])
        assert len(sim.calls("user_account/get")) == 1


@pytest.mark.parametrize("rejection", [NoAccess.FORBIDDEN, NoAccess.NO_SCOPE, NoAccess.RESTRICTED])
def test_each_stream_names_the_right_that_it_lacks(rejection: NoAccess) -> None:
    behind_a_right = {stream: stream.access for stream in STREAMS if stream.access}
    del behind_a_right[ProductCategoryTrends]  # names the rejection of the list of its categories
    closed = {operation_of(stream).operation_id for stream in behind_a_right}
    with small(no_access=dict.fromkeys(closed, rejection)) as sim:
        output = run_sync(sim, [*(stream.stream_name() for stream in behind_a_right), "boards"])
        said = {stream.stream_name(): (right.needs, right.advice) for stream, right in behind_a_right.items()}
        assert_one_sentence_each(output, said)
        assert_exact(output, sim, ["boards"])


def test_a_board_or_pin_of_a_user_without_a_business_account_costs_itself_and_has_advice() -> None:
    with Simulator(World(boards=3, pins_per_board=2, ad_accounts=1, shared_ad_accounts=0)) as sim:
        board, pin = (next(iter(sim.expected(stream)))[0] for stream in ("boards", "pins"))
        of_ad = next(iter(sim.expected("ad_pins").values()))["pin_id"]
        denied = {
            "board_pins": (board, "boards/list_pins", {"path": board}),
            "pin_analytics": (pin, "pins/analytics", {"pin": pin}),
            "ad_pins": (of_ad, "pins/get", {"path": of_ad}),
        }
        sim.add_faults(Fault(FaultKind.PINNER_DENIED, on=on, times=None, **which) for _, on, which in denied.values())
        output = run_sync(sim, [*denied, "pins"])
        assert_succeeded(output, denied)
        for stream, (victim, *_) in denied.items():
            field = "board_id" if stream == "board_pins" else "pin_id"
            rest = {key: row for key, row in sim.expected(stream).items() if row[field] != victim}
            assert_same(stream, [row for row in output.records[stream] if key_of(stream, row) in rest], rest)
            [warning] = [text for text in output.warnings() if text.startswith(f"{stream}: {victim} ")]
            assert "PINNER_DATA_ACCESS_DENIED" in warning
            assert "business account, which costs nothing. Or ask your contact at Pinterest." in warning
