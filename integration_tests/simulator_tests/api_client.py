"""`Client` sends requests to the simulator; `legal_calls` and `legal_orders` have a valid one for each operation."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, NamedTuple, Self

import requests

from integration_tests.simulator import Kind
from integration_tests.simulator.access.oauth import CLIENT_ID, CLIENT_SECRET
from integration_tests.simulator.endpoints import ENDPOINTS
from integration_tests.simulator.organic import places
from integration_tests.simulator.world import numbering
from integration_tests.support.pinterest import Simulator, World

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
        """The legal call of an operation, with some query parameters changed, or skipped where None."""
        path, query = legal_calls(self._simulator.world)[operation_id]
        return self.get(path, {**query, **changes})

    def order(self, account: int = 0, /, **changes: Any) -> requests.Response:
        """The legal order of a report, with some fields changed, or skipped where None."""
        body = {**legal_order(self._simulator.world), **changes}
        return self.post(self._reports_path(account), json={n: v for n, v in body.items() if v is not None})

    def post(self, path: str, **options: Any) -> requests.Response:
        return self._session.post(self._simulator.url + path, timeout=_TIMEOUT_SECONDS, **options)

    def poll(self, token: str, account: int = 0) -> dict[str, Any]:
        return dict(self.get(self._reports_path(account), {"token": token}).json())

    def report(self, account: int = 0, /, **changes: Any) -> dict[str, list[dict[str, Any]]]:
        """A whole report: ordered, polled once, and downloaded."""
        token = self.order(account, **changes).json()["token"]
        return dict(download(self.poll(token, account)["url"]).json())

    def _reports_path(self, account: int) -> str:
        return f"/ad_accounts/{self._simulator.world.account_id(account)}/reports"

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


class Rejection(NamedTuple):
    """What a rejected call is told."""

    status: int
    code: int
    message: str


def rejection(answer: requests.Response) -> Rejection:
    body = answer.json()
    assert set(body) == {"code", "message", "status"}, body
    return Rejection(answer.status_code, body["code"], body["message"])


def download(url: str, **options: Any) -> requests.Response:
    """What is behind a download link, requested without a token."""
    with requests.Session() as session:
        session.trust_env = False
        return session.get(url, timeout=_TIMEOUT_SECONDS, **options)


def legal_calls(world: World) -> dict[str, LegalCall]:
    """One legal call of each operation, by operationId: its required parameters, and those of `_MORE`."""
    values, in_path = _values(world), _in_path(world)
    return {
        operation.operation_id: LegalCall(
            operation.path.format(**in_path),
            {
                one.name: _VALUES_OF.get((operation.operation_id, one.name), values.get(one.name))
                for one in operation.accepted()
                if one.required or one.name in _MORE.get(operation.operation_id, ())
            },
        )
        for operation in ENDPOINTS
    }


_MORE: Mapping[str, tuple[str, ...]] = {
    "ads/analytics": ("ad_ids",),
    "product_group_promotions/list": ("ad_group_id",),
    "get/business_members": ("assets_summary",),
    "get/business_partners": ("partner_type",),
    "business_assets/get": ("asset_type",),
    "user_account/analytics/top_pins": ("num_of_pins",),
    "user_account/analytics/top_video_pins": ("num_of_pins",),
}
"""Parameters without which an operation answers nothing, or less than it can."""

_VALUES_OF = {("multi_pins/analytics", "metric_types"): "IMPRESSION,VIDEO_START,TOTAL_COMMENTS"}


def _in_path(world: World) -> dict[str, str]:
    """The value of each parameter in a path."""
    return {
        "ad_account_id": world.account_id(0),
        "board_id": places.board_id(0),
        "section_id": places.section_id(world, 0, 0),
        "pin_id": places.pin_id(world, (0, 0, 0)),
        "feed_id": numbering.FEEDS.id_of(0),
        "processing_result_id": numbering.FEED_RESULTS.id_of(0),
        "product_group_id": numbering.CATALOG_PRODUCT_GROUPS.id_of(0),
        "business_id": numbering.USERS.id_of(0),
        "targeting_type": "GENDER",
        "interest_id": "925056443165",
        "region": "GB+IE",
        "trend_type": "growing",
    }


def _values(world: World) -> dict[str, Any]:
    """A legal value of each parameter of a query that one of the operations needs."""
    ids = {kind: [world.entity_id(kind, 0, index) for index in range(3)] for kind in Kind}
    return {
        "start_date": str(world.today - timedelta(days=5)),
        "end_date": str(world.today),
        "date": str(world.today),
        "granularity": "DAY",
        "columns": "SPEND_IN_DOLLAR,TOTAL_CHECKOUT",
        "metric_types": "IMPRESSION,SAVE_RATE",
        "targeting_types": "GENDER,APPTYPE",
        "campaign_ids": ids[Kind.CAMPAIGNS],
        "ad_group_ids": ids[Kind.AD_GROUPS],
        "ad_group_id": ids[Kind.AD_GROUPS][0],
        "ad_ids": ids[Kind.ADS],
        "product_group_ids": [numbering.product_group_id(0, group, 0) for group in range(3)],
        "pin_ids": [places.pin_id(world, (0, 0, position)) for position in range(3)],
        "sort_by": "IMPRESSION",
        "num_of_pins": 50,
        "is_active": "false",
        "audience_insight_type": "YOUR_TOTAL_AUDIENCE",
        "lookback_period": "14d",
        "country_code": "US",
        "keywords": "tea,käse",
        "parameters": json.dumps({"catalog_type": "RETAIL", "report": {"report_type": "DISTRIBUTION_ISSUES"}}),
        "assets_summary": "true",
        "partner_type": "INTERNAL",
        "asset_type": "CATALOG",
        "region": "GB+IE",
        "product_categories": ["DRESSES", "BATH_AND_BODY"],
        "token": "unknown",
    }


def legal_order(world: World) -> dict[str, Any]:
    """The body of a legal order of a report, of days that only reports have."""
    return {
        "start_date": str(world.today - timedelta(days=300)),
        "end_date": str(world.today - timedelta(days=200)),
        "granularity": "DAY",
        "level": "CAMPAIGN",
        "columns": ["CAMPAIGN_ID", "SPEND_IN_DOLLAR", "TOTAL_CHECKOUT"],
    }


def legal_orders(world: World) -> dict[str, dict[str, Any]]:
    """The body of one legal order of each kind of report, by operationId."""
    days = {name: legal_order(world)[name] for name in ("start_date", "end_date")}
    return {
        "analytics/create_report": legal_order(world),
        "analytics/create_mmm_report": {
            **days,
            "report_name": "A marketing mix",
            "granularity": "DAY",
            "level": "CAMPAIGN_TARGETING",
            "columns": ["CAMPAIGN_ID", "SPEND_IN_DOLLAR"],
            "targeting_types": ["GENDER", "CREATIVE_TYPE"],
        },
        "analytics/create_conversion_product_report": {
            **days,
            "report_name": "Brands",
            "granularity": "WEEK",
            "level": "CAMPAIGN",
            "columns": ["CAMPAIGN_ID", "CONVERSION_PRODUCT_BRAND", "TOTAL_CHECKOUT_CONVERSION_PRODUCT_QUANTITY"],
            "conversion_product_breakdown": "PRODUCT_BRAND",
            "campaign_objective_types": ["AWARENESS", "SALES"],
        },
    }
