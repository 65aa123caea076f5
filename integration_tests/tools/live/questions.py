"""Which questions are open, and what settles one? docs/known-unknowns.md says what happens in either case."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from integration_tests.tools.live import answers_on_calls as calls
from integration_tests.tools.live import answers_on_numbers as numbers
from integration_tests.tools.live import answers_on_reports as reports
from integration_tests.tools.live.analytics import Analytics
from integration_tests.tools.live.answer import Answer
from integration_tests.tools.live.look import ON_BEHALF
from integration_tests.tools.live.orders import HOURLY, OWN_ENDPOINTS, REACH
from integration_tests.tools.live.organic_days import SEVERAL_PINS
from integration_tests.tools.live.seen import Seen

ANSWERED, NOT_SEEN, NOT_REACHED, NOT_ASKED = "answered", "not seen", "not reached", "not asked"


@dataclass(frozen=True)
class Question:
    """An open question, by its name in docs/known-unknowns.md.

    Attributes:
        name: for machines.
        title: what is open, in an indirect question.
        answer: what was seen of it and what that means; None where nothing was.
        needs: the calls that can answer it.
    """

    name: str
    title: str
    answer: Callable[[Seen], Answer | None] | None
    needs: tuple[str, ...] = ()

    def told(self, seen: Seen) -> dict[str, Any]:
        """The answer as it stands in the report."""
        return {"question": self.title, **self._state(seen)}

    def _state(self, seen: Seen) -> dict[str, Any]:
        if self.answer is None:
            return {"state": NOT_ASKED, "means": "The page says what the connector does in either case."}
        if found := self.answer(seen):
            return {"state": ANSWERED, "seen": dict(found.seen), "means": found.means}
        if seen.not_reached_of(self.needs):
            return {"state": NOT_REACHED, "means": f"{seen.stopped or 'The calls did not suffice'}."}
        if seen.not_ready_of(self.needs):
            return {"state": NOT_REACHED, "means": "The report was not ready in time."}
        why = next((seen.nothing[what] for what in self.needs if what in seen.nothing), "")
        return {"state": NOT_SEEN, "means": f"The account has {why}." if why else "Nothing that came shows it."}


_CAMPAIGNS = ("campaign_analytics",)
_GRAIN = ("keyword_report", "product_group_report", "product_item_report")

QUESTIONS: tuple[Question, ...] = (
    Question("rate_limit_headers", "which form the headers about quotas have for this app", calls.rate_limit_headers),
    Question("daily_quota", "how Pinterest tells the quota of a day that Trial access has", calls.daily_quota),
    Question("throttled_call", "what HTTP 429 looks like", calls.throttled_call),
    Question(
        "report_grain",
        "whether rows of KEYWORD, PRODUCT_GROUP and PRODUCT_ITEM reports are finer than one entity a day",
        reports.grain,
        _GRAIN,
    ),
    Question(
        "keyword_targeting",
        "whether rows of KEYWORD reports have TARGETING_TYPE and TARGETING_VALUE",
        reports.keyword_targeting,
        _GRAIN[:1],
    ),
    Question("product_item_ids", "whether rows of product items name their item", reports.product_item_ids, _GRAIN[2:]),
    Question("report_columns", "whether each report level takes the columns of the connector", reports.columns, _GRAIN),
    Question("report_file", "whether a report is an object of lists by ID", reports.file, _GRAIN),
    Question("empty_report", "what the file of an empty report holds", reports.empty, _GRAIN),
    Question("hourly_rows", "whether a row of an hourly report has its hour", reports.hours, (HOURLY,)),
    Question("reach_columns", "whether targeting reports take the columns of reach", reports.reach, (REACH,)),
    Question("column_types", "which JSON types the columns of analytics have", numbers.column_types, _CAMPAIGNS),
    Question("idle_days", "whether a day without activity has a row", numbers.idle_days, _CAMPAIGNS),
    Question("commas", "whether many IDs may be joined with commas", numbers.commas, _CAMPAIGNS),
    Question(
        "long_addresses",
        "how long an address may be, and how a longer one is refused",
        numbers.long_addresses,
        (Analytics.LONG_ADDRESSES,),
    ),
    Question(
        "undocumented_columns",
        "whether analytics take columns that no document lists",
        numbers.undocumented_columns,
        (Analytics.UNDOCUMENTED,),
    ),
    Question("page_size", "whether every list takes a page_size of 250", calls.page_size),
    Question(
        "keyword_batches",
        "whether one call may ask for keywords of many ad groups",
        calls.keyword_batches,
        ("keywords",),
    ),
    Question(
        "several_pins", "whether one call may ask for many pins", numbers.several_pins, (SEVERAL_PINS, "pin_analytics")
    ),
    Question(
        "video_metrics", "whether video metrics may be asked of any pin", numbers.video_metrics, ("pin_analytics",)
    ),
    Question(
        "protected_pins", "whether the list of all pins takes include_protected_pins", calls.protected_pins, ("pins",)
    ),
    Question(
        "boards_of_owner",
        "whether boards can be listed on behalf of an ad account's owner",
        calls.boards_of_owner,
        (ON_BEHALF,),
    ),
    Question(
        "profile_lag",
        "how many days the numbers of a profile are behind",
        numbers.profile_lag,
        ("user_account_analytics",),
    ),
    Question("token_rotation", "whether a refresh brings another refresh token", calls.token_rotation),
    Question("old_refresh_token", "whether the old refresh token dies then", None),
    Question("attribution_windows", "which attribution windows may be combined", None),
    Question("report_rows", "how many rows a report may have", None),
    Question("endless_lists", "whether a list may go on with empty pages forever", None),
    Question("other_rows", "whether a response may hold rows that were not asked for", None),
    Question(
        "own_reports",
        "what the files of marketing mix reports and of reports by brand, category and SKU hold",
        reports.own_files,
        tuple(stream.stream_name() for stream in OWN_ENDPOINTS),
    ),
)
