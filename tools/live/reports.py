"""Experiment 4: reports and their files."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from source_pinterest.streams.analytics.level_reports import REPORTS
from source_pinterest.streams.analytics.report import ReportStream
from tools.live.look import AccountLook, Answer, values_at

LEVELS = ("CAMPAIGN", "KEYWORD", "CAMPAIGN_TARGETING")
EMPTY = "CAMPAIGN, without rows"
_CREATE, _POLL = "analytics/create_report", "analytics/get_report"
_DAYS = 7
_PAUSES = (5.0, 10.0, 20.0, 40.0, 60.0)
"""Between two polls; after the last, a report has come or is not waited for."""


def run(look: AccountLook) -> None:
    """Create the reports, then fetch their files."""
    account, campaigns = look.account_with_campaigns()
    tokens = {name: _created(look, account, name, campaigns) for name in (*LEVELS, EMPTY)}
    _collect(look, account, {name: token for name, token in tokens.items() if token})


def _created(look: AccountLook, account: str, name: str, campaigns: Sequence[Any]) -> str:
    """Create a report, once more without what is refused by name, and return its token."""
    body, path = _body(look, name, campaigns), f"ad_accounts/{account}/reports"
    answer, columns = look.without_refused(
        f"{_CREATE} ({name})",
        body["columns"],
        lambda names: look.post(_CREATE, path, json={**body, "columns": names}),
    )
    what = "the connector's columns" if len(columns) == len(body["columns"]) else "the other columns"
    look.asked(f"{_CREATE} ({name})", what, answer)
    if answer.is_fine:
        look.body(_CREATE, answer.json)
    return next(map(str, values_at("token", answer.json)), "")


def _body(look: AccountLook, name: str, campaigns: Sequence[Any]) -> dict[str, Any]:
    stream = _stream(look, name)
    end, more = look.days_ago(2), {}
    if name == EMPTY:  # the newest campaign, long before it was made
        newest = max(campaigns, key=lambda campaign: str(campaign.get("created_time")))
        made = _day(newest.get("created_time")) or look.days_ago(0)
        end = max(min(end, made - timedelta(days=30)), look.days_ago(900))
        more = {"campaign_ids": [str(newest.get("id"))]}
    days = {"start_date": str(end - timedelta(days=_DAYS - 1)), "end_date": str(end), "report_format": "JSON"}
    return {**days, **stream.spec.body, **stream.spec.variants[0], **more}


def _stream(look: AccountLook, name: str) -> ReportStream:
    level = name.partition(",")[0]
    return look.sync.stream(next(report for report in REPORTS if report.level == level))


def _day(seconds: Any) -> date | None:
    return datetime.fromtimestamp(int(seconds), UTC).date() if str(seconds).isdigit() else None


def _collect(look: AccountLook, account: str, tokens: Mapping[str, str]) -> None:
    """Poll each report until it is there, and fetch its file."""
    waiting = list(tokens)
    for pause in _PAUSES:
        for name in list(waiting):
            answer = look.get(_POLL, f"ad_accounts/{account}/reports", {"token": tokens[name]})
            look.body(f"{_POLL} ({name})", answer.json)
            if "IN_PROGRESS" not in values_at("report_status", answer.json):
                waiting.remove(name)
                _finished(look, name, answer)
        if not waiting:
            return
        look.pause(pause)


def _finished(look: AccountLook, name: str, answer: Answer) -> None:
    operation = f"{_POLL} ({name})"
    file = look.file(operation, next(iter(values_at("url", answer.json)), None))
    if file is None:
        return
    _note_file(look, operation, file, next(iter(values_at("size", answer.json)), None))
    _note_rows(look, operation, file.json, _stream(look, name))


def _note_file(look: AccountLook, operation: str, file: Answer, size: Any) -> None:
    stated = "equal" if str(size) == str(len(file.body)) else "not stated" if size is None else "another number"
    look.add(operation, "file", "size beside the bytes that came", stated)
    look.beginning(operation, file)


def _note_rows(look: AccountLook, operation: str, file: Any, stream: ReportStream) -> None:
    """Note the fields of the rows, and whether two of them have the connector's key."""
    groups = file.items() if isinstance(file, dict) else [("", file)]
    rows = [{**row, "ENTITY_ID": entity} for entity, part in groups for row in _listed(part)]
    if not rows:
        return
    shown = [{name: value for name, value in row.items() if name != "ENTITY_ID"} for row in rows]
    look.body(operation, shown, "[]", (*stream.spec.columns, "DATE", "TARGETING_TYPE", "TARGETING_VALUE"))
    for key in (("ENTITY_ID", "DATE"), stream.spec.key):
        found = {tuple(str(row.get(name, "")) for name in key) for row in rows}  # what is absent counts as empty
        look.add(operation, "rows", f"key {', '.join(key)}", "unique" if len(found) == len(rows) else "repeated")


def _listed(part: Any) -> list[Mapping[str, Any]]:
    return [row for row in part if isinstance(row, dict)] if isinstance(part, list) else []
