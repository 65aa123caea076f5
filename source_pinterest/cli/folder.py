"""The output folder of `read`: its lock, the messages of each run, the states, and what these say of days.

Days are final, may still change, are missing or expired, as the classes of the cursors say. Days that the states
know nothing of are skipped.
"""

import fcntl
import os
import re
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import orjson
from airbyte_cdk.models import (
    AirbyteStateMessageSerializer,
    ConfiguredAirbyteCatalog,
    DestinationSyncMode,
    SyncMode,
)
from airbyte_cdk.utils import AirbyteTracedException
from pendulum import Date

from source_pinterest import limits
from source_pinterest.api import Api
from source_pinterest.columns import DATE
from source_pinterest.config import Config
from source_pinterest.config.files import read_configured_catalog, read_object, read_states
from source_pinterest.config.options import DEFAULT_WINDOW, config_error
from source_pinterest.engine.token_store import make_private, write_private
from source_pinterest.state.cursor import reading_state
from source_pinterest.state.days import OPEN_START, Days, DaySet
from source_pinterest.state.formats import FORM_KEY, read_state
from source_pinterest.state.period import FINAL, ROWS, Period
from source_pinterest.streams.base.stream import PinterestStream
from source_pinterest.streams.base.sync import SyncContext
from source_pinterest.streams.selection import streams_by_name

OUTPUT = Path("output")
_NAMED_RECORD = re.compile(rb'{"type":"RECORD","record":{"stream":"([^"\\]*)".*}\n', re.DOTALL)
"""A whole record, whose stream is found without parsing the line."""
MESSAGES = "messages-*.jsonl"
"""The pattern of the files of messages."""
_NOT_UTF8 = re.compile("[\udc80-\udcff]")
"""Python's letters for the bytes of a path that are not UTF-8."""
_PART = ".part"
"""The suffix of a file of messages until its states are saved."""
_OPTIONS = (
    *("start_date", "status", "analytics_columns", "attribution_window", "conversion_report_time", "lookback_days"),
    "custom_reports",
)
"""The options that decide which numbers arrive. None of them is secret."""
_METHOD, _CONFIG = "auth_method", "read_with"
_NO_SECRETS = {"access_token": "no-token", "client_id": "no-client", "client_secret": "no-secret"}
_ORGANIC = "date"
"""The cursor field of profiles and pins, whose numbers have no conversions."""


@dataclass
class Messages:
    """A summary of the messages of a run.

    Attributes:
        records: the number of records of each stream, in the order of their first ones.
        states: the last state of each stream, as the connector printed it.
        warnings: the warnings, each once.
        errors: the streams of each error message. An error without a stream counts only if there is no other.
    """

    records: Counter[str] = field(default_factory=Counter)
    states: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    warnings: dict[str, None] = field(default_factory=dict)
    errors: dict[str, list[str]] = field(default_factory=dict)
    _closing_error: str = ""

    @classmethod
    def in_file(cls, path: Path) -> Self:
        """Summarize the whole lines of a file. An incomplete last line is cut off, and the file is synced to disk.

        Raises:
            OSError: the file can't be read or cut.
        """
        messages, end = cls(), 0
        with path.open("rb+") as file:
            for line in file:
                if not line.endswith(b"\n"):
                    file.truncate(end)
                    break
                end += len(line)
                messages._take(line)
            os.fsync(file.fileno())
        if messages._closing_error and not messages.errors:
            messages.errors[messages._closing_error] = []
        return messages

    def error_messages(self) -> Iterator[str]:
        """Yield each error with its streams. One error that several streams share is given without them."""
        is_shared = len(self.errors) == 1 and len(next(iter(self.errors.values()))) > 1
        for text, streams in self.errors.items():
            unnamed = [] if is_shared else [stream for stream in streams if stream not in text]
            yield f"{', '.join(unnamed)}: {text}" if unnamed else text

    def _take(self, line: bytes) -> None:
        if named := _NAMED_RECORD.match(line):
            self.records[str(named[1], "utf-8")] += 1
            return
        try:
            message = orjson.loads(line)
        except ValueError:
            return  # a power failure may leave a cut line or other bytes
        match message:
            case {"type": "RECORD", "record": {"stream": stream}}:
                self.records[stream] += 1
            case {"type": "STATE", "state": {"stream": {"stream_descriptor": {"name": stream}}} as state}:
                self.states[stream] = state
            case {"type": "LOG", "log": {"level": "WARN", "message": warning}}:
                self.warnings[warning] = None
            case {"type": "TRACE", "trace": {"error": {"message": text, "stream_descriptor": {"name": stream}}}}:
                self.errors.setdefault(text, []).append(stream)
            case {"type": "TRACE", "trace": {"error": {"message": text}}}:
                self._closing_error = text


