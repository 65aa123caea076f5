"""The values, bounds and fields that the types of `pinterestsdk` allow."""

import typing
from collections.abc import Iterator
from enum import Enum
from typing import Any

from pydantic import BaseModel


def flattened(annotation: object) -> Iterator[object]:
    """Every type and every constraint inside an annotation."""
    yield annotation
    for part in (*typing.get_args(annotation), *getattr(annotation, "__metadata__", ())):
        yield from flattened(part)
    yield from getattr(annotation, "metadata", ())


def enum_values(annotation: object) -> set[str]:
    found = [part for part in flattened(annotation) if isinstance(part, type) and issubclass(part, Enum)]
    return {str(member.value) for part in found for member in part}


def unknown_fields(value: object, annotation: object) -> Iterator[str]:
    """The fields of an answer that no model of the contract declares."""
    models = [part for part in flattened(annotation) if isinstance(part, type) and issubclass(part, BaseModel)]
    if isinstance(value, list):
        for item in value:
            yield from unknown_fields(item, annotation)
    elif isinstance(value, dict) and models and not any("additional_properties" in m.model_fields for m in models):
        fields: dict[str, Any] = {}
        for m in alternatives(models):
            for python_name, field in m.model_fields.items():
                name = field.alias or python_name
                fields[name] = fields[name] | field.annotation if name in fields else field.annotation
        for name, item in value.items():
            if name not in fields:
                yield name
            else:
                yield from unknown_fields(item, fields[name])


def alternatives(models: list[type[BaseModel]]) -> list[type[BaseModel]]:
    """The models themselves, or what a oneOf wrapper of the generator represents."""
    wrapped = [model for model in models if "one_of_schemas" in model.model_fields]
    inner = [
        part
        for model in wrapped
        for name, field in model.model_fields.items()
        if name.startswith("oneof_schema")
        for part in flattened(field.annotation)
        if isinstance(part, type) and issubclass(part, BaseModel)
    ]
    return [*inner, *(model for model in models if model not in wrapped)]
