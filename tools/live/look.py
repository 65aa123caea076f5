"""Sends the requests of an experiment, each once and no more than were announced, and notes what came.

What came are rows in the format of `integration_tests/recorded/`. Beside where fields stand in a response, `records`
may be `headers`, `refusal`, `throttled`, `request` (whether it was taken), `file`, or `rows` (what was found by
comparing rows).
"""

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import requests

from integration_tests.recorded import Field
from source_pinterest.api.bounds import Bounds
from source_pinterest.api.errors import MalformedResponseError
from source_pinterest.api.session import ApiResponse, TimeoutSession
from source_pinterest.engine.asks import named_in
from source_pinterest.reporting.client import check_link
from source_pinterest.streams.base.sync import Sync
from tools.live import forms

ANY, NO_RESPONSE = "any response", "no response"
TAKEN, REFUSED = "taken", "refused"
_RECORDED = "recorded"
_MOST_BYTES = 8 * 1024 * 1024
"""Of a file, no more is read."""
_FINE = range(200, 300)
_ACCOUNTS_TRIED = 3


class StoppedError(Exception):
    """No further request makes sense; the text says why."""


@dataclass(frozen=True)
class Answer:
    """A response as it came; status 0 if none came."""

    status: int
    headers: Mapping[str, str] = field(repr=False, default_factory=dict)
    body: bytes = field(repr=False, default=b"")

    @cached_property
    def json(self) -> Any:
        """The body, see `forms.parsed`."""
        return forms.parsed(self.body)

    @property
    def is_fine(self) -> bool:
        """Whether Pinterest did what was asked."""
        return self.status in _FINE and self.json is not None

    @property
    def code(self) -> str:
        """Pinterest's own code; empty without one."""
        code = str(self.json.get("code", "")) if isinstance(self.json, dict) else ""
        return code if code.isdigit() and len(code) <= len("9999") else ""

    @property
    def outcome(self) -> str:
        """The status, and Pinterest's code."""
        return f"HTTP {self.status}, code {self.code}" if self.code else f"HTTP {self.status}"


Send = Callable[[requests.Request], Answer]


def sender(session: TimeoutSession, bounds: Bounds) -> Send:
    """Return a function that sends a request through a session of the connector."""
    kept: list[requests.Response] = []

    def keep(response: requests.Response, **_: Any) -> None:
        kept[:] = [response]

    session.hooks["response"].append(keep)

    def send(request: requests.Request) -> Answer:
        try:
            answer = session.exchange(request, _beginning, bounds)
        except (MalformedResponseError, requests.RequestException):
            return Answer(0)
        if isinstance(answer, ApiResponse):
            return Answer(kept[0].status_code, kept[0].headers, answer.value)
        return Answer(answer.status, answer.headers, answer.body)

    return send


def _beginning(chunks: Iterator[bytes]) -> bytes:
    read = bytearray()
    for chunk in chunks:
        read += chunk
        if len(read) >= _MOST_BYTES:
            break
    return bytes(read)


class Look:
    """What an experiment sees: the rows of its file, each once, in the order in which they were seen.

    Args:
        base_url: of the API.
        send: sends a request to the API.
        left: how many requests may be sent.
    """

    def __init__(self, base_url: str, send: Send, left: int) -> None:
        self._base_url, self._send, self._left = base_url, send, left
        self._rows: dict[Field, None] = {}

    def add(self, operation: str, records: str, name: str, kind: str, form: str = "", seen: Any = None) -> None:
        """Add a row. What was seen has come through `forms.py`, or is a word of this package."""
        shown = "" if seen is None else json.dumps(seen)
        self._rows[Field(operation, records, name, kind, form, shown, _RECORDED)] = None

    def body(
        self, operation: str, body: Any, records: str = "", asked: Collection[str] = (), *, is_flat: bool = False
    ) -> None:
        """Add a row for each field of a response and each form that it has.

        Args:
            operation: of Pinterest's API.
            body: what `forms.parsed` makes of the response.
            records: where in the response the records stand.
            asked: fields that each record was asked to have.
            is_flat: whether to leave out what stands inside a field of a record.
        """
        for form in forms.forms(body):
            row = _row(operation, records, form)
            if not (is_flat and re.search(r"[.\[]", row.field)):
                self._rows[row] = None
        rows = [body] if not records else values_at(records, body)
        for name in sorted(forms.absent(rows, asked)):
            self.add(operation, records, name, "absent")

    def fields(self) -> tuple[Field, ...]:
        """Return the rows."""
        return tuple(self._rows)

    def get(self, operation: str, path: str, params: Mapping[str, Any] | None = None, **more: Any) -> Answer:
        """Send a GET request. `operation` is the API's name for it."""
        return self.made(operation, requests.Request("GET", f"{self._base_url}/{path}", params=params, **more))

    def post(self, operation: str, path: str, **body: Any) -> Answer:
        """Send a POST request, which is for a report or for tokens."""
        return self.made(operation, requests.Request("POST", f"{self._base_url}/{path}", **body))

    def made(self, operation: str, request: requests.Request, send: Send | None = None) -> Answer:
        """Send a request.

        Raises:
            StoppedError: it is one more than announced, or Pinterest allows no more for now.
        """
        if not self._left:
            raise StoppedError("All requests that were announced are sent")
        self._left -= 1
        answer = (send or self._send)(request)
        self._note_headers(answer.headers)
        if not answer.is_fine and send is None:
            self._note_refusal(operation, answer)
        if answer.status == requests.codes.too_many_requests:
            raise StoppedError("Pinterest allows no more requests for now")
        return answer

    def asked(self, operation: str, what: str, answer: Answer) -> Answer:
        """Note whether a request was taken."""
        if answer.status:
            self.add(operation, "request", what, TAKEN if answer.is_fine else REFUSED, answer.outcome)
        return answer

    def _note_headers(self, headers: Mapping[str, str]) -> None:
        if limit := headers.get("x-ratelimit-limit"):
            self.add(ANY, "headers", "x-ratelimit-limit", "string", forms.quota(limit))
        for name in ("x-ratelimit-remaining", "x-ratelimit-reset", "Retry-After"):
            if value := headers.get(name):
                self.add(ANY, "headers", name, "string", forms.numbers(value))

    def _note_refusal(self, operation: str, answer: Answer) -> None:
        kind = NO_RESPONSE if not answer.status else "empty" if not answer.body.strip() else "no JSON"
        records = "throttled" if answer.status == requests.codes.too_many_requests else "refusal"
        if answer.json is None:
            self.add(operation, records, "", kind, answer.outcome)
            return
        for form in forms.forms(answer.json):
            told = forms.message(answer.json["message"]) if form.path == "message" and form.type == "string" else None
            self.add(operation, records, form.path, form.type, answer.outcome, told)


