"""A stream without a right ends in one sentence that names it, and the other streams are whole."""

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta

import pytest

from integration_tests.simulator import ALL_SCOPES, Fault, NoAccess
from integration_tests.simulator.calls.operation import Operation
from integration_tests.simulator.endpoints import CREATE_REPORTS, ENDPOINTS
from integration_tests.support.assertions import assert_exact, assert_failed, assert_same, assert_succeeded
from integration_tests.support.outputs import Output
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import run_sync
from source_pinterest.api.errors import beta
from source_pinterest.streams import STREAMS
from source_pinterest.streams.ads.entities import Campaigns
from source_pinterest.streams.base.stream import PinterestStream
from source_pinterest.streams.trends import ProductCategoryTrends

OPERATIONS = {operation.operation_id: operation for operation in (*ENDPOINTS, *CREATE_REPORTS)}
A_WEEK = timedelta(days=7)
"""In it a week begins, for the streams that read whole ones."""
OTHERS = {"boards:read": "ad_accounts", "pins:read": "ad_accounts", "user_accounts:read": "ad_accounts"}
"""A stream that does not need the permission; the boards for all that are not named here."""

each_refusal = pytest.mark.parametrize("refusal", NoAccess, ids=lambda refusal: refusal.name)

BETA = beta("campaigns")


def operation_of(stream: type[PinterestStream]) -> Operation:
    """The operation that a stream's docstring links to."""
    linked = re.search(r"/docs/api/v5/([a-z_-]+)", stream.__doc__ or "")
    assert linked
    return OPERATIONS[linked[1].replace("-", "/")]


def small(**settings: object) -> Simulator:
    return Simulator(World(boards=1, ad_accounts=3, campaigns=2, ad_groups=2, ads=2), **settings)


