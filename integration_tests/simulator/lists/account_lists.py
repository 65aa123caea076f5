"""List what an ad account has beside campaigns: audiences, tags, promotions, order lines, lead forms, bills.

https://developers.pinterest.com/docs/api/v5/audiences-list and the operations beside it. Each listing is as long as the
world's `account_list_items`; every field of API 5.28 appears in some record.
"""

from collections.abc import Callable, Mapping
from enum import IntEnum, unique
from typing import Any

from integration_tests.simulator.ads.entities import account_name, account_of
from integration_tests.simulator.world import numbering
from integration_tests.simulator.world.listing import Listing, Record
from integration_tests.simulator.world.seeding import mix, words
from integration_tests.simulator.world.world import Kind, World, size_at

ListingOf = Callable[[World, Mapping[str, Any]], Listing]

_ITEMS_PER_ACCOUNT = 10_000


def listing_of(make: Callable[[World, int, int], Record]) -> ListingOf:
    """The listing of an account's records, oldest first."""

    def listing(world: World, arguments: Mapping[str, Any]) -> Listing:
        account = account_of(world, arguments)
        return Listing(range(size_at(world.account_list_items, account)), lambda index: make(world, account, index))

    return listing


@unique
class Series(IntEnum):
    """The series of IDs of each list; one more list takes the next number."""

    AUDIENCES = 0
    CUSTOMER_LISTS = 1
    CONVERSION_TAGS = 2
    PROMOTIONS = 3
    ORDER_LINES = 4
    LEAD_FORMS = 5
    BILLING_PROFILES = 6
    BILLING_INVOICES = 7
    CUSTOMER_SEGMENTS = 8
    TARGETING_TEMPLATES = 9
    LABELS = 10


def item_id(series: Series, account: int, index: int) -> str:
    """The id of the n-th thing in a list."""
    return numbering.ACCOUNT_LIST_ITEMS[series].id_of(account * _ITEMS_PER_ACCOUNT + index)


def audience(world: World, account: int, index: int) -> Record:
    is_sized = index % 2 == 0
    return {
        "id": item_id(Series.AUDIENCES, account, index),
        "ad_account_id": world.account_id(account),
        "name": words(mix(world.seed, 20, account, index)),
        "description": None if index % 3 else words(mix(world.seed, 21, account, index)),
        "audience_type": ("CUSTOMER_LIST", "VISITOR", "ENGAGEMENT", "ACTALIKE")[index % 4],
        "size": mix(account, index) % 10**7 if is_sized else None,
        "status": "READY" if is_sized else "TOO_SMALL",
        "type": "audience",
        "is_ctv_enabled": index % 2 == 1,
        "is_nca": index % 5 == 4,
        "created_by_company_name": "Käse & Co",
        "created_timestamp": world.built_at - 50_000_000 + index,
        "updated_timestamp": world.built_at - 40_000_000 + index if is_sized else None,
        "rule": _rule(world, account, item_id(Series.CONVERSION_TAGS, account, 0))
        if index % 2 == 0
        else _visitors(item_id(Series.CONVERSION_TAGS, account, 0)),
    }


def _visitors(tag: str) -> Record:
    """Who has bought something where the tag is."""
    return {"visitor_source_id": tag, "retention_days": 180, "event": "checkout"}


def _rule(world: World, account: int, tag: str) -> Record:
    """Every field that a rule may have."""
    return {
        "ad_account_id": world.account_id(account),
        "ad_id": [world.entity_id(Kind.ADS, account, 0)],
        "campaign_id": [world.entity_id(Kind.CAMPAIGNS, account, 0)],
        "country": "US",
        "customer_list_id": "2541000000061",
        "engagement_domain": ["shop.example"],
        "engagement_type": "click",
        "engager_type": 1,
        "event": "checkout",
        "event_data": {
            "currency": "USD",
            "lead_type": "Newsletter",
            "line_items": {
                "product_brand": "Käse",
                "product_category": "Food",
                "product_id": 1414,
                "product_name": "Cheese",
                "product_price": "5.99",
                "product_quantity": 2,
                "product_variant": "old",
                "product_variant_id": "14",
            },
            "order_id": "X-151481",
            "order_quantity": 1,
            "page_name": "Cheese",
            "promo_code": "WINTER10",
            "property": "Athleta",
            "search_query": "cheese",
            "value": "116",
            "video_title": "How to",
        },
        "event_source": {"=": ["web", "mobile"]},
        "ingestion_source": {"=": ["tag"]},
        "objective_type": ["AWARENESS"],
        "percentage": 3,
        "pin_id": ["1022106077902810180"],
        "prefill": True,
        "retention_days": 30,
        "seed_id": ["2542620639259"],
        "url": ["https://shop.example/view_item"],
        "visitor_source_id": tag,
    }


def customer_list(world: World, account: int, index: int) -> Record:
    return {
        "id": item_id(Series.CUSTOMER_LISTS, account, index),
        "ad_account_id": world.account_id(account),
        "name": words(mix(world.seed, 22, account, index)),
        "status": ("READY", "PROCESSING", "TOO_SMALL", "UPLOADING")[index % 4],
        "num_batches": 2,
        "num_uploaded_user_records": 100 + index,
        "num_removed_user_records": 0,
        "exceptions": {"exceptions": "Failed batch"} if index % 3 == 0 else {},
        "is_nca": False,
        "type": "customerlist",
        "created_time": world.built_at - 30_000_000,
        "updated_time": world.built_at - 20_000_000 + index,
    }


