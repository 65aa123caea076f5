"""The fields that a JSON Schema declares, and those that a model of the API's client library has.

Both are told as a mapping from a field's path, such as `media.items[].images`, so that they can be compared.
"""

from datetime import date, datetime
from enum import Enum
from types import NoneType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, SecretStr

JSON_TYPES = {
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    date: "string",
    datetime: "string",
    SecretStr: "string",
    Any: "object",
}


def nodes(schema: dict[str, Any], path: str = "") -> dict[str, dict[str, Any]]:
    """Each schema within a schema by its path, such as `media.items[].images`; the root's path is empty."""
    found = {path: schema}
    for name, child in schema.get("properties", {}).items():
        found |= nodes(child, f"{path}.{name}".lstrip("."))
    if "items" in schema:
        found |= nodes(schema["items"], f"{path}[]")
    return found


def model_types(annotation: Any, path: str = "") -> dict[str, str]:
    """The JSON type of each field below a model, by its path."""
    choices = _choices(annotation)
    if choices == {int, float}:
        return {path: "number"}
    [choice] = choices
    if get_origin(choice) is list:
        [item] = get_args(choice)
        return {path: "array"} | model_types(item, f"{path}[]")
    if get_origin(choice) is dict:
        return {path: "object"}
    if isinstance(choice, type) and issubclass(choice, BaseModel):
        return {path: "object"} | _fields_of(choice, path)
    if isinstance(choice, type) and issubclass(choice, Enum):
        choice = type(next(iter(choice)).value)
    return {path: JSON_TYPES[choice]}


def _choices(annotation: Any) -> set[Any]:
    if get_origin(annotation) is Annotated:
        return _choices(get_args(annotation)[0])
    if get_origin(annotation) is Union:
        return set().union(*map(_choices, get_args(annotation))) - {NoneType}
    return {annotation}


def _fields_of(model: type[BaseModel], path: str) -> dict[str, str]:
    fields = model.model_fields
    if fields.keys() & {
        "one_of_schemas",
        "any_of_schemas",
    }:  # how the generator writes a choice of shapes: a record may have the fields of any
        shapes = [
            field.annotation for name, field in fields.items() if name.startswith(("oneof_schema_", "anyof_schema_"))
        ]
        return {key: value for shape in shapes for key, value in model_types(shape, path).items() if key != path}
    found: dict[str, str] = {}
    for name, field in fields.items():
        if name != "additional_properties":  # where the generator puts keys it does not know
            found |= model_types(field.annotation, f"{path}.{field.alias or name}".lstrip("."))
    return found
