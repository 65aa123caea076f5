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
from integration_tests.simulator.reports.subjects import product_group_id
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
        """The legal call of an operation, with some query parameters changed, or left out where None."""
        path, query = legal_calls(self._simulator.world)[operation_id]
        return self.get(path, {**query, **changes})

    def order(self, account: int = 0, /, **changes: Any) -> requests.Response:
        """The legal order of a report, with some fields changed, or left out where None."""
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


def download(url: str, **options: Any) -> requests.Response:
    """What is behind a download link, asked for without a token."""
    with requests.Session() as session:
        session.trust_env = False
        return session.get(url, timeout=_TIMEOUT_SECONDS, **options)


def legal_calls(world: World) -> dict[str, LegalCall]:
    """One legal call of each operation, by operationId. One without ids but the account's needs no entry of its own."""
    board, account = f"/boards/{places.board_id(0)}", f"/ad_accounts/{world.account_id(0)}"
    section = f"{board}/sections/{places.section_id(world, 0, 0)}"
    pins = [places.pin_id(world, (0, 0, position)) for position in range(3)]
    dates = {"start_date": str(world.today - timedelta(days=5)), "end_date": str(world.today)}
    report = {**dates, "columns": "SPEND_IN_DOLLAR,TOTAL_CHECKOUT", "granularity": "DAY"}
    by_gender = {**report, "targeting_types": "GENDER,APPTYPE"}
    ids = {kind: [world.entity_id(kind, 0, index) for index in range(3)] for kind in Kind}
    plain = {
        operation.operation_id: LegalCall(operation.path.format(ad_account_id=world.account_id(0)), {})
        for operation in ENDPOINTS
        if not operation.path.replace("{ad_account_id}", "").count("{")
    }
    group = f"/catalogs/product_groups/{numbering.CATALOG_PRODUCT_GROUPS.id_of(0)}"
    stats = {"catalog_type": "RETAIL", "report": {"report_type": "DISTRIBUTION_ISSUES"}}
    business = f"/businesses/{numbering.USERS.id_of(0)}"
    in_britain = {"region": "GB+IE"}
    promotions = {"ad_group_id": ids[Kind.AD_GROUPS][0]}
    return {
        **plain,
        "billing_profiles/get": LegalCall(f"{account}/billing_profiles", {"is_active": "false"}),
        "keywords/get": LegalCall(f"{account}/keywords", {"ad_group_ids": ids[Kind.AD_GROUPS]}),
        "product_group_promotions/list": LegalCall(f"{account}/product_group_promotions", promotions),
        "audience_insights/get": LegalCall(
            f"{account}/audience_insights", {"audience_insight_type": "YOUR_TOTAL_AUDIENCE"}
        ),
        "conversion_eqs/list": LegalCall(f"{account}/conversion_eqs", {"lookback_period": "14d"}),
        "country_keywords_metrics/get": LegalCall(
            f"{account}/keywords/metrics", {"country_code": "US", "keywords": "tea,käse"}
        ),
        "catalogs_product_group_pins/list": LegalCall(f"{group}/products", {}),
        "catalogs_product_groups/product_counts_get": LegalCall(f"{group}/product_counts", {}),
        "items_issues/list": LegalCall(
            f"/catalogs/processing_results/{numbering.FEED_RESULTS.id_of(0)}/item_issues", {}
        ),
        "reports/stats": LegalCall("/catalogs/reports/stats", {"parameters": json.dumps(stats)}),
        "get/business_members": LegalCall(f"{business}/members", {"assets_summary": "true"}),
        "get/business_partners": LegalCall(f"{business}/partners", {"partner_type": "INTERNAL"}),
        "business_assets/get": LegalCall(f"{business}/assets", {"asset_type": "CATALOG"}),
        "feed_processing_results/list": LegalCall(f"/catalogs/feeds/{numbering.FEEDS.id_of(0)}/processing_results", {}),
        "boards/get": LegalCall(board, {}),
        "board_sections/list": LegalCall(f"{board}/sections", {}),
        "boards/list_pins": LegalCall(f"{board}/pins", {}),
        "board_sections/list_pins": LegalCall(f"{section}/pins", {}),
        "user_account/analytics": LegalCall("/user_account/analytics", dates),
        "multi_pins/analytics": LegalCall(
            "/pins/analytics", {**dates, "pin_ids": pins, "metric_types": "IMPRESSION,VIDEO_START,TOTAL_COMMENTS"}
        ),
        "pins/get": LegalCall(f"/pins/{pins[0]}", {}),
        "pins/analytics": LegalCall(f"/pins/{pins[0]}/analytics", {**dates, "metric_types": "IMPRESSION,SAVE_RATE"}),
        "user_account/analytics/top_pins": LegalCall(
            "/user_account/analytics/top_pins", {**dates, "sort_by": "IMPRESSION", "num_of_pins": 50}
        ),
        "user_account/analytics/top_video_pins": LegalCall(
            "/user_account/analytics/top_video_pins", {**dates, "sort_by": "VIDEO_START", "num_of_pins": 50}
        ),
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
        "ad_account_targeting_analytics/get": LegalCall(f"{account}/targeting_analytics", by_gender),
        "campaign_targeting_analytics/get": LegalCall(
            f"{account}/campaigns/targeting_analytics", {**by_gender, "campaign_ids": ids[Kind.CAMPAIGNS]}
        ),
        "ad_groups_targeting_analytics/get": LegalCall(
            f"{account}/ad_groups/targeting_analytics", {**by_gender, "ad_group_ids": ids[Kind.AD_GROUPS]}
        ),
        "ad_targeting_analytics/get": LegalCall(
            f"{account}/ads/targeting_analytics", {**by_gender, "ad_ids": ids[Kind.ADS]}
        ),
        "product_groups/analytics": LegalCall(
            f"{account}/product_groups/analytics",
            {**report, "product_group_ids": [product_group_id(0, group, 0) for group in range(3)]},
        ),
        "metrics_ready_state/get": LegalCall("/resources/metrics_ready_state", {"date": str(world.today)}),
        "targeting_options/get": LegalCall("/resources/targeting/GENDER", {}),
        "interest_targeting_options/get": LegalCall("/resources/targeting/interests/925056443165", {}),
        "trending_keywords/list": LegalCall("/trends/keywords/GB+IE/top/growing", {}),
        "trends_product_categories_trending/list": LegalCall("/trends/product_categories/trending", in_britain),
        "trends_product_categories_details/list": LegalCall(
            "/trends/product_categories/details", {**in_britain, "product_categories": ["DRESSES", "BATH_AND_BODY"]}
        ),
        "trends_featured_topics/list": LegalCall("/trends/topics/featured", in_britain),
        "analytics/get_report": LegalCall(f"{account}/reports", {"token": "unknown"}),
        "analytics/get_mmm_report": LegalCall(f"{account}/mmm_reports", {"token": "unknown"}),
        "analytics/get_conversion_product_report": LegalCall(
            f"{account}/reports/brand_category_sku", {"token": "unknown"}
        ),
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
