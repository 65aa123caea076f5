"""How single options are read from the raw configuration. The form, `spec.json`, has the values that they may have.

Every function that takes a `title`, the name of the option in the form, raises a config error that names the option if
its value can't be used. A blank value counts as absent.
"""

import difflib
import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar

from airbyte_cdk.models import FailureType
from airbyte_cdk.utils import AirbyteTracedException
from pendulum import Date

from source_pinterest.columns import CURRENCY, NAME_FORM
from source_pinterest.dates import days_before, parse_day
from source_pinterest.limits import DEFAULT_ATTRIBUTION_WINDOW_DAYS, DEFAULT_VIEW_WINDOW_DAYS
from source_pinterest.masking import SECRETS


@cache
def _form() -> Mapping[str, Any]:
    spec = json.loads(files("source_pinterest").joinpath("spec.json").read_text(encoding="utf-8"))
    return spec["connectionSpecification"]  # type: ignore[no-any-return]


def choices(*path: str) -> tuple[Any, ...]:
    """Return the values that the form offers for an option, or for a field of one; none if it offers no choice."""
    part = _form()
    for name in path:
        part = part.get("properties", {}).get(name, {})
        part = part.get("items", part)
    return tuple(part.get("enum", ()))


CONVERSION_REPORT_TIMES = choices("conversion_report_time")
TREND_REGIONS = choices("trend_regions")
PRODUCT_TREND_REGIONS = ("US", "GB+IE", "CA")
"""The regions that have trends of product categories and topics."""

# Names of columns are long and alike. Below this ratio the nearest name is no misspelling, and finding it is slow.
_SIMILAR_NAME_RATIO = 0.8
_SIMILAR_KEY_RATIO = 0.55
_DAY_OR_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})([T ]\d{2}:\d{2}.*)?")

_OLDER_KEYS = ("window_in_days",)
"""Options of earlier versions that the form no longer has. Keys that platforms add begin with an underscore."""

Default = TypeVar("Default")


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
"""First the default, then the windows that others saw Pinterest take, then those that only earlier versions offered."""


