"""Does each error carry its type and a sentence that tells what to do, also after it was copied?"""

import copy
import pickle
from datetime import UTC, datetime, timedelta

import pytest
from airbyte_cdk.models import FailureType

from source_pinterest.api import errors

ALL_ERRORS = [
    (errors.ConfigError("Do this."), FailureType.config_error),
    (errors.AuthenticationError("Do this."), FailureType.config_error),
    (errors.ScopeMissingError("boards", ("boards:read", "pins:read"), "It said no"), FailureType.config_error),
    (errors.QuotaExhaustedError("ads_read", 4_000, 900), FailureType.transient_error),
    (errors.TokenEndpointError("Do this."), FailureType.transient_error),
    (errors.RefusedError("Do this."), FailureType.config_error),
    (errors.GoneError("Do this."), FailureType.config_error),
    (errors.AccountUnreadableError("549", "It said no"), FailureType.config_error),
    (errors.NothingLeftError("pins", 2, "It said no"), FailureType.transient_error),
    (errors.RejectedError("Do this."), FailureType.system_error),
    (errors.UnavailableError("boards", "boards", "It said no", 6), FailureType.transient_error),
    (errors.UnavailableError("boards", "boards", "No connection"), FailureType.transient_error),
    (errors.ResponseTooLargeError("Do this."), FailureType.transient_error),
    (errors.ListingCappedError("Do this."), FailureType.system_error),
    (errors.EndlessListError("boards", "boards"), FailureType.system_error),
    (errors.RepeatedKeyError("ad_analytics", "AD_ID", ("1", "2026-01-01")), FailureType.system_error),
]


@pytest.mark.parametrize(("error", "kind"), ALL_ERRORS, ids=lambda value: type(value).__name__)
def test_each_error_has_a_type_and_survives_copying(error: errors.PinterestError, kind: FailureType) -> None:
    assert error.failure_type is kind
    for twin in (copy.deepcopy(error), pickle.loads(pickle.dumps(error))):  # noqa: S301 - made one line above
        assert type(twin) is type(error)
        assert (twin.message, twin.internal_message, twin.failure_type) == (
            error.message,
            error.internal_message,
            error.failure_type,
        )


def test_errors_say_what_the_user_needs() -> None:
    scope = errors.ScopeMissingError("boards", ("boards:read", "pins:read"), "It said no")
    account = errors.AccountUnreadableError("549", "It said no")

    assert "boards:read and pins:read" in str(scope.message)
    assert "549" in str(account.message)
    assert "Excluded Ad Account IDs" in str(account.message)


def test_a_failure_says_whether_pinterest_answered_at_all() -> None:
    answered, unreached = errors.UnavailableError("boards", "boards", "no", 6), errors.UnavailableError("b", "b", "no")

    assert "failed 6 times in a row" in str(answered.message)
    assert "could not be reached" in str(unreached.message)


def test_an_exhausted_quota_says_until_when() -> None:
    before = datetime.now(UTC) + timedelta(hours=5)
    sentence = str(errors.QuotaExhaustedError("ads_read", 5 * 3600, 900).message)
    after = datetime.now(UTC) + timedelta(hours=5)

    assert any(f"until {moment:%Y-%m-%d %H:%M} UTC" in sentence for moment in (before, after))
    assert "15 minutes" in sentence
