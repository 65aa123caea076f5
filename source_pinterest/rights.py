"""Which streams would end for want of a right? Told by `check` as information: nobody has to have every right.

What the token tells of its permissions costs no call; each stream behind a right of its own costs one, if it is a
plain list.
"""

from collections.abc import Iterator

from source_pinterest.api.errors import AccessMissingError, PinterestError, RefusedError, ScopeMissingError
from source_pinterest.streams import STREAMS
from source_pinterest.streams.base.context import Sync
from source_pinterest.streams.base.slices import partition_slice
from source_pinterest.streams.base.stream import PinterestStream
from source_pinterest.streams.organic.boards import OrganicDocument

_STREAMS_ASKED = 6


def missing_rights(sync: Sync, account: str | None, checked: frozenset[str]) -> Iterator[str]:
    """A sentence for each right that is missing.

    Args:
        sync: has the token, which was used by now.
        account: an ad account to ask for.
        checked: permissions that have been looked at already.
    """
    granted = sync.api.authenticator.granted
    needed = dict.fromkeys(scope for stream in STREAMS for scope in stream.scopes if scope not in checked)
    if granted:
        yield from (_without(scope) for scope in needed if scope not in granted)
    lists = [stream for stream in map(sync.stream, STREAMS) if _is_cheap(stream, account)]
    asked = [stream for stream in lists if stream.access and (not granted or granted.issuperset(stream.scopes))]
    for scope in () if granted else needed:
        asked += [stream for stream in lists if scope in stream.scopes][:1]
    for stream in list(dict.fromkeys(asked))[:_STREAMS_ASKED]:
        if sentence := _refusal_of(stream, account):
            yield sentence


def _without(scope: str) -> str:
    names = ", ".join(stream.stream_name() for stream in STREAMS if scope in stream.scopes)
    return f"The access was granted without the permission {scope}, which these streams need: {names}."


def _is_cheap(stream: PinterestStream, account: str | None) -> bool:
    """Whether one call tells: a list of its own, or one of an ad account."""
    is_list = not stream.cursor_field and not isinstance(stream, OrganicDocument)
    return is_list and stream.partition_keys in ((), *((("ad_account_id",),) if account else ()))


def _refusal_of(stream: PinterestStream, account: str | None) -> str | None:
    try:
        stream.fetch(partition_slice({key: str(account) for key in stream.partition_keys}))
    except (ScopeMissingError, RefusedError) as error:
        meaning = stream.admission.meaning_of(error)
        return str(meaning.message) if isinstance(meaning, AccessMissingError | ScopeMissingError) else None
    except PinterestError:
        return None  # tells nothing about rights
    return None
