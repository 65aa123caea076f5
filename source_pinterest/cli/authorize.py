"""The command `python -m source_pinterest.authorize`, which gets the first refresh token from Pinterest.

It opens Pinterest's consent page in a browser, and listens on this machine for the redirect that brings a code. It
exchanges the code for tokens, and writes these into the configuration file. It prints no secret and no token.
"""

import argparse
import getpass
import json
import os
import secrets
import shlex
import shutil
import sys
import time
import webbrowser
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib import resources
from pathlib import Path
from threading import Thread
from typing import Any, Self
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import requests
from airbyte_cdk.utils import AirbyteTracedException

from source_pinterest import __version__, limits
from source_pinterest.api import api_base_url, use_environment
from source_pinterest.api.auth import Tokens
from source_pinterest.api.error_mapping import ErrorResponse
from source_pinterest.api.errors import SCOPES_OF_SECRET_CONTENT, MalformedResponseError
from source_pinterest.api.session import ApiResponse, TimeoutSession, is_local
from source_pinterest.cli.accounts import choose_accounts
from source_pinterest.cli.terminal import say, shell_path
from source_pinterest.config.credentials import read_credentials
from source_pinterest.config.files import read_object
from source_pinterest.config.options import config_error, without_blanks
from source_pinterest.engine.token_store import SAVE_TOKENS_VARIABLE, access_of, make_private, write_private
from source_pinterest.masking import SECRETS

CONSENT_PAGE = "https://www.pinterest.com/oauth/"
SECRET_VARIABLE = "PINTEREST_CLIENT_SECRET"  # noqa: S105 - the name of a variable, not its value
_CONFIG_FILE = Path("secrets/config.json")
_PORT = 8085
_CONSENT_SECONDS = 300.0
_TIMEOUT_SECONDS = 30.0

