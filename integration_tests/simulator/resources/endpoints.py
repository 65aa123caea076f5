"""This table lists the operations on Pinterest's dictionaries."""

from integration_tests.simulator.calls.operation import AD_ACCOUNT_ID, DocumentOperation, Operation
from integration_tests.simulator.calls.parameters import Choice, Digits
from integration_tests.simulator.resources import dictionaries, options

_ADS = ("ads:read",)

RESOURCE_ENDPOINTS: tuple[Operation, ...] = (
    DocumentOperation(
        "ad_account_countries/get",
        "/resources/ad_account_countries",
        "ads_read",
        _ADS,
        (),
        dictionaries.ad_account_countries,
        takes_app_token=True,
    ),
    DocumentOperation(
        "delivery_metrics/get",
        "/resources/delivery_metrics",
        "ads_read",
        ("ads:read", "pins:read", "user_accounts:read"),
        (),
        dictionaries.delivery_metrics,
        takes_app_token=True,
    ),
    DocumentOperation(
        "targeting_options/get",
        "/resources/targeting/{targeting_type}",
        "ads_read",
        _ADS,
        (AD_ACCOUNT_ID,),
        options.targeting_options,
        in_path=(Choice("targeting_type", values=tuple(options.OPTIONS)),),
        takes_app_token=True,
    ),
    DocumentOperation(
        "interest_targeting_options/get",
        "/resources/targeting/interests/{interest_id}",
        "ads_read",
        _ADS,
        (),
        options.interest,
        in_path=(Digits("interest_id", max_length=18),),
        takes_app_token=True,
    ),
)
