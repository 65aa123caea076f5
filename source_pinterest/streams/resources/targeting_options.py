"""What are the values called that targeting analytics are broken down by?

Pinterest lists options by the words of an ad group's targeting, which are not all those of analytics: an interest is an
INTEREST there, and a TARGETED_INTEREST or a PINNER_INTEREST here. So an option has a row for each of the words that its
id may stand beside in analytics, and a join on TARGETING_TYPE and TARGETING_VALUE finds it.
"""

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from airbyte_cdk.sources.types import StreamSlice

from source_pinterest import limits
from source_pinterest.api.errors import BadRequestError, GoneError, MalformedAnswerError, RefusedError, SliceError
from source_pinterest.api.rows import ListPage, Record, one_item, parse_json, text_of
from source_pinterest.api.session import Answer, path_of
from source_pinterest.engine.failures import FAILURES_IN_A_ROW
from source_pinterest.engine.parents import ParentIds
from source_pinterest.engine.slices import failed_slice, partition_slice
from source_pinterest.streams.ads.accounts import AdAccounts
from source_pinterest.streams.base.document import DocumentStream
from source_pinterest.streams.base.listing import Listed
from source_pinterest.streams.base.stream import ForeignKey

Ask = Callable[[str], Record | None]
"""Tells name, level and children of an interest; None where Pinterest does not."""


class InterestTree:
    """Interests with their level, 1 at the top, and the id of their parent.

    Whoever is asked tells its children, so that these are asked only for children of their own, and no longer than some
    interest has no place. Those right below the top come first: they have the most below them.

    Args:
        options: the interests as they are listed.
    """

    def __init__(self, options: Iterable[Record]) -> None:
        self.options: dict[str, Record] = {}
        self._upper: deque[str] = deque()
        self._lower: deque[str] = deque()
        for option in options:
            self.options.setdefault(option["id"], option)
        for option in list(self.options.values()):
            self._adopt(option)

    def complete(self, ask: Ask, most: int) -> int:
        """Ask until each interest has name and place, or nobody tells; how many have none in the end.

        Args:
            ask: about one interest.
            most: so many questions are asked.
        """
        listed, asked, refusals = iter(list(self.options)), set[str](), 0
        while len(asked) < most and refusals < FAILURES_IN_A_ROW and any(map(self._is_unplaced, self.options)):
            name = self._next(listed)
            if name is None:
                break
            if name not in asked and name.isdecimal():
                asked.add(name)
                told = ask(name)
                refusals = 0 if told else refusals + 1
                self._learn(name, told or {})
        return sum(map(self._is_unplaced, self.options))

    def _next(self, listed: Iterator[str]) -> str | None:
        if self._upper:
            return self._upper.popleft()
        unplaced = next(filter(self._is_unplaced, listed), None)
        return self._lower.popleft() if unplaced is None and self._lower else unplaced

    def _learn(self, name: str, told: Record) -> None:
        option = self.options[name]
        option.update({key: value for key, value in told.items() if option.get(key) is None})
        self._adopt(option)

    def _adopt(self, option: Record) -> None:
        level = option.get("level")
        children = option.pop("child_interests", None)
        for child in map(text_of, children if isinstance(children, list) else ()):
            found = self.options.setdefault(child, {"id": child})
            found.setdefault("parent_id", option["id"])
            if isinstance(level, int) and found.get("level") is None:
                found["level"] = level + 1
            (self._upper if level == 1 else self._lower).append(child)

    def _is_unplaced(self, name: str) -> bool:
        option = self.options[name]
        has_place = option.get("level") == 1 or option.get("parent_id") is not None
        return not has_place or option.get("level") is None or option.get("name") is None


_CHILDREN = ("child_interests", "children", "child_options", "options", "items", "data", "values")


def options_in(document: Any) -> Iterator[Record]:
    """The options, each with an id, and as far as the answer tells with name, level and parent.

    Args:
        document: a list of objects of ids to names, of objects with id and name, or of texts; objects may hold others.
            Nothing stands for no options.

    Raises:
        MalformedAnswerError: it is none of these.
    """
    if document is not None and not isinstance(document, list) and not _may_hold_options(document):
        raise MalformedAnswerError("Targeting options are a list, or an object that holds some.")
    return _options(document, {})


