"""`Operation` describes an operation of the API and checks requests against the description.

An operation is data: path, rate category, scopes, parameters. Every request is checked against that description in
one place, so a new endpoint is as strict as the others from its first line.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import orjson

from integration_tests.simulator.calls.bookmarks import Bookmarks
from integration_tests.simulator.calls.errors import bad_request, forbidden, pagination_cap
from integration_tests.simulator.calls.parameters import Digits, Integer, Parameter, Text, in_one_piece
from integration_tests.simulator.faults.script import Fault, FaultKind
from integration_tests.simulator.reports.jobs import ReportJobs
from integration_tests.simulator.server.settings import Settings
from integration_tests.simulator.world.listing import Listing
from integration_tests.simulator.world.world import World

Arguments = Mapping[str, Any]

AD_ACCOUNT_ID = Digits("ad_account_id", max_length=18)
PAGING = (Text("bookmark"), Integer("page_size", minimum=1, maximum=250, default=25))


@dataclass
class Call:
    """A request whose parameters have been read."""

    world: World
    arguments: Arguments
    identity: str
    bookmarks: Bookmarks
    reports: ReportJobs
    port: int  # of this server, for the links it gives out
    faults: Sequence[Fault] = ()
    settings: Settings = field(default_factory=Settings)

    @property
    def offset(self) -> int:
        """How many items the pages before this one held."""
        bookmark = self.arguments.get("bookmark")
        return self.bookmarks.offset(bookmark, self.identity) if bookmark else 0


@dataclass(frozen=True)
class Operation(ABC):
    """One method of one path of the API."""

    method: ClassVar[str] = "GET"
    operation_id: str
    path: str
    category: str
    scopes: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    rules: tuple[Callable[[World, Arguments], None], ...] = field(default=(), kw_only=True)
    in_path: tuple[Parameter, ...] = field(default=(), kw_only=True)  # those that are no plain digits
    takes_app_token: bool = field(default=False, kw_only=True)  # of client credentials, without a user's consent

    def accepted(self) -> tuple[Parameter, ...]:
        return self.parameters

    def read(self, path_values: Mapping[str, str], query: Sequence[tuple[str, str]]) -> dict[str, Any]:
        """The arguments of a request; an `ApiError` for whatever breaks a rule of the description."""
        accepted = {parameter.name: parameter for parameter in self.accepted()}
        query = in_one_piece(query)
        for name, _ in query:
            if name not in accepted:
                raise bad_request(f"Unknown parameter '{name}'.")  # or one that no stream sends
        in_path = {"ad_account_id": AD_ACCOUNT_ID, **{parameter.name: parameter for parameter in self.in_path}}
        arguments: dict[str, Any] = {
            name: in_path.get(name, Digits(name)).parse(value) for name, value in path_values.items()
        }
        for parameter in accepted.values():
            arguments[parameter.name] = parameter.read([value for name, value in query if name == parameter.name])
        return arguments

    def read_body(self, _body: Any) -> dict[str, Any]:
        """The arguments in the JSON body, of which a GET has none."""
        return {}

    def permit(self, world: World, arguments: Arguments) -> None:
        """Rejects accounts that aren't the user's, and what only several parameters together make wrong."""
        account = arguments.get("ad_account_id")
        if account is not None and world.account_index(account) is None:
            raise forbidden()
        for rule in self.rules:
            rule(world, arguments)

    @abstractmethod
    def answer(self, call: Call) -> bytes:
        """The JSON body of a call that has passed every check."""


@dataclass(frozen=True)
class DocumentOperation(Operation):
    """One GET that answers with a single document."""

    document: Callable[[World, Arguments], Any]

    def answer(self, call: Call) -> bytes:
        return orjson.dumps(self.document(call.world, call.arguments))


@dataclass(frozen=True)
class ListOperation(Operation):
    """One GET that answers page by page, from a listing."""

    listing: Callable[[World, Arguments], Listing]
    overlap: int = field(default=0, kw_only=True)  # how many items of a page the next one has again

    def accepted(self) -> tuple[Parameter, ...]:
        return (*self.parameters, *PAGING)

    def answer(self, call: Call) -> bytes:
        offset, size = call.offset, call.arguments["page_size"]
        size = min(size, call.settings.page_cap or size)
        if any(fault.kind is FaultKind.PIN_CAP and offset >= fault.items for fault in call.faults):
            raise pagination_cap()
        listing = self.listing(call.world, call.arguments)
        following = offset + size - min(self.overlap, size - 1)
        bookmark = call.bookmarks.issue(following, call.identity) if offset + size < len(listing) else None
        return orjson.dumps({"items": listing.page(offset, size), "bookmark": bookmark})
