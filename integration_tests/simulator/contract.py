"""What Pinterest's own SDK says of operations: their parameters, bodies, records, paths and ways to sign in.

`pinterestsdk` is generated from the OpenAPI document of API 5.28, by others than the authors of this simulator.
"""

import inspect
from collections.abc import Callable, Iterable
from functools import cache, wraps
from typing import Any, Union, get_args, get_origin, get_type_hints
from urllib.parse import urlsplit

import pinterestsdk
from pydantic import BaseModel

from integration_tests.simulator.calls.operation import Operation

Call = Callable[..., Any]

NEWER_OPERATIONS: frozenset[str] = frozenset()
"""Operations of the simulator that `pinterestsdk` does not know yet, such as `brand_lift_studies/list`. No test
compares them with it. Remove them once a later version of the package has them."""

_RENAMED = "var_"
"""What the SDK's generator puts before a name that is a Python type as well."""

_SERIALIZE = "_serialize"
"""How the names of those methods end that put a request together."""


class ContractError(LookupError):
    """`pinterestsdk` has no such operation."""

    def __init__(self, operation_id: str) -> None:
        super().__init__(
            f"pinterestsdk has no operation {operation_id}. If the operation is newer, add "
            "it to NEWER_OPERATIONS in integration_tests/simulator/contract.py."
        )


class _SchemesClient(pinterestsdk.ApiClient):
    """Returns the ways to sign in of a request in its place."""

    def param_serialize(self, *_: Any, **options: Any) -> Any:
        return options["auth_settings"]


def method_name(operation_id: str) -> str:
    """The name of an operation's method in `pinterestsdk`; the operation's words may be joined as in a link."""
    return operation_id.replace("/", "_").replace("-", "_")


def is_newer(operation_id: str) -> bool:
    """Whether an operation is known to be missing in `pinterestsdk`."""
    return method_name(operation_id) in map(method_name, NEWER_OPERATIONS)


def in_contract(operations: Iterable[Operation]) -> dict[str, Operation]:
    """The operations that `pinterestsdk` is to know, by their ids."""
    return {one.operation_id: one for one in operations if not is_newer(one.operation_id)}


def sdk_call(operation_id: str, client: pinterestsdk.ApiClient | None = None) -> Call:
    """The SDK's method for an operation, with the names on the wire."""
    name = method_name(operation_id)
    method: Call = getattr(_owner(operation_id)(client or pinterestsdk.ApiClient()), name)
    names = {_on_the_wire(parameter): parameter for parameter in inspect.signature(method).parameters}

    @wraps(method)
    def call(*arguments: Any, **named: Any) -> Any:
        return method(*arguments, **{names.get(name, name): value for name, value in named.items()})

    return call


@cache
def sdk_parameters(operation_id: str) -> dict[str, Any]:
    """The annotations of the SDK's method, by the parameter's name on the wire."""
    hints = get_type_hints(sdk_call(operation_id), include_extras=True)
    return {_on_the_wire(name): hint for name, hint in hints.items() if not name.startswith("_") and name != "return"}


@cache
def sdk_item(operation_id: str) -> Any:
    """The type of a record in the SDK's answer to an operation: of a list's items, or of the whole answer."""
    method = getattr(_owner(operation_id), method_name(operation_id))
    answer = _innermost(get_type_hints(method)["return"])
    fields = getattr(answer, "model_fields", {})
    return _innermost(fields["items"].annotation) if "items" in fields else answer


def _innermost(annotation: Any) -> Any:
    """What stands inside of lists, options and constraints."""
    if get_origin(annotation) is list or get_origin(annotation) is Union or hasattr(annotation, "__metadata__"):
        return _innermost(get_args(annotation)[0])
    return annotation


@cache
def sdk_paths(verb: str) -> dict[str, str]:
    """The path of each operation with this HTTP method, by the name of the SDK's method."""
    found: dict[str, str] = {}
    for name, owner in vars(pinterestsdk).items():
        for serialize in (member for member in dir(owner) if name.endswith("Api") and member.endswith(_SERIALIZE)):
            call = getattr(owner(pinterestsdk.ApiClient()), serialize)
            nothing = {**dict.fromkeys(inspect.signature(call).parameters), "_host_index": 0}
            method, url, *_ = call(**nothing)
            if method == verb:
                found[serialize.removeprefix("_").removesuffix(_SERIALIZE)] = urlsplit(url).path.removeprefix("/v5")
    return found


@cache
def sdk_schemes(operation_id: str) -> list[str]:
    """The ways to sign in that the SDK's method names."""
    serialize = getattr(_owner(operation_id)(_SchemesClient()), f"_{method_name(operation_id)}{_SERIALIZE}")
    schemes: list[str] = serialize(**{**dict.fromkeys(inspect.signature(serialize).parameters), "_host_index": 0})
    return schemes


@cache
def sdk_body(operation_id: str) -> type[BaseModel]:
    """The SDK's model of the body of an operation."""
    parts = [part for hint in sdk_parameters(operation_id).values() for part in (hint, *get_args(hint))]
    return next(part for part in parts if isinstance(part, type) and issubclass(part, BaseModel))


def required_parameters(operation_id: str) -> set[str]:
    parameters = inspect.signature(sdk_call(operation_id)).parameters.values()
    return {_on_the_wire(p.name) for p in parameters if p.default is inspect.Parameter.empty}


def _on_the_wire(name: str) -> str:
    return name.removeprefix(_RENAMED)


@cache
def _owner(operation_id: str) -> Any:
    method = method_name(operation_id)
    for name, owner in vars(pinterestsdk).items():
        if name.endswith("Api") and hasattr(owner, method):
            return owner
    raise ContractError(operation_id)
