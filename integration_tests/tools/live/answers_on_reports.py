"""Answer the open questions on report requests and report files."""

from collections.abc import Mapping
from typing import Any

from integration_tests.tools.live.answer import Answer, outcome
from integration_tests.tools.live.orders import HOURLY, OWN_ENDPOINTS, REACH
from integration_tests.tools.live.reports import FILED_UNDER, LevelSeen
from integration_tests.tools.live.seen import Seen
from integration_tests.tools.live.shapes import number, only_told, repeats, smallest_key

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
