"""Names of the values that targeting analytics are broken down by.

Pinterest lists options by the types of an ad group's targeting, some of which have other names in analytics: INTEREST
is TARGETED_INTEREST or PINNER_INTEREST there. An option therefore has a record for each type that its id may have in
analytics, so that a join on TARGETING_TYPE and TARGETING_VALUE finds it.
"""

import json
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from source_pinterest import limits
from source_pinterest.api.bodies import Page, Record, one_item, parse_body, text_of
from source_pinterest.api.errors import AccessDeniedError, BadRequestError, FormError, NotFoundError, TaskError
from source_pinterest.api.session import path_of
from source_pinterest.engine.task_tracker import FAILURES_IN_A_ROW
from source_pinterest.engine.tasks import Task
from source_pinterest.streams.ads.accounts import AdAccounts
from source_pinterest.streams.base.declaration import ForeignKey, Parent, ReadPriority
from source_pinterest.streams.base.document import DocumentStream
from source_pinterest.streams.base.stream import Seen

INTEREST = "INTEREST"
ACCOUNT_TYPES = ("AUDIENCE_INCLUDE", "AUDIENCE_EXCLUDE")
"""Types whose options belong to an ad account."""
SHARED_TYPES = ("APPTYPE", "GENDER", "LOCALE", "AGE_BUCKET", "LOCATION", "GEO", INTEREST, "KEYWORD")
"""Types whose options are the same for every user."""

_FIXED_VALUES: Mapping[str, tuple[str, ...]] = {
    "PLACEMENT": ("ALL", "BROWSE", "SEARCH", "OTHER"),
    "CREATIVE_TYPE": (
        *("REGULAR", "VIDEO", "SHOPPING", "CAROUSEL", "MAX_VIDEO", "SHOP_THE_PIN", "COLLECTION", "IDEA", "SHOWCASE"),
        *("QUIZ", "COLLAGE", "MAX_WIDTH_REGULAR_COLLECTION", "MAX_WIDTH_VIDEO_COLLECTION", "APP"),
    ),
}
"""Values that Pinterest lists only in its documentation. Their names are made from the values."""

_INTEREST_PATH = "resources/targeting/interests/{interest_id}"
_COUNTRY = re.compile(r"[A-Z]{2}")
_POSTAL_CODE_SEPARATOR = ":"
"""Stands between country and postal code in the id of a place."""

_QUOTED = 200
"""Characters of an unknown response that an error message quotes."""

Lookup = Callable[[str], Record | None]
"""Returns name, level and children of an interest, or None if it could not be read."""


class TargetingOptions(DocumentStream):
    """Names of targeting values. https://developers.pinterest.com/docs/api/v5/targeting_options-get.

    Interests also have their level and their parent, which Pinterest gives for single interests only.
    """

    key = ("targeting_type", "id")
    path_template = "resources/targeting/{option_type}"
    parent_fields = ("option_type",)
    parents = (Parent(AdAccounts),)
    foreign_keys = (ForeignKey("targeting_options", ("targeting_type", "parent_id")),)
    scopes = ("ads:read",)
    cost = (
        "one request for each targeting type, two for each ad account, and for levels one for each interest, at most "
        f"{limits.INTERESTS_LOOKED_UP}"
    )
    rank = ReadPriority.EACH

    def tasks(self) -> Iterator[Task]:
        """Yield a task for each type that Pinterest lists, and for each type with fixed values."""
        with suppress(TaskError):  # raised again when the types of ad accounts are read
            self.shared.stream(AdAccounts).ids.get(())
        for option_type in (*ACCOUNT_TYPES, *SHARED_TYPES, *_FIXED_VALUES):
            yield self.task({"option_type": option_type})

    def parse(self, chunks: Iterator[bytes]) -> Page:
        """Read the options of a type.

        Raises:
            MalformedResponseError: the body is not a list of objects of ids to names.
        """
        return Page(options_in(parse_body(chunks)))

    def pages(self, task: Task) -> Iterator[Page]:
        """Yield the options of a type, each id once for each type of analytics.

        Those of audiences are read from each ad account.

        Raises:
            NotFoundError: Pinterest does not have the type.
            AccessDeniedError: no ad account can be read.
        """
        if values := _FIXED_VALUES.get(task["option_type"]):
            options = [{"id": value, "name": value.replace("_", " ").capitalize()} for value in values]
            yield Page(self.records(Page(options), task))
            return
        if task["option_type"] not in ACCOUNT_TYPES:
            yield from self.list_pages(task)
            return
        rejected, seen = dict[str, AccessDeniedError | NotFoundError](), Seen()
        accounts = list(self.shared.stream(AdAccounts).ids.get(()))
        for account in accounts:
            try:
                yield from self.list_pages(task, {"ad_account_id": account}, seen=seen)
            except (AccessDeniedError, NotFoundError) as error:
                rejected[account] = error
        if rejected and len(rejected) == len(accounts):
            raise next(iter(rejected.values()))
        for account, rejection in rejected.items():
            self.notices.warn(account, f"{account} is skipped. {rejection.message}.")

    def records(self, page: Page, task: Task) -> list[Record]:
        """Return the options by the types of analytics, interests with level and parent."""
        options = super().records(page, task)
        if task["option_type"] == INTEREST:
            tree = InterestTree(options)
            if incomplete := tree.complete(self._look_up, limits.INTERESTS_LOOKED_UP):
                self.notices.warn("places", f"{incomplete:,} interests lack their level, parent or name.")
            options = [{**option, **task.parents} for option in tree.options.values()]
        return [
            {**option, "targeting_type": targeting_type}
            for option in options
            for targeting_type in targeting_types(task["option_type"], str(option["id"]))
        ]

    def _look_up(self, interest_id: str) -> Record | None:
        path = path_of(_INTEREST_PATH, {"interest_id": interest_id})
        try:
            return self.client.send(path, {}, one_item).value.items[0]
        except (AccessDeniedError, NotFoundError, BadRequestError) as error:
            reason = error.quote or error.message
            self.notices.warn("an interest", f"interest {interest_id} could not be read. {reason}.")
            return None