@pytest.fixture
def campaigns_in_beta(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream of many accounts that needs a right."""
    monkeypatch.setattr(Campaigns, "access", BETA)


in_beta = pytest.mark.usefixtures("campaigns_in_beta")


def assert_one_sentence(output: Output, stream: str, *words: str) -> None:
    """The stream alone is incomplete, and says why once."""
    assert_one_sentence_each(output, {stream: words})


def assert_one_sentence_each(output: Output, refused: Mapping[str, Iterable[str]]) -> None:
    """These streams alone are incomplete, and each says why once, in a sentence with these words."""
    assert output.exit_code != 0
    assert {name for name, statuses in output.statuses.items() if statuses[-1] == "INCOMPLETE"} == set(refused)
    for stream, words in refused.items():
        [error] = output.errors_of(stream)
        assert error.failure_type.value == "config_error", stream
        for word in words:
            assert word in str(error.message), (stream, error.message)
        assert str(error.message).count("leave the stream out") == 1, stream
        assert not [warning for warning in output.warnings() if warning.startswith(f"{stream}:")], stream


@pytest.mark.parametrize("missing", sorted({operation_of(stream).scopes[-1] for stream in STREAMS}))
def test_a_permission_that_is_missing(missing: str) -> None:
    streams = [stream.stream_name() for stream in STREAMS if operation_of(stream).scopes[-1] == missing]
    other = OTHERS.get(missing, "boards")
    with small(scopes=tuple(scope for scope in ALL_SCOPES if scope != missing)) as sim:
        output = run_sync(sim, [*streams, other], config=sim.config(start_date=str(sim.world.today)))
        assert_one_sentence_each(output, dict.fromkeys(streams, (missing, "Authenticate again")))
        assert_exact(output, sim, [other])


@pytest.mark.parametrize("scope", sorted({operation_of(stream).scopes[-1] for stream in STREAMS}))
def test_a_feature_that_pinterest_restricts(scope: str) -> None:
    streams = [stream for stream in STREAMS if operation_of(stream).scopes[-1] == scope]
    operations = [operation_of(stream).operation_id for stream in streams]
    closed = [*operations, *(f"multi_{operation_id}" for operation_id in operations)]
    names, other = [stream.stream_name() for stream in streams], OTHERS.get(scope, "boards")
    with small(no_access=dict.fromkeys(closed, NoAccess.RESTRICTED)) as sim:
        output = run_sync(sim, [*names, other], config=sim.config(start_date=str(sim.world.today - A_WEEK)))
        assert_one_sentence_each(output, dict.fromkeys(names, ("restricted feature", "commerce_integration")))
        assert "Authenticate again" not in output.text()
        assert_exact(output, sim, [other])


def test_an_app_that_is_not_approved_fails_each_stream_and_asks_for_the_profile_once() -> None:
    with small(approved=False) as sim:
        output = run_sync(sim, ["boards", "campaigns", "ads"])
        for name in ("boards", "campaigns", "ads"):
            assert output.status(name) == "INCOMPLETE"
            [error] = output.errors_of(name)
            assert str(error.message).startswith("Pinterest has not approved your app yet (Trial access).")
        assert len(sim.calls("user_account/get")) == 1


def test_words_of_an_unapproved_app_refuse_one_feature_where_the_profile_is_served() -> None:
    with small(no_access=dict.fromkeys(("audiences/list", "campaigns/list"), NoAccess.UNSUPPORTED)) as sim:
        output = run_sync(sim, ["audiences", "campaigns", "boards"])
        for name in ("audiences", "campaigns"):
            [error] = output.errors_of(name)
            assert "restricted feature" in str(error.message)
        assert_exact(output, sim, ["boards"])
        assert len(sim.calls("user_account/get")) == 1


def test_the_scopes_are_those_of_the_operation() -> None:
    for stream in STREAMS:
        assert set(stream.scopes) == set(operation_of(stream).scopes), stream


@each_refusal
def test_a_right_that_is_missing(refusal: NoAccess) -> None:
    behind_a_right = {stream: stream.access for stream in STREAMS if stream.access}
    del behind_a_right[ProductCategoryTrends]  # says what refuses the list of its categories
    closed = {operation_of(stream).operation_id for stream in behind_a_right}
    with small(no_access=dict.fromkeys(closed, refusal)) as sim:
        output = run_sync(sim, [*(stream.stream_name() for stream in behind_a_right), "boards"])
        said = {stream.stream_name(): (right.needs, right.advice) for stream, right in behind_a_right.items()}
        assert_one_sentence_each(output, said)
        assert_exact(output, sim, ["boards"])


@in_beta
@each_refusal
@pytest.mark.parametrize("workers", [1, 2, 10])
def test_a_beta_that_no_account_is_in(refusal: NoAccess, workers: int) -> None:
    with small(no_access={"campaigns/list": refusal}) as sim:
        output = run_sync(sim, ["campaigns", "ad_groups"], config=sim.config(num_workers=workers))
        assert_one_sentence(output, "campaigns", BETA.needs)
        assert not output.records["campaigns"]
        assert_exact(output, sim, ["ad_groups"])
        assert len(sim.calls("campaigns/list")) <= sim.world.ad_accounts


@in_beta
def test_a_beta_and_a_token_that_does_not_tell_its_permissions() -> None:
    with small(no_access={"campaigns/list": NoAccess.NO_SCOPE}) as sim:
        output = run_sync(sim, ["campaigns"], config=sim.access_token_config())
        assert_one_sentence(output, "campaigns", BETA.needs, "ads:read")


@in_beta
def test_a_beta_and_a_token_without_the_permission(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is known to be missing comes first."""
    monkeypatch.setattr(Campaigns, "scopes", ("ads:read", "billing:read"))
    scopes = tuple(scope for scope in ALL_SCOPES if scope != "billing:read")
    with small(scopes=scopes, no_access={"campaigns/list": NoAccess.NO_SCOPE}) as sim:
        output = run_sync(sim, ["campaigns"])
        assert_one_sentence(output, "campaigns", "the permission billing:read", "Authenticate again")


@in_beta
@pytest.mark.parametrize("workers", [1, 2, 10])
@pytest.mark.parametrize("refusing", [[0], [1], [2], [0, 2]])
def test_some_accounts_that_refuse_are_left_out_with_a_warning(refusing: list[int], workers: int) -> None:
    with small() as sim:
        accounts = [sim.world.account_id(index) for index in refusing]
        sim.add_faults(Fault("forbidden", on="campaigns/list", account=account, times=None) for account in accounts)
        output = run_sync(sim, ["campaigns"], config=sim.config(num_workers=workers))
        assert_succeeded(output, ["campaigns"])
        held = sim.expected("campaigns")
        left = {key: record for key, record in held.items() if record["ad_account_id"] not in accounts}
        assert_same("campaigns", output.records["campaigns"], left)
        warnings = [text for text in output.warnings() if "is left out" in text]
        assert sorted(account for account in accounts for text in warnings if account in text) == sorted(accounts)
        assert len(warnings) == len(accounts)


@in_beta
@pytest.mark.parametrize("workers", [1, 10])
@pytest.mark.parametrize("refusing", [0, 2])
def test_an_account_that_the_config_names_is_still_owed(refusing: int, workers: int) -> None:
    with small() as sim:
        accounts = [sim.world.account_id(index) for index in range(3)]
        sim.add_fault(Fault("forbidden", on="campaigns/list", account=accounts[refusing], times=None))
        output = run_sync(sim, ["campaigns"], config=sim.config(account_ids=accounts, num_workers=workers))
        assert output.status("campaigns") == "INCOMPLETE"
        [error] = output.errors_of("campaigns")
        assert accounts[refusing] in str(error.message)
        held = sim.expected("campaigns")
        left = {key: record for key, record in held.items() if record["ad_account_id"] != accounts[refusing]}
        assert_same("campaigns", output.records["campaigns"], left)


@in_beta
def test_accounts_that_the_config_names_lack_the_right_together() -> None:
    with small(no_access={"campaigns/list": NoAccess.FORBIDDEN}) as sim:
        accounts = [sim.world.account_id(index) for index in range(3)]
        output = run_sync(sim, ["campaigns"], config=sim.config(account_ids=accounts))
        assert_one_sentence(output, "campaigns", BETA.needs)


@in_beta
def test_a_refusal_beside_an_outage_is_told_too() -> None:
    with small() as sim:
        refusing, failing, *_ = (sim.world.account_id(index) for index in range(3))
        sim.add_fault(Fault("forbidden", on="campaigns/list", account=refusing, times=None))
        sim.add_fault(Fault("500", on="campaigns/list", account=failing, times=None))
        output = run_sync(sim, ["campaigns"], config=sim.config(max_retries=0))
        [error] = output.errors_of("campaigns")
        assert failing in str(error.message)
        assert any(refusing in text for text in output.warnings())


@in_beta
@pytest.mark.parametrize("is_named", [False, True])
def test_a_refusal_is_told_though_the_stream_ends_before_its_last_account(*, is_named: bool) -> None:
    with Simulator(World(boards=1, ad_accounts=8, campaigns=2, ad_groups=0)) as sim:
        accounts = [sim.world.account_id(index) for index in range(8)]
        for account in accounts[:6]:  # two workers: the first refusal is long known by the time that the quota ends
            sim.add_fault(Fault("forbidden", on="campaigns/list", account=account, times=None))
        sim.add_fault(Fault("rate_limited", on="campaigns/list", account=accounts[6], times=None, seconds=90_000))
        named = {"account_ids": accounts} if is_named else {}
        output = run_sync(sim, ["campaigns"], config=sim.config(num_workers=1, **named))
        assert_failed(output, "campaigns", "transient_error", "allows no more")
        told = f"Ad account {accounts[0]} can't be read" if is_named else f"{accounts[0]} is left out"
        assert len([text for text in output.warnings() if told in text]) == 1


def test_without_a_right_to_lack_every_refusing_account_is_left_out() -> None:
    with small(no_access={"campaigns/list": NoAccess.FORBIDDEN}) as sim:
        output = run_sync(sim, ["campaigns"])
        assert_failed(output, "campaigns", "transient_error", f"refuses all {sim.world.ad_accounts}")
        assert len(output.warnings()) == sim.world.ad_accounts
