"""Sends the requests of an experiment, each once and no more than were announced, and notes headers and refusals."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import requests

from integration_tests.tools.live import forms
from integration_tests.tools.live.notes import REFUSED, TAKEN, Notes
from source_pinterest.api.bounds import Bounds
from source_pinterest.api.errors import MalformedResponseError
from source_pinterest.api.session import ApiResponse, TimeoutSession

ANY, NO_RESPONSE = "any response", "no response"
_MOST_BYTES = 8 * 1024 * 1024
"""Of a file, no more is read."""
_FINE = range(200, 300)
_CDNS = ("fastly", "akamai")


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


class Calls:
    """The requests of an experiment.

    Args:
        base_url: of the API.
        send: sends a request to the API.
        notes: takes what came.
        left: how many requests may be sent.
    """

    def __init__(self, base_url: str, send: Send, notes: Notes, left: int) -> None:
        self._base_url, self._send, self._notes, self._left = base_url, send, notes, left

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
        self.count()
        answer = (send or self._send)(request)
        self._note_headers(answer.headers)
        if not answer.is_fine and send is None:
            self._note_refusal(operation, answer)
        if answer.status == requests.codes.too_many_requests:
            raise StoppedError("Pinterest allows no more requests for now")
        return answer

    def count(self, *_: Any, **__: Any) -> None:
        """Count a request.

        Raises:
            StoppedError: it is one more than announced.
        """
        if not self._left:
            raise StoppedError("All requests that were announced are sent")
        self._left -= 1

    def asked(self, operation: str, what: str, answer: Answer) -> Answer:
        """Note whether a request was taken."""
        if answer.status:
            self._notes.add(operation, "request", what, TAKEN if answer.is_fine else REFUSED, answer.outcome)
        return answer

    def _note_headers(self, headers: Mapping[str, str]) -> None:
        if limit := headers.get("x-ratelimit-limit"):
            self._notes.add(ANY, "headers", "x-ratelimit-limit", "string", forms.quota(limit))
        for name in ("x-ratelimit-remaining", "x-ratelimit-reset", "Retry-After"):
            if value := headers.get(name):
                self._notes.add(ANY, "headers", name, "string", forms.numbers(value))
        if cdn := headers.get("x-cdn"):
            self._notes.add(ANY, "headers", "x-cdn", "string", cdn if cdn in _CDNS else forms.NOT_TOLD)

    def _note_refusal(self, operation: str, answer: Answer) -> None:
        kind = NO_RESPONSE if not answer.status else "empty" if not answer.body.strip() else "no JSON"
        records = "throttled" if answer.status == requests.codes.too_many_requests else "refusal"
        if answer.json is None:
            self._notes.add(operation, records, "", kind, answer.outcome)
            return
        for form in forms.forms(answer.json):
            told = forms.message(answer.json["message"]) if form.path == "message" and form.type == "string" else None
            self._notes.add(operation, records, form.path, form.type, answer.outcome, told)
