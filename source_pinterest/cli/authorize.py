"""How does a user get their first refresh token? `python -m source_pinterest.authorize` asks Pinterest for it.

The command opens Pinterest's consent page in a browser and writes the credentials into the configuration file. It
prints no secret and no token.
"""

import argparse
import getpass
import json
import os
import shlex
import shutil
import sys
import webbrowser
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from importlib import resources
from pathlib import Path
from typing import Any, Self
from urllib.parse import urljoin

import requests
from airbyte_cdk.utils import AirbyteTracedException

from source_pinterest import __version__
from source_pinterest.api import api_address, heed_environment
from source_pinterest.api.addresses import Address
from source_pinterest.api.chunks import TOKEN_ANSWER
from source_pinterest.api.errors import MalformedAnswerError
from source_pinterest.api.rights import LOST_IN_SILENCE
from source_pinterest.api.session import Answer, TimeoutSession
from source_pinterest.api.tokens import Tokens
from source_pinterest.api.verdicts import ErrorAnswer
from source_pinterest.cli.consent import ConsentListener
from source_pinterest.config.files import read_object
from source_pinterest.config.options import refusal, without_blanks
from source_pinterest.engine.token_store import SAVE_TOKENS_VARIABLE, access_of, write_private
from source_pinterest.masking import SECRETS

CONSENT_PAGE = "https://www.pinterest.com/oauth/"
SECRET_VARIABLE = "PINTEREST_CLIENT_SECRET"  # noqa: S105 - the name of a variable, not its value
_CONFIG_FILE = Path("secrets/config.json")
_PORT = 8085
_PATIENCE_SECONDS = 300.0
_TIMEOUT_SECONDS = 30.0


@dataclass(frozen=True)
class App:
    """The Pinterest app that asks for access."""

    client_id: str
    client_secret: str

    @classmethod
    def of_user(cls, client_id: str | None, known: Mapping[str, Any]) -> Self:
        """The app that the command line, the environment or the configuration names; otherwise the user is asked."""
        chosen = client_id or known.get("client_id") or _ask(input, "App id: ")
        secret = os.environ.get(SECRET_VARIABLE) or known.get("client_secret") or _ask(getpass.getpass, "App secret: ")
        SECRETS.keep(str(secret))
        return cls(str(chosen), str(secret))


def main(arguments: Sequence[str]) -> int:
    """Run the command; the exit code, 0 once the configuration is written."""
    parser = argparse.ArgumentParser(
        prog="python -m source_pinterest.authorize",
        description="Get a refresh token from Pinterest and write it into the configuration file. "
        "The command opens Pinterest's consent page in a browser and prints no secret and no token.",
        epilog=f"The app's secret is taken from the environment variable {SECRET_VARIABLE}, else from the "
        "configuration file; otherwise the command asks for it.",
    )
    parser.add_argument("--client-id", help="id of the app; without it, the command asks")
    parser.add_argument("--config", type=Path, default=_CONFIG_FILE, help=f"file to write (default: {_CONFIG_FILE})")
    parser.add_argument("--port", type=int, default=_PORT, help=f"port of the redirect URI (default: {_PORT})")
    parser.add_argument(
        "--scope",
        action="append",
        default=[],
        metavar="PERMISSION",
        help="ask for this permission as well, such as biz_access:read; may be given several times",
    )
    parser.add_argument("--no-browser", action="store_true", help="print the consent page's address, do not open it")
    given = parser.parse_args(arguments)
    try:
        _prepare(given.config)
        config = _existing(given.config)
        known = config.get("credentials")
        app = App.of_user(given.client_id, known if isinstance(known, Mapping) else config)
        asked = [*dict.fromkeys([*scopes().split(","), *given.scope])]
        tokens = _tokens(app, given.port, webbrowser.open if not given.no_browser else None, ",".join(asked))
    except AirbyteTracedException as error:
        sys.stderr.write(f"{error.message}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    credentials = {
        "auth_method": "oauth2.0",
        **vars(app),
        "refresh_token": tokens.refresh_token,
        **access_of(tokens),  # with which the first commands need not use the refresh token up
    }
    try:
        write_private(given.config, {**config, "credentials": credentials})
    except OSError as error:
        sys.stderr.write(f"{given.config} can't be written ({error.strerror}). Free some space and try again.\n")
        return 1
    _print_next_steps(given.config, asked, tokens.scopes)
    return 0


