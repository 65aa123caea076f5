"""Definitions of metrics and countries, the same for every user."""

from source_pinterest.streams.base.document import DocumentStream


class DeliveryMetrics(DocumentStream):
    """Definitions of the metrics of analytics and reports. https://developers.pinterest.com/docs/api/v5/delivery_metrics-get."""

    key = ("category", "name")
    path_template = "resources/delivery_metrics"
    scopes = ("ads:read", "pins:read", "user_accounts:read")
    cost = "one request in a sync"


class AdAccountCountries(DocumentStream):
    """Countries that ad accounts may be in. https://developers.pinterest.com/docs/api/v5/ad_account_countries-get."""

    key = ("code",)
    path_template = "resources/ad_account_countries"
    scopes = ("ads:read",)
    cost = "one request in a sync"
