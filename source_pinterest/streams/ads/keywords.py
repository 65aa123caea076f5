"""Keywords of ad accounts, campaigns and ad groups, and their search volumes.

One request names up to 250 ad groups where Pinterest allows that. The parameter is open to some apps only, and
Pinterest may ignore it or a part of it. Keywords are therefore read in batches only after a batch has returned the same
as requests for single ad groups. Each response is checked, and ad groups without keywords in a batch are requested once
more.
"""

import logging
from collections import defaultdict
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import quote_plus

from airbyte_cdk.sources.types import StreamSlice

from source_pinterest import limits
from source_pinterest.api.errors import (
    AccessLostError,
    GoneError,
    RefusedError,
    RejectedError,
    ResponseTooLargeError,
    RightMissingError,
    SliceError,
)
from source_pinterest.api.rows import ListPage, ListShape, Record
from source_pinterest.api.session import ApiResponse
from source_pinterest.engine.parents import ParentIds
from source_pinterest.engine.slices import batches, failed_slice, failure_of, ids_that_fit, partition_slice
from source_pinterest.streams.ads.accounts import AdAccountStream
from source_pinterest.streams.ads.entities import AdGroups, Campaigns, EntityStream
from source_pinterest.streams.ads.entity_lists import EntityFilter, EntityListStream
from source_pinterest.streams.base.stream import Sync

LOGGER = logging.getLogger("airbyte")

AD_GROUP, AD_GROUPS = "ad_group_id", "ad_group_ids"

_BATCH_FAILURES = (RejectedError, RefusedError, RightMissingError, AccessLostError, GoneError, ResponseTooLargeError)
"""Errors after which the ad groups of a batch are read one by one."""

_MIN_AD_GROUPS_WITH_KEYWORDS = 2
"""A trial batch must return keywords of so many ad groups: one alone may mean that Pinterest ignored the others."""

_TRIAL_REQUESTS = 2
"""Requests of a trial. An account of no more ad groups is read one by one as fast as a trial is made."""

_SAFE_BATCH_SIZE = 25
"""Pinterest's smallest limit for a list. If it accepts several ad groups at all, it reads at least so many."""

_MAX_BATCH_ROUNDS = 3
"""Ad groups that returned nothing in so many rounds of batches are read one by one."""

_COUNTRY = "country_code"
_KEYWORDS = "keywords"
_SEPARATOR = ","


