"""The forms of Pinterest's answers, without their content.

Each word that this module lets through stands in a closed list: names of known fields, constants of Pinterest, words of
its known refusals. Everything else is replaced by the word for its form.
"""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from integration_tests.recorded import recorded_fields
from source_pinterest.columns import COLUMNS
from source_pinterest.config.files import check_levels
from source_pinterest.streams.organic.pin_requests import PIN_METRICS

BEGINNING_BYTES = 200
LONGEST_MESSAGE = 400
NOT_TOLD = "*"

SCOPES = frozenset(
    f"{what}:{how}"
    for what in ("ads", "billing", "biz_access", "boards", "catalogs", "pins", "user_accounts")
    for how in ("read", "write", "read_secret", "write_secret")
)
_CONSTANTS = """
    DOES_NOT_EXIST FINISHED IN_PROGRESS EXPIRED FAILED CANCELLED READY PROCESSING ESTIMATE BEFORE_BUSINESS_CREATED
    BEFORE_PIN_CREATED RUNNING SUCCEEDED failure bearer authorization_code refresh_token client_credentials
"""
CONSTANTS = frozenset(_CONSTANTS.split())
"""Values that may be told, in these fields:"""
_OF_CONSTANTS = ("report_status", "data_status", "status", "token_type", "response_type")
_HEADINGS = (
    *("Ad ID", "Ad account ID", "Ad group ID", "Campaign ID", "Date", "Keyword ID", "Organic pin ID", "Pin ID"),
    *("Product group ID", "Product item ID", "Targeting Type", "Targeting Value"),
)
"""Columns of a CSV file that somebody has seen."""

_MORE_NAMES = """
    items bookmark data metrics all daily_metrics summary_metrics lifetime_metrics date data_status access_token
    refresh_token token_type expires_in scope response_type refresh_token_expires_in refresh_token_expires_at code
    message status report_status token url size request_id result_url targeting_type targeting_value error
    error_description details DATE HOUR TARGETING_TYPE TARGETING_VALUE PRODUCT_ITEM_ID
"""
_SENTENCES = """
    Authentication failed. Authorization. Your application does not have access to this restricted feature. Your
    application consumer type is not supported, please contact support. Your token does not have sufficient permissions
    to perform this operation. Please ensure your token is authorized with the correct set of scopes. Missing: read
    write secret ads billing biz_access boards catalogs pins user_accounts. The authorization grant is invalid. You are
    not permitted to access that resource. Board not found. Pin not found. Board or section not found. Ad account not
    found. Advertiser Sorry! We couldn't find that user. Not Found. Bad Request. Forbidden. Something went wrong on our
    end. Sorry about that. You can only get data from the last n days. Non-hourly request must be within recent days.
    Can't access this feature without an existing catalog. This request exceeded a rate limit. Rate limits are applied
    per app and per user. Retry after seconds. This job has already finished processing. Parameter value is not one of.
    Columns are not available. Invalid pins analytics parameters. Invalid attribution window combination: must be
    greater than or equal to click view engagement window days. Missing required parameter. Unknown parameter. The URL
    was not found on the server. Method not allowed. access_denied invalid_scope invalid scopes requested scope
    redirect_uri unauthorized client request commerce_integration feature beta metric_types columns granularity
    start_date end_date page_size bookmark campaign_ids ad_group_ids ad_ids pin_ids level
"""
_WORDS = frozenset(word.lower() for word in re.findall(r"\w+", _SENTENCES))
_QUOTA_WORDS = """
    safety net app id user ads read org analytics catalogs trends get create report multi pins write day daily trial
"""
_SECONDS = ("1", "60", "3600", "86400")

_TEXT_FORMS: Mapping[str, str] = {
    "empty": "",
    "date": r"\d{4}-\d\d-\d\d",
    "time without a zone": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?",
    "time after a space": r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?",
    "time with a zone": r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)? ?(Z|[+-]\d\d:?\d\d)",
    "link": r"https?://.*",
    "number as text": r"-?\d+(\.\d+)?([eE][+-]?\d+)?",
}
_QUOTA = re.compile(r'\s*(?P<calls>\d+)(?:\s*;\s*w=(?P<seconds>\d+))?(?:\s*;\s*name="(?P<name>[^"]*)")?\s*')


class Number(str):
    """A number of JSON, letter by letter."""

    __slots__ = ()


class Form(NamedTuple):
    """The form of a value: where it stands, its JSON type, and more where that matters."""

    path: str
    type: str
    form: str = ""
    seen: str = ""


def _known_names() -> Iterator[str]:
    for schema in Path(str(files("source_pinterest"))).joinpath("schemas").rglob("*.json"):
        yield from re.findall(r'"([^"]+)": \{', schema.read_text(encoding="utf-8"))
    yield from (column.name for column in COLUMNS)
    yield from (part.removesuffix("[]") for recorded in recorded_fields() for part in recorded.path.split("."))
    yield from PIN_METRICS
    yield from _MORE_NAMES.split()


