"""The open questions, and how what was seen answers them.

docs/known-unknowns.md has the same questions, and what the connector does in either case.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, NamedTuple

from integration_tests.tools.live.analytics import LAG, SEVERAL_PINS, Analytics
from integration_tests.tools.live.calls import Sighting
from integration_tests.tools.live.look import ON_BEHALF
from integration_tests.tools.live.quota_headers import ABSENT, NAMELESS, NAMES, RECORDED, forms, long_windows
from integration_tests.tools.live.reports import HOURLY, OWN_ENDPOINTS, REACH
from integration_tests.tools.live.seen import FILED_UNDER, LevelSeen, Seen
from integration_tests.tools.live.shapes import column_types as types_of
from integration_tests.tools.live.shapes import number, only_told, repeats, smallest_key
from source_pinterest.streams.ads.keywords import AD_GROUPS


class Answer(NamedTuple):
    """An answer to a question.

    Attributes:
        seen: facts without data of the account.
        means: a sentence or two.
    """

    seen: Mapping[str, Any]
    means: str


def outcome(sighting: Sighting) -> str:
    """How a call ended, in status and code."""
    if sighting.is_fine:
        return "taken"
    if not sighting.status:
        return "no answer"
    if sighting.verdict is None or not sighting.is_from_pinterest:
        return f"HTTP {sighting.status}, not JSON"
    return (
        f"HTTP {sighting.status}" if sighting.code is None else f"HTTP {sighting.status}, code {number(sighting.code)}"
    )


_PAGE = "page_size"


def rate_limit_headers(seen: Seen) -> Answer | None:
    """Which form they have."""
    if not seen.sightings:
        return None
    found = forms(seen.sightings)
    known = set(found["forms"])
    if known <= {ABSENT}:
        means = "Without headers the connector goes by the published quotas, and waits after HTTP 429 as told."
    elif not found["read_by_the_connector"]:
        means = "The connector can't read some of these headers. It goes by the published quotas and by HTTP 429."
    elif known <= {RECORDED, NAMELESS, ABSENT}:
        means = "The form recorded in July 2026. The connector paces itself by the tightest quota."
    else:
        means = "Another form than the recorded one, which the connector reads, too."
    return Answer(found, means)


def daily_quota(seen: Seen) -> Answer | None:
    """Whether headers name a quota that lasts long."""
    if all(not sighting.headers.get(NAMES[0]) for sighting in seen.sightings):
        return None
    quotas = long_windows(seen.sightings)
    means = (
        "The headers tell it, so that the connector stops before it is used up for longer than the option Longest Wait."
        if quotas
        else "No header names a quota of an hour or more: the app has Standard access, or only HTTP 429 tells."
    )
    return Answer({"quotas_of_an_hour_or_more": quotas}, means)


def throttled_call(seen: Seen) -> Answer | None:
    """What the first HTTP 429 had."""
    throttled = next((sighting for sighting in seen.sightings if sighting.status == 429), None)
    if throttled is None:
        return None
    headers = [name for name in (*NAMES, "Retry-After") if throttled.headers.get(name)]
    return Answer(
        {"code": number(throttled.code), "headers": headers, "is_json": throttled.is_from_pinterest},
        "The connector waits as long as the message or these headers say."
        if headers
        else "Unless the message says how long to wait, the connector waits longer each time.",
    )


def page_size(seen: Seen) -> Answer | None:
    """Which lists refuse it."""
    lists = [sighting for sighting in seen.sightings if isinstance(sighting.body, dict) and "items" in sighting.body]
    refused = {sighting.what: outcome(sighting) for sighting in seen.sightings if _PAGE in sighting.named}
    if not lists and not refused:
        return None
    taken = sorted({sighting.what for sighting in lists})
    means = f"These lists can't be read: {', '.join(refused)}." if refused else "It is taken wherever a list came."
    return Answer({"taken_by": taken, "refused_by": refused}, means)


def keyword_batches(seen: Seen) -> Answer | None:
    """Whether the first call, of many ad groups, was answered for them."""
    first = next(iter(seen.of("keywords")), None)
    shown = seen.counts.get(AD_GROUPS)
    if first is None or (shown is None and first.is_fine):
        return None
    if shown is None:
        return Answer({"call": outcome(first)}, "This app may not: keywords cost a call for each ad group.")
    asked_for, others = shown
    facts = {"call": "taken", "ad_groups_shown": number(asked_for), "other_parents_shown": number(others)}
    if others:
        return Answer(facts, "The parameter is ignored: keywords cost a call for each ad group.")
    if asked_for > 1:
        return Answer(facts, "This app may: keywords cost a call for 250 ad groups, and one for each without keywords.")
    return Answer(facts, "Too few keywords to tell. The connector asks for each ad group that is not shown.")


def protected_pins(seen: Seen) -> Answer | None:
    """Whether the parameter costs the list."""
    pins = seen.last("pins")
    if pins is None:
        return None
    means = (
        "The list takes the parameter, so that it is whole."
        if pins.is_fine
        else "The list was refused, perhaps for this parameter: the stream ends with Pinterest's words."
    )
    return Answer({"call": outcome(pins)}, means)


def boards_of_owner(seen: Seen) -> Answer | None:
    """Whether that call is answered, and with as many boards as the user's own."""
    call = seen.last("boards_of_owner")
    if call is None:
        return None
    if not call.is_fine:
        return Answer(
            {"call": outcome(call)}, "The options account_id and organic_per_ad_account do not work for this user."
        )
    of_owner, own = seen.counts["boards_of_owner"]
    return Answer(
        {"call": "taken", "boards_of_the_owner": number(of_owner), "boards_of_the_user": number(own)},
        "The options account_id and organic_per_ad_account work.",
    )


