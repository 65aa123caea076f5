"""`check` reports the truth with few requests and without waiting, and fails only if nothing or no sync can work."""

import logging
from collections.abc import Callable, Collection
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
import requests
import requests_mock
from airbyte_cdk.utils import AirbyteTracedException

from integration_tests.support.catalogs import catalog_of
from source_pinterest import check
from source_pinterest.api.errors import beta
from source_pinterest.check import check_access
from source_pinterest.cli.authorize import scopes
from source_pinterest.config import Config
from source_pinterest.source import SourcePinterest
from source_pinterest.streams import STREAMS
from source_pinterest.streams.ads.accounts import AdAccounts, AdAccountStream
from source_pinterest.streams.ads.entities import Campaigns
from source_pinterest.streams.analytics.levels import CampaignAnalytics
from source_pinterest.streams.base.stream import PinterestStream
from source_pinterest.streams.base.sync import Sync
from source_pinterest.streams.business import BusinessMembers
from source_pinterest.streams.catalogs.catalogs import Catalogs
from source_pinterest.streams.organic.boards import Boards
from source_pinterest.streams.organic.pins import BoardPins, Pins
from source_pinterest.streams.organic.profile import UserAccountAnalytics
from source_pinterest.streams.organic.rankings import TopPins
from unit_tests.answers import refused
from unit_tests.configs import TODAY, config, signed_in_with
from unit_tests.streams.pinterest import Pinterest, connected, page

MISSING_SCOPE = refused(401, 3, "Your token does not have sufficient permissions to perform this operation.")
RESTRICTED = refused(401, 3, "Your application does not have access to this restricted feature: extras")
SIGNED_IN = signed_in_with(auth_method="access_token", access_token="false-access-token")
CREATED = {"json": {"token": "t", "report_status": "IN_PROGRESS"}}
PROBED = ("boards", "ad_accounts")


class Checked:
    """A Pinterest where all is well, unless a path is scripted otherwise; and what `check` says of it."""

    def __init__(self, mock: requests_mock.Mocker, *, max_retries: int = 0, **options: Any) -> None:
        self._mock = mock
        self.pinterest = Pinterest(mock)
        self._config = replace(Config.from_mapping({**SIGNED_IN, **options}, TODAY), max_retries=max_retries)
        self.seen: list[Config] = []
        self._granted: frozenset[str] = frozenset()
        self.pinterest.lists("boards", "1")
        self.pinterest.lists("ad_accounts", "11", "12")

    def answers(self, path: str, *answers: dict[str, Any]) -> None:
        self.pinterest.answers(path, *answers)

    def result(self, granted: Collection[str] = ()) -> tuple[bool, str | None]:
        """What `check` says of a token that carries these permissions, or does not say which."""
        self._granted = frozenset(granted)
        return check_access(self._config, self._connect)

    def fails(self) -> str:
        """The message of a check that fails."""
        is_fine, message = self.result()
        assert not is_fine
        return str(message)

    @property
    def calls(self) -> int:
        return int(self._mock.call_count)

    def _connect(self, config: Config) -> Sync:
        self.seen.append(config)
        sync = Sync(connected(config), config)
        sync.api.authenticator.granted = self._granted
        return sync


Making = Callable[..., Checked]
Streams = Callable[..., None]
Log = pytest.LogCaptureFixture


@pytest.fixture
def checking(mock: requests_mock.Mocker) -> Making:
    """Makes a Pinterest of a config with these options."""
    return partial(Checked, mock)


@pytest.fixture(autouse=True)
def streams(monkeypatch: pytest.MonkeyPatch) -> Streams:
    """Sets the streams whose rights are looked at; without them none has a right of its own."""

    def have(*streams: type[PinterestStream]) -> None:
        monkeypatch.setattr(check, "STREAMS", streams)

    have(CampaignAnalytics)
    return have


def test_a_network_without_a_connection_is_one_sentence(checking: Making) -> None:
    checked = checking(max_wait_minutes=0)
    for path in PROBED:
        checked.answers(path, {"exc": requests.ConnectionError})

    assert checked.fails().count("could not be reached") == 1
    assert not checked.pinterest.asked("ad_accounts")


