"""What does Pinterest's token endpoint give?"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

from source_pinterest.api.bodies import parse_json
from source_pinterest.api.errors import MalformedAnswerError
from source_pinterest.config.credentials import fits_a_header, keep_secrets_of

_ASSUMED_LIFETIME_SECONDS = 3600.0
"""For an answer without `expires_in`; Pinterest's tokens live 30 days."""

_LONGEST_LIFETIME_SECONDS = 366 * 86_400.0


@dataclass(frozen=True)
class Tokens:
    """What Pinterest's token endpoint gives: https://developers.pinterest.com/docs/api/v5/oauth-token.

    Attributes:
        access_token: the new one.
        refresh_token: the new one; None where the old one stays.
        lifetime_seconds: of the access token; an hour where the answer makes no sense.
        scopes: the permissions that the token carries; none where the answer does not say.
    """

    access_token: str
    refresh_token: str | None
    lifetime_seconds: float
    scopes: frozenset[str]

    @classmethod
    def parse(cls, chunks: Iterator[bytes]) -> Self:
        """Read the answer; a refresh token that is no text is none.

        Raises:
            MalformedAnswerError: it holds no access token.
        """
        answer = parse_json(b"".join(chunks))
        if isinstance(answer, Mapping):
            keep_secrets_of(answer)
        if not isinstance(answer, Mapping) or not is_token(answer.get("access_token")):
            raise MalformedAnswerError("The answer holds no access token.")
        refresh_token = answer.get("refresh_token")
        return cls(
            access_token=answer["access_token"],
            refresh_token=refresh_token if is_token(refresh_token) else None,
            lifetime_seconds=_lifetime_seconds(answer.get("expires_in")),
            scopes=frozenset(re.split(r"[\s,]+", str(answer.get("scope") or "").strip())) - {""},
        )


def is_token(token: Any) -> bool:
    """Whether it is a text that a header can carry."""
    return isinstance(token, str) and fits_a_header(token)


def _lifetime_seconds(expires_in: Any) -> float:
    try:
        lifetime = float(expires_in or 0)
    except (TypeError, ValueError, OverflowError):
        return _ASSUMED_LIFETIME_SECONDS
    return min(lifetime, _LONGEST_LIFETIME_SECONDS) if lifetime > 0 else _ASSUMED_LIFETIME_SECONDS