def token_rotation(seen: Seen) -> Answer | None:
    """Whether another refresh token came."""
    if seen.rotated is None:
        return None
    means = (
        "The new refresh token is saved in the config file; the connector hands it to the platform at once."
        if seen.rotated
        else "The refresh token stays what it is."
    )
    return Answer({"another_refresh_token_came": seen.rotated}, means)


_CAMPAIGNS = "campaign_analytics"
_TOO_LONG = (HTTPStatus.REQUEST_URI_TOO_LONG, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)


def column_types(seen: Seen) -> Answer | None:
    """The types of the columns of one call."""
    rows = seen.rows.get(_CAMPAIGNS)
    if not rows:
        return None
    types, untold = types_of(rows)
    other = sorted(seen.shapes[_CAMPAIGNS].other)
    means = (
        f"These columns don't fit their schema; a text that is a number becomes one: {', '.join(other)}."
        if other
        else "Every column fits its schema; ids become texts."
    )
    return Answer({"columns": types, "columns_not_named_here": untold}, means)


def idle_days(seen: Seen) -> Answer | None:
    """How many rows came for how many ids and days."""
    if _CAMPAIGNS not in seen.rows:
        return None
    rows, (ids, days) = len(seen.rows[_CAMPAIGNS]), seen.asked[_CAMPAIGNS]
    means = (
        "Each day has a row."
        if rows == ids * days
        else "Days without activity have no row. The connector emits what comes."
    )
    return Answer({"campaigns": ids, "days": days, "rows": number(rows)}, means)


def commas(seen: Seen) -> Answer | None:
    """Whether a call with several ids was taken."""
    call, (ids, _) = seen.last(_CAMPAIGNS), seen.asked.get(_CAMPAIGNS, (0, 0))
    if call is None or ids < 2:
        return None
    means = (
        "The connector asks so."
        if call.is_fine
        else "If Pinterest wants the parameter repeated, analytics of more than one entity fail: please report this."
    )
    return Answer({"ids": ids, "call": outcome(call)}, means)


