"""What are the values called that targeting analytics are broken down by?

Pinterest lists options by the words of an ad group's targeting, which are not all those of analytics: an interest is an
INTEREST there, and a TARGETED_INTEREST or a PINNER_INTEREST here. So an option has a row for each of the words that its
id may stand beside in analytics, and a join on TARGETING_TYPE and TARGETING_VALUE finds it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from airbyte_cdk.sources.types import StreamSlice

from source_pinterest import limits
from source_pinterest.api.addresses import path_of
from source_pinterest.api.bodies import ListPage, Record, one_item, parse_json
from source_pinterest.api.errors import BadRequestError, GoneError, RefusedError, SliceError
from source_pinterest.api.session import Answer
from source_pinterest.engine.parent_ids import ParentIds
from source_pinterest.streams.ads.accounts import AdAccounts
from source_pinterest.streams.base.document import DocumentStream
from source_pinterest.streams.base.foreign_keys import ForeignKey
from source_pinterest.streams.base.listing import Listed
from source_pinterest.streams.base.slices import failed_slice, partition_slice
from source_pinterest.streams.resources.interests import InterestTree
from source_pinterest.streams.resources.option_shapes import options_in

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
