"""Check that logged requests keep Pinterest's rules and that Pinterest's own SDK could have sent them.

`pinterestsdk` is generated from the OpenAPI document of API 5.28, by others than the authors of this simulator. Its
typed call signatures judge names, types, bounds, enumerations and array styles of the requests in a log.
"""

import inspect
import json
from collections.abc import Callable, Iterable, Iterator
from functools import cache, wraps
from typing import Any, Union, get_args, get_origin, get_type_hints
from urllib.parse import parse_qsl, unquote, urlsplit

import pinterestsdk
from pydantic import BaseModel, ValidationError

from integration_tests.simulator.calls.operation import Operation
from integration_tests.simulator.calls.parameters import in_one_piece
from integration_tests.simulator.server.request_log import Entry

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


class _Sent(Exception):  # noqa: N818  # no error: the request is complete, and goes no further
    def __init__(self, url: str) -> None:
        self.url = url


class _OfflineClient(pinterestsdk.ApiClient):
    """Builds requests and sends none."""

    def call_api(self, method: str, url: str, *_: Any, **__: Any) -> Any:  # noqa: ARG002  # the SDK's signature
        raise _Sent(url)


class _SchemesClient(_OfflineClient):
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
    method: Call = getattr(_owner(operation_id)(client or _OfflineClient()), name)
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
def sdk_reads() -> dict[str, str]:
    """The path of each operation that is a GET, by the name of the SDK's method."""
    found: dict[str, str] = {}
    for name, owner in vars(pinterestsdk).items():
        for serialize in (member for member in dir(owner) if name.endswith("Api") and member.endswith(_SERIALIZE)):
            call = getattr(owner(_OfflineClient()), serialize)
            nothing = {**dict.fromkeys(inspect.signature(call).parameters), "_host_index": 0}
            method, url, *_ = call(**nothing)
            if method == "GET":
                found[serialize.removeprefix("_").removesuffix(_SERIALIZE)] = urlsplit(url).path.removeprefix("/v5")
    return found


@cache
def sdk_schemes(operation_id: str) -> list[str]:
    """The ways to sign in that the SDK's method names."""
    serialize = getattr(_owner(operation_id)(_SchemesClient()), f"_{method_name(operation_id)}{_SERIALIZE}")
    schemes: list[str] = serialize(**{**dict.fromkeys(inspect.signature(serialize).parameters), "_host_index": 0})
    return schemes


@cache
def sdk_body(operation_id: str) -> tuple[str, type[BaseModel]]:
    """The SDK's parameter for the body of an operation, and its model."""
    for name, annotation in sdk_parameters(operation_id).items():
        models = [part for part in (annotation, *get_args(annotation)) if isinstance(part, type)]
        if models and issubclass(models[0], BaseModel):
            return name, models[0]
    raise LookupError(operation_id)


def required_parameters(operation_id: str) -> set[str]:
    parameters = inspect.signature(sdk_call(operation_id)).parameters.values()
    return {_on_the_wire(p.name) for p in parameters if p.default is inspect.Parameter.empty}


def violations(log: Iterable[Entry]) -> list[str]:
    """What was refused for breaking a rule, or what the SDK would not have sent, of all the API requests in a log."""
    judged = (entry for entry in log if entry.category and not is_newer(entry.operation_id))
    return [f"{entry.operation_id}: {problem}" for entry in judged for problem in _problems(entry)]


@cache
def _offline_call(operation_id: str) -> Call:
    return sdk_call(operation_id)


def _on_the_wire(name: str) -> str:
    return name.removeprefix(_RENAMED)


def _problems(entry: Entry) -> Iterator[str]:
    if entry.broken_rule:
        yield f"refused: {entry.broken_rule}"
    if not entry.operation_id:
        yield f"no operation has the path {entry.method} {entry.path}"
    elif entry.method == "GET" and entry.operation_id != "oauth":
        yield from _query_problems(entry)
    elif entry.method == "POST" and entry.operation_id != "oauth/token":
        yield from _body_problems(entry)


def _query_problems(entry: Entry) -> Iterator[str]:
    annotations = sdk_parameters(entry.operation_id)
    arguments: dict[str, Any] = dict(entry.path_parameters)
    sent_query = in_one_piece(entry.query)
    for name, value in sent_query:
        if name not in annotations:
            yield f"unknown parameter {name}"
            return
        is_object = _holds(annotations[name], dict)
        arguments[name] = json.loads(value) if is_object else _typed(annotations[name], entry.values(name))
    try:
        _offline_call(entry.operation_id)(**arguments)
    except ValidationError as error:
        yield str(error)
    except _Sent as sent:
        url = urlsplit(sent.url)
        query = sorted((name, value) for name, text in sent_query for value in _listed(entry.operation_id, name, text))
        if sorted(parse_qsl(url.query)) != query:
            yield f"sent {query}, the SDK sends {sorted(parse_qsl(url.query))}"
        if not entry.path.endswith(unquote(url.path).removeprefix("/v5")):
            yield f"sent to {entry.path}, the SDK sends to {url.path}"


def _listed(operation_id: str, name: str, text: str) -> list[str]:
    """The values of a parameter; Pinterest takes the ids of analytics joined with commas too, which its SDK repeats."""
    return text.split(",") if name.endswith("_ids") and "analytics" in operation_id else [text]


def _body_problems(entry: Entry) -> Iterator[str]:
    if entry.query:
        yield f"a query beside the body: {entry.query}"
    name, model = sdk_body(entry.operation_id)
    known = {field.alias or name for name, field in model.model_fields.items()}
    if unknown := set(entry.body or {}) - known:
        yield f"unknown fields {sorted(unknown)}"
    try:
        _offline_call(entry.operation_id)(**entry.path_parameters, **{name: model.model_validate(entry.body)})
    except ValidationError as error:
        yield str(error)
    except _Sent as sent:
        if not entry.path.endswith(urlsplit(sent.url).path.removeprefix("/v5")):
            yield f"sent to {entry.path}, the SDK sends to {sent.url}"


def _typed(annotation: Any, values: list[str]) -> Any:
    """The Python value that a caller of the SDK would give for what is on the wire."""
    if _holds(annotation, list):
        return values
    if _holds(annotation, bool):
        return {"true": True, "false": False}.get(values[0], values[0])
    if _holds(annotation, int) and values[0].isdecimal():
        return int(values[0])
    return values[0] if len(values) == 1 else ",".join(values)


def _holds(annotation: Any, kind: type) -> bool:
    origin = get_origin(annotation)
    if origin is Union or hasattr(annotation, "__metadata__"):
        return any(_holds(argument, kind) for argument in get_args(annotation))
    return (origin or annotation) is kind


@cache
def _owner(operation_id: str) -> Any:
    method = method_name(operation_id)
    for name, owner in vars(pinterestsdk).items():
        if name.endswith("Api") and hasattr(owner, method):
            return owner
    raise ContractError(operation_id)