def long_addresses(seen: Seen) -> Answer | None:
    """The longest address that reached Pinterest, and the shortest that did not."""
    calls = seen.of(Analytics.LONG_ADDRESSES)
    if not calls:
        return None
    refused = [call for call in calls if _is_refused_for_length(call)]
    taken = [call.address_characters for call in seen.sightings if not _is_refused_for_length(call)]
    facts = {"longest_that_reached_pinterest": number(max(taken, default=0))}
    if not refused:
        return Answer(facts, "No address that the connector makes is too long.")
    shortest = min(refused, key=lambda call: call.address_characters)
    facts |= {"shortest_refused": number(shortest.address_characters), "refused_with": outcome(shortest)}
    means = (
        "Longer than the connector's addresses: nothing is lost."
        if shortest.address_characters > 8_000
        else "The connector makes such calls in halves, and later ones shorter."
    )
    return Answer(facts, means)


def _is_refused_for_length(call: Sighting) -> bool:
    return call.status in _TOO_LONG or (call.verdict is not None and not call.is_from_pinterest)


def undocumented_columns(seen: Seen) -> Answer | None:
    """Whether a call for some was taken."""
    call = seen.last(Analytics.UNDOCUMENTED)
    if call is None:
        return None
    means = (
        "Such columns can be named in the option Analytics Columns."
        if call.is_fine
        else "The check says so to whoever names one; no stream asks for them otherwise."
    )
    return Answer({"call": outcome(call), "names_in_the_refusal": len(call.named)}, means)


def several_pins(seen: Seen) -> Answer | None:
    """Whether the call for several pins was taken."""
    call = seen.last(SEVERAL_PINS)
    if call is None:
        return None
    means = (
        "This app is in the beta: pin_analytics reads 100 pins a call."
        if call.is_fine
        else "This app is not in the beta: pin_analytics reads pin by pin, about 60 a minute."
    )
    return Answer({"call": outcome(call)}, means)


def video_metrics(seen: Seen) -> Answer | None:
    """Whether the call with all metrics was taken."""
    calls = [call for what in (SEVERAL_PINS, "pin_analytics") if (call := seen.last(what))]
    call = next((one for one in calls if one.is_fine or one.status == HTTPStatus.BAD_REQUEST), None)
    if call is None:
        return None
    means = "They may." if call.is_fine else "pin_analytics reads pictures apart, without video metrics."
    return Answer({"call": outcome(call), "refused_by_name": sorted(call.named)}, means)


def profile_lag(seen: Seen) -> Answer | None:
    """How old the newest day with numbers is."""
    days = seen.counts.get(LAG)
    if days is None:
        return None
    means = "The cursor stops at the last day that Pinterest has counted, so that later ones are read again."
    return Answer({"newest_day_with_numbers_is_so_many_days_old": days}, means)


_OWN = tuple(stream.stream_name() for stream in OWN_ENDPOINTS)
_TARGETING = ("TARGETING_TYPE", "TARGETING_VALUE")
_ENTITIES: Mapping[str, tuple[str, ...]] = {
    "KEYWORD": ("AD_GROUP_ID", *_TARGETING),
    "PRODUCT_GROUP": ("PRODUCT_GROUP_ID",),
    "PRODUCT_ITEM": ("PRODUCT_ITEM_ID",),
}
"""What an entity is called by; in the place of a column that does not come stands what the file lists rows under."""


def grain(seen: Seen) -> Answer | None:
    """Of each of these levels, whether an entity has several rows on a day."""
    levels = seen.levels(*_ENTITIES)
    if not levels:
        return None
    facts = {level: _grain_of(report) for level, report in levels.items()}
    broken = [level for level, report in levels.items() if report.repeats_of_key]
    finer = [level for level, fact in facts.items() if fact["finer_than_one_entity_a_day"]]
    if broken:
        return Answer(
            facts, f"Rows of {_listed(broken)} repeat the connector's key: please attach this report to an issue."
        )
    if finer:
        return Answer(facts, f"Rows of {_listed(finer)} are finer, and the connector's key tells them apart.")
    return Answer(facts, f"No two rows of {_listed(levels)} that came are of the same entity and day.")


def _grain_of(report: LevelSeen) -> dict[str, Any]:
    """What makes a row another one than that of the same entity on the same day."""
    called = _ENTITIES[report.level]
    entity = dict.fromkeys(name if name in report.parts else FILED_UNDER for name in called)
    always = [*entity, "DATE"]
    others = [name for name in (FILED_UNDER, *report.parts) if name not in always]
    again = repeats(report.rows, always)
    return {
        "rows": number(len(report.rows)),
        "entity": list(entity),
        "finer_than_one_entity_a_day": bool(again),
        "rows_that_repeat_an_entity_and_day": number(again),
        "told_apart_by": smallest_key(report.rows, always, others),
    }


