"""Convert the indexes of objects into ids, and ids back into indexes.

Ids look like Pinterest's (digits, growing with age, with gaps) and can be turned back into the index they represent,
so that a world of a million pins needs no table.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Numbering:
    """One series of ids."""

    base: int
    stride: int

    def id_of(self, index: int) -> str:
        return str(self.base + index * self.stride + self._scatter(index))

    def index_of(self, text: str) -> int | None:
        """The index behind an id, None for an id this series never gave out."""
        index, scatter = divmod(int(text) - self.base, self.stride)
        return index if index >= 0 and scatter == self._scatter(index) else None

    def _scatter(self, index: int) -> int:
        return (index * 2654435761 + 12345) % self.stride


USERS = Numbering(base=424_605_208_700_000_000, stride=100_003)
BOARDS = Numbering(base=549_755_885_100_000_000, stride=100_003)
SECTIONS = Numbering(base=5_195_041_000_000_000_000, stride=100_003)
# The first five pins have 18 digits and all others 19: longer than a double holds exactly.
PINS = Numbering(base=999_960_000_000_000_000, stride=7_919_000_000_003)
AD_PINS = Numbering(base=1_120_000_000_000_000_000, stride=1_000_003)
AD_ACCOUNTS = Numbering(base=549_755_000_000, stride=1_000_003)
CAMPAIGNS = Numbering(base=626_735_000_000, stride=61)
AD_GROUPS = Numbering(base=2_680_060_000_000, stride=61)
ADS = Numbering(base=687_201_000_000, stride=61)
PRODUCT_GROUPS = Numbering(base=2_893_100_000_000, stride=61)
PRODUCT_ITEMS = Numbering(base=300_400_000_000_000, stride=61)
KEYWORDS = Numbering(base=383_791_000_000_000, stride=61)
ACCOUNT_KEYWORDS = Numbering(base=391_000_000_000_000, stride=61)
CAMPAIGN_KEYWORDS = Numbering(base=392_000_000_000_000, stride=61)
ACCOUNT_LIST_ITEMS = tuple(Numbering(base=2_540_000_000_000 + 10**9 * series, stride=61) for series in range(100))
CATALOGS = Numbering(base=864_344_156_000_000_000, stride=100_003)
FEEDS = Numbering(base=2_680_059_000_000, stride=61)
FEED_RESULTS = Numbering(base=5_224_831_000_000, stride=61)
PRODUCT_PINS = Numbering(base=1_130_000_000_000_000_000, stride=1_000_003)
BUSINESSES = Numbering(base=383_791_336_900_000_000, stride=100_003)
BUSINESS_USERS = Numbering(base=383_800_000_000_000_000, stride=100_003)
FOLLOWED_BOARDS = Numbering(base=549_900_000_000_000_000, stride=100_003)
CATALOG_PRODUCT_GROUPS = Numbering(base=443_727_000_000, stride=61)

PARTS_PER_AD_GROUP = 1_000
_AD_GROUPS_PER_ACCOUNT = 1_000_000


def part(account: int, ad_group: int, position: int) -> int:
    """The number of a keyword, product group or product item of an ad group."""
    return (account * _AD_GROUPS_PER_ACCOUNT + ad_group) * PARTS_PER_AD_GROUP + position


def product_group_id(account: int, ad_group: int, position: int) -> str:
    return PRODUCT_GROUPS.id_of(part(account, ad_group, position))
