"""A click on Authenticate ends in a config that Pinterest accepts."""

import json
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import requests

from integration_tests.platform_oauth import PlatformOAuth
from integration_tests.support.pinterest import Simulator, World
from source_pinterest.config import Config, OAuthCredentials

SPEC = json.loads((Path(__file__).parents[2] / "source_pinterest/spec.json").read_text(encoding="utf-8"))
CONSENT_HOST = "https://www.pinterest.com"
API = "https://api.pinterest.com/v5"


def click(sim: Simulator) -> PlatformOAuth:
    """Airbyte's side of the flow, with the app that the simulated Pinterest knows."""
    credentials = sim.config()["credentials"]
    return PlatformOAuth(
        specification=SPEC["advanced_auth"]["oauth_config_specification"],
        app={key: credentials[key] for key in ("client_id", "client_secret")},
        redirect_uri="http://127.0.0.1:8000/auth_flow",
        state="a.random-state_7",
    )


def test_authenticate_ends_in_a_config_that_can_renew_its_token() -> None:
    with Simulator(World(boards=1)) as sim:
        flow = click(sim)

        agreed = requests.post(flow.consent_url().replace(CONSENT_HOST, sim.origin), allow_redirects=False, timeout=10)
        back = urlsplit(agreed.headers["Location"])
        arrived = dict(parse_qsl(back.query))
        exchange = flow.token_request(arrived["code"])
        answer = requests.post(
            exchange.url.replace(API, sim.url),
            headers=exchange.headers,
            data=exchange.form,
            timeout=10,
        )
        credentials = Config.from_mapping(flow.config(answer.json())).credentials
        assert isinstance(credentials, OAuthCredentials)
        renewed = requests.post(
            f"{sim.url}/oauth/token",
            headers={"Authorization": f"Basic {credentials.basic_token}"},
            data={"grant_type": "refresh_token", "refresh_token": credentials.refresh_token},
            timeout=10,
        )
        boards = requests.get(
            f"{sim.url}/boards",
            headers={"Authorization": f"Bearer {renewed.json()['access_token']}"},
            timeout=10,
        )

    # The platform sends a form under exactly this type, and JSON otherwise, which Pinterest refuses.
    assert exchange.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert exchange.form["continuous_refresh"] == "true", "the refresh token renews itself"
    assert back._replace(query="").geturl() == flow.redirect_uri
    assert arrived["state"] == flow.state
    assert (agreed.status_code // 100, answer.status_code, renewed.status_code) == (3, 200, 200)
    assert len(boards.json()["items"]) == 1
