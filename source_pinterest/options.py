"""How is one option of the form read from the raw config, and how is a bad value refused?

A blank value counts as absent. A refusal is one sentence that names the option by its title in the form.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from airbyte_cdk.models import FailureType
from airbyte_cdk.utils import AirbyteTracedException


def refusal(sentence: str) -> AirbyteTracedException:
    """The error for a config that its owner has to change."""
    return AirbyteTracedException(message=sentence, internal_message=sentence, failure_type=FailureType.config_error)


def without_blanks(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The options that say something: null and empty text are how forms and older configs leave one out."""
    stripped = {key: value.strip() if isinstance(value, str) else value for key, value in raw.items()}
    return {key: value for key, value in stripped.items() if value not in (None, "")}


def one_of(title: str, value: Any, choices: Collection[str]) -> str:
    """One of a few words, in whatever case."""
    word = value.upper() if isinstance(value, str) else None
    if word not in choices:
        raise refusal(f"{title}: {value!r} is none of the choices. Choose one of: {', '.join(choices)}.")
    return str(word)


def several(title: str, value: Any) -> list[Any]:
    """The entries of a list, blanks left out."""
    if not isinstance(value, list):
        raise refusal(f"{title}: this is a list. Enter its values one by one, not as {value!r}.")
    stripped = [entry.strip() if isinstance(entry, str) else entry for entry in value]
    return [entry for entry in stripped if entry not in (None, "")]


@dataclass(frozen=True, slots=True)
class NumberOption:
    """A number with its bounds, both of them allowed."""

    key: str
    title: str
    lowest: float
    highest: float

    def read(self, options: Mapping[str, Any], default: float) -> float:
        """The number, or the default where the config has none."""
        value = options.get(self.key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not self.lowest <= value <= self.highest:
            raise refusal(f"{self.title}: enter a number from {self.lowest:g} to {self.highest:g}, not {value!r}.")
        return value

    def read_whole(self, options: Mapping[str, Any], default: int) -> int:
        """The number, which can't have a fraction."""
        value = self.read(options, default)
        if value != int(value):
            raise refusal(f"{self.title}: enter a whole number, not {value!r}.")
        return int(value)
