"""A token endpoint that answers as scripted, and an authenticator that asks it."""

from collections.abc import Callable
from typing import Any

import requests
import requests_mock

from source_pinterest.api.auth import OAuthAuthenticator, Tokens
from source_pinterest.api.quota import Budget
from source_pinterest.api.retries import Outage, Pauses, RetryPolicy
from source_pinterest.api.session import PinterestSession
from source_pinterest.config.credentials import AppCredentials, read_credentials
from unit_tests.clocks import Clock
from unit_tests.configs import OAUTH

TOKEN_URL = "https://api.pinterest.com/v5/oauth/token"
TRIES = 4
AT_ONCE = Pauses(first_seconds=0)


def issued(number: int, **changes: Any) -> dict[str, Any]:
    return {"access_token": f"false-access-token-{number}", "expires_in": 2_592_000, **changes}


class Endpoint:
    """A token endpoint that answers as scripted, the last answer for ever, and an authenticator that asks it."""

    def __init__(self, mock: requests_mock.Mocker, pauses: Pauses = AT_ONCE, **credentials: Any) -> None:
        self.rotations: list[Tokens] = []
        self.on_rotation: Callable[[Tokens], None] = self.rotations.append
        self._mock = mock
        wanted = read_credentials({"credentials": {**OAUTH, **credentials}})
        assert isinstance(wanted, AppCredentials)
        self.clock = Clock()
        self.budget = Budget(60)
        self.outage = Outage(60, pauses, clock=self.clock)
        self.authenticator = OAuthAuthenticator(
            TOKEN_URL,
            wanted,
            PinterestSession(self.budget, "source-pinterest/test", 120, connections=1),
            RetryPolicy(TRIES - 1, pauses, self.outage),
            self._tell,
            clock=self.clock,
        )

    def _tell(self, tokens: Tokens) -> None:
        self.on_rotation(tokens)

    def answers(self, *answers: dict[str, Any]) -> None:
        scripted = {"exc", "status_code", "text", "body"}
        self._mock.post(TOKEN_URL, [answer if scripted & set(answer) else {"json": answer} for answer in answers])

    @property
    def calls(self) -> int:
        return int(self._mock.call_count)

    def token(self) -> str:
        request = self.authenticator(requests.Request("GET", "https://api.pinterest.com/v5/boards").prepare())
        return str(request.headers["Authorization"])
