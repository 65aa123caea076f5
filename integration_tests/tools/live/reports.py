"""Experiment 4: reports and their files, and targeting analytics of campaigns with and without activity."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests

from integration_tests.tools.live import forms
from integration_tests.tools.live.look import AccountLook, Answer, repeats, values_at
from source_pinterest.api.errors import MalformedResponseError
from source_pinterest.reporting.client import ReportClient
from source_pinterest.streams.analytics.level_reports import REPORTS
from source_pinterest.streams.analytics.report import ReportStream

LEVELS = ("CAMPAIGN", "KEYWORD", "CAMPAIGN_TARGETING")
EMPTY = "CAMPAIGN, without rows"
_CREATE, _POLL, _TARGETING = "analytics/create_report", "analytics/get_report", "campaign_targeting_analytics/get"
_DAYS = 7
_PAUSES = (5.0, 10.0, 20.0, 40.0, 60.0)
"""Between two polls; after the last, a report has come or is not waited for."""
_FILE_HEADERS = ("Content-Type", "Content-Encoding", "Content-Length", "Last-Modified", "ETag", "Accept-Ranges")
_CONTENT_TYPES = ("application/json", "binary/octet-stream", "application/octet-stream", "text/plain", "text/csv")
_LINK_PARAMETERS = ("Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Security-Token", "Signature")
_RECORDED_HOST = "pinterest-waterloo.s3.amazonaws.com"


def run(look: AccountLook) -> None:
    """Create the reports, ask for targeting analytics, then fetch the files."""
    account, campaigns = look.account_with_campaigns()
    tokens = {name: _created(look, account, name, campaigns) for name in (*LEVELS, EMPTY)}
    _targeting(look, account, [str(campaign.get("id")) for campaign in campaigns])
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


def _targeting(look: AccountLook, account: str, campaigns: list[str]) -> None:
    """Ask for a late day of many campaigns, and for an early one of the campaign that was not edited for longest."""
    for ids, types, days in ((campaigns[:20], "GENDER,APPTYPE", 2), (campaigns[-1:], "AGE_BUCKET", 85)):
        day = str(look.days_ago(days))
        params = {"start_date": day, "end_date": day, "granularity": "DAY", "campaign_ids": ",".join(ids)}
        columns = {"columns": "CAMPAIGN_ID,SPEND_IN_DOLLAR,IMPRESSION_1,CTR", "targeting_types": types}
        path = f"ad_accounts/{account}/campaigns/targeting_analytics"
        answer = look.get(_TARGETING, path, {**params, **columns})
        if answer.is_fine:
            look.body(_TARGETING, answer.json, "data[]")
            if "data" not in answer.json:
                look.add(_TARGETING, "", "data", "absent")


def _collect(look: AccountLook, account: str, tokens: Mapping[str, str]) -> None:
    """Poll each report until it is there, and fetch its file."""
    statuses: dict[str, list[str]] = {name: [] for name in tokens}
    waiting = list(tokens)
    try:
        for pause in _PAUSES:
            for name in list(waiting):
                answer = look.get(_POLL, f"ad_accounts/{account}/reports", {"token": tokens[name]})
                status = next(map(str, values_at("report_status", answer.json)), "")
                told = status if status in forms.CONSTANTS else forms.NOT_TOLD
                if statuses[name][-1:] != [told]:
                    statuses[name].append(told)
                if status != "IN_PROGRESS":
                    waiting.remove(name)
                    _finished(look, name, answer)
            if not waiting:
                return
            look.pause(pause)
    finally:
        for name, seen in statuses.items():
            look.add(f"{_POLL} ({name})", "rows", "statuses, one after another", "array", seen=seen)


def _finished(look: AccountLook, name: str, answer: Answer) -> None:
    operation = f"{_POLL} ({name})"
    look.body(operation, answer.json)
    url = next(iter(values_at("url", answer.json)), None)
    if not isinstance(url, str) or not url:
        return
    _note_link(look, operation, url)
    try:
        ReportClient.check_link(look.sync.api, url)
    except MalformedResponseError:
        look.add(operation, "url", "", "a link that is not followed")
        return
    file = look.made(operation, requests.Request("GET", url), look.download)
    if file.status != requests.codes.ok:
        look.add(operation, "file", "", f"HTTP {file.status}")
        return
    _note_file(look, operation, file, next(iter(values_at("size", answer.json)), None))
    _note_rows(look, operation, file.json, _stream(look, name))


def _note_link(look: AccountLook, operation: str, url: str) -> None:
    parts = urlsplit(url)
    host = parts.hostname or ""
    is_s3 = re.fullmatch(r"pinterest-[a-z0-9-]+\.s3(\.[a-z0-9-]+)?\.amazonaws\.com", host)
    where = "the recorded host" if host == _RECORDED_HOST else "another host of S3" if is_s3 else "another host"
    look.add(operation, "url", "host", where)
    names = sorted(
        name if name.removeprefix("X-Amz-") in _LINK_PARAMETERS else forms.NOT_TOLD
        for name, _ in parse_qsl(parts.query)
    )
    look.add(operation, "url", "parameters", "array", seen=names)


def _note_file(look: AccountLook, operation: str, file: Answer, size: Any) -> None:
    for name in _FILE_HEADERS:
        if value := file.headers.get(name):
            content = value.partition(";")[0]
            is_told = name == "Content-Type" and content in _CONTENT_TYPES
            look.add(operation, "headers", name, "string", content if is_told else "")
    stated = "equal" if str(size) == str(len(file.body)) else "not stated" if size is None else "another number"
    look.add(operation, "file", "size beside the bytes that came", stated)
    opening = file.body.lstrip()[:1]
    kind = {b"{": "object", b"[": "array", b"": "empty"}.get(opening, "no JSON")
    look.add(operation, "file", "beginning", kind, forms.beginning(file.body))


def _note_rows(look: AccountLook, operation: str, file: Any, stream: ReportStream) -> None:
    """Note the fields of the rows, and whether two of them have the connector's key."""
    groups = file.items() if isinstance(file, dict) else [("", file)]
    rows = [{**row, "ENTITY_ID": entity} for entity, part in groups for row in _listed(part)]
    if not rows:
        return
    shown = [{name: value for name, value in row.items() if name != "ENTITY_ID"} for row in rows]
    look.body(operation, shown, "[]", (*stream.spec.columns, "DATE", "TARGETING_TYPE", "TARGETING_VALUE"))
    for key in (("ENTITY_ID", "DATE"), stream.spec.key):
        kind = "repeated" if repeats(rows, key) else "unique"
        look.add(operation, "rows", f"key {', '.join(key)}", kind)


def _listed(part: Any) -> list[Mapping[str, Any]]:
    return [row for row in part if isinstance(row, dict)] if isinstance(part, list) else []
