"""How does one HTTP call leave the process? Paced by the budget, with a timeout, and with our name on it."""

from typing import Any, Self
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from source_pinterest import limits
from source_pinterest.api.budget import Budget
from source_pinterest.api.usage import StreamUsage, Usage
from source_pinterest.api.verdicts import Verdict, pause_hint_seconds, verdict_of

CONNECT_TIMEOUT_SECONDS = 10.0


class PatientSession(requests.Session):
    """A session with a timeout on every call, and with our name on it.

    Args:
        user_agent: how Pinterest sees us.
        timeout_seconds: the longest silence of the server.
    """

    def __init__(self, user_agent: str, timeout_seconds: float) -> None:
        super().__init__()
        self._timeout = (min(CONNECT_TIMEOUT_SECONDS, timeout_seconds), timeout_seconds)
        self.headers["User-Agent"] = user_agent

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """Send, follow no redirect: the API has none, and a token goes to no other host."""
        return super().send(request, **{**kwargs, "timeout": self._timeout, "allow_redirects": False})


class PinterestSession(PatientSession):
    """A session whose calls wait for their quota. A throttled call waits as told and goes out again.

    Args:
        budget: the allowance that all streams share.
        user_agent: how Pinterest sees us.
        timeout_seconds: the longest silence of the server.
        connections: how many calls may be open at once.
    """

    def __init__(self, budget: Budget, user_agent: str, timeout_seconds: float, connections: int) -> None:
        super().__init__(user_agent, timeout_seconds)
        self.budget = budget
        self.usage = Usage().of("")
        for scheme in ("https://", "http://"):
            self.mount(scheme, HTTPAdapter(pool_connections=connections, pool_maxsize=connections))

    def on_behalf_of(self, usage: StreamUsage) -> Self:
        """The same session, whose calls count for a stream; connections, token and budget are shared."""
        own = type(self).__new__(type(self))
        vars(own).update({**vars(self), "usage": usage})
        return own

    def prepare_request(self, request: requests.Request) -> requests.PreparedRequest:
        """Prepare a call, once, however often it has to be sent."""
        self.usage.ask()
        return super().prepare_request(request)

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """Send when the quota allows it.

        Raises:
            QuotaExhaustedError: the quota frees up too late for this sync.
            requests.RequestException: no answer came.
        """
        category = limits.rate_category(urlsplit(request.url or "").path)
        while True:
            with self.usage.waiting():
                self.budget.acquire(category)
            self.usage.send()
            headers = None
            try:
                response = super().send(request, **kwargs)
                headers = response.headers
            finally:
                self.budget.settle(category, headers)
            if verdict_of(response) is not Verdict.WAIT:
                self.budget.accepted(category)
                return response
            self.budget.throttled(category, pause_hint_seconds(response))
