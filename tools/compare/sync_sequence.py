"""Plays a world day after day before a connector, and keeps what each sync was.

The sequences of tests (`integration_tests/support/sync_sequences.py`) know what a destination must hold. Here the
connectors of two commits read in separate processes, and only what they emit is compared.
"""

import pickle
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Self

from integration_tests.simulator import Fault, Simulator, World
from integration_tests.support.catalogs import catalog_of
from integration_tests.support.expected_records import KEYS
from integration_tests.support.pinterest import oauth_config
from integration_tests.support.syncs import read_arguments
from tools.compare.outcome import Outcome, outcome_of
from tools.compare.reader import Reader

FIRST_MOMENT = datetime(2027, 1, 20, 6, 30, tzinfo=UTC)
"""45 days from here on cross the end of a month of 31 days and that of a February."""


@dataclass(frozen=True, kw_only=True)
class Day:
    """What is special about a day.

    Attributes:
        change: what happens to the world before the sync, which begins at a moment.
        faults: of this day's sync; each is bound to one account, board or level, so that it hits the same request
            whichever thread is first.
        skipped: whether nobody reads on this day.
    """

    change: Callable[[World, datetime], object] = lambda _world, _moment: None
    faults: tuple[Fault, ...] = ()
    skipped: bool = False


@dataclass(frozen=True, kw_only=True)
class SyncSequence:
    """A world, what is read of it, and what happens to it.

    Attributes:
        name: for the lines of differences.
        world: makes it as it is at a moment.
        days: the numbers of the days on which somebody reads, from 0 on.
        streams: what is read.
        destination: append, append_dedup or overwrite.
        sync_mode: incremental or full_refresh.
        config: options of the connector beside its credentials.
        settings: of the simulator.
        calendar: the special days.
        keys: of streams that are not in every catalog, which are read as well.
    """

    name: str
    world: Callable[[datetime], World]
    days: tuple[int, ...]
    streams: tuple[str, ...] = tuple(KEYS)
    destination: str = "append_dedup"
    sync_mode: str = "incremental"
    config: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    calendar: Mapping[int, Day] = field(default_factory=dict)
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def without(self, streams: frozenset[str]) -> Self:
        """The course that does not read these streams."""
        return replace(self, streams=tuple(stream for stream in self.streams if stream not in streams))

    def key_of(self, stream: str) -> tuple[str, ...]:
        """The fields of a stream's primary key."""
        return self.keys.get(stream) or KEYS[stream]

    def moment_of(self, number: int) -> datetime:
        """The time at which the sync of a day begins."""
        return FIRST_MOMENT + timedelta(days=number)

    def date_of(self, number: int) -> date:
        """The date of a day."""
        return self.moment_of(number).date()

    def played(self) -> list[int]:
        """The days on which somebody reads."""
        return [number for number in self.days if not self.day(number).skipped]

    def day(self, number: int) -> Day:
        """What is special about a day."""
        return self.calendar.get(number, Day())


def run_sequence(sequence: SyncSequence, reader: Reader, folder: Path) -> None:
    """Read every day of a course from the states of the days before, and keep what each sync was.

    Args:
        sequence: what to play.
        reader: the connector that reads.
        folder: for what is kept.
    """
    world = sequence.world(sequence.moment_of(sequence.days[0]))
    state: dict[str, Any] = {}
    for number in range(sequence.days[0], sequence.days[-1] + 1):
        moment = sequence.moment_of(number)
        world.now = moment
        sequence.day(number).change(world, moment)
        if number not in sequence.played():
            continue
        outcome = _sync(sequence, number, world, reader, state, folder)
        keep(folder, number, outcome)
        state = outcome.states


def keep(folder: Path, number: int, outcome: Outcome) -> None:
    """Write down what the sync of a day was."""
    _place(folder, number).write_bytes(pickle.dumps(outcome))


def kept(folder: Path, number: int) -> Outcome:
    """What the sync of a day was."""
    found: Outcome = pickle.loads(_place(folder, number).read_bytes())  # noqa: S301 - written above
    return found


def _place(folder: Path, number: int) -> Path:
    return folder / f"{number}.pickle"


def _sync(
    sequence: SyncSequence, number: int, world: World, reader: Reader, state: dict[str, Any], folder: Path
) -> Outcome:
    day, stdout = sequence.day(number), folder / "stdout"
    moment = sequence.moment_of(number)
    settings = {"profile": "ample", "report_seconds": 0, **sequence.settings}
    # The clock stands, so that states do not depend on the second in which a request arrives.
    with Simulator(world, clock=moment.timestamp, faults=day.faults, **settings) as sim:
        catalog = catalog_of((*sequence.streams, *sequence.keys), sequence.destination, sequence.sync_mode)
        arguments = read_arguments(folder, catalog, oauth_config(sim.credentials, **sequence.config), state or None)
        code = reader.run(arguments, moment.isoformat(), sim.url, stdout)
        return outcome_of(stdout.read_bytes(), code, sim.log, state)