class Keywords(EntityListStream):
    """Keywords of ad groups, negative ones of campaigns and accounts too. https://developers.pinterest.com/docs/api/v5/keywords-get."""

    path_template = "ad_accounts/{ad_account_id}/keywords"
    cost = f"1 a campaign, and 1 for {limits.AD_GROUPS_PER_REQUEST} ad groups, or for each where Pinterest takes one"
    listed_by: ClassVar[Mapping[str, type[EntityStream]]] = {"campaign_id": Campaigns, AD_GROUP: AdGroups}

    def __init__(self, sync: Sync) -> None:
        super().__init__(sync)
        self._batches_work = False
        self._proven_batch_size = _SAFE_BATCH_SIZE
        """The last position in a batch whose ad group has returned keywords."""

    def account_slices(self, accounts: Iterable[str]) -> Iterator[StreamSlice]:
        """Yield a slice for each account.

        Accounts whose trial of a batch proves nothing come last, so that the trial of another account may decide.
        """
        undecided: list[StreamSlice] = []
        for stream_slice in super().account_slices(accounts):
            if failure_of(stream_slice):
                yield stream_slice
                continue
            try:
                self._batches_work = self._batches_work or self._try_batch(stream_slice)
            except SliceError as error:
                yield failed_slice(stream_slice.partition, error)
                continue
            if self._batches_work:
                yield stream_slice
            else:
                undecided.append(stream_slice)
        yield from undecided

    def filters(self, stream_slice: StreamSlice) -> Iterator[EntityFilter]:
        """Yield a filter for the account itself, for each campaign, and for the ad groups in batches if these work."""
        yield {}
        for campaign in stream_slice.extra_fields["campaign_id"]:
            yield {"campaign_id": campaign}
        ad_groups = stream_slice.extra_fields[AD_GROUP]
        for batch in batches(ad_groups, self._batch_size(stream_slice, ad_groups) if self._batches_work else 1):
            yield _filter_by(batch)

    def pages_of_list(self, stream_slice: StreamSlice, entity_filter: EntityFilter) -> Iterator[ApiResponse[ListPage]]:
        """Yield the pages of one list; those of a batch are checked."""
        if AD_GROUPS in entity_filter:
            return self._pages_of_batch(stream_slice, entity_filter)
        return super().pages_of_list(stream_slice, entity_filter)

    def ids_for_children(self, records: Iterable[Record]) -> Iterator[str]:
        """Return the texts of the keywords, by which Pinterest knows their metrics."""
        return (str(record["value"]) for record in records if record.get("value"))

    def _batch_size(self, stream_slice: StreamSlice, ad_groups: Sequence[str]) -> int:
        """Return how many ad groups fit into a request, by Pinterest's limit and by the length of its URL."""
        params = {**self.request_params(stream_slice=stream_slice), AD_GROUPS: ""}
        bare = self.client.url_length(self.path(stream_slice=stream_slice), params)
        room = limits.URL_CHARACTERS - limits.BOOKMARK_CHARACTERS - bare
        return min(limits.AD_GROUPS_PER_REQUEST, ids_that_fit(ad_groups, room, f"&{AD_GROUPS}="))

    def _try_batch(self, stream_slice: StreamSlice) -> bool:
        """Return whether a batch of the account's ad groups returns what requests for single ad groups return.

        The batch must return keywords of several of its ad groups, and of no other parent; keywords of one ad group, or
        none, do not prove that Pinterest read the others. The last ad group of the batch is then read by itself, and if
        the batch has no keywords of it, also the ad group with the most keywords. Both have to agree with the batch.
        """
        ad_groups = stream_slice.extra_fields[AD_GROUP]
        batch = list(ad_groups[: self._batch_size(stream_slice, ad_groups)])
        if len(batch) <= _TRIAL_REQUESTS:
            return False
        try:
            found = self._ids_by_parent(stream_slice, {AD_GROUPS: batch})
            if len(found) < _MIN_AD_GROUPS_WITH_KEYWORDS or not found.keys() <= set(batch):
                return False
            self._note_last_position(batch, found)
            samples = (batch[-1], max(found, key=lambda parent: len(found[parent])))
            return all(
                self._ids_by_parent(stream_slice, {AD_GROUP: sample}).get(sample, set()) == found.get(sample, set())
                for sample in (samples[:1] if samples[0] in found else samples)
            )
        except _BATCH_FAILURES:
            return False

    def _ids_by_parent(self, stream_slice: StreamSlice, entity_filter: EntityFilter) -> dict[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for response in self.request_pages(stream_slice, entity_filter):
            for keyword in response.value.items:
                found[_parent_of(keyword)].add(str(keyword["id"]))
        return dict(found)

    def _pages_of_batch(
        self, stream_slice: StreamSlice, entity_filter: EntityFilter
    ) -> Iterator[ApiResponse[ListPage]]:
        """Yield the pages of a batch.

        Ad groups that returned nothing are requested again, in batches of the proven size, and at last one by one.
        """
        unread = list(entity_filter[AD_GROUPS])
        size = len(unread)
        try:
            for round_ in range(_MAX_BATCH_ROUNDS):
                with_keywords: set[str] = set()
                if not (yield from self._pages_of_batches(stream_slice, batches(unread, size), with_keywords)):
                    break
                unread = [ad_group for ad_group in unread if ad_group not in with_keywords]
                if not unread or (round_ and not with_keywords):
                    return
                size = self._proven_batch_size
        except _BATCH_FAILURES as error:
            reason = error.quote or str(error.message).rstrip(".")
            LOGGER.info(f"{self.name}: a batch of ad groups is read one by one. {reason}.")
        for ad_group in unread:
            yield from super().pages_of_list(stream_slice, {AD_GROUP: ad_group})

    def _pages_of_batches(
        self, stream_slice: StreamSlice, groups: list[tuple[str, ...]], with_keywords: set[str]
    ) -> Generator[ApiResponse[ListPage], None, bool]:
        """Yield the pages of batches; return False at the first page with keywords of another parent.

        Args:
            stream_slice: the account.
            groups: the ad groups of each batch.
            with_keywords: takes the ad groups that have keywords.
        """
        for batch in groups:
            for response in self.request_pages(stream_slice, _filter_by(batch)):
                parents = {_parent_of(keyword) for keyword in response.value.items}
                if not parents <= set(batch):
                    return False
                with_keywords |= parents
                yield response
            self._note_last_position(batch, with_keywords)
        return True

    def _note_last_position(self, batch: Sequence[str], with_keywords: Iterable[str]) -> None:
        """Raise the proven batch size to the last ad group of the batch that has keywords."""
        found = set(with_keywords)
        last = max((position for position, ad_group in enumerate(batch, 1) if ad_group in found), default=0)
        self._proven_batch_size = max(self._proven_batch_size, last)


class KeywordMetrics(AdAccountStream):
    """Search volumes of the keywords that each account uses, in its country. https://developers.pinterest.com/docs/api/v5/country_keywords_metrics-get."""

    primary_key: str | list[str] = ["ad_account_id", "keyword"]  # noqa: RUF012 - the framework's attribute, never changed
    path_template = "ad_accounts/{ad_account_id}/keywords/metrics"
    shape = ListShape(("keyword",), field="data")
    page_size = None
    can_split = True
    cost = f"1 for {limits.KEYWORDS_PER_METRICS_REQUEST:,} keywords, or for as many as fit into a URL"

    def needed_ids(self) -> Iterator[ParentIds]:
        """Yield the texts of all keywords, beside the ids of the accounts."""
        yield from super().needed_ids()
        yield self._keywords.ids

    @property
    def _keywords(self) -> Keywords:
        return self.shared.stream(Keywords)

    def account_slices(self, accounts: Iterable[str]) -> Iterator[StreamSlice]:
        """Yield a slice for each account with its keywords, or a failed slice if they can't be listed."""
        for account in accounts:
            partition = {"ad_account_id": account}
            try:
                keywords: dict[str, Any] = {_KEYWORDS: tuple(dict.fromkeys(self._keywords.ids.of((account,))))}
            except SliceError as error:
                yield failed_slice(partition, error)
            else:
                yield partition_slice(partition, **keywords)

    def request_params(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the account's country."""
        country = self.ad_accounts.country_of(kwargs["stream_slice"]["ad_account_id"])
        return {**super().request_params(*args, **kwargs), _COUNTRY: country}

    def responses(self, stream_slice: StreamSlice, **more: Any) -> Iterator[ApiResponse[ListPage]]:
        """Yield the metrics of an account's keywords; none if the account has no country."""
        del more
        account = stream_slice["ad_account_id"]
        keywords = stream_slice.extra_fields[_KEYWORDS]
        if keywords and not self.ad_accounts.country_of(account):
            self.notices.warn(
                f"country of {account}",
                f"Pinterest names no country for ad account {account}, so its keywords have no metrics.",
            )
            return
        path, params = self.path(stream_slice=stream_slice), self.request_params(stream_slice=stream_slice)
        room = limits.URL_CHARACTERS - self.client.url_length(path, {**params, _KEYWORDS: ""})
        for batch in _batches_that_fit(list(self._without_commas(keywords)), room):
            yield from self._metrics_of(stream_slice, batch)

    def _without_commas(self, keywords: Iterable[str]) -> Iterator[str]:
        for keyword in keywords:
            if _SEPARATOR in keyword:
                self.notices.warn(
                    "commas",
                    f"keywords with a comma, such as {keyword!r}, are left out: commas separate the keywords of a "
                    "request.",
                )
            else:
                yield keyword

    def _metrics_of(self, stream_slice: StreamSlice, keywords: Sequence[str]) -> Iterator[ApiResponse[ListPage]]:
        """Yield the metrics of some keywords; request half as many at a time if a response is too large."""
        try:
            yield from super().responses(stream_slice, **{_KEYWORDS: _SEPARATOR.join(keywords)})
        except ResponseTooLargeError:
            if len(keywords) == 1:
                raise
            half = len(keywords) // 2
            yield from self._metrics_of(stream_slice, keywords[:half])
            yield from self._metrics_of(stream_slice, keywords[half:])

    def records(self, page: ListPage, stream_slice: StreamSlice) -> list[Record]:
        """Return the metrics of a page, with the country that they apply to."""
        country = self.ad_accounts.country_of(stream_slice["ad_account_id"])
        return [{**record, _COUNTRY: country} for record in super().records(page, stream_slice)]


def _filter_by(ad_groups: Sequence[str]) -> EntityFilter:
    return {AD_GROUPS: list(ad_groups)} if len(ad_groups) > 1 else {AD_GROUP: ad_groups[0]}


def _parent_of(keyword: Record) -> str:
    return str(keyword.get("parent_id"))


def _batches_that_fit(keywords: Sequence[str], room: int) -> Iterator[list[str]]:
    """Split keywords into batches that Pinterest accepts and whose URL is short enough.

    Args:
        keywords: in any order.
        room: characters that the keywords of a batch may take in the URL, encoded and with separators.
    """
    batch: list[str] = []
    length = 0
    for keyword in keywords:
        size = len(quote_plus(keyword)) + len(quote_plus(_SEPARATOR))
        if batch and (length + size > room or len(batch) == limits.KEYWORDS_PER_METRICS_REQUEST):
            yield batch
            batch, length = [], 0
        batch.append(keyword)
        length += size
    if batch:
        yield batch
