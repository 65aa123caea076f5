"""What stands in live-report.json? What was seen, and nothing of whose account it was."""

from collections import Counter
from typing import Any

from integration_tests.tools.live.answer import outcome
from integration_tests.tools.live.calls import FOR_TOKENS
from integration_tests.tools.live.questions import QUESTIONS
from integration_tests.tools.live.seen import Seen
from source_pinterest import __version__
from source_pinterest.streams import STREAMS

Report = dict[str, Any]

_STREAMS = frozenset(stream.stream_name() for stream in STREAMS)


def report_of(seen: Seen) -> Report:
    """The report of a look."""
    outcomes = Counter(f"{sighting.category}: {outcome(sighting)}" for sighting in seen.sightings)
    return {
        "connector": __version__,
        "calls": {
            "made": len(seen.sightings),
            "for_tokens_at_most": FOR_TOKENS,
            "outcomes": dict(sorted(outcomes.items())),
        },
        "stopped_because": seen.stopped or None,
        "not_reached": seen.not_reached,
        "questions": {question.name: question.told(seen) for question in QUESTIONS},
        "streams": {what: _stream(seen, what) for what in _streams(seen)},
        "reports": {what: _report(seen, what) for what in sorted(seen.reports)},
    }


def _streams(seen: Seen) -> list[str]:
    """What was asked for, and what there was nothing to ask with."""
    asked = (*(sighting.what for sighting in seen.sightings), *seen.shapes, *seen.nothing)
    return [what for what in dict.fromkeys(asked) if what in _STREAMS and what not in seen.reports]


def _stream(seen: Seen, what: str) -> Report:
    if what in seen.nothing:
        return {"call": f"not made: {seen.nothing[what]}"}
    call = seen.last(what)
    told: Report = {"call": outcome(call) if call else "taken"}
    if what in seen.unexpected:
        told["answer"] = "of a shape that nobody foresaw"
    shape = seen.shapes.get(what)
    return told | (shape.as_json() if shape else {})


def _report(seen: Seen, what: str) -> Report:
    shape = seen.shapes.get(what)
    return seen.reports[what].as_json() | (shape.differences() if shape else {})
