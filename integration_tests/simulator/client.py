"""How do the simulator's own tests call it, and what does a legal call of each operation look like?"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, NamedTuple, Self

import requests

from integration_tests.simulator import organic
from integration_tests.simulator.layout import Kind
from integration_tests.simulator.oauth import CLIENT_ID, CLIENT_SECRET
from integration_tests.simulator.simulator import Simulator
from integration_tests.simulator.world import World

_TIMEOUT_SECONDS = 20


class LegalCall(NamedTuple):
    """A path below the base URL and a query that break no rule."""

    path: str
    query: dict[str, Any]


class Client:
    """A session with an access token, blind to proxies."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["Authorization"] = f"Bearer {simulator.access_token()}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def get(self, path: str, query: Any = None, **options: Any) -> requests.Response:
        options = {"timeout": _TIMEOUT_SECONDS, "allow_redirects": False, **options}
        return self._session.get(self._simulator.url + path, params=query, **options)

    def call(self, operation_id: str, **changes: Any) -> requests.Response:
        """The legal call of an operation, with some query parameters changed, or left out where None."""
        path, query = legal_calls(self._simulator.world)[operation_id]
        return self.get(path, {**query, **changes})

    def pages(self, path: str, **query: Any) -> list[list[dict[str, Any]]]:
        """Every page of a list."""
        pages: list[list[dict[str, Any]]] = []
        bookmark: str | None = None
        while not pages or bookmark:
            answer = self.get(path, {**query, "bookmark": bookmark}).json()
            pages.append(answer["items"])
            bookmark = answer["bookmark"]
        return pages

    def token(self, form: Mapping[str, str], auth: tuple[str, str] = (CLIENT_ID, CLIENT_SECRET)) -> requests.Response:
        with requests.Session() as session:
            session.trust_env = False
            return session.post(f"{self._simulator.url}/oauth/token", data=form, auth=auth, timeout=_TIMEOUT_SECONDS)

    def refresh(self, refresh_token: str) -> requests.Response:
        return self.token({"grant_type": "refresh_token", "refresh_token": refresh_token})


def legal_calls(world: World) -> dict[str, LegalCall]:
    """One legal call of each operation, by operationId."""
    board, account = f"/boards/{organic.board_id(0)}", f"/ad_accounts/{world.account_id(0)}"
    section = f"{board}/sections/{organic.section_id(world, 0, 0)}"
    dates = {"start_date": str(world.today - timedelta(days=5)), "end_date": str(world.today)}
    report = {**dates, "columns": "SPEND_IN_DOLLAR,TOTAL_CHECKOUT", "granularity": "DAY"}
    ids = {kind: [world.entity_id(kind, 0, index) for index in range(3)] for kind in Kind}
    return {
        "user_account/get": LegalCall("/user_account", {}),
        "boards/list": LegalCall("/boards", {}),
        "boards/get": LegalCall(board, {}),
        "board_sections/list": LegalCall(f"{board}/sections", {}),
        "boards/list_pins": LegalCall(f"{board}/pins", {}),
        "board_sections/list_pins": LegalCall(f"{section}/pins", {}),
        "user_account/analytics": LegalCall("/user_account/analytics", dates),
        "ad_accounts/list": LegalCall("/ad_accounts", {}),
        "ad_accounts/get": LegalCall(account, {}),
        "campaigns/list": LegalCall(f"{account}/campaigns", {}),
        "ad_groups/list": LegalCall(f"{account}/ad_groups", {}),
        "ads/list": LegalCall(f"{account}/ads", {}),
        "ad_account/analytics": LegalCall(f"{account}/analytics", report),
        "campaigns/analytics": LegalCall(
            f"{account}/campaigns/analytics",
            {**report, "campaign_ids": ids[Kind.CAMPAIGNS]},
        ),
        "ad_groups/analytics": LegalCall(
            f"{account}/ad_groups/analytics",
            {**report, "ad_group_ids": ids[Kind.AD_GROUPS]},
        ),
        "ads/analytics": LegalCall(f"{account}/ads/analytics", {**report, "ad_ids": ids[Kind.ADS]}),
    }