NAMES = frozenset(name for name in _known_names() if not name.startswith("ADE_"))
"""Fields that Pinterest or this project documents; none is an advertiser's own."""


def parsed(body: bytes) -> Any:
    """The JSON of a body, its numbers letter by letter; None where it is no JSON, or nested too deeply."""
    try:
        return check_levels(json.loads(body, parse_int=Number, parse_float=Number, parse_constant=Number))
    except (ValueError, RecursionError):
        return None


def form_of(value: Any, name: str = "") -> tuple[str, str]:
    """The JSON type of a value, and its form where that matters."""
    if isinstance(value, Number):
        return _form_of_number(value, name)
    if isinstance(value, str):
        if value.isdigit() and _is_id(name):
            return "string", "id"
        matching = (form for form, pattern in _TEXT_FORMS.items() if re.fullmatch(pattern, value, re.DOTALL))
        return "string", next(matching, "")
    if isinstance(value, list | dict):
        return "array" if isinstance(value, list) else "object", "" if value else "empty"
    return "null" if value is None else "boolean", ""


def _form_of_number(number: str, name: str) -> tuple[str, str]:
    if re.fullmatch(r"-?\d+", number):
        if _is_id(name):
            return "integer", "id"
        if name.endswith(("_time", "_timestamp", "_at")) and re.fullmatch(r"1[5-9]\d{8}(\d{3})?", number):
            return "integer", "epoch seconds" if len(number) == len("1500000000") else "epoch milliseconds"
        return "integer", ""
    if re.search("[eE]", number):
        return "number", "1E5"
    return "number", "1.0" if re.fullmatch(r"-?\d+\.0+", number) else "0.5"


def _is_id(name: str) -> bool:
    return re.search(r"(^|_)ids?$", name, re.IGNORECASE) is not None


def forms(value: Any, path: str = "", name: str = "") -> Iterator[Form]:
    """The form of a value and of each value in it. A key that is no known name is `*`."""
    is_constant = name in _OF_CONSTANTS and isinstance(value, str) and value in CONSTANTS
    yield Form(path, *form_of(value, name), json.dumps(value) if is_constant else "")
    if isinstance(value, dict):
        for key, part in value.items():
            told = key if key in NAMES else NOT_TOLD
            yield from forms(part, f"{path}.{told}" if path else told, told)
    elif isinstance(value, list):
        for part in value:
            yield from forms(part, f"{path}[]", name)


def absent(rows: Iterable[Any], names: Collection[str]) -> set[str]:
    """Those of the names that some row lacks."""
    return {name for row in rows if isinstance(row, dict) for name in names if name not in row}


def message(text: Any) -> str:
    """A refusal's message: words of known refusals and names of fields stay, digits are n, all else is `*`."""
    told = re.sub(r"\w+", _told_word, str(text)[:LONGEST_MESSAGE])
    return re.sub(r"[^\x20-\x7e]+|\*([^\w*]{0,3}\*)+", NOT_TOLD, told)


def _told_word(found: re.Match[str]) -> str:
    word = found[0]
    if word.isdigit():
        return "n"
    return word if word.lower() in _WORDS or word in NAMES else NOT_TOLD


def quota(header: str) -> str:
    """An `x-ratelimit-limit`: round limits, known windows and names of known words stay."""
    return ", ".join(_told_quota(part) for part in header.split(","))


def _told_quota(part: str) -> str:
    found = _QUOTA.fullmatch(part)
    if found is None:
        return NOT_TOLD
    told = found["calls"] if re.fullmatch(r"[1-9]\d?0{0,5}", found["calls"]) and found["seconds"] else "n"
    if found["seconds"]:
        told += f";w={found['seconds'] if found['seconds'] in _SECONDS else 'n'}"
    if found["name"] is not None:
        words = (word if word in _QUOTA_WORDS.split() else NOT_TOLD for word in found["name"].split("_"))
        told += f';name="{"_".join(words)}"'
    return told


def numbers(header: str) -> str:
    """A header of one number or of several: `n` or `n, n`; anything else is `*`."""
    return re.sub(r"\d+(\.\d+)?", "n", header) if re.fullmatch(r"[\d., ]+", header) else NOT_TOLD


def beginning(body: bytes) -> str:
    """How a file begins: the way from its first bracket to the first row, or, if it is no JSON, its known headings."""
    value = parsed(body)
    if value is None:
        first = body[:BEGINNING_BYTES].decode("utf-8", "replace").partition("\n")[0]
        return ",".join(word if word in NAMES or word in _HEADINGS else NOT_TOLD for word in first.split(","))
    return _shape(value)


def _shape(value: Any) -> str:
    if isinstance(value, list):
        return f"[{_shape(value[0]) if value else ''}]"
    if not isinstance(value, dict):
        return " ".join(filter(None, form_of(value)))
    key, part = next(iter(value.items()), ("", None))
    if not isinstance(part, list | dict):
        return "{...}" if value else "{}"
    return f"{{{'id' if key.isdigit() else key if key in NAMES else NOT_TOLD}:{_shape(part)}}}"
