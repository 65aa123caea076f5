"""Plain lists of ad accounts: audiences, tags, promotions, order lines, lead forms, bills and others.

No record holds secrets or personal data: customer lists come without customers, lead forms without leads.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from source_pinterest.api.bodies import Page, Record, one_item
from source_pinterest.api.errors import FormError, beta, restricted
from source_pinterest.streams.ads.accounts import AdAccountStream
from source_pinterest.streams.base.declaration import ForeignKey

_INSIGHT_FIELDS = frozenset(("type", "date", "size", "size_is_upper_bound", "categories", "demographics"))
"""Fields of an audience insight. Pinterest promises none of them; a response without any is an error."""


class Audiences(AdAccountStream):
    """Audiences that the account owns, not those it has received. https://developers.pinterest.com/docs/api/v5/audiences-list."""

    path_template = "ad_accounts/{ad_account_id}/audiences"


class CustomerLists(AdAccountStream):
    """Customer lists, without the customers. https://developers.pinterest.com/docs/api/v5/customer_lists-list."""

    path_template = "ad_accounts/{ad_account_id}/customer_lists"
    needs_user_token = True


class ConversionTags(AdAccountStream):
    """Conversion tags, deleted ones included. https://developers.pinterest.com/docs/api/v5/conversion_tags-list."""

    path_template = "ad_accounts/{ad_account_id}/conversion_tags"
    cost = "one request for each ad account"

    def request_params(self, *_: Any, **__: Any) -> dict[str, Any]:
        """Return no parameters: the list comes in one response."""
        return {}


class Promotions(AdAccountStream):
    """https://developers.pinterest.com/docs/api/v5/promotions-list."""

    path_template = "ad_accounts/{ad_account_id}/promotions"
    needs_user_token = True


class OrderLines(AdAccountStream):
    """https://developers.pinterest.com/docs/api/v5/order_lines-list."""

    path_template = "ad_accounts/{ad_account_id}/order_lines"
    needs_user_token = True


class LeadForms(AdAccountStream):
    """Lead forms, without the leads. https://developers.pinterest.com/docs/api/v5/lead_forms-list."""

    path_template = "ad_accounts/{ad_account_id}/lead_forms"
    access = beta("lead forms")
    needs_user_token = True


class BillingProfiles(AdAccountStream):
    """Billing profiles, inactive ones included. https://developers.pinterest.com/docs/api/v5/billing_profiles-get."""

    path_template = "ad_accounts/{ad_account_id}/billing_profiles"
    foreign_keys = (ForeignKey("ad_accounts", ("advertiser_id",)),)
    scopes = ("ads:read", "billing:read")
    access = restricted("the billing profiles")
    needs_user_token = True
    params: Mapping[str, Any] = {"is_active": "false"}


class BillingInvoices(AdAccountStream):
    """Invoices and credit memos. https://developers.pinterest.com/docs/api/v5/billing_invoices-get."""

    path_template = "ad_accounts/{ad_account_id}/billing_invoices"
    scopes = ("ads:read", "billing:read")
    needs_user_token = True


class AudienceInsights(AdAccountStream):
    """Interests and demographics of the account's audiences and of Pinterest's. https://developers.pinterest.com/docs/api/v5/audience_insights-get."""

    key = ("ad_account_id", "type")
    path_template = "ad_accounts/{ad_account_id}/audience_insights"
    parameter = "audience_insight_type"
    values = ("YOUR_TOTAL_AUDIENCE", "YOUR_ENGAGED_AUDIENCE", "PINTEREST_TOTAL_AUDIENCE")
    page_size = None
    cost = f"{len(values)} requests for each ad account"

    def parse(self, chunks: Iterator[bytes]) -> Page:
        """Return the insights of one audience as a page.

        Raises:
            MalformedResponseError: the body is something else, such as an error with HTTP 200.
        """
        page = one_item(chunks, key=())
        if _INSIGHT_FIELDS.isdisjoint(page.items[0]):
            raise FormError("The audience insight has none of its fields.")
        return page

    def stamp(self, value: str) -> Mapping[str, Any]:
        return {"type": value}


class CustomerSegments(AdAccountStream):
    """Customer segments, which are groups of audiences. https://developers.pinterest.com/docs/api/v5/customer_segment-list."""

    path_template = "ad_accounts/{ad_account_id}/customer_segments"
    needs_user_token = True


class TargetingTemplates(AdAccountStream):
    """Targeting that was saved for later ad groups. https://developers.pinterest.com/docs/api/v5/targeting_template-list."""

    path_template = "ad_accounts/{ad_account_id}/targeting_templates"


class Labels(AdAccountStream):
    """Labels of campaigns, archived ones included. https://developers.pinterest.com/docs/api/v5/labels-list."""

    path_template = "ad_accounts/{ad_account_id}/labels"
    access = beta("labels")
    needs_user_token = True
    params: Mapping[str, Any] = {"entity_statuses": ["ACTIVE", "ARCHIVED"]}

    def unpack(self, item: Record) -> Iterable[Record]:
        """Return the labels of an item. Before API 5.28, each item is a group of labels."""
        return item.get("labels", [item]) or ()


class AdvertiserDefinedEvents(AdAccountStream):
    """Conversion events that the advertiser has named. https://developers.pinterest.com/docs/api/v5/advertiser_defined_events-get."""

    key = ("ad_account_id", "name")
    path_template = "ad_accounts/{ad_account_id}/advertiser_defined_events"
    page_size = None
    cost = "one request for each ad account"


class ConversionEventQuality(AdAccountStream):
    """Match quality of conversion events, over 1 day and over 14 days. https://developers.pinterest.com/docs/api/v5/conversion_eqs-list."""

    key = ("ad_account_id", "lookback_period", "source_platform", "ingestion_source")
    path_template = "ad_accounts/{ad_account_id}/conversion_eqs"
    parameter = "lookback_period"
    values = ("1d", "14d")
    list_field = ""
    page_size = None
    cost = f"{len(values)} requests for each ad account"
