"""Each error has a type, survives copying, and says what the user has to do."""

import pytest
from airbyte_cdk.models import FailureType

from source_pinterest.api import errors
from source_pinterest.api.errors import Access, access_missing, beta, restricted, role

WORDS = 'Pinterest answered "No" (HTTP 403)'


def test_each_error_has_a_type_and_survives_copying() -> None:
    for error, kind in [
        (errors.ConfigError("Do this."), FailureType.config_error),
        (
            errors.permission_missing("boards", ("boards:read", "pins:read"), WORDS, "Grant it"),
            FailureType.config_error,
        ),
        (errors.RestrictedError("leads", "", WORDS), FailureType.config_error),
        (errors.FatalError("Do this.", kind=FailureType.transient_error), FailureType.transient_error),
        (errors.GoneError("Do this."), FailureType.config_error),
        (errors.NothingLeftError("pins", 2, WORDS), FailureType.transient_error),
        (errors.RejectedError("Do this."), FailureType.system_error),
        (errors.UnavailableError("boards", "boards", WORDS, 6), FailureType.transient_error),
        (errors.RepeatedKeyError("ad_analytics", "AD_ID", ("1", "2026-01-01")), FailureType.system_error),
    ]:
        assert error.failure_type is kind, error


@pytest.mark.parametrize(
    ("access", "scopes", "needs"),
    [
        (beta("lead forms"), (), "it needs an app in Pinterest's beta of lead forms. Ask Pinterest"),
        (restricted("billing profiles"), (), "it needs billing profiles, which Pinterest opens to some"),
        (role("Owner", "Admin"), (), "it needs the role Owner or Admin on the ad account. Ask the ad account's"),
        (Access("a beta", "Ask"), ("a:b", "c:d"), "it needs the permission a:b and c:d and a beta. Ask,"),
    ],
)
def test_a_missing_access_says_what_is_needed_and_who_gives_it(
    access: Access, scopes: tuple[str, ...], needs: str
) -> None:
    message = str(access_missing("leads", access, WORDS, scopes).message)

    assert needs in message
    assert message.endswith(f" or leave the stream out. {WORDS}.")


def test_the_words_of_pinterest_are_kept_apart_from_the_advice() -> None:
    assert errors.permission_missing("leads", ("ads:read",), WORDS, "Grant it").quote == WORDS
    assert errors.RestrictedError("leads", "", WORDS).quote == WORDS