def scopes() -> str:
    """The permissions that everybody is asked for, separated by commas, as `spec.json` lists them."""
    spec = json.loads(resources.files("source_pinterest").joinpath("spec.json").read_text(encoding="utf-8"))
    oauth = spec["advanced_auth"]["oauth_config_specification"]["oauth_connector_input_specification"]
    return str(oauth["scope"])


def _ask(read: Any, prompt: str) -> str:
    if not sys.stdin.isatty():
        raise refusal(f"Name the app with --client-id, and its secret in the environment variable {SECRET_VARIABLE}.")
    return str(read(prompt)).strip()


def _existing(path: Path) -> dict[str, Any]:
    """The options that the file already holds; they stay as they are."""
    if not path.exists():
        return {}
    return without_blanks(read_object(path))


def _prepare(path: Path) -> None:
    """Create the folder, and find out whether the file can be written before the user signs in."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise refusal(f"{path.parent} can't be created ({error.strerror}). Name another file with --config.") from error
    if path.is_dir() or not os.access(path.parent, os.W_OK):
        raise refusal(f"{path} can't be written. With --config, name a file in a folder that you can write to.")


def _tokens(app: App, port: int, browse: Any, asked: str) -> Tokens:
    api = api_address()
    page = urljoin(api, "/oauth/") if Address.of(api).is_local else CONSENT_PAGE
    with ConsentListener(port) as listener:
        url = listener.consent_url(page, app.client_id, asked)
        _say(f"In a browser on this machine, open this page, sign in to Pinterest and agree:\n\n  {url}\n")
        if browse:
            browse(url)
        code = listener.wait_for_code(_PATIENCE_SECONDS)
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": listener.redirect_uri,
            "continuous_refresh": "true",
        }
    return _exchange(f"{api}/oauth/token", app, form)


def _exchange(token_url: str, app: App, form: Mapping[str, str]) -> Tokens:
    session = TimeoutSession(f"source-pinterest/{__version__}", _TIMEOUT_SECONDS)
    heed_environment(session, token_url)
    request = requests.Request("POST", token_url, data=form, auth=(app.client_id, app.client_secret))
    try:
        answer = session.exchange(request, Tokens.parse, TOKEN_ANSWER)
    except MalformedAnswerError as error:
        raise refusal(f"Pinterest returned no tokens. {error} Run the command again.") from error
    except requests.RequestException as error:
        raise refusal(
            f"Pinterest's token endpoint did not answer ({type(error).__name__}). Run the command again.",
        ) from error
    status = answer.status if isinstance(answer, ErrorAnswer) else HTTPStatus.OK
    if status == HTTPStatus.UNAUTHORIZED:
        raise refusal("Pinterest does not know this app. Check the app id and the app secret.")
    if isinstance(answer, Answer) and answer.value.refresh_token:
        return answer.value
    raise refusal(
        f"Pinterest returned no refresh token (HTTP {status}). Run the command again, and check that "
        f"the app lists the redirect URI {form['redirect_uri']}",
    )


def _print_next_steps(path: Path, asked: Sequence[str], granted: Collection[str]) -> None:
    missing = [scope for scope in asked if granted and scope not in granted]
    if needed := [scope for scope in missing if scope not in LOST_IN_SILENCE]:
        _say(f"Pinterest did not grant {', '.join(needed)}, so the streams that need it can't be read.")
    for scope in missing:
        if lost := LOST_IN_SILENCE.get(scope):
            _say(f"Pinterest did not grant {scope}, so {lost}.")
    command = shutil.which("source-pinterest", path=str(Path(sys.executable).parent)) or "source-pinterest"
    next_step = f"{SAVE_TOKENS_VARIABLE}=1 {shlex.join([command, 'check', '--config', str(path)])}"
    _say(f"The credentials are in {path}, which only you can read. Test the connection:\n\n  {next_step}")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