def exists(path: Path) -> bool:
    """Return whether a file of an output folder exists. Somebody may have sent the folder with something else in it.

    Raises:
        AirbyteTracedException: a link, a pipe or the like has its name, or the path is not UTF-8, as DuckDB needs it.
    """
    if _NOT_UTF8.search(str(path)):
        raise config_error(f"The path {path} is not UTF-8. Rename it, or name another folder.")
    if path.is_symlink() or (path.exists() and not path.is_file()):
        raise config_error(f"{path} is a link or no ordinary file, and is not read. Remove it, or name another folder.")
    return path.exists()


class OutputFolder:
    """The folder with the messages of every run, the catalog of the last run and the states of all streams.

    Args:
        path: the path of the folder.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.catalog = path / "catalog.json"
        self.state = path / "state.json"
        self.options = path / "options.json"

    @contextmanager
    def opened(self) -> Generator[int, None, None]:
        """Create and lock the folder, and finish the file of a run that was killed. Yield a descriptor of the folder.

        A child process that inherits the descriptor keeps the folder locked until it ends.

        Raises:
            AirbyteTracedException: another run has locked the folder, or it has a file that no run has written.
            OSError: the folder can't be written.
        """
        make_private(self._path)
        descriptor = os.open(self._path, os.O_RDONLY)
        try:
            self._lock(descriptor)
            for leftover in sorted(filter(exists, self._path.glob(f"{MESSAGES}{_PART}"))):
                self.finish(leftover)
            yield descriptor
        finally:
            os.close(descriptor)

    def _lock(self, descriptor: int) -> None:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise config_error(
                f"{self._path} is in use by another run. Wait for its end, or name another folder with --output "
                "(OUTPUT= in make read)."
            ) from error

    def configured(self) -> ConfiguredAirbyteCatalog:
        """Return the catalog of the last run; an empty one before the first."""
        return read_configured_catalog(self.catalog) if exists(self.catalog) else ConfiguredAirbyteCatalog([])

    def messages(self) -> list[Path]:
        """Return the files of messages, the oldest one first, those of runs that have not ended too."""
        return sorted(filter(exists, self._path.glob(f"{MESSAGES}*")))

    def write(self, lines: Iterable[bytes]) -> Path:
        """Write the messages of a run as they arrive, and return the file, which `finish` takes.

        Raises:
            OSError: a line can't be written, for example because the disk is full. The file keeps those before it.
        """
        path = self._path / f"messages-{datetime.now(UTC):%Y-%m-%dT%H-%M-%S-%f}Z.jsonl{_PART}"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode=0o600)
        with os.fdopen(descriptor, "wb") as file:
            for line in lines:
                file.write(line)
        return path

    def finish(self, part: Path) -> tuple[Path, Messages]:
        """Save the states of a run and rename its file, or remove it if it is empty. Return its path and a summary.

        The states are saved after the records before them have been synced to disk.

        Raises:
            AirbyteTracedException: the file of states holds something else.
            OSError: a file can't be written.
        """
        messages = Messages.in_file(part)
        if messages.states:
            write_private(self.state, list({**self.states(), **messages.states}.values()))
        path = part.with_name(part.name.removesuffix(_PART))
        if part.stat().st_size:
            part.replace(path)
        else:
            part.unlink()
        return path, messages

    def states(self) -> Mapping[str, Any]:
        """Return the saved state of each stream.

        Raises:
            AirbyteTracedException: the file of states holds something else.
        """
        if not exists(self.state):
            return {}
        try:
            states = [AirbyteStateMessageSerializer.dump(state) for state in read_states(self.state)]
            return {state["stream"]["stream_descriptor"]["name"]: state for state in states}
        except (AirbyteTracedException, KeyError) as error:
            raise config_error(
                f"{self.state} does not hold a state. Fix it, or move it away to read everything again."
            ) from error

    def write_options(self, config: Mapping[str, Any], path: Path) -> Path | None:
        """Keep the options of a run. Return the configuration file of the runs before it if it was another one.

        Args:
            config: the configuration.
            path: its file.
        """
        known = read_object(self.options).get(_CONFIG) if exists(self.options) else None
        now = os.path.relpath(path, self._path)
        write_private(self.options, {**options_of(config), _CONFIG: now})
        return Path(os.path.relpath(self._path / known)) if isinstance(known, str) and known != now else None

    def days(self) -> "FolderDays":
        """Return what the states of the folder say of days.

        Raises:
            AirbyteTracedException: the file of states, the catalog or the options hold something else.
        """
        options = read_object(self.options) if exists(self.options) else {}
        return FolderDays(self.states(), self.configured(), options)


@dataclass(frozen=True)
class OwnerDays:
    """The days of one stream and ad account. No day is in two of the sets.

    Attributes:
        stream: the stream.
        account: the ad account; empty for the token's own user, and for accounts without an entry in an old state.
        final: nothing changes any more.
        spend_final: the spend is final, while conversions may still be added.
        provisional: all numbers may change.
        missing: not read, and the next sync requests it.
        gone: not read, and too old for Pinterest now.
    """

    stream: str
    account: str
    final: DaySet
    spend_final: DaySet
    provisional: DaySet
    missing: DaySet
    gone: DaySet


def options_of(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of a configuration that decide which numbers arrive, to save with the messages."""
    method = "client_credentials" if Config.from_mapping(config).has_app_token else "access_token"
    return {_METHOD: method, **{name: config[name] for name in _OPTIONS if name in config}}


