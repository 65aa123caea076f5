"""Keywords of ad accounts, campaigns and ad groups, and their search volumes.

One request names a batch of up to 250 ad groups. The parameter is open to some apps only, and Pinterest may ignore it
or a part of it. If a batch is refused, or returns keywords of ad groups that it does not name, the account is read ad
group by ad group. Ad groups without keywords in a batch are requested once more, one by one, and so are all of a batch
that fails otherwise.
"""

import logging
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any

from source_pinterest import limits
from source_pinterest.api.bodies import ListPage, Record
from source_pinterest.api.errors import (
    AccessLostError,
    GoneError,
    RefusedError,
    RejectedError,
    ResponseTooLargeError,
    RightMissingError,
    SliceError,
)
from source_pinterest.api.session import ApiResponse
from source_pinterest.engine.asks import Ask, Asks, ids_that_fit
from source_pinterest.engine.tasks import Task, batches
from source_pinterest.streams.ads.accounts import AdAccountStream
from source_pinterest.streams.ads.entities import AdGroups, Campaigns
from source_pinterest.streams.ads.entity_lists import EntityFilter, EntityListStream
from source_pinterest.streams.base.declaration import Parent
from source_pinterest.streams.base.sync import Sync

LOGGER = logging.getLogger("airbyte")

AD_GROUP, AD_GROUPS = "ad_group_id", "ad_group_ids"

_BATCH_REFUSALS = (RejectedError, RefusedError, RightMissingError, AccessLostError, GoneError, ResponseTooLargeError)
"""Errors after which the ad groups of an account are read one by one."""

_COUNTRY = "country_code"
_KEYWORDS = "keywords"
_SEPARATOR = ","


class Keywords(EntityListStream):
    """Keywords of ad groups, negative ones of campaigns and accounts too. https://developers.pinterest.com/docs/api/v5/keywords-get."""

    path_template = "ad_accounts/{ad_account_id}/keywords"
    cost = (
        "one request for each ad account and for each campaign, "
        f"one for each {limits.AD_GROUPS_PER_REQUEST} ad groups and one for each of these without keywords, or one "
        "for each ad group where Pinterest takes one alone"
    )
    id_field = "value"  # the text, by which Pinterest knows the metrics of a keyword
    parents = (Parent(Campaigns, parameter="campaign_id"), Parent(AdGroups, parameter=AD_GROUP))

    def __init__(self, sync: Sync) -> None:
        super().__init__(sync)
        self._without_batches: set[str] = set()
        """The accounts whose ad groups are read one by one."""

    def filters(self, task: Task) -> Iterator[EntityFilter]:
        """Yield a filter for the account itself, for each campaign, and for each batch of ad groups."""
        yield {}
        for campaign in self.entities_of(task["ad_account_id"], "campaign_id"):
            yield {"campaign_id": campaign}
        ad_groups = self.entities_of(task["ad_account_id"], AD_GROUP)  # as many as fit into the URL of a request
        params = {**self.request_params(stream_slice=task), AD_GROUPS: ""}
        bare = self.client.url_length(self.path(stream_slice=task), params)
        room = limits.URL_CHARACTERS - limits.BOOKMARK_CHARACTERS - bare
        most = min(limits.AD_GROUPS_PER_REQUEST, ids_that_fit(ad_groups, room, f"&{AD_GROUPS}="))
        for batch in batches(ad_groups, most):
            yield _filter_by(batch)

    def pages_of_list(
        self, task: Task, entity_filter: EntityFilter, pending: deque[EntityFilter]
    ) -> Iterator[ApiResponse[ListPage]]:
        """Yield the pages of one list; those of a batch are checked."""
        if AD_GROUPS in entity_filter:
            return self._pages_of_batch(task, entity_filter[AD_GROUPS], pending)
        return super().pages_of_list(task, entity_filter, pending)

    def _pages_of_batch(
        self, task: Task, batch: Sequence[str], pending: deque[EntityFilter]
    ) -> Iterator[ApiResponse[ListPage]]:
        """Yield the pages of a batch. The ad groups that it returned nothing of are read next, one by one.

        After a batch that fails, all of its ad groups are read one by one. After one that Pinterest refuses, so are all
        others of the account.
        """
        # Not by `Asks.read`: a batch that is read may lack ad groups, and pages before a failure are emitted already.
        account, alone = task["ad_account_id"], batch
        if account not in self._without_batches:
            with_keywords: set[str] = set()
            try:
                for response in self.request_pages(task, _filter_by(batch)):
                    with_keywords |= _ad_groups_in(response.value, batch)
                    yield response
                alone = [ad_group for ad_group in batch if ad_group not in with_keywords]
            except _BATCH_REFUSALS as error:
                self._without_batches.add(account)
                reason = error.quote or str(error.message).rstrip(".")
                LOGGER.info(f"{self.name}: the ad groups of ad account {account} are read one by one. {reason}.")
            except SliceError:
                pass  # one of the ad groups may be the cause
        pending.extendleft({AD_GROUP: ad_group} for ad_group in reversed(alone))


