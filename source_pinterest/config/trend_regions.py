"""Which regions of the world have trends, and which of them covers a country?

The names are Pinterest's: countries joined with a plus sign.
https://developers.pinterest.com/docs/api/v5/trending_keywords-list.
"""

from collections.abc import Iterable

TREND_REGIONS = (
    *("US", "CA", "GB+IE", "DE", "FR", "ES", "IT", "DE+AT+CH", "IT+ES+PT+GR+MT", "PL+RO+HU+SK+CZ", "SE+DK+FI+NO"),
    *("NL+BE+LU", "AR", "BR", "CO", "MX", "MX+AR+CO+CL", "AU+NZ"),
)
PRODUCT_TREND_REGIONS = ("US", "GB+IE", "CA")
"""The regions that have trends of product categories and topics."""


def regions_of(countries: Iterable[str], regions: Iterable[str]) -> tuple[str, ...]:
    """The region of each country, the smallest that has it; none for a country that no region has."""
    by_size = sorted(regions, key=lambda region: region.count("+"))
    found = (next((one for one in by_size if country in one.split("+")), None) for country in sorted(countries))
    return tuple(dict.fromkeys(region for region in found if region))
