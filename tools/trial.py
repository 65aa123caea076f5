"""Two weeks of Trial access; writes docs/streams-and-limits.md. `python -m tools.trial`.

Each day has one sync of every stream, from the state of the day before. Reports reach back as far as Pinterest keeps,
though only the last days have numbers, so that no time is spent on rows.
"""

import sys
from collections.abc import Collection, Iterator, Sequence
from datetime import timedelta

from integration_tests.support.documents import DOCS, provenance, table, write_section
from integration_tests.support.outputs import Output
from integration_tests.support.pinterest import World
from integration_tests.support.sync_sequences import SyncSequence
from source_pinterest.streams import STREAMS

COMMAND = "python -m tools.trial"
HEAD = ("World", "Complete on the first day", "Complete later", "Never in 14 days")
NAMES = [stream.stream_name() for stream in STREAMS]
_DAYS = 14
_DAY_SECONDS = 86_400


def worlds(tenths: int = 10) -> dict[str, World]:
    """The worlds by their names, or so many tenths of each."""
    sizes = {"shared_ad_accounts": 0, "campaigns": tenths, "ad_groups": 2 * tenths, "ads": 4 * tenths}
    many_pins = {"ad_accounts": 1, "boards": 2 * tenths, "pins_per_board": 80, "pins_per_section": 10}
    many_accounts = {"ad_accounts": 2 * tenths, "boards": 2, "pins_per_board": 5, "pins_per_section": 1}
    many_boards = {"ad_accounts": 1, "boards": 100 * tenths, "pins_per_board": 2, "pins_per_section": 1}
    found = {}
    for name, more in (
        (f"1 ad account, {180 * tenths:,} pins on {2 * tenths} boards", many_pins),
        (f"{2 * tenths} ad accounts, 12 pins on 2 boards", many_accounts),
        (f"1 ad account, {300 * tenths:,} pins on {100 * tenths:,} boards", many_boards),
    ):
        found[name] = World(**sizes, **more, sections_per_board=1)  # type: ignore[arg-type]
        found[name].first_day = found[name].today - timedelta(days=3)
    return found


def trial(
    world: World, streams: Sequence[str], profiles: Collection[str], share: float = 1, start: str | None = None
) -> Iterator[Output]:
    """Read the streams once a day.

    Args:
        world: is left on the last day.
        streams: their names.
        profiles: the kind of access on each day.
        share: the part of a day's requests that there are.
        start: the start date; None for all that Pinterest keeps.
    """
    sequence = SyncSequence(world, streams, options={"max_wait_minutes": 0, "start_date": start}, daily_share=share)
    for number, profile in enumerate(profiles):
        yield sequence.read(number, profile=profile, report_seconds=0)


def main() -> int:
    """Play the trials, and write the table."""
    rows = []
    for title, world in worlds().items():
        ended: dict[str, int] = {}
        for number, output in enumerate(trial(world, NAMES, ["trial"] * _DAYS), start=1):
            complete = [name for name in NAMES if output.status(name) == "COMPLETE"]
            ended |= {name: number for name in complete if name not in ended}
            sys.stderr.write(f"{title}, day {number}: {len(complete)} streams complete\n")
        rows.append(_row(title, ended))
        sys.stderr.write(f"{' | '.join(rows[-1])}\n")
    write_section(DOCS / "streams-and-limits.md", "trial", f"{provenance(COMMAND)}\n\n{table(HEAD, rows)}")
    return 0


def _row(title: str, ended: dict[str, int]) -> list[str]:
    later = sorted((number, name) for name, number in ended.items() if number > 1)
    days = [(number, [name for when, name in later if when == number]) for number in dict(later)]
    return [
        title,
        str(sum(number == 1 for number in ended.values())),
        "; ".join(f"day {number}: {_named(names)}" for number, names in days) or "none",
        _named(sorted(set(NAMES) - set(ended))) or "none",
    ]


def _named(names: Sequence[str]) -> str:
    """The streams, or their number where there are many."""
    return f"{len(names)} streams" if len(names) > 12 else ", ".join(f"`{name}`" for name in names)


if __name__ == "__main__":
    sys.exit(main())
