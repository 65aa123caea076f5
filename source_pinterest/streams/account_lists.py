"""What else does an ad account hold? Audiences, tags, promotions, order lines, lead forms and bills, each a plain list.

Nothing here carries a key, and of leads there are the forms alone, never the people.
"""

from typing import Any

from source_pinterest.streams.ads import AdAccountStream


class Audiences(AdAccountStream):
    """Audiences that the account owns; one it has received belongs to another account's list.

    https://developers.pinterest.com/docs/api/v5/audiences-list.
    """

    path_template = "ad_accounts/{ad_account_id}/audiences"


class CustomerLists(AdAccountStream):
    """https://developers.pinterest.com/docs/api/v5/customer_lists-list."""

    path_template = "ad_accounts/{ad_account_id}/customer_lists"


class ConversionTags(AdAccountStream):
    """Deleted tags too, in a list without pages. https://developers.pinterest.com/docs/api/v5/conversion_tags-list."""

    path_template = "ad_accounts/{ad_account_id}/conversion_tags"

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
    """https://developers.pinterest.com/docs/api/v5/lead_forms-list, which Pinterest opens to some apps."""

    path_template = "ad_accounts/{ad_account_id}/lead_forms"


class BillingProfiles(AdAccountStream):
    """https://developers.pinterest.com/docs/api/v5/billing_profiles-get, which Pinterest opens to some apps."""

    path_template = "ad_accounts/{ad_account_id}/billing_profiles"
    scopes = ("ads:read", "billing:read")

    def request_params(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The page, of inactive profiles too."""
        return {**super().request_params(*args, **kwargs), "is_active": "false"}


class BillingInvoices(AdAccountStream):
    """https://developers.pinterest.com/docs/api/v5/billing_invoices-get."""

    path_template = "ad_accounts/{ad_account_id}/billing_invoices"
    scopes = ("ads:read", "billing:read")
