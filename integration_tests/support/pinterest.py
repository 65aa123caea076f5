"""The local Pinterest with a config for this connector, and with the records that a perfect sync holds."""

from collections.abc import Mapping
from typing import Any

from integration_tests import simulator
from integration_tests.simulator.world.listing import Record
from integration_tests.support.expected_records import Key, World

__all__ = ["Simulator", "World", "oauth_config"]


def oauth_config(credentials: Mapping[str, str], /, **options: Any) -> dict[str, Any]:
    """A connector config with the credentials that a simulator shows."""
    return {"credentials": {"auth_method": "oauth2.0", **credentials}, **options}


class Simulator(simulator.Simulator):
    """A local Pinterest with a world that can tell what this connector would read of it."""

    world: World

    def __init__(self, world: World | None = None, *, report_seconds: float = 0.05, **options: Any) -> None:
        """Options: see `Settings`. No test waits for reports as long as a user does, unless it says so."""
        super().__init__(world or World(), report_seconds=report_seconds, **options)

    def config(self, **options: Any) -> dict[str, Any]:
        """A connector config with OAuth credentials, the newest refresh token among them."""
        return oauth_config(self.credentials, **options)

    def app_config(self, **options: Any) -> dict[str, Any]:
        """A connector config with the credentials of the app alone."""
        app = {key: value for key, value in self.credentials.items() if key != "refresh_token"}
        return {"credentials": {"auth_method": "client_credentials", **app}, **options}

    def access_token_config(self, **options: Any) -> dict[str, Any]:
        """A connector config with a fresh access token."""
        return {"credentials": {"auth_method": "access_token", "access_token": self.access_token()}, **options}

    def expected(self, stream: str, **window: Any) -> dict[Key, Record]:
        """What a perfect sync holds, by primary key: see `World.expected`."""
        return self.world.expected(stream, **window)
