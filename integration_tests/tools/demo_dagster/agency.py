"""The Pinterest of an agency, whose ad accounts are split into shards."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Self

from integration_tests.simulator import Fault, FaultKind
from integration_tests.support.assertions import key_of, without_nulls
from integration_tests.support.outputs import Output, Record
from integration_tests.support.pinterest import oauth_config
from integration_tests.support.sign_in import sign_in
from integration_tests.support.truth import Key
from integration_tests.tools.demo.pinterest import LocalPinterest

STREAMS = ("campaigns", "campaign_analytics")
NAMES = ("americas", "apac", "emea")
ACCOUNTS_PER_SHARD = 2
HISTORY_DAYS = 20
LOOKBACK_DAYS = 7
WORLD = (
    *("--ad-accounts", str(len(NAMES) * ACCOUNTS_PER_SHARD), "--shared-ad-accounts", "0", "--campaigns", "5"),
    *("--ad-groups", "5", "--ads", "5", "--boards", "1"),
)
_AN_HOUR = 3_600


@dataclass(frozen=True)
class Shard:
    """Some of the ad accounts, in a folder with what belongs to them.

    Attributes:
        folder: named like the shard.
        accounts: the ids of its ad accounts.
    """

    folder: Path
    accounts: tuple[str, ...]

    @property
    def config(self) -> Path:
        return self.folder / "config.json"

    def states(self) -> dict[str, Any]:
        """The state that the next run goes on from, by stream."""
        saved = json.loads((self.folder / "output" / "state.json").read_text(encoding="utf-8"))
        return {entry["stream"]["stream_descriptor"]["name"]: entry["stream"]["stream_state"] for entry in saved}

    def files(self) -> list[Path]:
        """The messages of every run, the first one first."""
        return sorted(self.folder.glob("output/messages-*.jsonl"))

    def write(self, config: Mapping[str, Any]) -> None:
        """Give the shard its configuration."""
        self.folder.mkdir(parents=True)
        self.config.write_text(json.dumps({**config, "account_ids": self.accounts}, indent=2), encoding="utf-8")


class Agency(LocalPinterest):
    """A Pinterest whose refresh tokens work once, and a folder with a shard for each sign-in.

    Args:
        folder: for what the demo writes.
        root: of the checkout.

    Attributes:
        folder: in which the shards' folders are.
        start: the first day that they read.
        shards: by their names.
    """

    def __init__(self, folder: Path, root: Path) -> None:
        super().__init__(folder / "first-sign-in.json", root, WORLD)
        accounts = sorted(record["id"] for record in self._world.records("ad_accounts"))
        self.folder = folder / "shards"
        self.start = self._world.today - timedelta(days=HISTORY_DAYS)
        self.shards = {
            name: Shard(self.folder / name, tuple(accounts[number :: len(NAMES)])) for number, name in enumerate(NAMES)
        }

    def __enter__(self) -> Self:
        super().__enter__()
        app = json.loads(self._config_file.read_text(encoding="utf-8"))["credentials"]
        options = {"start_date": str(self.start), "lookback_days": LOOKBACK_DAYS, "max_wait_minutes": 1}
        for shard in self.shards.values():
            credentials = {**app, "refresh_token": sign_in(self.url, app)}
            shard.write(oauth_config(credentials, **options))
        return self

    def use_up_quota(self, shard: Shard) -> None:
        """Let a shard's next list of campaigns meet a quota that others have used up for an hour."""
        fault = Fault(FaultKind.RATE_LIMITED, on="campaigns/list", account=shard.accounts[0], seconds=_AN_HOUR)
        self._ask("POST", "faults", json=[asdict(fault)])

    def oldest_restated_day(self) -> date:
        """The first day that a run which goes on from a state reads again."""
        return self._world.today - timedelta(days=LOOKBACK_DAYS)

    def truth(self) -> dict[str, dict[Key, Record]]:
        """What a perfect sync of all shards holds."""
        return {
            stream: {
                key: without_nulls(record) for key, record in self._world.expected(stream, start=self.start).items()
            }
            for stream in STREAMS
        }


def records_in(files: Iterable[Path]) -> dict[str, dict[Key, Record]]:
    """What files of JSON lines hold, where a record replaces an earlier one with the same key."""
    found: dict[str, dict[Key, Record]] = {stream: {} for stream in STREAMS}
    for file in files:
        for stream, records in Output.of_process(file.read_bytes(), 0, "").records.items():
            found[stream].update((key_of(stream, record), record) for record in records)
    return found
