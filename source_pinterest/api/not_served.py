"""What can't be asked for, although the call is right? Pinterest has some things for some kinds of catalog only."""

from source_pinterest.api.errors import RejectedError


class NotServedError(RejectedError):
    """Pinterest does not have this for the kind of catalog or feed that was asked for."""
