"""`NoAccess` lists the rejections that Pinterest sends to an app or user without access to an operation.

`Simulator(no_access={"campaigns/list": NoAccess.FORBIDDEN})` has one operation reject every call.
"""

from enum import Enum

from integration_tests.simulator.calls.errors import ApiError, app_not_approved, forbidden, missing_scope

BETAS = frozenset({"multi_pins/analytics"})
"""Operations that Pinterest opens to few apps."""


class NoAccess(Enum):
    """A rejection: HTTP status and Pinterest's code, and its words where they matter."""

    FORBIDDEN = (403, 29)
    NO_SCOPE = (401, 3, missing_scope().message)  # also seen where the app is not in a beta
    RESTRICTED = (401, 3, "Your application does not have access to this restricted feature: commerce_integration")
    UNSUPPORTED = (401, 3, app_not_approved().message)  # the words of an app that is not approved, for one feature
    BETA_CLOSED = (403, 403)  # an endpoint that Pinterest opens to few apps

    def error(self) -> ApiError:
        status, code, *message = self.value
        return ApiError(status, code, *message or [forbidden().message])
