"""Experiment 1: what Pinterest grants and refuses to a consent of its own, one refresh, and App Credentials."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from airbyte_cdk.utils import AirbyteTracedException

from source_pinterest.api import api_base_url
from source_pinterest.api.auth import APP_SCOPES
from source_pinterest.api.session import Url
from source_pinterest.cli.authorize import CONSENT_PAGE, App, ConsentListener, scopes
from tools.live import forms
from tools.live.look import Answer, Look, values_at

FIRST_SAID = (
    "It asks you to sign in twice, for tokens of its own, which it forgets at its end. It uses no connection's token. "
    "Nobody has seen whether another consent ends the tokens that the app and you already have: take an app whose "
    "connections you can authenticate again."
)
BILLING = "billing:read"
_CONSENT_SECONDS = 300.0


@dataclass(frozen=True)
class Consents:
    """The experiment.

    Attributes:
        app: the user's app.
        port: of the redirect URI.
        look: sends requests and takes what came.
        say: shows a sentence to the user.
    """

    app: App
    port: int
    look: Look
    say: Callable[[str], object]

    def run(self) -> None:
        """Ask for the default permissions, try them, refresh once, ask for `billing:read`, then for the app's own."""
        default = scopes()
        if tokens := self._signed_in("the default permissions", default):
            self._try("without billing:read", tokens)
            self._refresh(tokens)
        if more := self._signed_in(BILLING, ",".join(dict.fromkeys([*default.split(","), BILLING]))):
            self._try("with billing:read", more)
        if own := self._tokens("client_credentials", {"grant_type": "client_credentials", "scope": APP_SCOPES}):
            self._get(own, "user_account/get", "user_account", "App Credentials")

    def _signed_in(self, what: str, scope: str) -> Mapping[str, Any]:
        """Have the user agree, and exchange the code; return the tokens, or none if nothing was granted."""
        page = urljoin(api_base_url(), "/oauth/") if Url.parse(api_base_url()).is_local else CONSENT_PAGE
        try:
            with ConsentListener(self.port) as listener:
                url = listener.consent_url(page, self.app.client_id, scope)
                self.say(f"\nIn a browser on this machine, open this page and agree to {what}:\n\n  {url}\n")
                self.say("If the page shows an error instead, press Ctrl-C.")
                code, redirect_uri = listener.wait_for_code(_CONSENT_SECONDS), listener.redirect_uri
        except (AirbyteTracedException, KeyboardInterrupt) as error:
            told = error.message if isinstance(error, AirbyteTracedException) else "no redirect came"
            self.look.add("oauth", "redirect", what, "refused", seen=forms.message(told))
            return {}
        self.look.add("oauth", "redirect", what, "code")
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
        return self._tokens(f"authorization_code, {what}", {**form, "continuous_refresh": "true"})

    def _tokens(self, grant: str, form: Mapping[str, str]) -> Mapping[str, Any]:
        operation = f"oauth/token ({grant})"
        answer = self.look.post(operation, "oauth/token", data=form, auth=(self.app.client_id, self.app.client_secret))
        self.look.asked(operation, "tokens", answer)
        if not answer.is_fine or not isinstance(answer.json, dict):
            return {}
        self.look.body(operation, answer.json)
        granted = str(answer.json.get("scope", "")).replace(",", " ").split()
        told = sorted(scope if scope in forms.SCOPES else forms.NOT_TOLD for scope in granted)
        self.look.add(operation, "", "scope", "string", "granted", told)
        return dict(answer.json)

    def _get(self, tokens: Mapping[str, Any], operation: str, path: str, what: str, **params: str) -> Answer:
        headers = {"Authorization": f"Bearer {tokens.get('access_token')}"}
        return self.look.asked(operation, what, self.look.get(operation, path, params, headers=headers))

    def _try(self, what: str, tokens: Mapping[str, Any]) -> None:
        """Ask for what needs `billing:read`, and for what needs a permission that nobody asked for."""
        accounts = self._get(tokens, "ad_accounts/list", "ad_accounts", what, page_size="1")
        for account in values_at("items[].id", accounts.json):
            path = f"ad_accounts/{account}/billing_profiles"
            self._get(tokens, "billing_profiles/get", path, what, is_active="true")
        self._get(tokens, "get/business_employers", "businesses/employers", "without biz_access:read")

    def _refresh(self, tokens: Mapping[str, Any]) -> None:
        old = str(tokens.get("refresh_token"))
        if new := self._tokens("refresh_token", {"grant_type": "refresh_token", "refresh_token": old}):
            came = (
                "absent" if not new.get("refresh_token") else "the same" if new["refresh_token"] == old else "another"
            )
            self.look.add("oauth/token (refresh_token)", "rows", "refresh_token beside the old one", came)
            self._get(new, "user_account/get", "user_account", "the new token")
