"""Records whose fields have no logic, made of the models of `pinterestsdk`: every field with a value of its type."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel

from integration_tests.simulator.world.listing import Record
from integration_tests.simulator.world.seeding import mix, words

_VARIANTS = 6
"""So many records of a list differ in the fields that are not named; every sixth lacks some that may be null."""
_EPOCH = 1_646_767_577
_PLAIN: Mapping[type, Any] = {int: 7, float: 0.5, bool: True, date: "2026-01-31", datetime: "2024-02-01T11:02:33"}


def generated(operation_id: str, index: int, **known: Any) -> Record:
    """The n-th record of an operation's list: the known fields as they are, the others as their types allow."""
    return {**_record(operation_id, index % _VARIANTS), **known}


@cache
def _record(operation_id: str, variant: int) -> Record:
    from integration_tests.simulator.contract import sdk_item  # noqa: PLC0415 - it takes two seconds

    return _fields(sdk_item(operation_id), variant)


def _fields(model: type[BaseModel], variant: int) -> Record:
    fields = {field.alias or name: field.annotation for name, field in model.model_fields.items()}
    fields.pop("additional_properties", None)
    return {name: _value(name, annotation, variant) for name, annotation in fields.items()}


def _value(name: str, annotation: Any, variant: int) -> Any:
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Union:
        is_null = variant == _VARIANTS - 1 and type(None) in parts and mix(*name.encode()) % 2 == 0
        return (
            None if is_null else _value(name, next(part for part in reversed(parts) if part is not type(None)), variant)
        )
    if origin is dict or annotation is Any:
        return {}
    if origin is list:
        return [_value(name, parts[0], variant)]
    return _value(name, parts[0], variant) if parts else _plain(name, annotation, variant)


def _plain(name: str, of_type: type, variant: int) -> Any:
    bits = mix(variant, *name.encode())
    if issubclass(of_type, Enum):
        return list(of_type)[variant % len(of_type)].value
    if issubclass(of_type, BaseModel):
        return _fields(of_type, variant)
    if of_type is str:
        return str(bits % 10**12) if name.lower().endswith(("id", "ids", "_age", "_currency")) else words(bits)
    return _EPOCH + bits % 10**6 if name.endswith(("time", "timestamp")) else _PLAIN[of_type]
