"""`World` defines which objects exist, how many of each, and how they have changed.

Sizes, ids, the calendar, edits and restatements. The records themselves are made from this in `organic`, `ads` and
`analytics`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any

from integration_tests.simulator.world import numbering
from integration_tests.simulator.world.seeding import mix

Size = int | tuple[int, ...]
"""How many children a parent has: one number, or several that are dealt out to the parents in turn."""

DEFAULT_STATUSES = {"ACTIVE": 5, "PAUSED": 2, "ARCHIVED": 3}
_STATUSES_OF_THE_SHOP = {"ACTIVE": 4, "PAUSED": 1, "ARCHIVED": 1}
_ENTITIES_PER_ACCOUNT = 1_000_000
_DAY_SECONDS = 86_400


class Kind(StrEnum):
    """The three kinds of advertising entity, as their paths call them."""

    CAMPAIGNS = "campaigns"
    AD_GROUPS = "ad_groups"
    ADS = "ads"


_KINDS = tuple(Kind)
NUMBERINGS = {Kind.CAMPAIGNS: numbering.CAMPAIGNS, Kind.AD_GROUPS: numbering.AD_GROUPS, Kind.ADS: numbering.ADS}


def size_at(size: Size, index: int) -> int:
    return size if isinstance(size, int) else size[index % len(size)]


def largest(size: Size) -> int:
    return size if isinstance(size, int) else max(size)


@dataclass(kw_only=True)
class World:
    """Sizes are exact. Dates before `first_day` and after `now` have no analytics."""

    seed: int = 1
    boards: int = 3
    sections_per_board: Size = 2
    pins_per_board: Size = 5  # besides those in sections
    pins_per_section: Size = 3
    ad_accounts: int = 2
    shared_ad_accounts: int = 1  # the last ones: others own them
    campaigns: Size = 10  # in each ad account, as are the next two
    ad_groups: Size | None = None  # None: 12, or as many as campaigns
    ads: Size | None = None  # None: 15, or as many as ad groups; without ads there are no numbers
    product_groups: Size = 2  # in each ad group, as are the next two
    product_items: Size = 2
    keywords: Size = 2
    negative_keywords: Size = 1  # in each ad account and in each campaign
    account_list_items: Size = 2  # in each plain list of an ad account, such as audiences
    catalogs: int = 1
    feeds: int = 2  # dealt out to the catalogs in turn, as are product groups
    feed_results: Size = 2  # of each feed
    rejects_empty_feeds: bool = False  # code 2625 for the results of a feed that has none
    catalog_product_groups: int = 2
    catalog_products: Size = 2  # in each catalog product group
    item_issues: int = 2  # of each feed and catalog, and items with them
    employers: int = 1  # of the user, each of which has members, partners and assets
    connections: int = 2  # of the user: followers, followed users and boards, websites, linked businesses
    trends: int = 2  # keywords, product categories or topics in each answer about trends
    merchant_rejection: int | None = None  # code with which an unapproved merchant is rejected: 2625 or 2626
    shop: bool = False  # names, ads, pictures and campaigns as in a plausible shop; fewer odd cases
    statuses: Mapping[str, int] | None = None  # and their shares; None: `DEFAULT_STATUSES`, or those of the shop
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    first_day: date | None = None  # None: 914 days before `now`
    active_percent: int = (
        80  # of a campaign's days have a row; below 100, campaigns come and go, every fifth never runs
    )
    full_rows: bool = False  # every column requested is in every row
    hour_column: str = ""  # of hourly reports; "" leaves the hour out, as Pinterest's documents do
    organic_lag_days: int = 0  # so many of the newest days are absent from answers about profiles and pins
    totals_lag_days: int = 0  # so many of the newest days do not count in the totals in lists of pins
    product_item_column: str = ""  # comes unasked in rows of product items; "" leaves it out
    report_grain: str = (
        "entity"  # a row for each "entity" (product group, product item, keyword) or for each "ad" of it
    )
    report_ids: str = "asked"  # which ids such rows show: those "asked" for, "all", "none", or every other row "some"
    keyword_targeting: bool = True  # whether rows of keywords hold their text, as TARGETING_TYPE and TARGETING_VALUE
    empty_report: str = "{}"  # the file of a report without rows; or "[]"

    def __post_init__(self) -> None:
        self.built_at = int(self.now.timestamp())
        self.first_day = self.first_day or self.today - timedelta(days=914)
        self._status_cycle = _interleaved(self.statuses or (_STATUSES_OF_THE_SHOP if self.shop else DEFAULT_STATUSES))
        self._edits: dict[tuple[Kind, str], dict[str, Any]] = {}
        self._restated_since: list[date] = []
        self._vanished: set[str] = set()
        self.deleted_entities: set[str] = set()
        self._board_edits: dict[int, str | None] = {}
        self.deleted_pins: set[str] = set()
        self.hidden_pins: set[str] = set()  # somebody else's, who no longer shows them
        self.active_since: dict[str, date] = {}  # the first day with activity of pins that lay idle until then

    @property
    def today(self) -> date:
        return self.now.astimezone(UTC).date()

    @property
    def last_organic_day(self) -> date:
        return self.today - timedelta(days=self.organic_lag_days)

    def count(self, kind: Kind, account: int) -> int:
        """How many of a kind an ad account has."""
        campaigns = size_at(self.campaigns, account)
        if kind is Kind.CAMPAIGNS:
            return campaigns
        ad_groups = max(12, campaigns) if self.ad_groups is None else size_at(self.ad_groups, account)
        if kind is Kind.AD_GROUPS:
            return ad_groups
        return max(15, ad_groups) if self.ads is None else size_at(self.ads, account)

    def account_index(self, account_id: str) -> int | None:
        """Which account an id names, None if this user can't see it."""
        index = numbering.AD_ACCOUNTS.index_of(account_id)
        return index if index is not None and index < self.ad_accounts and account_id not in self._vanished else None

    def account_indexes(self) -> list[int]:
        return [index for index in range(self.ad_accounts) if self.account_id(index) not in self._vanished]

    def account_id(self, account: int) -> str:
        return numbering.AD_ACCOUNTS.id_of(account)

    @property
    def foreign_account_id(self) -> str:
        """An account that exists but isn't this user's."""
        return numbering.AD_ACCOUNTS.id_of(self.ad_accounts)

    def is_shared(self, account: int) -> bool:
        return account >= max(1, self.ad_accounts - self.shared_ad_accounts)

    def owner_of(self, account_id: str | None) -> int:
        """Whose organic content a call shows: the token's own user is 0, others own the shared accounts."""
        account = self.account_index(account_id) if account_id else None
        return account if account is not None and self.is_shared(account) else 0

    def vanish(self, account_id: str) -> None:
        """Takes an ad account away from this user."""
        self._vanished.add(account_id)

    def entity_id(self, kind: Kind, account: int, index: int) -> str:
        return NUMBERINGS[kind].id_of(account * _ENTITIES_PER_ACCOUNT + index)

    def entity_index(self, kind: Kind, account: int, entity_id: str) -> int | None:
        """Which entity of the account an id names, None for any other id."""
        number = NUMBERINGS[kind].index_of(entity_id)
        if number is None:
            return None
        owner, index = divmod(number, _ENTITIES_PER_ACCOUNT)
        return index if owner == account and index < self.count(kind, account) else None

    def parent_index(self, kind: Kind, account: int, index: int) -> int:
        """The campaign of an ad group, the ad group of an ad."""
        parent = Kind.CAMPAIGNS if kind is Kind.AD_GROUPS else Kind.AD_GROUPS
        return index % max(1, self.count(parent, account))

    def status(self, kind: Kind, account: int, index: int) -> str:
        if self._edits:
            edit = self.edited(kind, self.entity_id(kind, account, index))
            if "status" in edit:
                return str(edit["status"])
        return self._status_cycle[index % len(self._status_cycle)]

    def updated_time(self, kind: Kind, account: int, index: int) -> int:
        """Anything from an hour to three years before the world was built."""
        bits = mix(self.seed, _KINDS.index(kind), account, index)
        ages = (3_600 + bits % 200_000, (10 + bits % 50) * _DAY_SECONDS, (100 + bits % 300) * _DAY_SECONDS)
        years = (365 + bits % 700) * _DAY_SECONDS
        return self.built_at - (*ages, years)[index % 4]

    def edit(self, account: str, kind: Kind | str, entity_id: str, at: int, **fields: Any) -> None:
        """An advertiser changes an entity at a time (epoch seconds); `fields` is what else becomes different."""
        index = self.account_index(account)
        if index is None or self.entity_index(Kind(kind), index, entity_id) is None:
            raise KeyError(entity_id)
        self._edits.setdefault((Kind(kind), entity_id), {}).update(fields, updated_time=at)

    def edited(self, kind: Kind, entity_id: str) -> dict[str, Any]:
        return self._edits.get((kind, entity_id), {})

    def edit_board(self, index: int, modified_at: str | None) -> None:
        """The pins of a board change at a time; None: Pinterest does not tell the time."""
        self._board_edits[index] = modified_at

    def board_edits(self, index: int) -> dict[str, str | None]:
        return {"board_pins_modified_at": self._board_edits[index]} if index in self._board_edits else {}

    def delete_pin(self, pin_id: str) -> None:
        """A pin goes; those that list pins show it no more."""
        self.deleted_pins.add(pin_id)

    def restate(self, days_back: int) -> None:
        """The conversion columns of the last days change."""
        self._restated_since.append(self.today - timedelta(days=days_back))

    def revision(self, day: date) -> int:
        """How often a day's conversions have been restated."""
        return sum(day >= since for since in self._restated_since)


def _interleaved(weights: Mapping[str, int]) -> tuple[str, ...]:
    """The statuses in their shares, spread so that a handful of entities already has each of them."""
    return tuple(status for turn in range(max(weights.values())) for status, weight in weights.items() if weight > turn)
