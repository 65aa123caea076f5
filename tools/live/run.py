"""`make live EXPERIMENT=1` asks a real account a few questions, and writes the forms of the answers into a file.

The file is printed whole before the command says that it may be shared. It has no name, id, number, link or text of the
account.
"""

import argparse
import logging
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from airbyte_cdk.utils import AirbyteTracedException

from integration_tests.recorded import Field, written
from source_pinterest import __version__
from source_pinterest.api import Api, api_base_url, use_environment
from source_pinterest.api.bounds import API_RESPONSE
from source_pinterest.api.session import TimeoutSession
from source_pinterest.cli.authorize import App
from source_pinterest.config import Config
from source_pinterest.config.files import read_object
from source_pinterest.engine.token_store import TokenStore
from source_pinterest.streams.base.sync import Sync
from tools.live import analytics, bulk, consent, lists, pins, reports
from tools.live.look import NO_RESPONSE, AccountLook, Look, StoppedError, sender

CONFIG = Path("secrets/config.json")
_PORT = 8085


@dataclass(frozen=True)
class Experiment:
    """One of the experiments.

    Attributes:
        question: what it finds out.
        requests: how many it sends at most.
        takes: how long, in words.
        run: sends the requests; the first experiment has a form of its own.
        asks_for: what the requests do.
    """

    question: str
    requests: int
    takes: str
    run: Callable[[AccountLook], None] | None = None
    asks_for: str = "It only reads."


_HAS_A_FILE_MADE = "It reads, and has one file made, which costs nothing and changes nothing."
_HAS_REPORTS_MADE = "It reads, and has four reports made, which cost nothing and change nothing."
EXPERIMENTS: Mapping[int, Experiment] = {
    1: Experiment("which permissions Pinterest grants, and what a refusal says", 12, "three minutes"),
    2: Experiment("the forms of analytics, large answers, and attribution windows", 33, "a minute", analytics.run),
    3: Experiment("the metrics of pins", 13, "a minute", pins.run),
    4: Experiment("reports and their files", 40, "one to three minutes", reports.run, _HAS_REPORTS_MADE),
    5: Experiment("how lists end, and what is refused", 40, "a minute", lists.run),
    6: Experiment("a bulk file of campaigns", 15, "one to three minutes", bulk.run, _HAS_A_FILE_MADE),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run an experiment, and return the exit code: 0 once its file is written.

    Raises:
        SystemExit: nothing was sent, or nothing came; the sentence says why.
    """
    parser = argparse.ArgumentParser(prog="make live EXPERIMENT=<1 to 6>")
    parser.add_argument("experiment", type=int, choices=EXPERIMENTS)
    parser.add_argument("--config", type=Path, default=CONFIG)
    given = parser.parse_args(arguments)
    logging.disable(logging.CRITICAL)  # what the connector logs names accounts
    experiment = EXPERIMENTS[given.experiment]
    _print(f"Experiment {given.experiment}: {experiment.question}.")
    if experiment.run is None:
        _print(consent.FIRST_SAID)
    _print(
        f"It sends at most {experiment.requests} requests and takes about {experiment.takes}. {experiment.asks_for} "
        "What it writes stays on this machine."
    )
    if input("Type yes to go on: ").strip().lower() != "yes":
        raise SystemExit("Nothing was sent.")
    try:
        fields = of_account(given.config, experiment) if experiment.run else of_app(given.config, _PORT, experiment)
    except AirbyteTracedException as error:
        raise SystemExit(str(error.message)) from error
    if {field.type for field in fields} <= {NO_RESPONSE}:
        raise SystemExit("No response came: check the network, and try again later. Nothing was written.")
    path = Path(f"live-experiment-{given.experiment}.tsv")
    text = written(fields)
    path.write_text(text, encoding="utf-8")
    _print(f"\nThis is all that {path} holds. Read it: nothing in it should be yours.\n\n{text}")
    _print(
        f"If you want to share it, open an issue of the kind Result of an experiment and attach {path}. "
        "docs/development/live.md says how to read it."
    )
    return 0


def of_account(path: Path, experiment: Experiment) -> Sequence[Field]:
    """Run an experiment with the account of a configuration, into which a rotated refresh token goes.

    Raises:
        SystemExit: there is no such file.
        AirbyteTracedException: it is no configuration, or its token does not work.
    """
    if not path.is_file():
        raise SystemExit(f"This needs {path}, a configuration: python -m source_pinterest.authorize writes one.")
    raw = read_object(path)
    config = Config.from_mapping({**raw, "max_retries": 0})
    store = TokenStore(raw, lambda _: None, path, saves=True)  # a rotated token would be lost otherwise
    api = Api.connect(config, store.rotated)
    send, download = sender(api.session, api.response_bounds), sender(api.downloads, api.file_bounds)
    besides_a_token = experiment.requests - 1
    look = AccountLook(Sync(api, config), send, download, _wait, besides_a_token)
    _until_stopped(lambda: experiment.run(look) if experiment.run else None)
    return look.fields()


def of_app(path: Path, port: int, experiment: Experiment) -> Sequence[Field]:
    """Run the experiment with consents of its own. Of a configuration, it reads the app's id and secret alone."""
    raw = read_object(path) if path.is_file() else {}
    known = raw.get("credentials", raw)
    app = {name: known[name] for name in ("client_id", "client_secret") if isinstance(known, Mapping) and name in known}
    session = TimeoutSession(f"source-pinterest/{__version__}", 30)
    use_environment(session, api_base_url())
    session.auth = lambda request: request  # a netrc file's would replace the token of a request
    look = Look(api_base_url(), sender(session, API_RESPONSE), experiment.requests)
    _until_stopped(consent.Consents(App.of_user(None, app), port, look, _print).run)
    return look.fields()


def _until_stopped(run: Callable[[], None]) -> None:
    """Run an experiment to its end, or until nothing more can be asked; what was seen stays."""
    try:
        run()
    except StoppedError as error:
        _print(f"{error}. The rest was not asked.")
    except KeyboardInterrupt:
        _print("Interrupted. The rest was not asked.")
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        _print(f"A response has a form that nobody foresaw ({type(error).__name__}). The rest was not asked.")


def _wait(seconds: float) -> None:
    _print(f"Waiting {seconds:g} s for Pinterest ...")
    time.sleep(seconds)


def _print(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
