"""Makes the calls of a look, at most 120 with those for tokens, and keeps what came of each.

Each goes out once. A second time only where Pinterest asks for it, fails, or rejects a token.
"""

import math
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, NoReturn, TypeVar
from urllib.parse import urlsplit

import requests

from source_pinterest.api import Api
from source_pinterest.api.errors import MalformedResponseError
from source_pinterest.api.rows import parse_json
from source_pinterest.api.session import ApiResponse
from source_pinterest.api.verdicts import ErrorResponse, Verdict
from source_pinterest.engine.refused_names import named_in
from source_pinterest.limits import rate_category
from source_pinterest.reporting.client import ReportClient

MOST_CALLS = 120
"""Enough for each stream once, and an eighth of what Trial access has in a day."""
FOR_TOKENS = 2
"""One at the start, one where Pinterest rejects a token."""
LONGEST_PAUSE_SECONDS = 60
_PAUSE_SECONDS = 2.0
_SPARE_POLLS = 4
_NO_ANSWER = 0
_UNANSWERED_IN_A_ROW = 2
"""Calls, each made twice. Where none was ever answered, one suffices."""
_ENDS = {
    Verdict.WAIT: "Pinterest allows no more calls for now",
    Verdict.REFRESH_TOKEN: "Pinterest takes the token no more",
}

T = TypeVar("T")


class CallsUsedUpError(Exception):
    """What is left is held back for what matters more."""


class UncountedCallError(Exception):
    """Something else than a look wants to make a call."""


class StoppedError(Exception):
    """No further call makes sense; the text says why."""


@dataclass(frozen=True)
class Sighting:
    """What came of a call.

    Attributes:
        what: a stream, or a question that no stream asks.
        category: of the quota that the call counts against.
        status: of HTTP; 0 where no answer came.
        address_characters: the length of the URL.
        headers: of the answer; never shown as they are.
        body: parsed; None for a refusal, and for what can't be parsed.
        code: Pinterest's own, of a refusal.
        verdict: what the connector makes of a refusal.
        is_from_pinterest: whether Pinterest answered, not something in front of it.
        named: of what was asked for, the names that a refusal is about.
    """

    what: str
    category: str
    status: int
    address_characters: int
    headers: Mapping[str, str] = field(repr=False, default_factory=dict)
    body: Any = field(repr=False, default=None)
    code: int | None = None
    verdict: Verdict | None = None
    is_from_pinterest: bool = True
    named: frozenset[str] = frozenset()

    @property
    def is_fine(self) -> bool:
        return self.verdict is None and self.body is not None