def keyword_targeting(seen: Seen) -> Answer | None:
    """Which of the two columns stand in rows of keywords."""
    report = seen.levels("KEYWORD").get("KEYWORD")
    if report is None:
        return None
    there = [name for name in _TARGETING if any(name in row for row in report.rows)]
    means = (
        "The connector tells keywords apart by them."
        if len(there) == len(_TARGETING)
        else "Without them, only the id that the file lists a row under tells keywords apart."
    )
    return Answer({"columns": there, "came_unasked": [name for name in there if name in report.unasked]}, means)


def product_item_ids(seen: Seen) -> Answer | None:
    """Whether there is a column, or the file's own id alone."""
    report = seen.levels("PRODUCT_ITEM").get("PRODUCT_ITEM")
    if report is None:
        return None
    is_there = any("PRODUCT_ITEM_ID" in row for row in report.rows)
    means = "A row names its item." if is_there else "The connector takes the id that the file lists a row under."
    return Answer({"column_PRODUCT_ITEM_ID": is_there}, means)


def columns(seen: Seen) -> Answer | None:
    """Which levels refuse a part of the columns, and whether by name."""
    reports = {report.level: report for what, report in seen.reports.items() if what not in (HOURLY, *_OWN)}
    if not reports:
        return None
    facts = {level: _order_of(report) for level, report in reports.items()}
    lost = [level for level, report in reports.items() if not report.is_accepted]
    partly = [level for level, report in reports.items() if report.is_accepted and report.refused]
    if lost:
        means = f"The orders of {_listed(lost)} were refused. A sync leaves out what the message names, or fails."
    elif partly:
        means = f"Rows of {_listed(partly)} come without the columns named here, with a warning."
    else:
        means = "Every level that was asked takes the connector's columns."
    return Answer(facts, means)


def _order_of(report: LevelSeen) -> str:
    refused = f" without {', '.join(only_told(report.refused))}" if report.refused else ""
    return f"{outcome(report.order)}{refused}"


def file(seen: Seen) -> Answer | None:
    """The forms of the files that held something, and where they lay."""
    return _file_of([report for what, report in seen.reports.items() if what not in _OWN and report.form])


def own_files(seen: Seen) -> Answer | None:
    """The same of reports that have endpoints of their own."""
    return _file_of([report for what, report in seen.reports.items() if what in _OWN and report.form])


def _file_of(files: list[LevelSeen]) -> Answer | None:
    if not any(report.rows or "shape" in report.form for report in files):
        return None
    forms = sorted({report.form for report in files})
    means = (
        "The connector can't read this shape: please attach this report to an issue."
        if any("shape" in form for form in forms)
        else "The connector reads this shape."
    )
    return Answer({"files": forms, "hosts": sorted({report.host for report in files})}, means)


def empty(seen: Seen) -> Answer | None:
    """What the files without rows held, and which size Pinterest stated."""
    files = [report for report in seen.reports.values() if report.is_empty]
    if not files:
        return None
    facts = {"files": sorted({report.form for report in files})}
    facts["stated_sizes"] = sorted({str(number(report.states_size)) for report in files})
    return Answer(facts, "The connector takes it for an empty report.")


def hours(seen: Seen) -> Answer | None:
    """What tells two rows of a day apart."""
    report = seen.reports.get(HOURLY)
    if report is None or not (report.rows or not report.is_accepted):
        return None
    if not report.is_accepted:
        return Answer({"call": outcome(report.order)}, "Hourly custom reports end with Pinterest's words.")
    has_hour = any("HOUR" in row for row in report.rows)
    means = (
        "Hourly custom reports have their key."
        if has_hour
        else "Without it, hourly custom reports are incomplete, unless the destination appends."
    )
    again = number(report.repeats_of("CAMPAIGN_ID", "DATE"))
    return Answer({"column_HOUR": has_hour, "rows": number(len(report.rows)), "rows_that_repeat_a_day": again}, means)


