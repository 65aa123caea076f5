"""The least that a reader of this API can do: `python floor.py url stream token start columns`.

A bare loop: requests, orjson, the same JSON lines, in one thread; no retries, no quotas, no state, no checks. It polls
reports as often as the connector does, and imports nothing of the project.
"""

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import chain, repeat
from typing import Any

import orjson
import requests

TIMEOUT_SECONDS = 60
Days = Mapping[str, str]
STATUSES = ("ACTIVE", "PAUSED", "ARCHIVED")
SECONDS_BEFORE_POLLS = (1, 2, 4, 8, 10)  # the last one is repeated


class Api:
    """One connection with a token."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["Authorization"] = f"Bearer {token}"

    def get(self, path: str, params: Mapping[str, Any]) -> Any:
        return orjson.loads(self._session.get(f"{self._url}{path}", params=params, timeout=TIMEOUT_SECONDS).content)

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        return orjson.loads(self._session.post(f"{self._url}{path}", json=body, timeout=TIMEOUT_SECONDS).content)

    def pages(self, path: str, **params: Any) -> Iterator[dict[str, Any]]:
        bookmark = None
        while True:
            page = self.get(path, {"page_size": 250, **params, **({"bookmark": bookmark} if bookmark else {})})
            yield from page["items"]
            bookmark = page["bookmark"]
            if not bookmark:
                return


def board_pins(api: Api, _days: Days, _columns: str) -> Iterable[Any]:
    for board in list(api.pages("/boards")):
        yield from api.pages(f"/boards/{board['id']}/pins")


def ads(api: Api, _days: Days, _columns: str) -> Iterable[Any]:
    for account in list(api.pages("/ad_accounts")):
        yield from api.pages(f"/ad_accounts/{account['id']}/ads", entity_statuses=STATUSES)


def campaign_analytics(api: Api, days: Days, columns: str) -> Iterable[Any]:
    for account in list(api.pages("/ad_accounts")):
        path = f"/ad_accounts/{account['id']}/campaigns"
        ids = [campaign["id"] for campaign in api.pages(path, entity_statuses=STATUSES)]
        for first in range(0, len(ids), 100):
            asked = {**days, "granularity": "DAY", "columns": columns}
            yield from api.get(f"{path}/analytics", {**asked, "campaign_ids": ids[first : first + 100]})


def campaign_analytics_report(api: Api, days: Days, columns: str) -> Iterable[Any]:
    body = {**days, "granularity": "DAY", "level": "CAMPAIGN", "columns": columns.split(",")}
    for account in list(api.pages("/ad_accounts")):
        path = f"/ad_accounts/{account['id']}/reports"
        token = api.post(path, body)["token"]
        pauses = chain(SECONDS_BEFORE_POLLS, repeat(SECONDS_BEFORE_POLLS[-1]))
        report: dict[str, Any] = {}
        while report.get("report_status") != "FINISHED":
            time.sleep(next(pauses))
            report = api.get(path, {"token": token})
        rows = orjson.loads(requests.get(report["url"], timeout=TIMEOUT_SECONDS).content)
        for entity in rows.values():
            yield from entity


READERS: Mapping[str, Callable[[Api, Days, str], Iterable[Any]]] = {
    reader.__name__: reader for reader in (board_pins, ads, campaign_analytics, campaign_analytics_report)
}


def main(url: str, stream: str, token: str, start: str, columns: str) -> None:
    """Write a line for each record."""
    out = sys.stdout.buffer
    days = {"start_date": start, "end_date": str(datetime.now(UTC).date())}
    records = READERS[stream](Api(url, token), days, columns)
    for record in records:
        message = {"stream": stream, "data": record, "emitted_at": int(time.time() * 1000)}
        out.write(orjson.dumps({"type": "RECORD", "record": message}) + b"\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