class Calls:
    """Makes the calls, and keeps what came of them.

    Args:
        api: the connector's way to Pinterest.
        sleep: waits for so many seconds.
    """

    def __init__(self, api: Api, sleep: Callable[[float], None]) -> None:
        self._api, self._sleep = api, sleep
        self._left = MOST_CALLS - FOR_TOKENS
        self._reports, self._has_renewed, self._hint, self._unanswered = 0, False, 0.0, 0
        self._response: requests.Response | None = None
        self.sightings: list[Sighting] = []
        api.session.hooks["response"].append(self._keep)
        api.session.paced_exchange = _uncounted  # type: ignore[method-assign]

    def get(self, what: str, path: str, params: Mapping[str, Any], names: Collection[str] = ()) -> Sighting:
        """Ask for what lies at a path; `names` are those that a refusal may be about."""
        return self._made(what, requests.Request("GET", self._url(path), params=params), names, self._held_back)

    def order(self, what: str, path: str, body: Mapping[str, Any], names: Collection[str]) -> Sighting:
        """Ask for a report; a call to see whether it is ready is held back."""
        request = requests.Request("POST", self._url(path), json=body)
        return self._made(what, request, names, self._held_back + 1)

    def hold_back_for(self, reports: int) -> None:
        """Keep the calls that so many reports need."""
        self._reports = reports

    def poll(self, what: str, path: str, token: str) -> Sighting:
        """Ask whether a report is ready."""
        return self._made(what, requests.Request("GET", self._url(path), params={"token": token}), (), 0)

    def file(self, url: str, read: Callable[[Iterator[bytes]], T]) -> T | None:
        """What a reader makes of a report's file, which is no call of the API; None where it can't be had.

        A link to this machine or into a private network is not followed.
        """
        try:
            ReportClient.check_link(self._api, url)
            answer = self._api.downloads.exchange(requests.Request("GET", url), read, self._api.file_bounds)
        except (requests.RequestException, MalformedResponseError):
            return None
        return answer.value if isinstance(answer, ApiResponse) else None

    def pause(self, seconds: float) -> None:
        self._sleep(seconds)

    def url_length(self, path: str, params: Mapping[str, Any]) -> int:
        return len(requests.Request("GET", self._url(path), params=params).prepare().url or "")

    @property
    def _held_back(self) -> int:
        return self._reports + _SPARE_POLLS if self._reports else 0

    def _made(self, what: str, request: requests.Request, names: Collection[str], held_back: int) -> Sighting:
        sighting, token = self._sent(what, request, names, held_back)
        if self._is_worth_another(sighting, token):
            sighting, _ = self._sent(what, request, names, held_back)
        if sighting.verdict in _ENDS:
            raise StoppedError(_ENDS[sighting.verdict])
        self._unanswered = self._unanswered + 1 if sighting.status == _NO_ANSWER else 0
        was_ever_answered = any(seen.status != _NO_ANSWER for seen in self.sightings)
        if self._unanswered == _UNANSWERED_IN_A_ROW or not was_ever_answered:
            raise StoppedError("Pinterest can't be reached: check the network")
        return sighting

    def _is_worth_another(self, sighting: Sighting, token: str) -> bool:
        """Whether to send the call again, after the pause that it takes."""
        if sighting.verdict is Verdict.REFRESH_TOKEN and not self._has_renewed:
            self._has_renewed = True
            self._api.authenticator.replace(token, is_last=True)
        elif sighting.verdict is Verdict.WAIT and self._hint <= LONGEST_PAUSE_SECONDS:
            self.pause(self._hint)
        elif sighting.verdict is Verdict.RETRY or sighting.status == _NO_ANSWER:
            self.pause(_PAUSE_SECONDS)
        else:
            return False
        return True

    def _sent(
        self, what: str, request: requests.Request, names: Collection[str], held_back: int
    ) -> tuple[Sighting, str]:
        """Send a call; what came of it, and the token that it went out with."""
        if self._left <= held_back:
            raise CallsUsedUpError
        self._left -= 1
        self._response = None
        answer: ApiResponse[Any] | ErrorResponse | None = None
        with suppress(MalformedResponseError, requests.RequestException):
            answer = self._api.session.exchange(request, _parsed, self._api.response_bounds)
        sighting = self._sighting(what, request, answer, names)
        self.sightings.append(sighting)
        return sighting, answer.token if answer else ""

    def _sighting(
        self,
        what: str,
        request: requests.Request,
        answer: ApiResponse[Any] | ErrorResponse | None,
        names: Collection[str],
    ) -> Sighting:
        category = rate_category(urlsplit(request.url or "").path)
        if self._response is None:
            return Sighting(what, category, _NO_ANSWER, 0)
        seen: dict[str, Any] = {}
        if isinstance(answer, ApiResponse):
            seen = {"body": answer.value}
        elif answer is not None:
            seen = {"code": answer.code, "verdict": answer.verdict, "is_from_pinterest": answer.is_from_pinterest}
            parameters = {name for name in names if name.islower() and re.search(rf"\b{name}\b", answer.message)}
            seen["named"] = frozenset(parameters | named_in(answer.message, names))
            hint = answer.pause_hint_seconds()
            self._hint = math.inf if hint is None else hint
        status, length = self._response.status_code, len(self._response.request.url or "")
        return Sighting(what, category, status, length, self._response.headers, **seen)

    def _keep(self, response: requests.Response, **_: Any) -> None:
        self._response = response

    def _url(self, path: str) -> str:
        return f"{self._api.base_url}/{path}"


def _uncounted(*_: Any, **__: Any) -> NoReturn:
    """What the connector's own clients get: none makes a call that is not counted."""
    raise UncountedCallError


def _parsed(chunks: Iterator[bytes]) -> Any:
    return parse_json(b"".join(chunks))
