"""What does the user want of the reports with endpoints of their own, marketing mix and the products of conversions?

The names are Pinterest's: https://developers.pinterest.com/docs/api/v5/analytics-create_mmm_report and
https://developers.pinterest.com/docs/api/v5/analytics-create_conversion_product_report.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from source_pinterest.columns import DATE, MMM_COLUMNS, PRODUCT_COLUMNS
from source_pinterest.config.options import column_names, one_of, refusal, several, unlisted_notice, without_blanks
from source_pinterest.granularity import Granularity

DEFAULT_ATTRIBUTION, BRAND_ATTRIBUTION = ATTRIBUTION_TYPES = ("DEFAULT", "BRAND_ATTRIBUTION")

MMM_LEVELS = ("CAMPAIGN_TARGETING", "AD_GROUP_TARGETING")
MMM_GRANULARITIES = ("DAY", "WEEK")
USUAL_MMM_TARGETING_TYPES = ("APPTYPE", "COUNTRY", "CREATIVE_TYPE", "GENDER", "LOCATION")
MMM_TARGETING_TYPES = (*USUAL_MMM_TARGETING_TYPES, "PLACEMENT", "AUDIENCE_INCLUDE")

PRODUCT_LEVELS = ("CAMPAIGN", "AD_GROUP")
"""Not ADVERTISER: it takes two requests to name all objectives, whose rows of an ad account can't be told apart."""
PRODUCT_GRANULARITIES = ("WEEK", "MONTH")
OBJECTIVES = ("AWARENESS", "CONSIDERATION", "WEB_CONVERSION", "CATALOG_SALES", "VIDEO_COMPLETION")
NEWER_OBJECTIVES = ("APP_INSTALL", "SALES", "LEADS", "CTV_CONSIDERATION")
"""Of campaigns, the newer ones since version 5.28 of the API; a report that names none leaves most of them out."""

