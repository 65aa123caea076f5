"""Answer the open questions on rows and refusals of analytics."""

from http import HTTPStatus

from integration_tests.tools.live.analytics import Analytics
from integration_tests.tools.live.answer import Answer, outcome
from integration_tests.tools.live.calls import Sighting
from integration_tests.tools.live.organic_days import LAG, SEVERAL_PINS
from integration_tests.tools.live.seen import Seen
from integration_tests.tools.live.shapes import column_types as types_of
from integration_tests.tools.live.shapes import number

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
        f"These columns don't fit their schema, and are emitted as they are: {', '.join(other)}."
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
    means = "They may." if call.is_fine else "pin_analytics comes without the metrics that are refused, with a warning."
    return Answer({"call": outcome(call), "refused_by_name": sorted(call.named)}, means)


def profile_lag(seen: Seen) -> Answer | None:
    """How old the newest day with numbers is."""
    days = seen.counts.get(LAG)
    if days is None:
        return None
    means = "The cursor stops at the last day that Pinterest has counted, so that later ones are read again."
    return Answer({"newest_day_with_numbers_is_so_many_days_old": days}, means)