def _options(node: Any, inherited: Record) -> Iterator[Record]:
    if isinstance(node, list):
        for item in node:
            yield from _options(item, inherited)
    elif not isinstance(node, dict):
        if node is not None and node != "":
            yield {"id": text_of(node), "name": text_of(node), **inherited}
    elif _is_object(node):
        yield from _of_object(node, inherited)
    else:
        yield from _of_map(node, inherited)


def _of_object(node: Record, inherited: Record) -> Iterator[Record]:
    """An option, and those it holds; the ids of its children are kept where they are no more than ids."""
    held = {name: node[name] for name in _CHILDREN if _holds_options(node.get(name))}
    option = {
        **inherited,
        **{name: value for name, value in node.items() if name not in held},
        "id": text_of(node["id"]),
    }
    yield option
    level = option.get("level")
    below = {"parent_id": option["id"], **({"level": level + 1} if isinstance(level, int) else {})}
    for children in held.values():
        yield from _options(children, below)


def _of_map(node: Record, inherited: Record) -> Iterator[Record]:
    """Ids to names, or to objects; or what wraps a list."""
    for key, value in node.items():
        if isinstance(value, list) and key in _CHILDREN:
            yield from _options(value, inherited)
        elif isinstance(value, dict):
            yield from _options({"id": key, **value} if "name" in value else value, inherited)
        elif not isinstance(value, list):
            yield {**inherited, "id": key, "name": None if value is None else text_of(value)}


def _may_hold_options(document: Any) -> bool:
    """Whether it is an object, and neither empty nor an error that came as a good answer."""
    is_error = isinstance(document, dict) and isinstance(document.get("code"), int) and "message" in document
    return bool(document) and isinstance(document, dict) and not is_error


def _is_object(node: Record) -> bool:
    """Whether it is one option; an id alone may also be a code that stands for a name, as that of Indonesian does."""
    return not {"name", "level"}.isdisjoint(node) and isinstance(node.get("id"), str | int)


def _holds_options(value: Any) -> bool:
    """Whether children are told with their names."""
    return isinstance(value, dict) or (isinstance(value, list) and any(isinstance(item, dict) for item in value))


INTEREST = "INTEREST"
OF_AN_ACCOUNT = ("AUDIENCE_INCLUDE", "AUDIENCE_EXCLUDE")
"""Each ad account has options of its own."""
OF_ALL = ("APPTYPE", "GENDER", "LOCALE", "AGE_BUCKET", "LOCATION", "GEO", INTEREST, "KEYWORD")

_WORDS: Mapping[str, tuple[str, ...]] = {
    "PLACEMENT": ("ALL", "BROWSE", "SEARCH", "OTHER"),
    "CREATIVE_TYPE": (
        *("REGULAR", "VIDEO", "SHOPPING", "CAROUSEL", "MAX_VIDEO", "SHOP_THE_PIN", "COLLECTION", "IDEA", "SHOWCASE"),
        *("QUIZ", "COLLAGE", "MAX_WIDTH_REGULAR_COLLECTION", "MAX_WIDTH_VIDEO_COLLECTION", "APP"),
    ),
}
"""Values of analytics of which Pinterest has no list but in its documents: they name themselves."""

_INTEREST_PATH = "resources/targeting/interests/{interest_id}"
_COUNTRY = re.compile(r"[A-Z]{2}")
_POSTAL_CODE = ":"


