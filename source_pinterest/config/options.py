"""The options of a configuration are read as the form, `spec.json`, describes them. A blank value counts as absent."""

import difflib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from airbyte_cdk.models import FailureType
from airbyte_cdk.utils import AirbyteTracedException
from pendulum import Date

from source_pinterest.columns import CURRENCY, DATE
from source_pinterest.dates import days_before, parse_day
from source_pinterest.limits import DEFAULT_ATTRIBUTION_WINDOW_DAYS, DEFAULT_VIEW_WINDOW_DAYS
from source_pinterest.masking import SECRETS

FORM: dict[str, Any] = json.loads(files("source_pinterest").joinpath("spec.json").read_text(encoding="utf-8"))[
    "connectionSpecification"
]
"""The form in which a user enters a configuration. Only this form defines the values that an option may have."""

# The form hides what only the official connector's form has: `account_id` (since 2.1.0), `num_threads` (2.1.9),
# `num_workers` (2.1.28), credentials at the top level (0.1 and 1), `token_expiry_date` (2.x), and the windows of a
# custom report. Other hidden options are for experts. The form does not describe the values of `account_id`.
FORM["properties"]["account_id"] |= FORM["properties"]["account_ids"]["items"]


def choices(*path: str) -> tuple[Any, ...]:
    """Return the values that the form offers for an option, or for a field of one; none if it offers no choice."""
    part = FORM
    for name in path:
        part = part.get("properties", {}).get(name, {})
        part = part.get("items", part)
    return tuple(part.get("enum", ()))


CONVERSION_REPORT_TIMES = choices("conversion_report_time")
TREND_REGIONS = choices("trend_regions")
PRODUCT_TREND_REGIONS = ("US", "GB+IE", "CA")
"""The regions that have trends of product categories and topics."""

_DAY_OR_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})([T ]\d{2}:\d{2}.*)?")

_OLDER_KEYS = ("window_in_days", "auth_method", "token_expiry_date", "read_with")
"""Keys that old configurations of the official connector have, of which some have credentials at the top level.

`make read` adds `read_with` to the options of a folder. Keys that platforms add begin with an underscore.
"""


@dataclass(frozen=True, slots=True)
class AttributionWindow:
    """The days after a click, an engagement or a view within which a conversion counts; as text, `30/30/1`.

    https://developers.pinterest.com/docs/api/v5/campaigns-analytics
    """

    click: int
    engagement: int
    view: int

    def __str__(self) -> str:
        return f"{self.click}/{self.engagement}/{self.view}"

    @property
    def days(self) -> dict[str, int]:
        """The window as requests and custom reports name its parts."""
        return {
            "click_window_days": self.click,
            "engagement_window_days": self.engagement,
            "view_window_days": self.view,
        }

    @property
    def is_default(self) -> bool:
        """Whether Pinterest counts with this window if a request names none."""
        return self == DEFAULT_WINDOW

    @property
    def largest(self) -> int:
        """The number of days for which the conversions of a day can still grow."""
        return max(self.click, self.engagement, self.view)


DEFAULT_WINDOW = AttributionWindow(
    DEFAULT_ATTRIBUTION_WINDOW_DAYS, DEFAULT_ATTRIBUTION_WINDOW_DAYS, DEFAULT_VIEW_WINDOW_DAYS
)
ATTRIBUTION_WINDOWS: Mapping[str, AttributionWindow] = {
    text: AttributionWindow(*map(int, text.split("/"))) for text in choices("attribution_window")
}
"""The default, and the windows that Pinterest was seen to accept."""


def config_error(message: str) -> AirbyteTracedException:
    """Return a config error for the caller to raise. The message says what the user has to change."""
    masked = SECRETS.mask(message)
    return AirbyteTracedException(message=masked, internal_message=masked, failure_type=FailureType.config_error)


