"""What else does an ad account hold? Audiences, tags, promotions, order lines, lead forms and bills, each a plain list.

Nothing here carries a key, and of leads there are the forms alone, never the people.
"""

from typing import Any

from source_pinterest.api.access import beta, restricted
from source_pinterest.streams.ads.base import AdAccountStream
from source_pinterest.streams.base.foreign_keys import ForeignKey


class Audiences(AdAccountStream):
    """Audiences that the account owns, not those it has received. https://developers.pinterest.com/docs/api/v5/audiences-list."""

    path_template = "ad_accounts/{ad_account_id}/audiences"


class CustomerLists(AdAccountStream):
    """Customer lists, without the customers. https://developers.pinterest.com/docs/api/v5/customer_lists-list."""

    path_template = "ad_accounts/{ad_account_id}/customer_lists"


class ConversionTags(AdAccountStream):
    """Conversion tags, deleted ones included. https://developers.pinterest.com/docs/api/v5/conversion_tags-list."""

    path_template = "ad_accounts/{ad_account_id}/conversion_tags"
    cost = "1 an ad account"

    def request_params(self, *_: Any, **__: Any) -> dict[str, Any]:
        """None: the list comes whole."""
        return {}


class Promotions(AdAccountStream):
    """https://developers.pinterest.com/docs/api/v5/promotions-list."""

    path_template = "ad_accounts/{ad_account_id}/promotions"


class OrderLines(AdAccountStream):
    """https://developers.pinterest.com/docs/api/v5/order_lines-list."""

    path_template = "ad_accounts/{ad_account_id}/order_lines"


class LeadForms(AdAccountStream):
    """Lead forms, without the leads. https://developers.pinterest.com/docs/api/v5/lead_forms-list."""

    path_template = "ad_accounts/{ad_account_id}/lead_forms"
    access = beta("lead forms")


class BillingProfiles(AdAccountStream):
    """Billing profiles, inactive ones included. https://developers.pinterest.com/docs/api/v5/billing_profiles-get."""

    path_template = "ad_accounts/{ad_account_id}/billing_profiles"
    foreign_keys = (ForeignKey("ad_accounts", ("advertiser_id",)),)
    scopes = ("ads:read", "billing:read")
    access = restricted("the billing profiles")

    def request_params(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The page, of inactive profiles too."""
        return {**super().request_params(*args, **kwargs), "is_active": "false"}


class BillingInvoices(AdAccountStream):
    """Invoices and credit memos. https://developers.pinterest.com/docs/api/v5/billing_invoices-get."""

    path_template = "ad_accounts/{ad_account_id}/billing_invoices"
    scopes = ("ads:read", "billing:read")
