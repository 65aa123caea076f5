"""These columns exist in asynchronous reports only, not in the synchronous endpoints.

The enums `ReportingColumnAsync`, `MMMReportingColumn` and `ConversionProductReportingColumn` of API 5.28:
https://developers.pinterest.com/docs/api/v5/analytics-create_report, analytics-create_mmm_report and
analytics-create_conversion_product_report.
"""

from integration_tests.simulator.analytics.columns import SYNC_COLUMNS, names_in

IDS = names_in("""
    PRODUCT_GROUP_ID STANDARD_AD_FEED_ITEM_ID SPEND_ORDER_LINE_ID
""")

TEXTS = names_in("""
    CAMPAIGN_STATUS CAMPAIGN_CUSTOM_LABELS PIN_PROMOTION_STATUS AD_STATUS CAMPAIGN_MANAGED_STATUS AD_GROUP_STATUS
    PRODUCT_GROUP_STATUS PRODUCT_ITEM_NAME PRODUCT_ITEM_IMAGE_URL PRODUCT_ITEM_PRODUCT_URL PRODUCT_ITEM_PIN_URL
    PRODUCT_ITEM_BRAND PRODUCT_ITEM_DESCRIPTION PRODUCT_ITEM_PRODUCT_TYPE PRODUCT_ITEM_PRODUCT_CATEGORY
    PRODUCT_ITEM_CURRENCY PIN_PROMOTION_NAME CAMPAIGN
""")

FLAGS = names_in("""
    IS_CATALOG_CREATIVE_CAMPAIGN
""")

PRICES = names_in("""
    PRODUCT_ITEM_PRICE PRODUCT_ITEM_SALE_PRICE
""")

EVENTS = names_in("""
    PAGE_VISIT SIGNUP CHECKOUT CUSTOM ADD_TO_CART LEAD SEARCH WATCH_VIDEO VIEW_CATEGORY APP_INSTALL UNKNOWN
""")
"""What people do once they have seen an ad."""
AFTER = ("ENGAGEMENT", "CLICK", "VIEW")
"""What such an event is credited to."""
DEVICES = ("DESKTOP", "MOBILE", "TABLET")
EVENTS_OF_A_PLACE = {
    "WEB": tuple(event for event in EVENTS if event != "APP_INSTALL"),
    "INAPP": names_in("CHECKOUT ADD_TO_CART SIGNUP SEARCH UNKNOWN APP_INSTALL"),
    "OFFLINE": names_in("CHECKOUT SIGNUP LEAD CUSTOM UNKNOWN"),
}
_BY_CREDIT = [f"{after}_{event}" for after in AFTER for event in EVENTS]
_BY_PLACE = [
    f"{place}_{after}{event}"
    for place, events in EVENTS_OF_A_PLACE.items()
    for after in ("", *(f"{after}_" for after in AFTER))
    for event in events
]


def _added(*names: str) -> tuple[str, ...]:
    """The names that the synchronous endpoints do not have."""
    return tuple(name for name in names if name not in SYNC_COLUMNS)


COUNTS = _added(
    *(f"TOTAL_{event}" for event in EVENTS if event != "UNKNOWN"),
    *(f"TOTAL_{event}" for event in (*_BY_CREDIT, *_BY_PLACE)),
    *(f"TOTAL_{event}_QUANTITY" for event in _BY_CREDIT if "APP_INSTALL" not in event),
    *(
        f"TOTAL_{event}_{seen_on}_ACTION_TO_{done_on}_CONVERSION"
        for event in EVENTS
        for seen_on in DEVICES
        for done_on in DEVICES
    ),
    *names_in("""
        TOTAL_CONVERSIONS_QUANTITY ONSITE_CHECKOUTS_1 TOTAL_CHECKOUT_QUANTITY TOTAL_PINTEREST_CHECKOUT
        VIDEO_P100_COMPLETE_1 VIDEO_P0_COMBINED_1 VIDEO_P25_COMBINED_1 VIDEO_P50_COMBINED_1 VIDEO_P75_COMBINED_1
        VIDEO_P95_COMBINED_1 TOTAL_DESTINATION_VIEWS IDEA_PIN_PAGE_FORWARD_1 IDEA_PIN_PAGE_FORWARD_2
        IDEA_PIN_PAGE_BACKWARD_1 IDEA_PIN_PAGE_BACKWARD_2 TOTAL_IDEA_PIN_PAGE_FORWARD TOTAL_IDEA_PIN_PAGE_BACKWARD
    """),
)