_MMM_COLUMNS_SINCE_5_28 = (
    "ADS_CREDIT_SPEND_IN_DOLLAR",
    "ADVERTISER_PAID_ECPC_IN_DOLLAR",
    "ADVERTISER_PAID_ECPM_IN_DOLLAR",
    "ADVERTISER_PAID_SPEND_IN_DOLLAR",
    "CAMPAIGN_OBJECTIVE_TYPE",
)
"""Not asked for unless they are named: to find out which of them is refused takes more than five requests a minute."""
MMM_PARTS = ("SPEND_ORDER_LINE_PAID_TYPE", "PINNER_LIST_NAME")
"""Columns of marketing mix that may split the rows of an entity: those that are asked for belong to the key."""
PRODUCT_PARTS = (
    "CONVERSION_PRODUCT_BRAND",
    "CONVERSION_PRODUCT_CATEGORY",
    "CONVERSION_PRODUCT_ID",
    "CONVERSION_PRODUCT_ID_GROUP",
)
"""The same of conversions; the stream says which of them it is about."""
_OF_AD_GROUPS = ("AD_GROUP_ID", "AD_GROUP_NAME")
"""Not asked for at the level of campaigns, whose rows they might split."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnReport:
    """What one of these options says.

    Attributes:
        level: whose numbers a row has.
        granularity: how much time a row covers.
        columns: what is asked for beside the ids.
        targeting_types: by what marketing mix is broken down.
        attribution_type: which conversions of products count as those of an ad.
    """

    level: str
    granularity: Granularity
    columns: tuple[str, ...]
    targeting_types: tuple[str, ...] = ()
    attribution_type: str = DEFAULT_ATTRIBUTION


USUAL_MARKETING_MIX = OwnReport(
    level="CAMPAIGN_TARGETING",
    granularity=Granularity.DAY,
    columns=tuple(
        column for column in MMM_COLUMNS if column not in (*MMM_PARTS, *_MMM_COLUMNS_SINCE_5_28, *_OF_AD_GROUPS)
    ),
    targeting_types=USUAL_MMM_TARGETING_TYPES,
)
USUAL_PRODUCTS = OwnReport(
    level="CAMPAIGN",
    granularity=Granularity.WEEK,
    columns=tuple(column for column in PRODUCT_COLUMNS if column not in (*PRODUCT_PARTS, *_OF_AD_GROUPS)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnReportOption:
    """One of these options, and what may be chosen in it.

    Attributes:
        title: what the form calls it.
        usual: what is asked for where nothing is chosen.
        levels: those that may be chosen, as are the next.
        granularities: the same of time.
        listed: the columns that Pinterest's documents list.
        targeting_types: none where the reports are not broken down by them.
        attribution_types: one where there is no choice.
        brought: the columns that each stream adds by itself.
    """

    title: str
    usual: OwnReport
    levels: tuple[str, ...]
    granularities: tuple[str, ...]
    listed: Collection[str]
    targeting_types: tuple[str, ...] = ()
    attribution_types: tuple[str, ...] = (DEFAULT_ATTRIBUTION,)
    brought: tuple[str, ...] = ()

    def read(self, value: Any) -> tuple[OwnReport, tuple[str, ...]]:
        """Read the option.

        Args:
            value: its value: a mapping with fields called like those of `OwnReport`, each of which may be left out.

        Returns:
            What is asked for, and sentences on the columns that are in doubt.

        Raises:
            AirbyteTracedException: a field can't be used; the message names it.
        """
        fields, usual = _Fields.of(self.title, value), self.usual
        level = fields.choice("level", self.levels, usual.level)
        columns, notices = fields.columns(_usual_columns(usual, level), self.listed)
        if brought := [name for name in columns if name in self.brought]:
            raise refusal(
                f"{fields.title('columns')}: {', '.join(brought)} can't be chosen, because each of these streams "
                "brings its own. Remove the column and select the stream that has it.",
            )
        report = OwnReport(
            level=level,
            granularity=Granularity(fields.choice("granularity", self.granularities, usual.granularity.value)),
            columns=columns,
            targeting_types=fields.choices("targeting_types", self.targeting_types) or usual.targeting_types,
            attribution_type=fields.choice("attribution_type", self.attribution_types, usual.attribution_type),
        )
        return report, notices


def _usual_columns(usual: OwnReport, level: str) -> tuple[str, ...]:
    return (*_OF_AD_GROUPS, *usual.columns) if level.startswith("AD_GROUP") else usual.columns


@dataclass(frozen=True, slots=True)
class _Fields:
    option: str
    filled: Mapping[str, Any]

    @classmethod
    def of(cls, option: str, value: Any) -> "_Fields":
        if not isinstance(value, Mapping):
            raise refusal(f"{option}: enter the fields by their names, not {value!r}.")
        return cls(option, without_blanks(value))

    def title(self, key: str) -> str:
        return f"{self.option}, {key.replace('_', ' ').title()}"

    def choice(self, key: str, choices: Collection[str], usual: str) -> str:
        return one_of(self.title(key), self.filled.get(key, usual), choices)

    def choices(self, key: str, choices: Collection[str]) -> tuple[str, ...]:
        title = self.title(key)
        chosen = {one_of(title, entry, choices) for entry in several(title, self.filled.get(key, []))}
        return tuple(choice for choice in choices if choice in chosen)

    def columns(self, usual: tuple[str, ...], listed: Collection[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        title = self.title("columns")
        named = tuple(name for name in column_names(title, self.filled.get("columns", [])) if name != DATE)
        return named or usual, unlisted_notice(title, named, listed)


MARKETING_MIX = OwnReportOption(
    title="Marketing Mix Report",
    usual=USUAL_MARKETING_MIX,
    levels=MMM_LEVELS,
    granularities=MMM_GRANULARITIES,
    listed=MMM_COLUMNS,
    targeting_types=MMM_TARGETING_TYPES,
)
PRODUCTS = OwnReportOption(
    title="Brand, Category and SKU Reports",
    usual=USUAL_PRODUCTS,
    levels=PRODUCT_LEVELS,
    granularities=PRODUCT_GRANULARITIES,
    listed=PRODUCT_COLUMNS,
    attribution_types=ATTRIBUTION_TYPES,
    brought=PRODUCT_PARTS,
)
