"""Sums up one sync: its records, its state, its requests and how its streams ended."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from integration_tests.simulator import Entry

Record = dict[str, Any]

OF_NO_STREAM = "-"
POLLS = ("analytics/get_report", "analytics/get_mmm_report", "analytics/get_conversion_product_report")
_OK, _REFUSED, _TOO_MANY = 200, 400, 429


@dataclass
class Outcome:
    """One sync of one side.

    Attributes:
        exit_code: of the process, negative after a signal.
        records: of each stream, in their order, as JSON with its names in order.
        states: the last state of each stream, of this sync or an earlier one.
        statuses: the last status of each stream.
        errors: failure types by stream, and whether the error has a message.
        accepted: requests by operation that Pinterest answered well; polls of reports count as one.
        refused: operations with the status by which Pinterest itself refused them, no fault and no quota. How often
            depends on how many requests were out when the first refusal came.
    """

    exit_code: int = 0
    records: dict[str, list[bytes]] = field(default_factory=lambda: defaultdict(list))
    states: dict[str, Any] = field(default_factory=dict)
    statuses: dict[str, str] = field(default_factory=dict)
    errors: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    accepted: Counter[str] = field(default_factory=Counter)
    refused: set[str] = field(default_factory=set)

    def endings(self) -> dict[str, str]:
        """How each stream ended, in words: its status and its errors."""
        streams = self.statuses.keys() | self.errors.keys()
        return {
            stream: " ".join([self.statuses.get(stream, "no status"), *map(_told, sorted(self.errors[stream].items()))])
            for stream in sorted(streams)
        }


def outcome_of(stdout: bytes, exit_code: int, log: Iterable[Entry], before: Mapping[str, Any]) -> Outcome:
    """Sum up what a process printed, a torn last line aside, and what it asked for.

    Args:
        stdout: its output.
        exit_code: of the process.
        log: its requests.
        before: the states that it began with.
    """
    found = Outcome(exit_code, states=dict(before))
    whole = stdout[: stdout.rfind(b"\n") + 1]
    for line in whole.splitlines():
        _add(found, orjson.loads(line))
    for entry in log:
        if entry.status == _OK and entry.fault is None:
            found.accepted[entry.operation_id] += 1
        elif entry.status >= _REFUSED and entry.status != _TOO_MANY and entry.fault is None:
            found.refused.add(f"{entry.operation_id} {entry.status}")
    for poll in POLLS:
        if poll in found.accepted:
            found.accepted[poll] = 1
    return found


def canonical(value: Any) -> bytes:
    """JSON that is the same for equal values."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def _add(found: Outcome, message: Record) -> None:
    if message["type"] == "RECORD":
        found.records[message["record"]["stream"]].append(canonical(message["record"]["data"]))
    elif message["type"] == "STATE":
        stream = message["state"]["stream"]
        found.states[stream["stream_descriptor"]["name"]] = stream["stream_state"]
    elif message["type"] == "TRACE":
        trace = message["trace"]
        if "stream_status" in trace:
            status = trace["stream_status"]
            found.statuses[status["stream_descriptor"]["name"]] = status["status"]
        elif "error" in trace:
            error = trace["error"]
            stream = (error.get("stream_descriptor") or {}).get("name", OF_NO_STREAM)
            found.errors[stream][_kind(error)] += 1


def _kind(error: Mapping[str, Any]) -> str:
    """The texts of messages may be rewritten, so that only their being there counts."""
    return f"{error.get('failure_type')}{'' if error.get('message') else ' without a message'}"


def _told(counted: tuple[str, int]) -> str:
    kind, times = counted
    return f"{times} x {kind}"