def conversion_tag(world: World, account: int, index: int) -> Record:
    tag = item_id(Series.CONVERSION_TAGS, account, index)
    return {
        "id": tag,
        "ad_account_id": world.account_id(account),
        "name": words(mix(world.seed, 23, account, index)),
        "code_snippet": f"<script>\npintrk('load', '{tag}');\n</script>",
        "enhanced_match_status": None if index % 2 else "VALIDATION_COMPLETE",
        "last_fired_time_ms": None if index % 3 == 1 else 1_599_030_000_000 + index,
        "status": ("ACTIVE", "PAUSED", "ARCHIVED")[index % 3],
        "version": "3",
        "configs": {
            "aem_db_enabled": False,
            "aem_enabled": True,
            "aem_external_id_enabled": False,
            "aem_fnln_enabled": False,
            "aem_ge_enabled": False,
            "aem_loc_enabled": False,
            "aem_ph_enabled": True,
            "md_frequency": 1,
            "no_code_capi_domains": ["shop.example"],
        },
    }


def promotion(world: World, account: int, index: int) -> Record:
    return {
        "id": item_id(Series.PROMOTIONS, account, index),
        "ad_account_id": world.account_id(account),
        "promotion_title": words(mix(world.seed, 24, account, index)),
        "promotion_type": ("SITEWIDE", "CHECKOUT", "FREE_SHIPPING")[index % 3],
        "promotion_code": "WINTER10",
        "promotion_custom_id": f"winter-{index}",
        "discount_status": "ACTIVE",
        "external_id": str(900 + index),
        "platform_type": "SHOPIFY",
        "status": "ACTIVE" if index % 2 else "ARCHIVED",
        "start_time": world.built_at - 1_000_000,
        "end_time": world.built_at + 1_000_000,
        "template_values": [{"amount": 10.5, "currency_code": "USD", "custom_text": "off", "percent": 10}],
    }


def order_line(world: World, account: int, index: int) -> Record:
    return {
        "id": item_id(Series.ORDER_LINES, account, index),
        "ad_account_id": world.account_id(account),
        "name": words(mix(world.seed, 25, account, index)),
        "status": ("ACTIVE", "PAUSED", "DELETED")[index % 3],
        "type": "orderline",
        "budget": 5_000_000 if index % 2 else None,
        "paid_budget": 5_000_000,
        "paid_type": "PAID",
        "purchase_order_id": "PO-123",
        "campaign_ids": [world.entity_id(Kind.CAMPAIGNS, account, index)],
        "start_time": world.built_at - 2_000_000,
        "end_time": None if index % 2 else world.built_at + 2_000_000,
    }


def lead_form(world: World, account: int, index: int) -> Record:
    return {
        "id": item_id(Series.LEAD_FORMS, account, index),
        "ad_account_id": world.account_id(account),
        "name": words(mix(world.seed, 26, account, index)),
        "status": "ACTIVE" if index % 2 else "DRAFT",
        "completion_message": "Thank you!",
        "disclosure_language": "We keep what you write.",
        "has_accepted_terms": True,
        "privacy_policy_link": "https://shop.example/privacy",
        "policy_links": [{"label": "Terms", "link": "https://shop.example/terms"}],
        "questions": [
            {"question_type": "EMAIL"},
            {
                "question_type": "CUSTOM",
                "custom_question_field_type": "RADIO_LIST",
                "custom_question_label": "Käse?",
                "custom_question_options": ["Ja", "Nein"],
            },
        ],
        "created_time": world.built_at - 3_000_000,
        "updated_time": world.built_at - 2_000_000,
    }


def billing_profile(world: World, account: int, index: int) -> Record:
    return {
        "id": item_id(Series.BILLING_PROFILES, account, index),
        "advertiser_id": world.account_id(account),
        "billing_type": "CREDIT_CARD",
        "card_type": ("VISA", "MASTERCARD", "DISCOVER")[mix(world.seed, 27, account, index) % 3],
        "payment_method_brand": "VISA",
        "status": "VALID" if _is_active(index) else "DELETED",
    }


def billing_invoice(world: World, account: int, index: int) -> Record:
    return {
        "id": item_id(Series.BILLING_INVOICES, account, index),
        "ad_account_id": world.account_id(account),
        "ad_account_name": account_name(world, account),
        "amount_billed_micro_currency": 119_000_000,
        "amount_discount_micro_currency": 0,
        "amount_net_micro_currency": 100_000_000,
        "amount_tax_micro_currency": 19_000_000,
        "bill_to_country": "DE",
        "billing_period_start_date": "2026-01-01",
        "billing_period_end_date": "2026-01-31",
        "currency": "EUR",
        "document_type": "CREDIT_MEMO" if index % 3 == 2 else "INVOICE",
        "invoice_due_date": f"2026-03-{1 + index % 28:02}",
        "payment_terms": "NET30",
        "status": "OPEN" if index % 2 else "CLOSED",
    }


def _is_active(index: int) -> bool:
    return index % 2 == 0


audiences = listing_of(audience)
customer_lists = listing_of(customer_list)
conversion_tags = listing_of(conversion_tag)
promotions = listing_of(promotion)
order_lines = listing_of(order_line)
lead_forms = listing_of(lead_form)
billing_invoices = listing_of(billing_invoice)


def billing_profiles(world: World, arguments: Mapping[str, Any]) -> Listing:
    account = account_of(world, arguments)
    indexes = range(size_at(world.account_list_items, account))
    wanted = [index for index in indexes if not arguments.get("is_active") or _is_active(index)]
    return Listing(wanted, lambda index: billing_profile(world, account, index))