class KeywordMetrics(AdAccountStream):
    """Search volumes of the keywords that each account uses, in its country. https://developers.pinterest.com/docs/api/v5/country_keywords_metrics-get."""

    key = ("ad_account_id", "keyword")
    path_template = "ad_accounts/{ad_account_id}/keywords/metrics"
    list_field = "data"
    page_size = None
    can_split = True
    parents = (Parent(Keywords, parameter=_KEYWORDS),)
    cost = f"one request for each {limits.KEYWORDS_PER_METRICS_REQUEST:,} keywords, or for as many as fit into a URL"

    def __init__(self, sync: Sync) -> None:
        super().__init__(sync)
        self._asks = Asks(limits.KEYWORDS_PER_METRICS_REQUEST)

    def request_params(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        country = self.account_facts.country_of(kwargs["stream_slice"]["ad_account_id"])
        return {**super().request_params(*args, **kwargs), _COUNTRY: country}

    def responses(self, task: Task, **more: Any) -> Iterator[ApiResponse[ListPage]]:
        """Yield the metrics of an account's keywords; none if the account has no country.

        Raises:
            SliceError: the list of the account's keywords broke off. Raised after those before.
        """
        del more
        account, ids = task["ad_account_id"], self.listed_by[_KEYWORDS].ids
        all_keywords = dict.fromkeys(ids.get_readable((account,)))
        keywords = tuple(keyword for keyword in all_keywords if _SEPARATOR not in keyword)
        if with_comma := next((keyword for keyword in all_keywords if _SEPARATOR in keyword), None):
            self.notices.warn(
                "commas",
                f"keywords with a comma, such as {with_comma!r}, are left out: commas separate the keywords of a "
                "request.",
            )
        if keywords and not self.account_facts.country_of(account):
            self.notices.warn(
                f"country of {account}",
                f"Pinterest names no country for ad account {account}, so its keywords have no metrics.",
            )
        elif keywords:
            path, bare = self.path(stream_slice=task), {**self.request_params(stream_slice=task), _KEYWORDS: ""}
            responses = super().responses

            def send(ask: Ask) -> list[ApiResponse[ListPage]]:
                return list(responses(task, **{_KEYWORDS: _SEPARATOR.join(ask.ids)}))

            for pages in self._asks.read(Ask(ids=keywords), send, self.client.url_length(path, bare)):
                yield from pages
        ids.check((account,))

    def records(self, page: ListPage, task: Task) -> list[Record]:
        country = self.account_facts.country_of(task["ad_account_id"])
        return [{**record, _COUNTRY: country} for record in super().records(page, task)]


def _ad_groups_in(page: ListPage, batch: Sequence[str]) -> set[str]:
    """Return the ad groups of a batch that have keywords on a page.

    Raises:
        RejectedError: the page has keywords of others.
    """
    ad_groups = {str(keyword.get("parent_id")) for keyword in page.items}
    if not ad_groups <= set(batch):
        raise RejectedError("Pinterest returned keywords that were not requested")
    return ad_groups


def _filter_by(ad_groups: Sequence[str]) -> EntityFilter:
    return {AD_GROUPS: list(ad_groups)} if len(ad_groups) > 1 else {AD_GROUP: ad_groups[0]}
