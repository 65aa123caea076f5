"""What is said where a right is missing: a permission, a feature, a role, a kind of account?"""

from source_pinterest.api.access import Access
from source_pinterest.api.errors import ConfigError

LOST_IN_SILENCE = {
    "boards:read_secret": "secret boards are not read",
    "pins:read_secret": "pins on secret boards are not read",
}
"""Permissions without which Pinterest refuses nothing and shows less, and what is then missing."""


class RightMissingError(ConfigError):
    """The app or its user has no right to what the stream reads."""


class ScopeMissingError(RightMissingError):
    """The token was made without a permission that the stream needs."""

    def __init__(self, what: str, scopes: tuple[str, ...], answer: str) -> None:
        super().__init__(
            f"{what} can't be read: the token lacks the permission {' and '.join(scopes)}. "
            f"Authenticate again and grant it, or leave the stream out. {answer}.",
        )
        self.answer = answer


class RestrictedError(RightMissingError):
    """Pinterest has not opened a feature to the app; authenticating again does not help."""

    def __init__(self, what: str, feature: str, answer: str) -> None:
        super().__init__(
            f"{what} can't be read: Pinterest has not opened the restricted feature {feature or f'that serves {what}'} "
            f"to the app. Ask Pinterest to open it, or leave the stream out. {answer}.",
        )
        self.answer = answer


class AccessMissingError(ConfigError):
    """The stream needs a right that no permission brings: a beta, a role, a kind of account."""

    def __init__(self, what: str, access: Access, answer: str, scopes: tuple[str, ...] = ()) -> None:
        needs = f"the permission {' and '.join(scopes)} and {access.needs}" if scopes else access.needs
        super().__init__(f"{what} can't be read: it needs {needs}. {access.advice}, or leave the stream out. {answer}.")