def reach(seen: Seen) -> Answer | None:
    """Whether an order with them was taken."""
    order = seen.last(REACH)
    if order is None:
        return None
    facts = {"call": outcome(order), "refused_by_name": sorted(order.named)}
    means = (
        "The connector leaves them out without need." if order.is_fine else "The connector does well to leave them out."
    )
    return Answer(facts, means)


def _listed(names: Mapping[str, Any] | list[str]) -> str:
    return ", ".join(names)


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


_GRAIN = ("keyword_report", "product_group_report", "product_item_report")

QUESTIONS: tuple[Question, ...] = (
    Question("rate_limit_headers", "which form the headers about quotas have for this app", rate_limit_headers),
    Question("daily_quota", "how Pinterest tells the quota of a day that Trial access has", daily_quota),
    Question("throttled_call", "what HTTP 429 looks like", throttled_call),
    Question(
        "report_grain",
        "whether rows of KEYWORD, PRODUCT_GROUP and PRODUCT_ITEM reports are finer than one entity a day",
        grain,
        _GRAIN,
    ),
    Question(
        "keyword_targeting",
        "whether rows of KEYWORD reports have TARGETING_TYPE and TARGETING_VALUE",
        keyword_targeting,
        _GRAIN[:1],
    ),
    Question("product_item_ids", "whether rows of product items name their item", product_item_ids, _GRAIN[2:]),
    Question("report_columns", "whether each report level takes the columns of the connector", columns, _GRAIN),
    Question("report_file", "whether a report is an object of lists by ID", file, _GRAIN),
    Question("empty_report", "what the file of an empty report holds", empty, _GRAIN),
    Question("hourly_rows", "whether a row of an hourly report has its hour", hours, (HOURLY,)),
    Question("reach_columns", "whether targeting reports take the columns of reach", reach, (REACH,)),
    Question("column_types", "which JSON types the columns of analytics have", column_types, (_CAMPAIGNS,)),
    Question("idle_days", "whether a day without activity has a row", idle_days, (_CAMPAIGNS,)),
    Question("commas", "whether many IDs may be joined with commas", commas, (_CAMPAIGNS,)),
    Question(
        "long_addresses",
        "how long an address may be, and how a longer one is refused",
        long_addresses,
        (Analytics.LONG_ADDRESSES,),
    ),
    Question(
        "undocumented_columns",
        "whether analytics take columns that no document lists",
        undocumented_columns,
        (Analytics.UNDOCUMENTED,),
    ),
    Question("page_size", "whether every list takes a page_size of 250", page_size),
    Question(
        "keyword_batches",
        "whether one call may ask for keywords of many ad groups",
        keyword_batches,
        ("keywords",),
    ),
    Question("several_pins", "whether one call may ask for many pins", several_pins, (SEVERAL_PINS, "pin_analytics")),
    Question("video_metrics", "whether video metrics may be asked of any pin", video_metrics, ("pin_analytics",)),
    Question("protected_pins", "whether the list of all pins takes include_protected_pins", protected_pins, ("pins",)),
    Question(
        "boards_of_owner",
        "whether boards can be listed on behalf of an ad account's owner",
        boards_of_owner,
        (ON_BEHALF,),
    ),
    Question(
        "profile_lag",
        "how many days the numbers of a profile are behind",
        profile_lag,
        ("user_account_analytics",),
    ),
    Question("token_rotation", "whether a refresh brings another refresh token", token_rotation),
    Question("old_refresh_token", "whether the old refresh token dies then", None),
    Question("attribution_windows", "which attribution windows may be combined", None),
    Question("report_rows", "how many rows a report may have", None),
    Question("endless_lists", "whether a list may go on with empty pages forever", None),
    Question("other_rows", "whether a response may hold rows that were not asked for", None),
    Question(
        "own_reports",
        "what the files of marketing mix reports and of reports by brand, category and SKU hold",
        own_files,
        tuple(stream.stream_name() for stream in OWN_ENDPOINTS),
    ),
)
