"""These errors carry the messages with which Pinterest rejects a request.

Every rejection is an `ApiError`: HTTP status, Pinterest's own code, and a message.
"""


class ApiError(Exception):
    """A rejection, sent as `{"code": …, "message": …, "status": "failure"}`."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


class BrokenRule(ApiError):  # noqa: N818  # it is the request that is wrong
    """The request is at fault: what it requests, or how it asks, breaks a rule of the API."""


def bad_request(message: str) -> BrokenRule:
    return BrokenRule(400, 1, message)


def invalid_grant(status: int = 401) -> ApiError:
    return ApiError(status, 283, "The authorization grant is invalid")


def unauthenticated() -> ApiError:
    return ApiError(401, 2, "Authentication failed.")


def missing_scope(*scopes: str) -> ApiError:
    """The rejection of a token without permissions; without scopes, in an older form that names none."""
    told = f" Missing: {list(scopes)}" if scopes else ""
    return ApiError(
        401,
        3,
        "Your token does not have sufficient permissions to perform this operation. Please ensure your token is "
        f"authorized with the correct set of scopes.{told}",
    )


def app_not_approved() -> ApiError:
    return ApiError(401, 3, "Your application consumer type is not supported, please contact support.")


def pin_not_found() -> ApiError:
    return ApiError(404, 50, "Pin not found.")


def forbidden() -> ApiError:
    return ApiError(403, 29, "You are not permitted to access that resource.")


def unauthorized() -> ApiError:
    """The documented rejection of a pin's analytics: the token is good, the pin is somebody else's."""
    return ApiError(401, 7, "Not authorized to access board or Pin.")


def rate_limited(seconds: int | None = None) -> ApiError:
    told = "" if seconds is None else f" Retry after {seconds} seconds"
    return ApiError(429, 8, f"This request exceeded a rate limit. Rate limits are applied per app and per user.{told}")


def last_90_days() -> ApiError:
    return bad_request("You can only get data from the last 90 days.")


def something_went_wrong() -> ApiError:
    return ApiError(400, 12, "Something went wrong on our end. Sorry about that.")


def no_billing_profile() -> ApiError:
    """A rejection of one ad account, whose words no document lists."""
    return bad_request("Ad account has no billing profile")


def not_for_client() -> ApiError:
    """The rejection of an ad account that may not have reports on products, as others recorded it in September 2026."""
    return bad_request("Brand category SKU report is not available for this client.")


def board_not_found() -> ApiError:
    return ApiError(404, 40, "Board not found.")


def section_not_found() -> ApiError:
    return ApiError(404, 2031, "Board or section not found.")


def pagination_cap() -> ApiError:
    return ApiError(400, 1, "Pagination beyond 100.000 pins are not allowed")
