"""The requests of a look and their order. They are those of the connector: a page, or a few days.

What matters most comes first: the entities, whose ids the rest needs, the reports, which take their time, analytics,
then lists, each operation once. What asks an operation for more of the same comes last. What there are no calls left
for is named.
"""

from collections import deque
from collections.abc import Callable, Container, Iterator
from functools import partial
from http import HTTPStatus
from typing import Any

from integration_tests.tools.live.analytics import Analytics, OrganicDays
from integration_tests.tools.live.calls import Calls, CallsUsedUpError, StoppedError
from integration_tests.tools.live.pages import FirstSlices, NothingToAskError, Pages
from integration_tests.tools.live.reports import Orders
from integration_tests.tools.live.seen import Seen
from integration_tests.tools.live.shapes import Record
from source_pinterest.api.errors import PinterestError
from source_pinterest.streams import LISTS, STREAMS
from source_pinterest.streams.ads.accounts import AdAccounts
from source_pinterest.streams.ads.entities import AdGroups, Ads, Campaigns
from source_pinterest.streams.ads.entity_lists import ProductGroupPromotions
from source_pinterest.streams.ads.keywords import AD_GROUP, AD_GROUPS, Keywords
from source_pinterest.streams.analytics.levels import CampaignAnalytics, CampaignTargetingAnalytics
from source_pinterest.streams.analytics.query import QueryAnalytics
from source_pinterest.streams.base.stream import PinterestStream, Sync
from source_pinterest.streams.organic.boards import Boards, BoardSections
from source_pinterest.streams.organic.pin_analytics import PinAnalytics
from source_pinterest.streams.organic.pins import BoardPins, BoardSectionPins, Pins
from source_pinterest.streams.organic.profile import ProfileAnalytics, UserAccount, UserAccountAnalytics
from source_pinterest.streams.organic.rankings import RankingStream

ACCOUNTS_TRIED = 3
_AD_GROUPS_AT_ONCE = 100
_BOARDS_TRIED = 2
ON_BEHALF = "boards_of_owner"
"""What no stream asks for: whether boards can be listed on behalf of an ad account's owner."""

Step = tuple[str, Callable[[], object]]


