"""Keywords of ad accounts, campaigns and ad groups, and their search volumes."""

from collections.abc import Iterator
from typing import Any

from source_pinterest import limits
from source_pinterest.api.bodies import Page, Record
from source_pinterest.engine.request_splitting import RequestSpec, RequestSplitter
from source_pinterest.engine.tasks import Task
from source_pinterest.streams.ads.accounts import AdAccountStream
from source_pinterest.streams.ads.entities import AdGroups, Campaigns
from source_pinterest.streams.ads.entity_lists import EntityFilter, EntityListStream
from source_pinterest.streams.base.declaration import Parent
from source_pinterest.streams.base.sync import SyncContext

_COUNTRY = "country_code"
_KEYWORDS = "keywords"
_SEPARATOR = ","


class Keywords(EntityListStream):
    """Keywords of ad groups, negative ones of campaigns and accounts too. https://developers.pinterest.com/docs/api/v5/keywords-get."""

    path_template = "ad_accounts/{ad_account_id}/keywords"
    cost = "one request for each ad account, for each campaign and for each ad group"
    id_field = "value"  # the text, by which Pinterest knows the metrics of a keyword
    parents = (Parent(Campaigns, parameter="campaign_id"), Parent(AdGroups, parameter="ad_group_id"))

    def filters(self, task: Task) -> Iterator[EntityFilter]:
        """Yield a filter for the account itself, for each campaign, and for each ad group."""
        yield {}
        yield from super().filters(task)


class KeywordMetrics(AdAccountStream):
    """Search volumes of the keywords that each account uses, in its country. https://developers.pinterest.com/docs/api/v5/country_keywords_metrics-get."""

    key = ("ad_account_id", "keyword")
    path_template = "ad_accounts/{ad_account_id}/keywords/metrics"
    list_field = "data"
    page_size = None
    parents = (Parent(Keywords, parameter=_KEYWORDS),)
    cost = f"one request for each {limits.KEYWORDS_PER_METRICS_REQUEST:,} keywords, or for as many as fit into a URL"

    def __init__(self, sync: SyncContext) -> None:
        super().__init__(sync)
        self._splitter = RequestSplitter(limits.KEYWORDS_PER_METRICS_REQUEST)

    def request_params(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        country = self.ad_accounts.listed[kwargs["stream_slice"]["ad_account_id"]].country
        return {**super().request_params(*args, **kwargs), _COUNTRY: country}

    def pages(self, task: Task) -> Iterator[Page]:
        """Yield the metrics of an account's keywords; none if the account has no country.

        Raises:
            TaskError: the list of the account's keywords broke off. Raised after those before.
        """
        account, ids = task["ad_account_id"], self.listed_by[_KEYWORDS].ids
        all_keywords = dict.fromkeys(ids.get_readable((account,)))
        keywords = tuple(keyword for keyword in all_keywords if _SEPARATOR not in keyword)
        if with_comma := next((keyword for keyword in all_keywords if _SEPARATOR in keyword), None):
            self.notices.warn(
                "commas",
                f"keywords with a comma, such as {with_comma!r}, are skipped: commas separate the keywords of a "
                "request.",
            )
        if keywords and not self.ad_accounts.listed[account].country:
            self.notices.warn(
                f"country of {account}",
                f"Pinterest names no country for ad account {account}, so its keywords have no metrics.",
            )
        elif keywords:
            path, bare = self.path(stream_slice=task), {**self.request_params(stream_slice=task), _KEYWORDS: ""}

            def send(spec: RequestSpec) -> list[Page]:
                return list(self.list_pages(task, {_KEYWORDS: _SEPARATOR.join(spec.ids)}))

            for pages in self._splitter.read(RequestSpec(ids=keywords), send, self.client.url_length(path, bare)):
                yield from pages
        ids.check((account,))

    def records(self, page: Page, task: Task) -> list[Record]:
        country = self.ad_accounts.listed[task["ad_account_id"]].country
        return [{**record, _COUNTRY: country} for record in super().records(page, task)]