@dataclass(frozen=True, slots=True)
class NumberOption:
    """A number with its bounds, both inclusive."""

    key: str
    title: str
    lowest: float
    highest: float

    def read(self, options: Mapping[str, Any], default: Default) -> float | Default:
        """Return the number, or the default if the config has none."""
        return self._within_bounds(options[self.key]) if self.key in options else default

    def read_whole(self, options: Mapping[str, Any], default: Default) -> int | Default:
        """Return the whole number, or the default if the config has none."""
        if self.key not in options:
            return default
        value = self._within_bounds(options[self.key])
        if value != int(value):
            raise refusal(f"{self.title}: enter a whole number, not {value!r}.")
        return int(value)

    def _within_bounds(self, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not self.lowest <= value <= self.highest:
            raise refusal(f"{self.title}: enter a number from {self.lowest:g} to {self.highest:g}, not {value!r}.")
        return value


def refusal(sentence: str) -> AirbyteTracedException:
    """Return a config error for the caller to raise. The sentence says what the user has to change."""
    shown = SECRETS.mask(sentence)
    return AirbyteTracedException(message=shown, internal_message=shown, failure_type=FailureType.config_error)


def without_blanks(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that have a value, with texts stripped. Null and blank texts count as absent."""
    stripped = {key: value.strip() if isinstance(value, str) else value for key, value in raw.items()}
    return {key: value for key, value in stripped.items() if value not in (None, "")}


def without_blanks_inside(value: Any) -> Any:
    """Do the same for options within options and within lists of them."""
    if isinstance(value, Mapping):
        return {key: without_blanks_inside(inner) for key, inner in without_blanks(value).items()}
    return [without_blanks_inside(inner) for inner in value] if isinstance(value, list) else value


def one_of(title: str, value: Any, choices: Collection[str]) -> str:
    """Return the chosen word in capitals; the config may have it in any case."""
    word = value.upper() if isinstance(value, str) else None
    if word not in choices:
        raise refusal(f"{title}: {value!r} is not a valid choice. Choose one of: {', '.join(choices)}.")
    return str(word)


def some_of(title: str, value: Any, choices: Collection[str]) -> tuple[str, ...]:
    """Return the chosen words of a list, each once, in the order of the choices."""
    chosen = {one_of(title, entry, choices) for entry in several(title, value)}
    return tuple(choice for choice in choices if choice in chosen)


def attribution_window(title: str, value: Any) -> AttributionWindow:
    """Return the chosen attribution window."""
    return ATTRIBUTION_WINDOWS[one_of(title, value, ATTRIBUTION_WINDOWS)]


def flag(title: str, value: Any) -> bool:
    """Return whether an option is on."""
    if not isinstance(value, bool):
        raise refusal(f"{title}: this option is on or off. Enter true or false, not {value!r}.")
    return value


def several(title: str, value: Any) -> list[Any]:
    """Return the entries of a list without the blank ones, with texts stripped."""
    if not isinstance(value, list):
        raise refusal(f"{title}: enter a list of values, not {value!r}.")
    stripped = [entry.strip() if isinstance(entry, str) else entry for entry in value]
    return [entry for entry in stripped if entry not in (None, "")]


def column_names(title: str, value: Any) -> tuple[str, ...]:
    """Return the column names of a list in capitals, each once; the config may have them in any case.

    `CURRENCY` is left out: the connector adds it to each row.
    """
    names = tuple(dict.fromkeys(str(entry).upper() for entry in several(title, value)))
    if impossible := [name for name in names if not NAME_FORM.fullmatch(name)]:
        raise refusal(f"{title}: Pinterest has no column {', '.join(impossible)}. Correct the name or remove it.")
    return tuple(name for name in names if name != CURRENCY)


def unlisted_notice(title: str, names: Collection[str], listed: Collection[str]) -> tuple[str, ...]:
    """Return a notice about the column names that are not listed, or nothing if all are."""
    unlisted = [_with_hint(name, listed) for name in names if name not in listed]
    if not unlisted:
        return ()
    sentence = (
        f"{title}: Pinterest's documentation does not list {', '.join(unlisted)} here. The columns are requested all "
        "the same; those that Pinterest refuses are left out with a warning."
    )
    return (sentence,)


def _with_hint(name: str, listed: Collection[str]) -> str:
    similar = difflib.get_close_matches(name, listed, n=1, cutoff=_SIMILAR_NAME_RATIO)
    return f"{name} (did you mean {similar[0]}?)" if similar else name


def start_day(title: str, value: Any, today: Date, history_days: int) -> tuple[Date | None, tuple[str, ...]]:
    """Return the day entered, and a notice if it is older than the history that Pinterest keeps.

    Args:
        title: the option's title.
        value: the option's value; None if it has none.
        today: this machine's day. Pinterest's may be another, so that tomorrow is accepted.
        history_days: how many days Pinterest keeps.

    Raises:
        AirbyteTracedException: the value is not a day, or lies in the future.
    """
    if value is None:
        return None, ()
    chosen, earliest = _past_day(title, value, today), days_before(today, history_days)
    if chosen >= earliest:
        return chosen, ()
    notice = (
        f"{title} {chosen} is older than the {history_days} days that Pinterest keeps; reading starts on {earliest}."
    )
    return chosen, (notice,)


def _past_day(title: str, value: Any, today: Date) -> Date:
    match = _DAY_OR_MOMENT.fullmatch(value) if isinstance(value, str) else None
    try:
        chosen = parse_day(match[1] if match else str(value))
    except ValueError:
        raise refusal(f"{title}: {value!r} is not a date. Enter it as YYYY-MM-DD, for example {today}.") from None
    if chosen > today.add(days=1):
        raise refusal(f"{title}: {chosen} is in the future. Choose today, {today} (UTC), or an earlier day.")
    return chosen


def regions_of(countries: Iterable[str], regions: Iterable[str]) -> tuple[str, ...]:
    """Return the smallest region of each country. Countries that no region contains are left out."""
    by_size = sorted(regions, key=lambda region: region.count("+"))
    found = (next((one for one in by_size if country in one.split("+")), None) for country in sorted(countries))
    return tuple(dict.fromkeys(region for region in found if region))


def hidden_notices(options: Mapping[str, Any]) -> Iterator[str]:
    """Yield a notice for each option that has a value although the form hides it. Secret values are not quoted.

    Args:
        options: the valid options of the config, without blank ones.
    """
    for key, option in _hidden_options().items():
        if key in options:
            value = "" if option.get("airbyte_secret") else f" to {options[key]}"
            yield f"{option['title']} ({key}) is set{value}. The form hides this option. {option['description']}"


def unknown_key_notices(
    options: Mapping[str, Any], form: Mapping[str, Any] | None = None, title: str = ""
) -> Iterator[str]:
    """Yield a notice for each key that is no option, nested ones included. Values are not quoted.

    Args:
        options: the config, or an option with fields of its own.
        form: what describes the options; by default the whole form.
        title: the title of the option that has the fields.
    """
    form = form or _form()
    parts = (form, *form.get("oneOf", ()))
    known = {name: option for part in parts for name, option in part.get("properties", {}).items()}
    for key, value in without_blanks(options).items():
        if key in known:
            fields = known[key].get("items", known[key])
            for entry in value if isinstance(value, list) else [value]:
                if isinstance(entry, Mapping):
                    yield from unknown_key_notices(entry, fields, f"{known[key]['title']}: ")
        elif not key.startswith("_") and key not in _OLDER_KEYS:
            similar = difflib.get_close_matches(key.lower(), known, n=1, cutoff=_SIMILAR_KEY_RATIO)
            hint = f" Did you mean {similar[0]}?" if similar else ""
            yield f"{title}{key} is not an option.{hint}"


def _hidden_options() -> Mapping[str, Mapping[str, Any]]:
    """Return the hidden options of the form by key, without the tokens in `credentials`, which the connector sets."""
    return {key: option for key, option in _form()["properties"].items() if option.get("airbyte_hidden")}
