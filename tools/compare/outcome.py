"""Sums up one sync: its records, its state, its requests and how its streams ended."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from integration_tests.simulator import Entry
from integration_tests.support.outputs import Output

OF_NO_STREAM = "-"
POLLS = ("analytics/get_report", "analytics/get_mmm_report", "analytics/get_conversion_product_report")
_OK, _REJECTED, _TOO_MANY = 200, 400, 429


@dataclass
class Outcome:
    """One sync of one side.

    Attributes:
        exit_code: of the process, negative after a signal.
        records: of each stream, in their order, as JSON with its names in order.
        states: the last state of each stream, of this sync or an earlier one.
        endings: how each stream ended, in words: its last status and its errors.
        accepted: requests by operation that Pinterest answered well; polls of reports count as one.
        rejected: operations with the status by which Pinterest itself rejected them, no fault and no quota. How often
            depends on how many requests were out when the first rejection came.
    """

    exit_code: int = 0
    records: dict[str, list[bytes]] = field(default_factory=dict)
    states: dict[str, Any] = field(default_factory=dict)
    endings: dict[str, str] = field(default_factory=dict)
    accepted: Counter[str] = field(default_factory=Counter)
    rejected: set[str] = field(default_factory=set)


def outcome_of(stdout: bytes, exit_code: int, log: Iterable[Entry], before: Mapping[str, Any]) -> Outcome:
    """Sum up what a process printed, a torn last line aside, and what it requested.

    Args:
        stdout: its output.
        exit_code: of the process.
        log: its requests.
        before: the states that it began with.
    """
    output = Output.of_process(stdout[: stdout.rfind(b"\n") + 1], exit_code, "")
    records = {stream: list(map(canonical, found)) for stream, found in output.records.items()}
    found = Outcome(exit_code, records, {**before, **output.states}, _endings(output))
    for entry in log:
        if entry.status == _OK and entry.fault is None:
            found.accepted[entry.operation_id] += 1
        elif entry.status >= _REJECTED and entry.status != _TOO_MANY and entry.fault is None:
            found.rejected.add(f"{entry.operation_id} {entry.status}")
    for poll in POLLS:
        if poll in found.accepted:
            found.accepted[poll] = 1
    return found


def canonical(value: Any) -> bytes:
    """JSON that is the same for equal values."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def _endings(output: Output) -> dict[str, str]:
    """The texts of messages may be rewritten, so that only their being there counts."""
    errors: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for error in output.errors:
        stream = error.stream_descriptor.name if error.stream_descriptor else OF_NO_STREAM
        kind = error.failure_type.value if error.failure_type else "None"
        errors[stream][f"{kind}{'' if error.message else ' without a message'}"] += 1
    return {
        stream: " ".join(
            [
                output.status(stream) or "no status",
                *(f"{times} x {kind}" for kind, times in sorted(errors[stream].items())),
            ]
        )
        for stream in sorted(output.statuses.keys() | errors.keys())
    }