MICROS = _added(
    "ADS_CREDIT_SPEND_IN_MICRO_DOLLAR",
    *(f"TOTAL_{event}_VALUE_IN_MICRO_DOLLAR" for event in (*_BY_CREDIT, *_BY_PLACE)),
    *(
        f"TOTAL_{event}_VALUE_IN_MICRO_DOLLAR"
        for event in names_in("""
            CONVERSIONS ADD_TO_CART LEAD SEARCH WATCH_VIDEO VIEW_CATEGORY APP_INSTALL PINTEREST_CHECKOUT
        """)
    ),
)

NUMBERS = _added(
    *(
        f"{place}_{event}_{rate}"
        for place, events in {**EVENTS_OF_A_PLACE, "PINTEREST": ("CHECKOUT",)}.items()
        for event in events
        for rate in ("COST_PER_ACTION", "ROAS")
    ),
    *names_in("""
        ADS_CREDIT_SPEND_IN_DOLLAR OUTBOUND_CTR COST_PER_OUTBOUND_CLICK APP_INSTALL_COST_PER_ACTION
        CPV_IN_MICRO_DOLLAR CPCV_IN_MICRO_DOLLAR CPCV_P95_IN_MICRO_DOLLAR VIDEO_AVG_WATCHTIME_IN_SECOND_1
        VIDEO_AVG_WATCHTIME_IN_SECOND_2
    """),
)

ADDED_COLUMNS = (*IDS, *TEXTS, *FLAGS, *PRICES, *COUNTS, *MICROS, *NUMBERS)

_SYNC_ONLY = "QUIZ_PIN_RESULT_OPEN"
REPORT_COLUMNS = (*(name for name in SYNC_COLUMNS if name != _SYNC_ONLY), *ADDED_COLUMNS)

DEMOGRAPHICS = names_in("AGE_BUCKET GENDER")
"""Columns of account reports since API 5.31. That they split rows is an assumption: nobody has shown any."""

# "Pin promotion and ad related columns are not supported for Product Item level reports."
AD_COLUMNS = names_in("""
    AD_ID AD_NAME AD_STATUS PIN_PROMOTION_ID PIN_PROMOTION_NAME PIN_PROMOTION_STATUS
""")

MMM_COLUMNS = names_in("""
    SPEND_IN_DOLLAR SPEND_IN_MICRO_DOLLAR ECPC_IN_DOLLAR ECTR CAMPAIGN_NAME TOTAL_ENGAGEMENT EENGAGEMENT_RATE
    ECPM_IN_DOLLAR CAMPAIGN_ID ADVERTISER_ID AD_GROUP_ID AD_GROUP_NAME CLICKTHROUGH_1 IMPRESSION_1 CLICKTHROUGH_2
    IMPRESSION_2 TOTAL_CLICKTHROUGH TOTAL_IMPRESSION ADVERTISER_NAME SPEND_ORDER_LINE_PAID_TYPE CAMPAIGN_OBJECTIVE_TYPE
    PINNER_LIST_NAME ADS_CREDIT_SPEND_IN_DOLLAR ADVERTISER_PAID_SPEND_IN_DOLLAR ADVERTISER_PAID_ECPC_IN_DOLLAR
    ADVERTISER_PAID_ECPM_IN_DOLLAR
""")

PRODUCT_PARTS = names_in("""
    CONVERSION_PRODUCT_ID CONVERSION_PRODUCT_BRAND CONVERSION_PRODUCT_CATEGORY CONVERSION_PRODUCT_ID_GROUP
""")

_EVENTS_OF_PRODUCTS = names_in("ADD_PAYMENT_INFO ADD_TO_WISHLIST INITIATE_CHECKOUT SUBSCRIBE VIEW_CONTENT")
_EVENTS_OF_A_PLACE = {
    "": tuple(event for event in EVENTS if event != "APP_INSTALL"),
    **{
        f"{place}_": tuple(event for event in events if event != "APP_INSTALL")
        for place, events in EVENTS_OF_A_PLACE.items()
    },
}
OWN_AMOUNTS = tuple(
    f"TOTAL_{place}{event}CONVERSION_PRODUCT_{measure}"
    for place, events in _EVENTS_OF_A_PLACE.items()
    for event in ("", *(f"{event}_" for event in (*events, *_EVENTS_OF_PRODUCTS)))
    for measure in ("QUANTITY", "VALUE", "VALUE_IN_USD")
)

OWN_RATES = names_in("""
    ECPM_IN_DOLLAR ADVERTISER_PAID_SPEND_IN_DOLLAR ADVERTISER_PAID_ECPC_IN_DOLLAR ADVERTISER_PAID_ECPM_IN_DOLLAR
""")

PRODUCT_COLUMNS = (
    *names_in("CAMPAIGN_NAME CAMPAIGN_ID ADVERTISER_ID AD_GROUP_ID CAMPAIGN_OBJECTIVE_TYPE AD_GROUP_NAME"),
    *PRODUCT_PARTS,
    *OWN_AMOUNTS,
)
