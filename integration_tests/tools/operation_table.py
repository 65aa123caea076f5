"""The lists of docs/development/operations.md: the stream of each operation of the API that reads, or why it has none.

The operations are those of `pinterestsdk`, so that a version of it with more of them shows.
"""

from collections import defaultdict
from collections.abc import Mapping

from integration_tests.simulator.contract import is_newer, method_name, sdk_reads
from integration_tests.simulator.endpoints import ENDPOINTS
from integration_tests.support.documents import table
from integration_tests.tools.stream_table import operation_of
from source_pinterest.streams import STREAMS

NO_STREAM_YET = "No stream yet"
SEARCH = "A search, whose answer depends on what is searched for"
LEADS = "Personal data of people who filled in a lead form, or a way to it"
WRITER = "Belongs to writing: the state of an upload, a batch or a deletion"
PREVIEW = "Shows how something is going to look"
ORDERS = "Part of ordering advertising from Pinterest's sales team"
AN_APP = "Serves the set-up of an app or of a shop's integration"

LISTED_BY: Mapping[str, str] = {
    "ad_groups_get": "ad_groups",
    "ads_get": "ads",
    "audiences_get": "audiences",
    "boards_get": "boards",
    "campaigns_get": "campaigns",
    "catalogs_product_groups_get": "catalogs_product_groups",
    "conversion_tags_get": "conversion_tags",
    "customer_lists_get": "customer_lists",
    "feeds_get": "catalogs_feeds",
    "lead_form_get": "lead_forms",
    "ocpm_eligible_conversion_tags_get": "conversion_tags",
    "order_lines_get": "order_lines",
    "page_visit_conversion_tags_get": "conversion_tags",
    "product_group_promotions_get": "product_group_promotions",
    "promotions_get": "promotions",
}
"""One thing, or some, of those that a stream lists."""

CALLED_FOR: Mapping[str, str] = {
    "ad_accounts_get": "`ad_accounts`, where one is named",
    "analytics_get_conversion_product_report": "the streams on brands, categories and SKUs of conversions",
    "analytics_get_mmm_report": "`marketing_mix_report`",
    "analytics_get_report": "every stream of reports, and analytics older than 89 days",
    "interest_targeting_options_get": "`targeting_options`, for levels and parents of interests",
    "metrics_ready_state_get": "analytics that are appended",
    "multi_pins_analytics": "`pin_analytics`, where the app may ask for several pins",
}
"""Operations that streams call beside their own."""

REASONS: Mapping[str, str] = {
    "ad_accounts_audiences_shared_accounts_list": NO_STREAM_YET,
    "ad_accounts_subscriptions_get_by_id": LEADS,
    "ad_accounts_subscriptions_get_list": LEADS,
    "ad_groups_dynamic_titles_download_csv": WRITER,
    "ad_groups_dynamic_titles_get_status": WRITER,
    "ad_groups_dynamic_titles_get_upload_url": WRITER,
    "ad_pins_analytics": "The numbers of `ad_analytics`, by pin and campaign",
    "ads_credits_discounts_get": NO_STREAM_YET,
    "audience_insights_scope_and_type_get": NO_STREAM_YET,
    "billing_invoice_download_get": "The file of an invoice in `billing_invoices`",
    "bulk_request_get": WRITER,
    "business_account_audiences_shared_accounts_list": NO_STREAM_YET,
    "business_asset_members_get": NO_STREAM_YET,
    "business_asset_partners_get": NO_STREAM_YET,
    "business_member_assets_get": NO_STREAM_YET,
    "business_partner_asset_access_get": NO_STREAM_YET,
    "campaign_ad_preview_read": PREVIEW,
    "catalogs_available_filter_values": "Serves whoever makes a product group",
    "catalogs_local_stores_list": NO_STREAM_YET,
    "catalogs_supplemental_items_batch_get": WRITER,
    "conversion_deletion_request_get": WRITER,
    "conversion_deletion_request_list": WRITER,
    "customer_list_uploads_get": WRITER,
    "get_ad_groups_by_promotion_ids_list": "`ad_groups` name their promotions",
    "get_invites": NO_STREAM_YET,
    "integrations_commerce_get": AN_APP,
    "integrations_get_by_id": AN_APP,
    "integrations_get_list": AN_APP,
    "items_batch_get": WRITER,
    "lead_form_questions_get": "Serves whoever makes a lead form",
    "leads_export_get": LEADS,
    "media_get": WRITER,
    "media_list": WRITER,
    "product_tags_list": "The products of a single pin",
    "reports_get": NO_STREAM_YET,
    "schedules_list": NO_STREAM_YET,
    "search_partner_pins": SEARCH,
    "search_user_boards_get": SEARCH,
    "search_user_pins_list": SEARCH,
    "shared_audiences_for_business_list": NO_STREAM_YET,
    "ssio_accounts_get": ORDERS,
    "ssio_insertion_orders_status_get_by_ad_account": ORDERS,
    "ssio_insertion_orders_status_get_by_pin_order_id": ORDERS,
    "ssio_order_lines_get_by_ad_account": ORDERS,
    "templates_list": "Report templates, which Ads Manager makes: a custom report takes their place",
    "terms_of_service_get": "The text of a contract",
    "terms_related_list": SEARCH,
    "terms_suggested_list": SEARCH,
    "trends_editorial_articles_list": NO_STREAM_YET,
    "user_account_followed_interests": NO_STREAM_YET,
    "website_verification_get": "Serves whoever claims a website",
}
"""Why an operation has no stream, by the name of its method in `pinterestsdk`."""


def streams_by_method() -> Mapping[str, list[str]]:
    """The streams that are made of an operation, by the name of its method."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for stream in STREAMS:
        found[method_name(operation_of(stream))].append(f"`{stream.stream_name()}`")
    return found


def what_becomes_of(method: str) -> str:
    """The streams of an operation, or why it has none.

    Raises:
        LookupError: neither is known.
    """
    if streams := streams_by_method().get(method):
        return ", ".join(streams)
    if method in CALLED_FOR:
        return f"Called for {CALLED_FOR[method]}"
    if method in LISTED_BY:
        return f"A part of `{LISTED_BY[method]}`"
    if method in REASONS:
        return REASONS[method]
    raise LookupError(f"{method} reads something, and neither a stream nor a table of this module says what of it.")


def reads() -> dict[str, str]:
    """The path of each operation that reads, by its method: those of `pinterestsdk` and newer ones of the simulator."""
    newer = {method_name(one.operation_id): one.path for one in ENDPOINTS if is_newer(one.operation_id)}
    return sdk_reads() | newer


def written() -> str:
    """A table of the paths that a stream needs, and a list of the others by their reason."""
    needed, without = list[tuple[str, str]](), defaultdict[str, list[str]](list)
    for path, method in sorted((path, method) for method, path in reads().items()):
        what = what_becomes_of(method)
        if what in REASONS.values():
            without[what].append(f"`{path}`")
        else:
            needed.append((f"`{path}`", what))
    reasons = [f"- **{reason}**: {', '.join(paths)}" for reason, paths in sorted(without.items())]
    return "\n".join([table(("Path", "Stream"), needed), "", "Without a stream:", "", *reasons])