class Look:
    """One look at an account.

    Args:
        sync: the connector's streams.
        calls: asks Pinterest.
    """

    def __init__(self, sync: Sync, calls: Calls) -> None:
        self._config, self._calls = sync.config, calls
        self._seen = Seen(sightings=calls.sightings)
        self._pages = Pages(sync, calls, self._seen)
        self._orders = Orders(sync, calls, self._seen)
        self._analytics = Analytics(self._pages, calls, self._seen)
        self._days = OrganicDays(self._pages, calls, self._seen)
        self._slices = FirstSlices(self._pages, self._of_an_account)
        self._account = self._board = ""
        first = [*self._entities(), *self._orders.first_steps(self._of_an_account), *self._numbers(), *self._content()]
        own = list(self._orders.steps_of_own_endpoints(self._of_an_account))
        again = [*self._orders.further_steps(self._of_an_account), *self._splits()]
        self._steps = deque([*first, *self._rest({what for what, _ in (*first, *own, *again)}), *own, *again])

    def taken(self) -> Seen:
        """What was seen, as far as the calls last.

        Raises:
            PinterestError: there is no token that works.
            StoppedError: Pinterest can't be reached.
        """
        try:
            self._in_rounds()
        except (StoppedError, PinterestError) as error:
            if not any(sighting.status not in (0, HTTPStatus.UNAUTHORIZED) for sighting in self._calls.sightings):
                raise
            self._seen.stopped = str(error) if isinstance(error, StoppedError) else "Pinterest takes the token no more"
        except KeyboardInterrupt:
            self._seen.stopped = "Interrupted"
        self._seen.not_reached = [what for what, _ in self._steps]
        return self._seen

    def _in_rounds(self) -> None:
        """Take the steps until no call is left for another: each report that comes frees those held back for it."""
        left: int | None = None
        while left != len(self._steps):
            left = len(self._steps)
            self._work_off()
            self._orders.collect()

    def _work_off(self) -> None:
        """Take each step once; those that calls are held back from come back to the end of the line."""
        for _ in range(len(self._steps)):
            what, step = self._steps[0]
            try:
                step()
            except CallsUsedUpError:
                self._steps.append((what, step))
            except NothingToAskError as error:
                self._seen.nothing[what] = str(error)
            except (AttributeError, LookupError, TypeError, ValueError):  # of an answer in a shape that nobody foresaw
                self._seen.unexpected.add(what)
            self._steps.popleft()

    # -- the steps, in their order

    def _entities(self) -> Iterator[Step]:
        yield AdAccounts.stream_name(), partial(self._pages.read, AdAccounts, {})
        yield Campaigns.stream_name(), self._campaigns
        for of in (AdGroups, Ads):
            yield of.stream_name(), partial(self._of_account, of)

    def _numbers(self) -> Iterator[Step]:
        for of in (CampaignAnalytics, CampaignTargetingAnalytics):
            yield of.stream_name(), partial(self._analytics.read, self._of_an_account, of)
        yield Analytics.LONG_ADDRESSES, partial(self._analytics.try_long_addresses, self._of_an_account)
        yield Analytics.UNDOCUMENTED, partial(self._analytics.try_undocumented_columns, self._of_an_account)

    def _content(self) -> Iterator[Step]:
        for of in (UserAccount, Boards):
            yield of.stream_name(), partial(self._pages.read, of, {})
        yield BoardSections.stream_name(), self._board_sections
        yield BoardPins.stream_name(), self._board_pins
        yield BoardSectionPins.stream_name(), self._section_pins
        yield Pins.stream_name(), partial(self._pages.read, Pins, {})
        yield UserAccountAnalytics.stream_name(), partial(self._days.of_profile, UserAccountAnalytics)
        yield PinAnalytics.stream_name(), self._days.of_pins
        yield Keywords.stream_name(), self._keywords
        yield ProductGroupPromotions.stream_name(), partial(self._any, ProductGroupPromotions)
        yield ON_BEHALF, self._boards_of_owner

    def _splits(self) -> Iterator[Step]:
        """The days of the profile once more, split."""
        for of in STREAMS:
            if issubclass(of, ProfileAnalytics) and of.split:
                yield of.stream_name(), partial(self._days.of_profile, of)

    def _rest(self, known: Container[str]) -> Iterator[Step]:
        """Every other stream, after its parents."""
        for of in dict.fromkeys((*LISTS, *STREAMS)):
            if of.stream_name() in known:
                continue
            if issubclass(of, QueryAnalytics):
                yield of.stream_name(), partial(self._analytics.read, self._of_an_account, of)
            elif issubclass(of, RankingStream):
                yield of.stream_name(), partial(self._days.of_ranking, of)
            else:
                yield of.stream_name(), partial(self._any, of)

    # -- what a step does

    def _of_an_account(self) -> str:
        if not self._account:
            raise NothingToAskError("no ad_accounts")
        return self._account

    def _of_account(self, of: type[PinterestStream], **more: Any) -> bool:
        """Read a list of the ad account; whether it could be read."""
        return self._pages.read(of, {"ad_account_id": self._of_an_account()}, **more).is_fine

    def _any(self, of: type[PinterestStream]) -> None:
        """Have a stream make its first call."""
        self._pages.read_by_itself(of, self._slices.of(of))

    def _campaigns(self) -> None:
        """Those of the first ad account that has any."""
        wanted, unwanted = self._config.account_ids, self._config.exclude_account_ids
        listed = wanted or [str(account["id"]) for account in self._pages.items(AdAccounts)]
        for account in [one for one in listed if one not in unwanted][:ACCOUNTS_TRIED]:
            self._account = account
            if self._of_account(Campaigns) and self._pages.items(Campaigns):
                return
        self._of_an_account()

    def _board_sections(self) -> None:
        """Those of the boards with the most pins, until one has any."""
        for board in self._boards()[:_BOARDS_TRIED]:
            self._board = board
            self._pages.read(BoardSections, {"board_id": board})
            if self._pages.items(BoardSections):
                return

    def _boards(self) -> list[str]:
        self._pages.ids(Boards)
        return [str(board["id"]) for board in sorted(self._pages.items(Boards), key=_pins, reverse=True)]

    def _board_pins(self) -> None:
        self._pages.read(BoardPins, {"board_id": self._board or self._boards()[0]})

    def _section_pins(self) -> None:
        section = self._pages.ids(BoardSections)[0]
        self._pages.read(BoardSectionPins, {"board_id": self._board, "board_section_id": section})

    def _boards_of_owner(self) -> None:
        """The boards again, on behalf of the ad account's owner."""
        stream = self._pages.sync.stream(Boards)
        params = {**stream.request_params(), "ad_account_id": self._of_an_account()}
        body = self._calls.get(ON_BEHALF, stream.path(), params).body
        items = body.get("items", ()) if isinstance(body, dict) else ()
        self._seen.counts[ON_BEHALF] = [len(items), len(self._pages.items(Boards))]

    def _keywords(self) -> None:
        """Those of many ad groups at once, and where that is refused, of one."""
        ad_groups = self._pages.ids(AdGroups)[:_AD_GROUPS_AT_ONCE]
        if len(ad_groups) > 1 and self._of_account(Keywords, **{AD_GROUPS: list(ad_groups)}):
            parents = {str(item.get("parent_id")) for item in self._pages.items(Keywords)}
            self._seen.counts[AD_GROUPS] = [len(parents & set(ad_groups)), len(parents - set(ad_groups))]
        else:
            self._of_account(Keywords, **{AD_GROUP: ad_groups[0]})


def _pins(board: Record) -> int:
    count = board.get("pin_count")
    return count if isinstance(count, int) else 0