def without_blanks(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that have a value, with strings stripped. Null and blank strings count as absent."""
    stripped = {key: value.strip() if isinstance(value, str) else value for key, value in raw.items()}
    return {key: value for key, value in stripped.items() if value not in (None, "")}


class OptionError(Exception):
    """An option can't be used. The text says why and what to do, and follows the title of the option."""


def read_options(
    form: Mapping[str, Any], options: Mapping[str, Any], today: Date, title: str = ""
) -> tuple[dict[str, Any], list[str]]:
    """Read options as the form describes them.

    Args:
        form: the form, or the part of it that describes these options.
        options: the values by key, as the user entered them.
        today: this machine's day.
        title: the beginning of each message, if the options are fields of another one.

    Returns:
        The values of the options that have one, by key, and a message for each option that can't be used.
    """
    values: dict[str, Any] = {}
    mistakes: list[str] = []
    filled = without_blanks(options)
    for key, part in form["properties"].items():
        if key in filled:
            try:
                values[key] = _value(part, filled[key], today)
            except OptionError as error:
                mistakes.append(f"{title}{part['title']} ({key}): {error}")
        elif key in form.get("required", ()):
            mistakes.append(f"{title}{part['title']} ({key}): this is missing. {_demand(part.get('items', part))}")
    return values, mistakes


def _value(part: Mapping[str, Any], value: Any, today: Date) -> Any:
    """Return the value of one option.

    Raises:
        OptionError: it can't be used.
    """
    match part:
        case {"items": entries}:
            value = _list(entries, value)
        case {"properties": _}:
            value = _of_type(Mapping, value, "enter the fields by their names")
        case {"type": "boolean"}:
            value = _of_type(bool, value, "this option is on or off. Enter true or false")
        case {"format": "date"}:
            value = _past_day(value, today)
        case {"minimum": lowest, "maximum": highest}:
            value = _number(value, lowest, highest, is_whole="integer" in part["type"])
        case {"enum": _} | {"pattern": _}:
            [value] = _words(part, [value])
    return value


def _of_type(expected: type, value: Any, demand: str) -> Any:
    if not isinstance(value, expected):
        raise OptionError(f"{demand}, not {value!r}.")
    return value


def _list(part: Mapping[str, Any], value: Any) -> Sequence[Any]:
    """Return the entries of a list without the blank ones, each once; choices in the order of the form."""
    entered = _of_type(list, value, "enter a list of values")
    stripped = [entry.strip() if isinstance(entry, str) else entry for entry in entered]
    entries = [entry for entry in stripped if entry not in (None, "")]
    if "properties" in part:
        return entries
    words = dict.fromkeys(_words(part, entries))
    if "enum" in part:
        return tuple(sorted(words, key=part["enum"].index))
    return tuple(word for word in words if word not in (DATE, CURRENCY))  # the connector adds them to each row


def _words(part: Mapping[str, Any], entered: list[Any]) -> list[Any]:
    """Return choices as the form spells them, or strings that fit its pattern, in capitals. They have any case."""
    words = [_choice(part["enum"], entry) if "enum" in part else _text(part["pattern"], entry) for entry in entered]
    if wrong := [repr(entry) for entry, word in zip(entered, words, strict=True) if word is None]:
        raise OptionError(f"{', '.join(wrong)} can't be used. {_demand(part)}")
    return words


def _choice(choices: Iterable[Any], entered: Any) -> Any:
    word = entered.upper() if isinstance(entered, str) else entered
    return None if isinstance(word, bool) else next((choice for choice in choices if choice == word), None)


def _text(pattern: str, entered: Any) -> str | None:
    text = str(entered).upper()
    return text if re.search(pattern, text) else None


def _demand(part: Mapping[str, Any]) -> str:
    choices = ", ".join(map(str, part.get("enum", ())))
    return f"Choose one of: {choices}." if choices else f"Enter {part['pattern_descriptor']}."


def _number(value: Any, lowest: float, highest: float, *, is_whole: bool) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not lowest <= value <= highest:
        raise OptionError(f"enter a number from {lowest:g} to {highest:g}, not {value!r}.")
    if is_whole and value != int(value):
        raise OptionError(f"enter a whole number, not {value!r}.")
    return int(value) if is_whole else value


def _past_day(value: Any, today: Date) -> Date:
    """Return the day entered. This machine's clock may be behind, so that tomorrow is accepted."""
    match = _DAY_OR_MOMENT.fullmatch(value) if isinstance(value, str) else None
    try:
        chosen = parse_day(match[1] if match else str(value))
    except ValueError:
        raise OptionError(f"{value!r} is not a date. Enter it as YYYY-MM-DD, for example {today}.") from None
    if chosen > today.add(days=1):
        raise OptionError(f"{chosen} is in the future. Choose today, {today} (UTC), or an earlier day.")
    return chosen


def early_start_notice(title: str, chosen: Date | None, today: Date, history_days: int) -> Iterator[str]:
    """Yield a notice if a start date is older than the history that Pinterest keeps."""
    earliest = days_before(today, history_days)
    if chosen and chosen < earliest:
        retention = f"the {history_days} days that Pinterest keeps"
        yield f"{title} {chosen} is older than {retention}; reading starts on {earliest}."


def regions_of(countries: Iterable[str], regions: Iterable[str]) -> tuple[str, ...]:
    """Return the smallest region of each country. Countries that no region contains are skipped."""
    by_size = sorted(regions, key=lambda region: region.count("+"))
    smallest = {country: region for region in reversed(by_size) for country in region.split("+")}
    return tuple(dict.fromkeys(smallest[country] for country in sorted(countries) if country in smallest))


def unknown_options(options: Mapping[str, Any], form: Mapping[str, Any] = FORM, title: str = "") -> Iterator[str]:
    """Yield a message for each key that the form does not have, with the most similar one. Values are not quoted.

    Args:
        options: the options by key.
        form: describes them.
        title: the beginning of each message, if the options are fields of another one.
    """
    known = [name for part in (form, *form.get("oneOf", ())) for name in part.get("properties", {})]
    for key in without_blanks(options):
        if key not in known and not key.startswith("_") and key not in _OLDER_KEYS:
            similar = difflib.get_close_matches(key.lower(), known, n=1)
            yield f"{title}{key} is not an option." + (f" Did you mean {similar[0]}?" if similar else "")


def unknown_fields(options: Mapping[str, Any]) -> Iterator[str]:
    """Yield a message for each unknown key in an option that has fields, such as a custom report."""
    for key, option in FORM["properties"].items():
        value = options.get(key)
        for entry in value if isinstance(value, list) else [value]:
            if isinstance(entry, Mapping):
                yield from unknown_options(entry, option.get("items", option), f"{option['title']}: ")