_STREAMS = "ad_accounts campaigns ad_groups ads ad_account_analytics campaign_analytics ad_group_analytics ad_analytics"
"""The streams of the command that is suggested: those of the README's table."""
_CONNECTION_SECONDS = 1.0
_REASON_CHARACTERS = 200
_REJECTED_GRANT = 283
"""The code with which the token endpoint rejects a code of the consent page, or its redirect URI."""
_PAGE = b"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>source-pinterest</title>
<style>
body { max-width: 34em; margin: 8vh auto; padding: 0 1em; font: 1em/1.5 sans-serif; color: #222 }
h1 { font-size: 1.5em }
</style>
<p>source-pinterest, Airbyte's source for Pinterest</p>
<h1>Return to the terminal</h1>
<p>It says whether you are signed in to Pinterest. You can close this window.</p>
"""
_APPS = "https://developers.pinterest.com/apps/"


@dataclass(frozen=True)
class App:
    """The Pinterest app that requests access."""

    client_id: str
    client_secret: str

    @classmethod
    def of_user(cls, client_id: str | None, known: Mapping[str, Any]) -> Self:
        """Return the app of the command line, the environment or the configuration, or prompt for it."""
        chosen = client_id or known.get("client_id")
        secret = os.environ.pop(SECRET_VARIABLE, "") or known.get("client_secret")  # no browser gets it
        if not (chosen and secret) and sys.stdin.isatty():
            say(f"The app's page shows its App ID and its App secret. It is listed under My apps: {_APPS}")
        chosen = chosen or _prompt(input, "App ID: ")
        secret = secret or _prompt(getpass.getpass, "App secret: ")
        app = {"client_id": str(chosen).strip(), "client_secret": str(secret).strip()}
        read_credentials({"credentials": {"auth_method": "client_credentials", **app}})
        return cls(**app)


class _RedirectHandler(BaseHTTPRequestHandler):
    server: "ConsentListener"
    timeout = _CONNECTION_SECONDS

    def do_GET(self) -> None:
        redirect = dict(parse_qsl(urlsplit(self.path).query))
        is_expected = secrets.compare_digest(redirect.get("state", "").encode(), self.server.state.encode())
        if is_expected:  # requests of other pages lack the state
            self.server.redirect = redirect
        with suppress(OSError):  # the browser has closed the connection, but its request is complete
            self.send_response(HTTPStatus.OK if is_expected else HTTPStatus.BAD_REQUEST)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(_PAGE)))
            self.end_headers()
            self.wfile.write(_PAGE)

    def log_message(self, *_: Any) -> None:
        """Log nothing: the request line contains the code."""


class ConsentListener(HTTPServer):
    """Listens on this machine for the redirect with which Pinterest sends the browser back.

    Args:
        port: the port of the redirect URI in the app's settings; 0 takes a free one.

    Raises:
        AirbyteTracedException: the port can't be used.
    """

    allow_reuse_port = False
    timeout = 1.0

    def __init__(self, port: int) -> None:
        self.state = secrets.token_urlsafe(32)
        self.redirect: Mapping[str, str] = {}
        try:
            super().__init__(("127.0.0.1", port), _RedirectHandler)
        except OSError as error:
            raise config_error(
                f"Port {port} of this machine can't be used ({error.strerror}). Choose another with --port, and add "
                f"its redirect URI to the app at {_APPS}.",
            ) from error

    def handle_error(self, *_: Any) -> None:
        """Ignore broken connections."""

    @property
    def redirect_uri(self) -> str:
        """The redirect URI that the app's settings must list, character for character."""
        return f"http://localhost:{self.server_port}/"

    def consent_url(self, page: str, client_id: str, scopes: str) -> str:
        """Return the URL of the page on which the user grants access.

        Args:
            page: the URL of the consent page without a query.
            client_id: the app's id.
            scopes: the permissions, separated by commas.

        https://developers.pinterest.com/docs/getting-started/set-up-authentication-and-authorization/
        """
        query = {
            "client_id": client_id,
            "redirect_uri": self.redirect_uri,
            "response_type": "code",
            "scope": scopes,
            "state": self.state,
        }
        return f"{page}?{urlencode(query)}"

    def wait_for_code(self, seconds: float) -> str:
        """Wait for the redirect and return its code, which is exchanged for tokens.

        Raises:
            AirbyteTracedException: no redirect came in time, or the user declined.
        """
        end = time.monotonic() + seconds
        while not self.redirect and time.monotonic() < end:
            self.handle_request()
        if not self.redirect:
            raise config_error(
                f"Access was not granted within {seconds / 60:g} minutes. Run the command again, and check that the "
                f"app lists the redirect URI {self.redirect_uri}",
            )
        if "code" not in self.redirect:
            reason = self.redirect.get("error", "no reason")[:_REASON_CHARACTERS]
            raise config_error(f"Pinterest granted no access ({reason}). Run the command again and agree.")
        SECRETS.keep(self.redirect["code"])
        return self.redirect["code"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code: 0 once the configuration is written."""
    parser = argparse.ArgumentParser(
        prog="python -m source_pinterest.authorize",
        description="Get a refresh token from Pinterest and write it into the configuration file. "
        "The command opens Pinterest's consent page in a browser and prints no secret and no token.",
        epilog=f"The app's secret is taken from the environment variable {SECRET_VARIABLE}, otherwise from the "
        "configuration file; otherwise the command asks for it.",
    )
    parser.add_argument("--client-id", help="id of the app; without it, the command asks")
    parser.add_argument("--config", type=Path, default=_CONFIG_FILE, help=f"file to write (default: {_CONFIG_FILE})")
    parser.add_argument("--port", type=_port, default=_PORT, help=f"port of the redirect URI (default: {_PORT})")
    parser.add_argument(
        "--scope",
        action="append",
        default=[],
        metavar="PERMISSION",
        help="ask for this permission as well, such as biz_access:read; may be given several times",
    )
    parser.add_argument("--no-browser", action="store_true", help="print the URL of the consent page, do not open it")
    options = parser.parse_args(arguments)
    try:
        _prepare(options.config)
        config = without_blanks(read_object(options.config)) if options.config.exists() else {}
        known = config.get("credentials")
        app = App.of_user(options.client_id, known if isinstance(known, Mapping) else config)
        requested = [*dict.fromkeys([*scopes().split(","), *options.scope])]
        with ConsentListener(options.port) as listener:
            tokens = _tokens(app, listener, ",".join(requested), opens_browser=not options.no_browser)
            credentials = {
                "auth_method": "oauth2.0",
                **vars(app),
                "refresh_token": tokens.refresh_token,
                **access_of(tokens),  # is used first, which leaves the refresh token as it is
            }
            saved = _write_config(options.config, {**config, "credentials": credentials})
        _choose_accounts(options.config, saved)
    except AirbyteTracedException as error:
        say(str(error.message), sys.stderr)
        return 1
    except OSError as error:
        say(f"{options.config.parent} can't be written ({error.strerror}). Free some space and try again.", sys.stderr)
        return 1
    if tokens.scopes:
        _print_ungranted(requested, tokens.scopes)
    _print_next_steps(options.config)
    return 0


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) >= 2**16:  # 0 is any that is free
        raise argparse.ArgumentTypeError(f"a port is a number from 1 to {2**16 - 1:,}, not {text}")
    return int(text)


def scopes() -> str:
    """Return the permissions that `spec.json` lists, separated by commas. Every user is asked for them."""
    spec = json.loads(resources.files("source_pinterest").joinpath("spec.json").read_text(encoding="utf-8"))
    oauth = spec["advanced_auth"]["oauth_config_specification"]["oauth_connector_input_specification"]
    return str(oauth["scope"])


def _prompt(read: Any, prompt: str) -> str:
    if not sys.stdin.isatty():
        raise config_error(
            f"Name the app with --client-id, and its secret in the environment variable {SECRET_VARIABLE}."
        )
    return str(read(prompt)).strip()


def _prepare(path: Path) -> None:
    """Create the folder and check that the file can be written, before the user signs in."""
    try:
        make_private(path.parent)
    except OSError as error:
        raise config_error(
            f"{path.parent} can't be created ({error.strerror}). Name another file with --config."
        ) from error
    if path.is_dir() or not os.access(path.parent, os.W_OK):
        raise config_error(f"{path} can't be written. With --config, name a file in a folder that you can write to.")


def _tokens(app: App, listener: ConsentListener, requested: str, *, opens_browser: bool) -> Tokens:
    api = api_base_url()
    page = urljoin(api, "/oauth/") if is_local(api) else CONSENT_PAGE
    url = listener.consent_url(page, app.client_id, requested)
    say("In a browser, open this page, sign in to Pinterest and agree:")
    sys.stdout.write(f"\n  {url}\n\n")
    port = listener.server_port
    say(f"If this machine is remote, first run ssh -L {port}:localhost:{port} HOST on the one with the browser.")
    sys.stdout.flush()
    if opens_browser:  # one in the terminal returns when it is closed
        Thread(target=webbrowser.open, args=(url,), daemon=True).start()
    form = {
        "grant_type": "authorization_code",
        "code": listener.wait_for_code(_CONSENT_SECONDS),
        "redirect_uri": listener.redirect_uri,
        "continuous_refresh": "true",
    }
    return _exchange(f"{api}/oauth/token", app, form)


def _choose_accounts(path: Path, config: Mapping[str, Any]) -> None:
    """Let the user pick ad accounts, and write them into the configuration."""
    present = config.get("account_ids")
    named = [str(account) for account in present] if isinstance(present, list) else []
    chosen = choose_accounts(config["credentials"], named)
    if chosen != named:
        others = {name: value for name, value in config.items() if name != "account_ids"}
        _write_config(path, {**others, "account_ids": chosen} if chosen else others)


def _write_config(path: Path, config: dict[str, Any]) -> dict[str, Any]:
    """Write the configuration, and return it."""
    try:
        write_private(path.resolve(), config)  # a link to the file stays a link
    except OSError as error:
        raise config_error(f"{path} can't be written ({error.strerror}). Free some space and try again.") from error
    return config


def _exchange(token_url: str, app: App, form: Mapping[str, str]) -> Tokens:
    session = TimeoutSession(f"source-pinterest/{__version__}", _TIMEOUT_SECONDS)
    use_environment(session, token_url)
    request = requests.Request("POST", token_url, data=form, auth=(app.client_id, app.client_secret))
    try:
        response = session.exchange(request, Tokens.parse, limits.ERROR_BYTES)
    except MalformedResponseError as error:
        raise config_error(f"Pinterest returned no tokens. {error} Run the command again.") from error
    except requests.RequestException as error:
        raise config_error(
            f"The request to Pinterest's token endpoint failed ({type(error).__name__}). Run the command again.",
        ) from error
    status = response.status if isinstance(response, ErrorResponse) else HTTPStatus.OK
    if isinstance(response, ErrorResponse) and status == HTTPStatus.UNAUTHORIZED and response.code != _REJECTED_GRANT:
        raise config_error("Pinterest does not know this app. Check the App ID and the App secret.")
    if isinstance(response, ApiResponse) and response.value.refresh_token:
        return response.value
    raise config_error(
        f"Pinterest returned no refresh token (HTTP {status}). Run the command again, and check that "
        f"the app lists the redirect URI {form['redirect_uri']}",
    )


def _print_ungranted(requested: Sequence[str], granted: Collection[str]) -> None:
    """Print the permissions that the user did not grant, and what can't be read without them."""
    missing = [scope for scope in requested if scope not in granted]
    if needed := [scope for scope in missing if scope not in SCOPES_OF_SECRET_CONTENT]:
        say(f"Pinterest did not grant {', '.join(needed)}, so the streams that need it can't be read.")
    for scope in missing:
        if lost := SCOPES_OF_SECRET_CONTENT.get(scope):
            say(f"Pinterest did not grant {scope}, so {lost}.")


def _print_next_steps(path: Path) -> None:
    """Print the commands that test the connection and read the first streams."""
    connector = shutil.which("source-pinterest", path=str(Path(sys.executable).parent)) or "source-pinterest"
    config = shlex.quote(str(path))
    read = f"{shell_path(sys.executable)} -m source_pinterest.read {_STREAMS} --config {config}"
    if Path("Makefile").exists() and Path("source_pinterest").is_dir():
        read = f'make read STREAMS="{_STREAMS}"{"" if path == _CONFIG_FILE else f" CONFIG={config}"}'
    say(f"The credentials are in {path}, which only you can read. Test the connection, then read:")
    sys.stdout.write(
        f"\n  {SAVE_TOKENS_VARIABLE}=1 {shell_path(connector)} check --config {config} | grep -v CONTROL\n"
    )
    sys.stdout.write(f"  {read}\n")
