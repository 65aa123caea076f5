"""A look at a real account: `python -m integration_tests.tools.live secrets/config.json` writes live-report.json.

What it prints and writes holds no id, name, value, address or token.
"""

import json
import logging
import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from textwrap import fill

from airbyte_cdk.utils import AirbyteTracedException

from integration_tests.tools.live.calls import Calls, StoppedError
from integration_tests.tools.live.look import Look
from integration_tests.tools.live.report import WIDTH, Report, report_of, tables_of
from source_pinterest.api import Api
from source_pinterest.api.auth import Tokens
from source_pinterest.api.errors import ConfigError, FatalError
from source_pinterest.config import Config, OAuthCredentials
from source_pinterest.config.files import read_object
from source_pinterest.engine.token_store import SAVE_TOKENS_VARIABLE, TokenStore
from source_pinterest.streams.base.stream import Sync

DEFAULT_CONFIG = Path("secrets/config.json")
REPORT = Path(__file__).parents[3] / "live-report.json"


def main() -> int:
    """Look at the account of the config file that the command line names; the exit code, 0.

    Raises:
        SystemExit: there is nothing to report; the sentence says why.
    """
    logging.disable(logging.CRITICAL)  # what the connector logs names accounts
    os.environ[SAVE_TOKENS_VARIABLE] = "1"  # a rotated token would be lost otherwise
    config_file = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_CONFIG
    report_file = Path(sys.argv[2]) if len(sys.argv) > 2 else REPORT
    sys.stdout.write(f"{written(config_file, report_file, _wait)}\n")
    return 0


def look_at(path: Path, sleep: Callable[[float], None]) -> Report:
    """The report on the account of a config file, into which a rotated refresh token goes.

    Raises:
        AirbyteTracedException: the file is no config, or its token does not work.
        StoppedError: Pinterest can't be reached.
    """
    raw = read_object(path)
    # One call for a token, no other try: each counts.
    config = replace(Config.from_mapping(raw), max_retries=0, max_wait_seconds=0, organic_per_ad_account=False)
    if isinstance(config.credentials, OAuthCredentials):
        # What comes with a new token is one of the questions.
        config = replace(config, credentials=replace(config.credentials, access_token=None))
    store, rotations = TokenStore(raw, lambda _: None, path), []

    def rotated(tokens: Tokens) -> None:
        rotations.append(True)
        store.rotated(tokens)

    api = Api.connect(config, rotated, lambda: None)
    seen = Look(Sync(api, config), Calls(api, sleep)).taken()
    if isinstance(config.credentials, OAuthCredentials):
        seen.rotated = bool(rotations)
    return report_of(seen)


def written(path: Path, report_path: Path, sleep: Callable[[float], None]) -> str:
    """The report for people, once it is written for machines.

    Raises:
        SystemExit: there is nothing to report; the sentence says why.
    """
    if not path.is_file():
        raise SystemExit(f"make live needs {path}: a connector config with credentials of a Pinterest account.")
    try:
        report = look_at(path, sleep)
    except StoppedError as error:
        raise SystemExit(f"{error}.") from error
    except ConfigError as error:
        raise SystemExit(
            f"Pinterest does not take the token in {path}: get another one with python -m source_pinterest.authorize, "
            "and put it there."
        ) from error
    except FatalError as error:
        raise SystemExit("Pinterest can't be reached for a token: check the network, and try again later.") from error
    except AirbyteTracedException as error:
        raise SystemExit(str(error.message)) from error
    report_path.write_text(f"{json.dumps(report, indent=2)}\n", encoding="utf-8")
    ending = (
        f"Written to {report_path.name}, without anything of the account's. Please attach it to an issue of this "
        "project: it settles what the documents leave open."
    )
    return f"{tables_of(report)}\n\n{fill(ending, WIDTH)}"


def _wait(seconds: float) -> None:
    sys.stderr.write(f"Waiting {seconds:g} s for Pinterest ...\n")
    time.sleep(seconds)
