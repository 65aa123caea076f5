"""Keywords of ad groups, and negative ones of campaigns and accounts. May one call ask for 250 ad groups?

Pinterest opens that parameter to some apps only, and may ignore it or a part of it. So it is tried out first, every
answer is checked, and ad groups that a batch showed nothing of are asked for once more.
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
    AnswerTooLargeError,
    GoneError,
    RefusedError,
    RejectedError,
    RightMissingError,
    SliceError,
)
from source_pinterest.api.rows import ListPage, ListShape, Record
from source_pinterest.api.session import Answer
from source_pinterest.engine.parents import ParentIds
from source_pinterest.engine.slices import batches, failed_slice, failure_of, ids_that_fit, partition_slice
from source_pinterest.streams.ads.accounts import AdAccountStream
from source_pinterest.streams.ads.entities import AdGroups, Campaigns, EntityStream
from source_pinterest.streams.ads.entity_lists import EntityListStream, Filter
from source_pinterest.streams.base.stream import Sync

LOGGER = logging.getLogger("airbyte")

AD_GROUP, AD_GROUPS = "ad_group_id", "ad_group_ids"

_REFUSALS = (RejectedError, RefusedError, RightMissingError, AccessLostError, GoneError, AnswerTooLargeError)
"""A batch that is answered so is read ad group by ad group."""

_GROUPS_THAT_PROVE = 2
_CALLS_OF_A_PROOF = 2
"""An account of so few ad groups is read as fast as anything is proven."""
_SURELY_LOOKED_AT = 25
"""Pinterest's smallest limit for a list: at so many ad groups of a batch it looks, if it looks at several."""
_ROUNDS_OF_A_BATCH = 3
"""What a batch still does not show after so many is asked for ad group by ad group."""


