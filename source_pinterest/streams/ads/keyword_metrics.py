"""How often do people search, in an ad account's country, for the keywords that it uses?

Pinterest tells it for up to 2,000 keywords a call, as far as their texts fit into an address.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import quote_plus

from airbyte_cdk.sources.types import StreamSlice

from source_pinterest import limits
from source_pinterest.api.bodies import ListPage, ListShape, Record
from source_pinterest.api.errors import AnswerTooLargeError, SliceError
from source_pinterest.api.session import Answer
from source_pinterest.engine.parent_ids import ParentIds
from source_pinterest.streams.ads.base import AdAccountStream
from source_pinterest.streams.ads.keywords import Keywords
from source_pinterest.streams.base.slices import failed_slice, partition_slice

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
