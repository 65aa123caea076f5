"""Experiment 6: one bulk file of campaigns: its form, whether archived campaigns are in it, and how long it takes."""

from collections.abc import Sequence
from typing import Any

from tools.live.look import AccountLook, Answer, values_at

_CREATE, _POLL = "bulk_download/create", "bulk_request/get"
_STATUSES = ("ACTIVE", "PAUSED", "ARCHIVED")
_PAUSES = (5.0, 10.0, 20.0, 40.0, 60.0)
"""Between two polls; after the last, the file has come or is not waited for."""


def run(look: AccountLook) -> None:
    """Have a file of campaigns made, fetch it, and look in it for the campaigns that the list has."""
    account, listed = look.account_with_campaigns()
    path = f"ad_accounts/{account}"
    _, archived = look.list("campaigns/list", f"{path}/campaigns", entity_statuses="ARCHIVED")
    order = {"entity_types": ["CAMPAIGN"], "output_format": "JSON"}
    answer = look.asked(_CREATE, "a bulk file of campaigns", look.post(_CREATE, f"{path}/bulk/download", json=order))
    look.body(_CREATE, answer.json)
    for request_id in map(str, values_at("request_id", answer.json)):
        url = next(iter(values_at("result_url", _finished(look, f"{path}/bulk/{request_id}").json)), None)
        if file := look.file(_POLL, url):
            look.beginning(_POLL, file)
            if file.json is not None:
                look.body(f"{_POLL} (file)", file.json)
            _compare(look, file, [*listed, *archived])


def _finished(look: AccountLook, path: str) -> Answer:
    """Poll until the file is there, and note how long that took."""
    seconds = 0.0
    for pause in (*_PAUSES, 0):
        answer = look.get(_POLL, path)
        look.body(_POLL, answer.json)
        if "RUNNING" not in values_at("status", answer.json):
            look.add(_POLL, "time", "until the file is there", f"at most {seconds:g} s")
            break
        look.pause(pause)
        seconds += pause
    return answer


def _compare(look: AccountLook, file: Answer, campaigns: Sequence[Any]) -> None:
    for status in _STATUSES:
        ids = [str(campaign.get("id")) for campaign in campaigns if campaign.get("status") == status]
        found = [one for one in ids if one.encode() in file.body]
        if ids:
            kind = "all are in it" if len(found) == len(ids) else "some are in it" if found else "none is in it"
            look.add(_POLL, "rows", f"{status.lower()} campaigns", kind)
