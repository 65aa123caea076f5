"""Experiment 1: what Pinterest grants and refuses to a consent of its own, one refresh, and App Credentials."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from airbyte_cdk.utils import AirbyteTracedException

from integration_tests.tools.live import forms
from integration_tests.tools.live.calls import Answer, Calls
from integration_tests.tools.live.notes import Notes, values_at
from source_pinterest.api import Api, api_base_url
from source_pinterest.api.auth import APP_SCOPES
from source_pinterest.api.session import Url
from source_pinterest.check import check_access
from source_pinterest.cli.authorize import CONSENT_PAGE, App, ConsentListener, scopes
from source_pinterest.config import Config
from source_pinterest.streams.base.stream import Sync

FIRST_SAID = (
    "It asks you to sign in twice, for tokens of its own, which it forgets at its end. It uses no connection's token. "
    "Nobody has seen whether another consent ends the tokens that the app and you already have: take an app whose "
    "connections you can authenticate again."
)
BILLING = "billing:read"
_TOKEN = "oauth/token"
_CONSENT_SECONDS = 300.0


@dataclass(frozen=True)
class Consents:
    """What the experiment needs beside requests.

    Attributes:
        app: the user's app.
        port: of the redirect URI.
        say: shows a sentence to the user.
        browse: opens a page.
    """

    app: App
    port: int
    say: Callable[[str], object]
    browse: Callable[[str], object]


def run(consents: Consents, calls: Calls, notes: Notes) -> None:
    """Ask for the default permissions, try them out, refresh once, ask for `billing:read`, and for the app's own."""
    default = scopes()
    tokens = _signed_in(consents, calls, notes, "the default permissions", default)
    if tokens:
        account = _account(calls, tokens)
        _refused(calls, tokens, account, "without billing:read")
        _check(calls, notes, tokens)
        _refresh(consents, calls, notes, tokens)
    more = _signed_in(consents, calls, notes, BILLING, ",".join(dict.fromkeys([*default.split(","), BILLING])))
    if more:
        _refused(calls, more, _account(calls, more), "with billing:read")
    _app_itself(consents, calls, notes)


def _signed_in(consents: Consents, calls: Calls, notes: Notes, what: str, scope: str) -> Mapping[str, Any]:
    """Have the user agree, and exchange the code; return the tokens, or none if nothing was granted."""
    page = urljoin(api_base_url(), "/oauth/") if Url.parse(api_base_url()).is_local else CONSENT_PAGE
    try:
        with ConsentListener(consents.port) as listener:
            url = listener.consent_url(page, consents.app.client_id, scope)
            consents.say(
                f"Sign in, and agree to {what}. If the page shows an error instead, press Ctrl-C.\n\n  {url}\n"
            )
            consents.browse(url)
            code = listener.wait_for_code(_CONSENT_SECONDS)
            redirect_uri = listener.redirect_uri
    except (AirbyteTracedException, KeyboardInterrupt) as error:
        told = error.message if isinstance(error, AirbyteTracedException) else "no redirect came"
        notes.add("oauth", "redirect", what, "refused", seen=forms.message(told))
        return {}
    notes.add("oauth", "redirect", what, "code")
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "continuous_refresh": "true",
    }
    return _tokens(consents, calls, notes, f"{_TOKEN} (authorization_code, {what})", form)


def _tokens(
    consents: Consents, calls: Calls, notes: Notes, operation: str, form: Mapping[str, str]
) -> Mapping[str, Any]:
    app = consents.app
    answer = calls.post(operation, _TOKEN, data=form, auth=(app.client_id, app.client_secret))
    calls.asked(operation, "tokens", answer)
    if not answer.is_fine or not isinstance(answer.json, dict):
        return {}
    notes.body(operation, answer.json)
    granted = str(answer.json.get("scope", "")).replace(",", " ").split()
    notes.add(
        operation, "", "scope", "string", "granted", sorted(one if one in forms.SCOPES else "*" for one in granted)
    )
    return dict(answer.json)


def _with(calls: Calls, tokens: Mapping[str, Any], operation: str, path: str, **params: str) -> Answer:
    headers = {"Authorization": f"Bearer {tokens.get('access_token')}"}
    return calls.get(operation, path, params, headers=headers)


def _account(calls: Calls, tokens: Mapping[str, Any]) -> str:
    answer = _with(calls, tokens, "ad_accounts/list", "ad_accounts", page_size="1")
    return next(map(str, values_at("items[].id", answer.json)), "")


def _refused(calls: Calls, tokens: Mapping[str, Any], account: str, what: str) -> None:
    """Ask for what needs `billing:read`, and for what needs a permission that nobody asked for."""
    if account:
        path = f"ad_accounts/{account}/billing_profiles"
        profiles = _with(calls, tokens, "billing_profiles/get", path, is_active="true")
        calls.asked("billing_profiles/get", what, profiles)
    employers = _with(calls, tokens, "get/business_employers", "businesses/employers")
    calls.asked("get/business_employers", "without biz_access:read", employers)


def _check(calls: Calls, notes: Notes, tokens: Mapping[str, Any]) -> None:
    """Run the connector's check, whose requests count, and note how it ended."""

    def connect(config: Config) -> Sync:
        api = Api.connect(config, lambda _: None, lambda: None)
        api.session.hooks["response"].append(calls.count)
        return Sync(api, config)

    raw = {"credentials": {"auth_method": "access_token", "access_token": tokens.get("access_token")}, "max_retries": 0}
    try:
        is_fine, told = check_access(Config.from_mapping(raw), connect)
    except AirbyteTracedException as error:
        is_fine, told = False, str(error.message)
    notes.add("check", "", "status", "SUCCEEDED" if is_fine else "FAILED", seen=forms.message(told) if told else None)


def _refresh(consents: Consents, calls: Calls, notes: Notes, tokens: Mapping[str, Any]) -> None:
    operation = f"{_TOKEN} (refresh_token)"
    old = str(tokens.get("refresh_token"))
    new = _tokens(consents, calls, notes, operation, {"grant_type": "refresh_token", "refresh_token": old})
    if new:
        came = "absent" if not new.get("refresh_token") else "the same" if new["refresh_token"] == old else "another"
        notes.add(operation, "rows", "refresh_token beside the old one", came)
        calls.asked("user_account/get", "the new token", _with(calls, new, "user_account/get", "user_account"))


def _app_itself(consents: Consents, calls: Calls, notes: Notes) -> None:
    form = {"grant_type": "client_credentials", "scope": APP_SCOPES}
    if tokens := _tokens(consents, calls, notes, f"{_TOKEN} (client_credentials)", form):
        calls.asked("user_account/get", "App Credentials", _with(calls, tokens, "user_account/get", "user_account"))