class AccountLook(Look):
    """One experiment with one account.

    Args:
        sync: the connector's streams and options.
        send: sends a request to the API.
        download: fetches the file behind a link.
        pause: waits for so many seconds.
        left: how many requests may be sent.
    """

    def __init__(self, sync: Sync, send: Send, download: Send, pause: Callable[[float], None], left: int) -> None:
        super().__init__(sync.api.base_url, send, left)
        self.sync, self.download, self.pause = sync, download, pause

    def list(self, operation: str, path: str, page_size: int = 100, **params: Any) -> tuple[Answer, Sequence[Any]]:
        """Request a page of a list; return the response, and the items in it."""
        answer = self.get(operation, path, {"page_size": page_size, **params})
        return answer, [item for item in values_at("items[]", answer.json) if isinstance(item, dict)]

    def without_refused(
        self, operation: str, names: Collection[str], send: Callable[[Sequence[str]], Answer]
    ) -> tuple[Answer, Sequence[str]]:
        """Send a request, once more without the columns that are refused by name; return those that were left."""
        answer = send(tuple(names))
        refused = named_in(str(values_at("message", answer.json)), names) if not answer.is_fine else set()
        for name in sorted(refused):
            self.asked(operation, f"column {name}", answer)
        left = tuple(name for name in names if name not in refused)
        return (send(left) if refused else answer), left

    def account_with_campaigns(self) -> tuple[str, Sequence[Any]]:
        """Return the first ad account that has campaigns, and these, the newest first.

        Raises:
            StoppedError: there is none.
        """
        _, accounts = self.list("ad_accounts/list", "ad_accounts")
        listed = [str(account.get("id")) for account in accounts if account.get("id")]
        wanted = self.sync.config.account_ids or listed
        for account in [one for one in wanted if one not in self.sync.config.exclude_account_ids][:_ACCOUNTS_TRIED]:
            if campaigns := self.newest("campaigns", account):
                return account, campaigns
        raise StoppedError("There is no ad account with campaigns")

    def newest(self, entities: str, account: str) -> Sequence[Any]:
        """Return a page of campaigns, ad groups or ads, those that were edited last first."""
        _, items = self.list(f"{entities}/list", f"ad_accounts/{account}/{entities}")
        return sorted(items, key=lambda item: str(item.get("updated_time")), reverse=True)

    def file(self, operation: str, url: Any) -> Answer | None:
        """Fetch the file behind a link; None, which is noted, if the link is not followed or leads to no file."""
        if not isinstance(url, str) or not url:
            return None
        try:
            check_link(self.sync.api, url)
        except MalformedResponseError:
            self.add(operation, "url", "", "a link that is not followed")
            return None
        file = self.made(operation, requests.Request("GET", url), self.download)
        if file.status == requests.codes.ok:
            return file
        self.add(operation, "file", "", f"HTTP {file.status}")
        return None

    def beginning(self, operation: str, file: Answer) -> None:
        """Note how a file begins."""
        kind = {b"{": "object", b"[": "array", b"": "empty"}.get(file.body.lstrip()[:1], "no JSON")
        self.add(operation, "file", "beginning", kind, forms.beginning(file.body))

    def days_ago(self, days: int) -> date:
        """Return the day so many days ago, in UTC."""
        return date.fromordinal(self.sync.config.today.toordinal() - days)


def _row(operation: str, records: str, form: forms.Form) -> Field:
    is_in_records = form.path == records or form.path.startswith(f"{records}.")
    at, field = (records, form.path[len(records) + 1 :]) if records and is_in_records else ("", form.path)
    return Field(operation, at, field, form.type, form.form, form.seen, _RECORDED)


def values_at(path: str, body: Any) -> list[Any]:
    """What stands at a path of a response, such as `all.daily_metrics[]`; `*` is any key."""
    found = [body]
    for part in path.split("."):
        key, _, is_list = part.partition("[]") if part.endswith("[]") else (part, "", None)
        if key == "*":
            found = [value for each in found if isinstance(each, dict) for value in each.values()]
        elif key:
            found = [each[key] for each in found if isinstance(each, dict) and key in each]
        if is_list is not None:
            found = [value for each in found if isinstance(each, list) for value in each]
    return found
