"""Which options has the user set that the form does not show, and what do they do?

Older connectors saved some of them, others are for experts, and the form shows nobody that they are at work.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any


def hidden_notices(options: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for each hidden option that has a value, without the value if it is secret.

    Args:
        options: the config's, valid, without those that have no value.
    """
    for key, option in _hidden_options().items():
        if key in options:
            value = "" if option.get("airbyte_secret") else f" to {options[key]}"
            yield f"{option['title']} ({key}) is set{value}. The form hides this option. {option['description']}"


@cache
def _hidden_options() -> Mapping[str, Mapping[str, Any]]:
    """By their keys, as the form describes them. The tokens within `credentials` are the connector's own to set."""
    form = json.loads(files("source_pinterest").joinpath("spec.json").read_text(encoding="utf-8"))
    options = form["connectionSpecification"]["properties"]
    return {key: option for key, option in options.items() if option.get("airbyte_hidden")}
