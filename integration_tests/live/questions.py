"""Which questions do Pinterest's documents leave open, and what in an answer settles one?

An answer is a count, a type, a header or yes and no: never an id, a name or a text of the account's.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import requests

Record = Mapping[str, Any]
UNSEEN = "not seen"


@dataclass
class Seen:
    """What a look at the account brought.

    Attributes:
        responses: every answer of the API.
        records: one page of each stream, as it is emitted.
        asked: of the first call for campaign analytics, how many ids and days.
        rotated: whether a refresh brought another refresh token.
    """

    responses: list[requests.Response] = field(default_factory=list)
    records: dict[str, Sequence[Record]] = field(default_factory=dict)
    asked: tuple[int, int] | None = None
    rotated: bool | None = None


@dataclass(frozen=True)
class Question:
    """An open question, by its title in docs/known-unknowns.md."""

    title: str
    answer: Callable[[Seen], str]


def _rate_headers(seen: Seen) -> str:
    names = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "Retry-After")
    found = [
        f"{name}: {response.headers[name]}"
        for response in seen.responses[-1:]
        for name in names
        if name in response.headers
    ]
    return ", ".join(found) or "none of them"


def _allowance(category: str) -> Callable[[Seen], str]:
    def answer(seen: Seen) -> str:
        limits = {
            r.headers["x-ratelimit-limit"]
            for r in seen.responses
            if category in r.url and "x-ratelimit-limit" in r.headers
        }
        return " or ".join(sorted(limits)) or UNSEEN

    return answer


def _array_style(seen: Seen) -> str:
    statuses = {r.status_code for r in seen.responses if re.search(r"campaign_ids=\d+(%2C|,)", r.url)}
    return f"joined with commas: HTTP {', '.join(map(str, sorted(statuses)))}" if statuses else UNSEEN


def _longest_url(seen: Seen) -> str:
    taken = [len(r.url) for r in seen.responses if r.status_code < 300]
    return f"{max(taken)} characters were taken" if taken else UNSEEN


def _omitted_days(seen: Seen) -> str:
    if seen.asked is None:
        return UNSEEN
    ids, days = seen.asked
    return f"{len(seen.records['campaign_analytics'])} rows for {ids} campaigns and {days} days"


def _types(names: Iterable[str]) -> Callable[[Seen], str]:
    def answer(seen: Seen) -> str:
        rows = [row for r in seen.responses if "/analytics?" in r.url for row in _rows(r)]
        kinds = {f"{name}: {type(row[name]).__name__}" for row in rows for name in names if row.get(name) is not None}
        return ", ".join(sorted(kinds)) or UNSEEN

    return answer


def _rows(response: requests.Response) -> list[Record]:
    try:
        body = response.json()
    except requests.JSONDecodeError:
        return []
    return [row for row in body if isinstance(row, dict)] if isinstance(body, list) else []


def _sections_twice(seen: Seen) -> str:
    sections = {record["id"] for record in seen.records.get("board_section_pins", ())}
    boards = {record["id"] for record in seen.records.get("board_pins", ())}
    return (
        f"{len(sections & boards)} of {len(sections)} section pins are in their board's first page"
        if sections
        else UNSEEN
    )


def _rotation(seen: Seen) -> str:
    return UNSEEN if seen.rotated is None else ("another one came" if seen.rotated else "none came")


QUESTIONS = (
    Question("Arrays in a query", _array_style),
    Question("The longest URL", _longest_url),
    Question("Rate limit headers", _rate_headers),
    Question("Days without activity", _omitted_days),
    Question("Rotation of the refresh token", _rotation),
    Question(
        "Types of analytics columns", _types(("CAMPAIGN_ID", "AD_ACCOUNT_ID", "SPEND_IN_DOLLAR", "TOTAL_CHECKOUT"))
    ),
    Question("Pins of sections", _sections_twice),
    Question("The allowance for ads", _allowance("/ad_accounts")),
)
