"""Emulate what Airbyte's platform does with `advanced_auth` when a user clicks Authenticate.

As its documentation of declarative OAuth describes: templates are rendered with the app's and the browser's values, the
user is sent to the consent page, and the code that comes back is exchanged for what `extract_output` names.
https://docs.airbyte.com/platform/connector-development/config-based/advanced-topics/oauth
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, StrictUndefined

_RENDERER = Environment(undefined=StrictUndefined, autoescape=False)  # noqa: S701  # it renders URLs and headers, no HTML
# The platform's own filter, beside those of Jinja.
_RENDERER.filters["b64encode"] = lambda text: base64.b64encode(text.encode()).decode()


@dataclass(frozen=True)
class TokenRequest:
    """The exchange of a code, ready to be sent."""

    url: str
    headers: Mapping[str, str]
    form: Mapping[str, str]


@dataclass(frozen=True)
class PlatformOAuth:
    """One person's click on Authenticate.

    Args:
        specification: `oauth_config_specification` of the connector's spec.
        app: `client_id` and `client_secret`, as the platform's administrator entered them.
        redirect_uri: where the platform waits for the code.
        state: by which the platform recognizes the answer.
    """

    specification: Mapping[str, Any]
    app: Mapping[str, str]
    redirect_uri: str
    state: str

    @property
    def _input(self) -> Mapping[str, Any]:
        flow: Mapping[str, Any] = self.specification["oauth_connector_input_specification"]
        return flow

    def consent_url(self) -> str:
        """Where the user is sent."""
        return self._render(self._input["consent_url"])

    def token_request(self, code: str) -> TokenRequest:
        """What is posted once the user is back with a code."""
        return TokenRequest(
            url=self._render(self._input["access_token_url"], code),
            headers=self._render_all(self._input["access_token_headers"], code),
            form=self._render_all(self._input["access_token_params"], code),
        )

    def config(self, answer: Mapping[str, str]) -> dict[str, Any]:
        """The part of a connector config that the platform fills in from the token endpoint's answer."""
        extracted = {name: answer[name] for name in self._input["extract_output"]}
        raw: dict[str, Any] = {}
        for part, values in (
            ("complete_oauth_output_specification", extracted),
            ("complete_oauth_server_output_specification", self.app),
        ):
            for name, field in self.specification[part]["properties"].items():
                section, key = field["path_in_connector_config"]
                raw.setdefault(section, {})[key] = values[name]
        return raw

    def _render_all(self, templates: Mapping[str, str], code: str) -> dict[str, str]:
        return {self._render(name, code): self._render(value, code) for name, value in templates.items()}

    def _render(self, template: str, code: str | None = None) -> str:
        values = {**self.app, "redirect_uri": self.redirect_uri, "state": self.state, "scope": self._input["scope"]}
        if code is not None:
            values["code"] = code
        names = {("auth_code" if name == "code" else name): name for name in values}
        return _RENDERER.from_string(template).render(
            **{f"{variable}_key": name for variable, name in names.items()},
            **{f"{variable}_value": values[name] for variable, name in names.items()},
        )