THROTTLED = {**refused(429, 8), "headers": {"x-ratelimit-reset": "4000"}}
DOWN = {"status_code": 503, "text": "<html>"}
LATER = ((DOWN, "HTTP 503"), (THROTTLED, "until"))
VERDICTS: list[tuple[dict[str, Any], dict[str, dict[str, Any]], bool, list[str]]] = [
    *(
        ({}, {path: answer}, True, [said])
        for path in PROBED
        for answer, said in (*LATER, (refused(400, 1), "Scripted refusal"))
    ),
    *(
        ({}, {path: refused(*code)}, True, [f'{path}: Pinterest answered "Scripted refusal" (HTTP 40'])
        for path in ("boards", "ad_accounts")
        for code in ((403, 29), (404, 40))
    ),
    ({}, dict.fromkeys(PROBED, DOWN), False, ["HTTP 503"]),
    ({}, dict.fromkeys(PROBED, THROTTLED), True, ["org_read requests", "ads_read requests"]),
    *(
        ({"account_ids": named}, {"ad_accounts": answer, "ad_accounts/11": answer}, False, [answer["json"]["message"]])
        for named in (["11"], ["11", "12"])
        for answer in (MISSING_SCOPE, refused(400, 1), refused(403, 29), RESTRICTED)
    ),
    *(({"account_ids": ["11"]}, {"ad_accounts/11": answer}, True, [said]) for answer, said in LATER),
]
"""Options, what Pinterest answers, whether the check succeeds, and parts of what it says."""


@pytest.mark.parametrize(("options", "answers", "works", "said"), VERDICTS)
def test_check_fails_only_if_nothing_or_no_sync_can_work_and_warns_of_the_rest(
    checking: Making,
    caplog: Log,
    *,
    options: dict[str, Any],
    answers: dict[str, dict[str, Any]],
    works: bool,
    said: list[str],
) -> None:
    checked = checking(**options)
    for path, answer in answers.items():
        checked.answers(path, answer)
    is_fine, message = checked.result()

    assert is_fine is works
    assert bool(message) is bool(said)
    assert [part for part in said if part not in str(message)] == []
    warnings = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert not works or " ".join(warnings) == (message or "")


def test_no_request_takes_longer_than_30_seconds_or_than_the_user_allows(checking: Making) -> None:
    patient = checking(max_wait_minutes=100, max_retries=20, request_timeout_seconds=3_600)
    patient.result()
    [quick] = patient.seen
    assert quick.max_wait_minutes <= 0.5
    assert (quick.max_retries + 1) * quick.request_timeout_seconds <= 30

    impatient = checking(max_wait_minutes=0, max_retries=1, request_timeout_seconds=1)
    impatient.result()
    [quick] = impatient.seen
    assert (quick.max_wait_minutes, quick.max_retries, quick.request_timeout_seconds) == (0, 1, 1)


class LeadSheets(AdAccountStream):
    """A list of each account, in a beta."""

    path_template = "ad_accounts/{ad_account_id}/lead_sheets"
    access = beta("lead sheets")

    def get_json_schema(self) -> dict[str, Any]:  # type: ignore[override]
        return {"properties": {"id": {}}}


class Shelves(PinterestStream):
    """A list of its own, behind a permission."""

    path_template = "catalogs/shelves"
    scopes = ("shelves:read",)

    def get_json_schema(self) -> dict[str, Any]:  # type: ignore[override]
        return {"properties": {"id": {}}}


class BetaShelves(Shelves):
    """The same in a beta."""

    access = beta("shelves")


USUAL = ("boards:read", "pins:read", "user_accounts:read", "ads:read", "boards:read_secret", "pins:read_secret")
"""What the consent form asks for, but for what the streams above need."""
SHEETS, SHELVES = "ad_accounts/11/lead_sheets", "catalogs/shelves"
OF_12 = {"ad_accounts/12": {"json": {"id": "12"}}, "ad_accounts/12/lead_sheets": page([]), SHELVES: page([])}
FEW = [Boards, AdAccounts, Campaigns, UserAccountAnalytics, LeadSheets, Shelves]
LACKS = "The token lacks the permission"