class Keywords(EntityListStream):
    """Keywords of ad groups, negative ones of campaigns and accounts too. https://developers.pinterest.com/docs/api/v5/keywords-get."""

    path_template = "ad_accounts/{ad_account_id}/keywords"
    cost = (
        f"1 a campaign, and 1 for {limits.AD_GROUPS_PER_KEYWORDS_CALL} ad groups, or for each where Pinterest takes one"
    )
    listed_by: ClassVar[Mapping[str, type[EntityStream]]] = {"campaign_id": Campaigns, AD_GROUP: AdGroups}

    def __init__(self, sync: Sync) -> None:
        super().__init__(sync)
        self._batches_work = False
        self._looked_at = _SURELY_LOOKED_AT
        """At so many ad groups of a batch Pinterest has been seen to look."""

    def account_slices(self, accounts: Iterable[str]) -> Iterator[StreamSlice]:
        """A slice for each account; those that prove nothing of batches come last, when others may have."""
        undecided: list[StreamSlice] = []
        for stream_slice in super().account_slices(accounts):
            if failure_of(stream_slice):
                yield stream_slice
                continue
            try:
                self._batches_work = self._batches_work or self._does_a_batch_agree(stream_slice)
            except SliceError as error:
                yield failed_slice(stream_slice.partition, error)
                continue
            if self._batches_work:
                yield stream_slice
            else:
                undecided.append(stream_slice)
        yield from undecided

    def filters(self, stream_slice: StreamSlice) -> Iterator[Filter]:
        """The account itself, each campaign, and the ad groups in the largest batches that work."""
        yield {}
        for campaign in stream_slice.extra_fields["campaign_id"]:
            yield {"campaign_id": campaign}
        ad_groups = stream_slice.extra_fields[AD_GROUP]
        for batch in batches(ad_groups, self._most_of(stream_slice, ad_groups) if self._batches_work else 1):
            yield _named(batch)

    def filtered(self, stream_slice: StreamSlice, wanted: Filter) -> Iterator[Answer[ListPage]]:
        """The pages of one list; those of a batch are checked."""
        if AD_GROUPS in wanted:
            return self._of_batch(stream_slice, wanted)
        return super().filtered(stream_slice, wanted)

    def ids_for_children(self, records: Iterable[Record]) -> Iterator[str]:
        """The texts of the keywords: by these Pinterest knows their metrics, not by ids."""
        return (str(record["value"]) for record in records if record.get("value"))

    def _most_of(self, stream_slice: StreamSlice, ad_groups: Sequence[str]) -> int:
        """How many of these go into a batch: as many as Pinterest takes and as its address has room for."""
        params = {**self.request_params(stream_slice=stream_slice), AD_GROUPS: ""}
        bare = self.client.address_length(self.path(stream_slice=stream_slice), params)
        room = limits.ADDRESS_CHARACTERS - limits.BOOKMARK_CHARACTERS - bare
        return min(limits.AD_GROUPS_PER_KEYWORDS_CALL, ids_that_fit(ad_groups, room, f"&{AD_GROUPS}="))

    def _does_a_batch_agree(self, stream_slice: StreamSlice) -> bool:
        """Whether a batch shows several of its ad groups, no other parent, and what its last one shows by itself.

        Keywords of a single ad group, or none at all, do not show that the others were looked at. Where the last one
        has none, another one has to agree too.
        """
        ad_groups = stream_slice.extra_fields[AD_GROUP]
        batch = list(ad_groups[: self._most_of(stream_slice, ad_groups)])
        if len(batch) <= _CALLS_OF_A_PROOF:
            return False
        try:
            found = self._ids_by_parent(stream_slice, {AD_GROUPS: batch})
            if len(found) < _GROUPS_THAT_PROVE or not found.keys() <= set(batch):
                return False
            self._note_what_was_looked_at(batch, found)
            samples = (batch[-1], max(found, key=lambda parent: len(found[parent])))
            return all(
                self._ids_by_parent(stream_slice, {AD_GROUP: sample}).get(sample, set()) == found.get(sample, set())
                for sample in (samples[:1] if samples[0] in found else samples)
            )
        except _REFUSALS:
            return False

    def _ids_by_parent(self, stream_slice: StreamSlice, wanted: Filter) -> dict[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for answer in self.ask(stream_slice, wanted):
            for keyword in answer.value.items:
                found[_parent_of(keyword)].add(str(keyword["id"]))
        return dict(found)

    def _of_batch(self, stream_slice: StreamSlice, wanted: Filter) -> Iterator[Answer[ListPage]]:
        """The pages of a batch, and those of the ad groups that it showed nothing of; the last resort is one by one."""
        left = list(wanted[AD_GROUPS])
        size = len(left)
        try:
            for round_ in range(_ROUNDS_OF_A_BATCH):
                shown: set[str] = set()
                if not (yield from self._of_batches(stream_slice, batches(left, size), shown)):
                    break
                left = [ad_group for ad_group in left if ad_group not in shown]
                if not left or (round_ and not shown):
                    return
                size = self._looked_at
        except _REFUSALS as error:
            why = error.answer or str(error.message).rstrip(".")
            LOGGER.info(f"{self.name}: a batch of ad groups is read one by one. {why}.")
        for ad_group in left:
            yield from super().filtered(stream_slice, {AD_GROUP: ad_group})

    def _of_batches(
        self, stream_slice: StreamSlice, groups: list[tuple[str, ...]], shown: set[str]
    ) -> Generator[Answer[ListPage], None, bool]:
        """The pages of batches, until one shows other parents than it was asked for; then False.

        Args:
            stream_slice: the account.
            groups: the ad groups of each batch.
            shown: takes the ad groups that have keywords.
        """
        for batch in groups:
            for answer in self.ask(stream_slice, _named(batch)):
                parents = {_parent_of(keyword) for keyword in answer.value.items}
                if not parents <= set(batch):
                    return False
                shown |= parents
                yield answer
            self._note_what_was_looked_at(batch, shown)
        return True

    def _note_what_was_looked_at(self, batch: Sequence[str], shown: Iterable[str]) -> None:
        seen = set(shown)
        last = max((position for position, ad_group in enumerate(batch, 1) if ad_group in seen), default=0)
        self._looked_at = max(self._looked_at, last)


def _named(batch: Sequence[str]) -> Filter:
    return {AD_GROUPS: list(batch)} if len(batch) > 1 else {AD_GROUP: batch[0]}


def _parent_of(keyword: Record) -> str:
    return str(keyword.get("parent_id"))


_COUNTRY = "country_code"
_KEYWORDS = "keywords"
_SEPARATOR = ","


class KeywordMetrics(AdAccountStream):
    """Search volumes of the keywords that each account uses, in its country. https://developers.pinterest.com/docs/api/v5/country_keywords_metrics-get."""

    primary_key: str | list[str] = ["ad_account_id", "keyword"]  # noqa: RUF012 - the framework's attribute, never changed
    path_template = "ad_accounts/{ad_account_id}/keywords/metrics"
    shape = ListShape(("keyword",), field="data")
    page_size = None
    can_split = True
    cost = f"1 for {limits.KEYWORDS_PER_METRICS_CALL:,} keywords, or for as many as fit into an address"

    def needed_ids(self) -> Iterator[ParentIds]:
        """The texts of all keywords."""
        yield from super().needed_ids()
        yield self._keywords.ids

    @property
    def _keywords(self) -> Keywords:
        return self.shared.stream(Keywords)

    def account_slices(self, accounts: Iterable[str]) -> Iterator[StreamSlice]:
        """A slice for each account, with its keywords; one that raises where they can't be listed."""
        for account in accounts:
            partition = {"ad_account_id": account}
            try:
                keywords: dict[str, Any] = {_KEYWORDS: tuple(dict.fromkeys(self._keywords.ids.of((account,))))}
            except SliceError as error:
                yield failed_slice(partition, error)
            else:
                yield partition_slice(partition, **keywords)

    def request_params(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The account's country."""
        country = self.ad_accounts.country_of(kwargs["stream_slice"]["ad_account_id"])
        return {**super().request_params(*args, **kwargs), _COUNTRY: country}

    def answers(self, stream_slice: StreamSlice, **more: Any) -> Iterator[Answer[ListPage]]:
        """The metrics of an account's keywords, in the fewest calls; none where Pinterest can't be asked."""
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
        room = limits.ADDRESS_CHARACTERS - self.client.address_length(path, {**params, _KEYWORDS: ""})
        for batch in _batches(list(self._askable(keywords)), room):
            yield from self._of_batch(stream_slice, batch)

    def _askable(self, keywords: Iterable[str]) -> Iterator[str]:
        for keyword in keywords:
            if _SEPARATOR in keyword:
                self.notices.warn(
                    "commas",
                    f"Pinterest can't be asked for keywords with a comma, such as {keyword!r}: commas separate them. "
                    "They are left out.",
                )
            else:
                yield keyword

    def _of_batch(self, stream_slice: StreamSlice, keywords: Sequence[str]) -> Iterator[Answer[ListPage]]:
        """The metrics of some keywords; in two calls if one is too large."""
        try:
            yield from super().answers(stream_slice, **{_KEYWORDS: _SEPARATOR.join(keywords)})
        except AnswerTooLargeError:
            if len(keywords) == 1:
                raise
            half = len(keywords) // 2
            yield from self._of_batch(stream_slice, keywords[:half])
            yield from self._of_batch(stream_slice, keywords[half:])

    def records(self, page: ListPage, stream_slice: StreamSlice) -> list[Record]:
        """The metrics of a page, with the country that they are of."""
        country = self.ad_accounts.country_of(stream_slice["ad_account_id"])
        return [{**record, _COUNTRY: country} for record in super().records(page, stream_slice)]


def _batches(keywords: Sequence[str], room: int) -> Iterator[list[str]]:
    """The keywords in runs that Pinterest takes and that leave an address short enough.

    Args:
        keywords: in any order.
        room: how many characters they may have, encoded and with what separates them.
    """
    batch: list[str] = []
    length = 0
    for keyword in keywords:
        size = len(quote_plus(keyword)) + len(quote_plus(_SEPARATOR))
        if batch and (length + size > room or len(batch) == limits.KEYWORDS_PER_METRICS_CALL):
            yield batch
            batch, length = [], 0
        batch.append(keyword)
        length += size
    if batch:
        yield batch