class FolderDays:
    """Asks the states of a folder about days.

    Args:
        states: the saved state of each stream.
        catalog: the catalog of the last run; an empty one if there is none.
        options: the `options_of` the last run.

    Attributes:
        config: the options of the last run.
        window: the attribution window.
        is_append: whether each day was read once, when its spend was final.
    """

    def __init__(
        self, states: Mapping[str, Any], catalog: ConfiguredAirbyteCatalog, options: Mapping[str, Any]
    ) -> None:
        chosen = {name: value for name, value in options.items() if name != _CONFIG}
        method = chosen.pop(_METHOD, "access_token")  # a token of the app itself has fewer days
        self.config = Config.from_mapping({**chosen, "credentials": {_METHOD: method, **_NO_SECRETS}})
        self.window = self.config.attribution_window or DEFAULT_WINDOW
        self._states = {name: state["stream"].get("stream_state") or {} for name, state in states.items()}
        incremental = [stream for stream in catalog.streams if stream.sync_mode is SyncMode.incremental]
        self._configured = next(iter(incremental), None)
        self.is_append = any(stream.destination_sync_mode is DestinationSyncMode.append for stream in incremental)
        self._streams = streams_by_name(SyncContext(Api.connect(self.config, lambda _: None), self.config))

    @property
    def follows_conversions(self) -> bool:
        """Whether each day is known to be read again until its last conversion is in."""
        lookback = self.config.lookback_days
        is_long = lookback is None or lookback >= self.window.largest + limits.LOOKBACK_MARGIN_DAYS
        return is_long and not (self.is_append and lookback is None)

    def owner_days(self, stream: str, day: Date, *, is_unfinished: bool = False) -> list[OwnerDays]:
        """Return the days of a stream's owners; nothing for a stream whose state has no days.

        Args:
            stream: the stream.
            day: the day of the last run that read the stream.
            is_unfinished: whether that run did not read the stream to its end. Days up to `day` may be missing then.

        Raises:
            ConfigError: the state can't be read.
        """
        with reading_state(stream):
            state = self._states.get(stream, {})
            field = DATE if _positions(state, DATE) else _ORGANIC
            positions = {account: (repr(position), position) for account, position in _positions(state, field).items()}
            # Of many owners, most have the same days. These are worked out once.
            histories = {form: Days.from_state(position, field) for form, position in dict(positions.values()).items()}
            last = max((history.last for history in histories.values()), default=None)
            if last is None:
                return []
            period = self._period(stream, max(day, last))
            if not is_unfinished or field == _ORGANIC:
                period = replace(period, today=last)
            days = {form: self._days_of(stream, field, history, period) for form, history in histories.items()}
            return [replace(days[form], account=account) for account, (form, _) in sorted(positions.items())]

    def _period(self, stream: str, today: Date) -> Period:
        """Return the days that a sync of this day requests."""
        days = self._streams[stream]().day_range if stream in self._streams else PinterestStream.day_range
        return Period.of(days, self.config, self._configured, today)

    def _days_of(self, stream: str, field: str, history: Days, period: Period) -> OwnerDays:
        """Return an owner's days, given its saved history."""
        is_final = self._states.get(stream, {}).get(FORM_KEY, {}).get(ROWS) == FINAL
        settled = history.last if is_final else period.last_final(history.last)
        first = history.first if history.first > OPEN_START else min(settled, history.last)
        read = history.read.within(first, history.last)
        newest_settled = history.outside_lookback(period).last if self.follows_conversions else None
        final = settled if field == _ORGANIC else min(settled, newest_settled or OPEN_START)
        gone = history.expired(period)
        return OwnerDays(
            stream,
            "",
            final=read.within(OPEN_START, final),
            spend_final=read.within(final.add(days=1), settled),
            provisional=read.within(settled.add(days=1), history.last),
            missing=_requested(history.unread(period).difference([*read, *gone]), history.first, period),
            gone=gone,
        )


def _requested(days: DaySet, first: Date, period: Period) -> DaySet:
    """Return days without those before the first that belong to an incomplete week or month, which is never read."""
    whole = (window if window.start >= first else period.granularity.buckets_starting_in(window) for window in days)
    return DaySet(tuple(filter(None, whole)))


def _positions(state: Mapping[str, Any], field: str) -> dict[str, Mapping[str, Any]]:
    """Return the positions in a state by ad account; under an empty text, the one that is not an account's."""
    saved = read_state(state, field, min)
    own = {"": state if state.get(field) else {field: saved.flat}} if saved.flat else {}
    return {**saved.accounts, **own}