class TargetingOptions(DocumentStream):
    """Names of targeting values. https://developers.pinterest.com/docs/api/v5/targeting_options-get.

    Interests also have their level and their parent, which only single interests tell.
    """

    primary_key: str | list[str] = ["targeting_type", "id"]  # noqa: RUF012 - an attribute of the framework's
    path_template = "resources/targeting/{option_type}"
    partition_keys = ("option_type",)
    foreign_keys = (ForeignKey("targeting_options", ("targeting_type", "parent_id")),)
    scopes = ("ads:read",)
    cost = f"1 a targeting type, 2 an ad account, and for levels 1 an interest, {limits.INTERESTS_ASKED} at most"

    @cached_property
    def _ad_accounts(self) -> AdAccounts:
        return self.shared.stream(AdAccounts)

    def needed_ids(self) -> Iterator[ParentIds]:
        """Those of the ad accounts, which have audiences of their own."""
        yield from super().needed_ids()
        yield self._ad_accounts.ids

    def slices(self) -> Iterator[StreamSlice]:
        """A slice for each type that Pinterest lists, and for the values of which it has no list.

        One of audiences raises where the ad accounts can't be listed.
        """
        try:
            of_accounts = partition_slice({}, accounts=tuple(self._ad_accounts.ids.of(())))
        except SliceError as error:
            of_accounts = failed_slice({}, error)
        for option_type in OF_AN_ACCOUNT:
            yield partition_slice({"option_type": option_type}, **of_accounts.extra_fields)
        for option_type in (*OF_ALL, *_WORDS):
            yield partition_slice({"option_type": option_type})

    def listing(self, stream_slice: StreamSlice) -> Iterator[Listed]:
        """The options of a type, each id once for each word of analytics."""
        if words := _WORDS.get(stream_slice["option_type"]):
            options = [{"id": word, "name": word.replace("_", " ").capitalize()} for word in words]
            yield Listed(list(self.keyed(self.records(ListPage(options), stream_slice), {})), 0)
        else:
            yield from super().listing(stream_slice)

    def parse(self, chunks: Iterator[bytes]) -> ListPage:
        """Read options of any shape.

        Raises:
            MalformedAnswerError: there are none in the answer.
        """
        return ListPage(list(options_in(parse_json(b"".join(chunks), self.notices.replacement))))

    def answers(self, stream_slice: StreamSlice, **more: Any) -> Iterator[Answer[ListPage]]:
        """The options of a type, those of audiences from each ad account.

        Raises:
            GoneError: Pinterest does not have the type.
            RefusedError: none of several ad accounts can be read.
        """
        if stream_slice["option_type"] not in OF_AN_ACCOUNT:
            yield from super().answers(stream_slice, **more)
            return
        refused: dict[str, RefusedError | GoneError] = {}
        for account in stream_slice.extra_fields["accounts"]:
            try:
                yield from super().answers(stream_slice, **more, ad_account_id=account)
            except (RefusedError, GoneError) as error:
                refused[account] = error
        if refused and len(refused) == len(stream_slice.extra_fields["accounts"]):
            raise next(iter(refused.values()))
        for account, refusal in refused.items():
            self.notices.warn(account, f"{account} is left out. {refusal.message}.")

    def records(self, page: ListPage, stream_slice: StreamSlice) -> list[Record]:
        """The options by the words of analytics; interests with their places."""
        options = super().records(page, stream_slice)
        if stream_slice["option_type"] == INTEREST:
            options = self._placed(options, stream_slice)
        return [
            {**option, "targeting_type": word}
            for option in options
            for word in targeting_types(stream_slice["option_type"], str(option["id"]))
        ]

    def _placed(self, options: Iterable[Record], stream_slice: StreamSlice) -> list[Record]:
        tree = InterestTree(options)
        if left := tree.complete(self._interest, limits.INTERESTS_ASKED):
            self.notices.warn("places", f"{left:,} interests have no level, no parent or no name here.")
        return [{**option, **stream_slice.partition} for option in tree.options.values()]

    def _interest(self, interest_id: str) -> Record | None:
        path = path_of(_INTEREST_PATH, {"interest_id": interest_id})
        try:
            return self.client.get(path, {}, one_item).value.items[0]
        except (RefusedError, GoneError, BadRequestError) as error:
            why = error.answer or error.message
            self.notices.warn("an interest", f"Pinterest does not show interest {interest_id}. {why}.")
            return None


def targeting_types(option_type: str, option: str) -> tuple[str, ...]:
    """The words of analytics beside which an option's id may stand; a word that is not known is passed on."""
    if option_type == INTEREST:
        return ("TARGETED_INTEREST", "PINNER_INTEREST")
    if option_type == "LOCATION":
        return ("LOCATION", "COUNTRY") if _COUNTRY.fullmatch(option) else ("LOCATION",)
    if option_type == "GEO":
        return ("GEO",) if _POSTAL_CODE in option else ("GEO", "REGION")
    if option_type == "AUDIENCE_INCLUDE":
        return ("AUDIENCE_INCLUDE", "AUDIENCE_MULTIPLIER")
    return (option_type,)