def kinds(of: type[PinterestStream], letters: str, path: str) -> list[type[PinterestStream]]:
    """Streams that differ in their names and paths."""
    return [type(f"{of.__name__}_{letter}", (of,), {"path_template": path + letter}) for letter in letters]


RIGHTS = [
    (
        [Shelves, BetaShelves],
        USUAL,
        {SHELVES: refused(401, 3)},
        [f"{LACKS} shelves:read, which these streams need: shelves, beta_shelves."],
        0,
    ),
    (
        [Boards],
        USUAL[:4],
        {},
        [
            f"{LACKS} boards:read_secret, so secret boards are not read.",
            f"{LACKS} pins:read_secret, so pins on secret boards are not read.",
        ],
        0,
    ),
    ([Boards, BoardPins], ("boards:read",), {}, [f"{LACKS} pins:read, which", f"{LACKS} boards:read_secret, so"], 0),
    ([Boards, Pins], (), {"pins": refused(401, 3)}, ["pins can't be read: the token lacks the permission"], 1),
    (
        FEW,
        (),
        {SHEETS: refused(403, 29), SHELVES: refused(401, 3)},
        [
            "lead_sheets can't be read: it needs an app in Pinterest's beta",
            "shelves can't be read: the token lacks the",
        ],
        2,
    ),
    (FEW, (*USUAL, "shelves:read"), {SHEETS: refused(401, 3)}, ["lead_sheets can't be read"], 1),
    *((FEW, (*USUAL, "shelves:read"), {SHEETS: one}, [], 1) for one in (page(["1"]), refused(404, 4), refused(503))),
    # What one request tells nothing of is not asked for: a list of a list, a ranking, and accounts where there is none.
    *(([BusinessMembers, TopPins, LeadSheets], granted, {"ad_accounts": page([])}, [], 0) for granted in ((), USUAL)),
    (
        kinds(LeadSheets, "abcdefgh", "ad_accounts/{ad_account_id}/sheets_"),
        USUAL,
        {f"ad_accounts/11/sheets_{letter}": refused(403, 29) for letter in "abcdef"},
        [f"lead_sheets_{letter} can't be read" for letter in "abcdef"],
        6,
    ),
    # One stream is asked for a permission that several need, that in a beta, which is asked for anyway.
    (
        [BetaShelves, *kinds(Shelves, "abc", "shelves/")],
        (),
        {SHELVES: refused(401, 3)},
        ["beta_shelves can't be read"],
        1,
    ),
    ([Catalogs], (), {"catalogs": refused(409, 4182)}, ["This list counts as empty."], 1),
    # Where no board can be read, secret ones are not mentioned.
    ([Boards], {*USUAL} - {"boards:read", "boards:read_secret"}, {"boards": refused(401, 3)}, [], 0),
    # Rights are tried out on an account that the config names.
    (FEW, (), OF_12, [], 2),
]
"""Streams, what the token carries, what Pinterest answers, what is said as information, and its requests."""


def test_check_names_each_missing_permission_of_the_consent_form(
    checking: Making, caplog: Log, streams: Streams
) -> None:
    streams(*(stream for stream in STREAMS if not stream.access))
    with caplog.at_level(logging.INFO):
        assert checking().result(USUAL[:4]) == (True, None)

    missing = set(scopes().split(",")).difference(USUAL[:4])
    assert [scope for scope in missing if f"permission {scope}," not in caplog.text] == []


LOGGER = logging.getLogger("airbyte")


def test_a_bad_config_is_one_config_error_of_each_command() -> None:
    subject, bad = SourcePinterest(), config(start_date="yesterday")
    assert "Start Date" in str(subject.check(LOGGER, bad).message)
    for command in (
        lambda: subject.discover(LOGGER, bad),
        lambda: list(subject.read(LOGGER, bad, catalog_of(["boards"]), [])),
    ):
        with pytest.raises(AirbyteTracedException, match="Start Date"):
            command()
