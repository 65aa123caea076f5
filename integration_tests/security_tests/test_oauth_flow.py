"""A click on Authenticate ends in a config that Pinterest accepts.

The test does what Airbyte's platform does with `advanced_auth`: it renders the templates with the values of the app and
of the browser, sends the user to the consent page, and exchanges the code that comes back for what `extract_output`
names. https://docs.airbyte.com/platform/connector-development/config-based/advanced-topics/oauth
"""

import base64
import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
from jinja2 import Environment, StrictUndefined

from integration_tests.support.pinterest import Simulator, World
from source_pinterest.config import Config
from source_pinterest.config.credentials import OAuthCredentials

SPEC = json.loads((Path(__file__).parents[2] / "source_pinterest/spec.json").read_text(encoding="utf-8"))
FLOW = SPEC["advanced_auth"]["oauth_config_specification"]
INPUT = FLOW["oauth_connector_input_specification"]
CONSENT_PAGE = "https://www.pinterest.com/oauth/"
API = "https://api.pinterest.com/v5"
REDIRECT_URI = "http://127.0.0.1:8000/auth_flow&for=source"
"""It has to be encoded in a query."""
SCOPES = "ads:read,boards:read,boards:read_secret,catalogs:read,pins:read,pins:read_secret,user_accounts:read"
"""Every one to read that apps usually have."""

RENDERER = Environment(undefined=StrictUndefined, autoescape=False)  # noqa: S701  # it renders URLs and headers, no HTML
# The platform's own filter, beside those of Jinja.
RENDERER.filters["b64encode"] = lambda text: base64.b64encode(text.encode()).decode()


def rendered(template: Any, values: dict[str, str]) -> Any:
    """A template, or a mapping of them, in which each value has a variable, and the name that is sent with it another.

    The variables of a code are called `auth_code`.
    """
    if isinstance(template, dict):
        return {rendered(name, values): rendered(value, values) for name, value in template.items()}
    variables = {("auth_code" if name == "code" else name): (name, value) for name, value in values.items()}
    return RENDERER.from_string(template).render(
        **{f"{variable}_key": name for variable, (name, _) in variables.items()},
        **{f"{variable}_value": value for variable, (_, value) in variables.items()},
    )


def config_of(answer: dict[str, str], app: dict[str, str]) -> dict[str, Any]:
    """The part of a config that the platform fills in from the answer of the token endpoint."""
    raw: dict[str, Any] = {}
    for part, values in (
        ("complete_oauth_output_specification", {name: answer[name] for name in INPUT["extract_output"]}),
        ("complete_oauth_server_output_specification", app),
    ):
        for name, field in FLOW[part]["properties"].items():
            section, key = field["path_in_connector_config"]
            raw.setdefault(section, {})[key] = values[name]
    return raw


def test_authenticate_ends_in_a_config_that_can_renew_its_token() -> None:
    with Simulator(World(boards=1)) as sim:
        app = {key: sim.credentials[key] for key in ("client_id", "client_secret")}
        values = {**app, "redirect_uri": REDIRECT_URI, "state": "a.random-state_7", "scope": INPUT["scope"]}
        url = rendered(INPUT["consent_url"], values)
        page, _, query = url.partition("?")
        asked = {"client_id": app["client_id"], "redirect_uri": REDIRECT_URI, "response_type": "code", "scope": SCOPES}
        assert page == CONSENT_PAGE
        assert dict(parse_qsl(query, strict_parsing=True)) == {**asked, "state": values["state"]}

        agreed = requests.post(f"{sim.origin}/oauth/?{query}", allow_redirects=False, timeout=10)
        back = urlsplit(agreed.headers["Location"])
        arrived = dict(parse_qsl(back.query))
        assert (back._replace(query="").geturl(), arrived["state"]) == (REDIRECT_URI, values["state"])

        values["code"] = arrived["code"]
        headers, form = (rendered(INPUT[f"access_token_{part}"], values) for part in ("headers", "params"))
        # The platform sends a form under exactly this type, and JSON otherwise, which Pinterest rejects.
        assert headers["Content-Type"] == "application/x-www-form-urlencoded"
        assert form["continuous_refresh"] == "true", "the refresh token renews itself"
        token_url = rendered(INPUT["access_token_url"], values).replace(API, sim.url)
        answer = requests.post(token_url, headers=headers, data=form, timeout=10)
        credentials = Config.from_mapping(config_of(answer.json(), app)).credentials
        assert isinstance(credentials, OAuthCredentials)
        renewed = requests.post(
            f"{sim.url}/oauth/token",
            headers={"Authorization": f"Basic {credentials.basic_token}"},
            data={"grant_type": "refresh_token", "refresh_token": credentials.refresh_token},
            timeout=10,
        )
        bearer = {"Authorization": f"Bearer {renewed.json()['access_token']}"}
        assert len(requests.get(f"{sim.url}/boards", headers=bearer, timeout=10).json()["items"]) == 1
