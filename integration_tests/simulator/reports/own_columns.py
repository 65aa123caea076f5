"""These are the columns of the reports that have endpoints of their own.

The enums `MMMReportingColumn` and `ConversionProductReportingColumn` of API 5.28:
https://developers.pinterest.com/docs/api/v5/analytics-create_mmm_report and analytics-create_conversion_product_report.
"""

from integration_tests.simulator.analytics.columns import names_in
from integration_tests.simulator.reports.columns import EVENTS, EVENTS_OF_A_PLACE

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
AMOUNTS = tuple(
    f"TOTAL_{place}{event}CONVERSION_PRODUCT_{measure}"
    for place, events in _EVENTS_OF_A_PLACE.items()
    for event in ("", *(f"{event}_" for event in (*events, *_EVENTS_OF_PRODUCTS)))
    for measure in ("QUANTITY", "VALUE", "VALUE_IN_USD")
)

RATES = names_in("""
    ECPM_IN_DOLLAR ADVERTISER_PAID_SPEND_IN_DOLLAR ADVERTISER_PAID_ECPC_IN_DOLLAR ADVERTISER_PAID_ECPM_IN_DOLLAR
""")

PRODUCT_COLUMNS = (
    *names_in("CAMPAIGN_NAME CAMPAIGN_ID ADVERTISER_ID AD_GROUP_ID CAMPAIGN_OBJECTIVE_TYPE AD_GROUP_NAME"),
    *PRODUCT_PARTS,
    *AMOUNTS,
)