def targeting_types(option_type: str, option: str) -> tuple[str, ...]:
    """Return the types that an option's id may have in analytics; an unknown type is returned as it is."""
    if option_type == INTEREST:
        return ("TARGETED_INTEREST", "PINNER_INTEREST")
    if option_type == "LOCATION":
        return ("LOCATION", "COUNTRY") if _COUNTRY.fullmatch(option) else ("LOCATION",)
    if option_type == "GEO":
        return ("GEO",) if _POSTAL_CODE_SEPARATOR in option else ("GEO", "REGION")
    if option_type == "AUDIENCE_INCLUDE":
        return ("AUDIENCE_INCLUDE", "AUDIENCE_MULTIPLIER")
    return (option_type,)


class InterestTree:
    """Interests with their level, 1 at the top, and the id of their parent.

    A lookup of an interest also returns its children. They are looked up for their own children, as long as some
    interest is incomplete. Children of the top level come first, because most interests are below them.

    Args:
        options: the interests as they are listed, with id and name.
    """

    def __init__(self, options: Iterable[Record]) -> None:
        self.options: dict[str, Record] = {}
        self._second_level: deque[str] = deque()
        self._lower_levels: deque[str] = deque()
        for option in options:
            self.options.setdefault(option["id"], option)

    def complete(self, look_up: Lookup, max_lookups: int) -> int:
        """Look interests up until each has a name, a level and a parent; return how many are incomplete at the end.

        Args:
            look_up: reads one interest.
            max_lookups: how many interests are looked up at most.
        """
        listed, looked_up, failures = iter(list(self.options)), set[str](), 0
        while (
            len(looked_up) < max_lookups
            and failures < FAILURES_IN_A_ROW
            and any(map(self._is_incomplete, self.options))
        ):
            interest_id = self._next(listed)
            if interest_id is None:
                break
            if interest_id not in looked_up and interest_id.isdecimal():
                looked_up.add(interest_id)
                interest = look_up(interest_id)
                failures = 0 if interest else failures + 1
                self._add(interest_id, interest or {})
        return sum(map(self._is_incomplete, self.options))

    def _next(self, listed: Iterator[str]) -> str | None:
        if self._second_level:
            return self._second_level.popleft()
        incomplete = next(filter(self._is_incomplete, listed), None)
        return self._lower_levels.popleft() if incomplete is None and self._lower_levels else incomplete

    def _add(self, interest_id: str, interest: Record) -> None:
        """Complete an interest by what a lookup returns, and add its children."""
        option = self.options[interest_id]
        option.update({key: value for key, value in interest.items() if option.get(key) is None})
        level, children = option.get("level"), option.pop("child_interests", None)
        for child_id in map(text_of, children or ()):
            child = self.options.setdefault(child_id, {"id": child_id})
            child.setdefault("parent_id", option["id"])
            if isinstance(level, int) and child.get("level") is None:
                child["level"] = level + 1
            (self._second_level if level == 1 else self._lower_levels).append(child_id)

    def _is_incomplete(self, interest_id: str) -> bool:
        option = self.options[interest_id]
        has_parent = option.get("level") == 1 or option.get("parent_id") is not None
        return not has_parent or option.get("level") is None or option.get("name") is None


def options_in(document: Any) -> list[Record]:
    """Return the options of a response, each with its id and name.

    Args:
        document: a list of objects of ids to names, as recorded for GENDER. None, which Pinterest's documentation
            allows, means no options.

    Raises:
        MalformedResponseError: the document has any other shape.
    """
    if document is None:
        return []
    unknown = [item for item in document if not _maps_ids_to_names(item)] if isinstance(document, list) else [document]
    if unknown:
        quoted = json.dumps(unknown[0], ensure_ascii=False)[:_QUOTED]
        message = f"The targeting options are not a list of objects of ids to names: {quoted}."
        raise FormError(message)
    return [{"id": option_id, "name": name} for options in document for option_id, name in options.items()]


def _maps_ids_to_names(item: Any) -> bool:
    return isinstance(item, dict) and all(isinstance(name, str) for name in item.values())
