"""Each error has a type and a sentence, and a missing right is named."""

import copy
import pickle
from datetime import UTC, datetime, timedelta

from airbyte_cdk.models import FailureType

from source_pinterest.api import errors
from source_pinterest.api.errors import (
    Access,
    RestrictedError,
    access_missing,
    beta,
    permission_missing,
    restricted,
    role,
)

ALL_ERRORS = [
    (errors.ConfigError("Do this."), FailureType.config_error),
    (errors.permission_missing("boards", ("boards:read", "pins:read"), "It said no"), FailureType.config_error),
    (errors.quota_exhausted("ads_read", 4_000, 900), FailureType.transient_error),
    (errors.FatalError("Do this.", kind=FailureType.transient_error), FailureType.transient_error),
    (errors.RefusedError("Do this."), FailureType.config_error),
    (errors.GoneError("Do this."), FailureType.config_error),
    (errors.AccountUnreadableError("549", "It said no"), FailureType.config_error),
    (errors.NothingLeftError("pins", 2, "It said no"), FailureType.transient_error),
    (errors.RejectedError("Do this."), FailureType.system_error),
    (errors.UnavailableError("boards", "boards", "It said no", 6), FailureType.transient_error),
    (errors.UnavailableError("boards", "boards", "No connection"), FailureType.transient_error),
    (errors.ResponseTooLargeError("Do this."), FailureType.transient_error),
    (errors.ListingCappedError("Do this."), FailureType.system_error),
    (errors.endless_list("boards", "boards"), FailureType.system_error),
    (errors.RepeatedKeyError("ad_analytics", "AD_ID", ("1", "2026-01-01")), FailureType.system_error),
]


def test_each_error_has_a_type_and_survives_copying() -> None:
    for error, kind in ALL_ERRORS:
        assert error.failure_type is kind, (error, kind)
        for twin in (copy.deepcopy(error), pickle.loads(pickle.dumps(error))):  # noqa: S301 - made one line above
            assert type(twin) is type(error), (error, kind)
            assert (twin.message, twin.internal_message, twin.failure_type) == (
                error.message,
                error.internal_message,
                error.failure_type,
            ), (error, kind)


def test_errors_say_what_the_user_needs() -> None:
    scope = errors.permission_missing("boards", ("boards:read", "pins:read"), "It said no")
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
    sentence = str(errors.quota_exhausted("ads_read", 5 * 3600, 900).message)
    after = datetime.now(UTC) + timedelta(hours=5)

    assert any(f"until {moment:%Y-%m-%d %H:%M} UTC" in sentence for moment in (before, after))
    assert "15 minutes" in sentence


WORDS = 'Pinterest answered "No" (HTTP 403)'


def sentence(access: Access) -> str:
    return str(access_missing("leads", access, WORDS).message)


def test_an_app_is_let_into_a_beta_by_pinterest() -> None:
    assert sentence(beta("lead forms")) == (
        "leads can't be read: it needs an app in Pinterest's beta of lead forms. Ask Pinterest to let the app into the "
        f"beta, or leave the stream out. {WORDS}."
    )


def test_what_some_customers_have_the_contact_at_pinterest_gives() -> None:
    assert sentence(restricted("billing profiles")) == (
        "leads can't be read: it needs billing profiles, which Pinterest opens to some customers only. Ask your "
        f"contact at Pinterest for it, or leave the stream out. {WORDS}."
    )


def test_a_role_is_given_by_whoever_owns_the_ad_account() -> None:
    assert sentence(role("Owner", "Admin")) == (
        "leads can't be read: it needs the role Owner or Admin on the ad account. Ask the ad account's owner for it, "
        f"or leave the stream out. {WORDS}."
    )


def test_where_nobody_knows_permissions_and_right_are_named() -> None:
    error = access_missing("leads", Access("a beta", "Ask for it"), WORDS, ("ads:read", "user_accounts:read"))

    assert str(error.message) == (
        "leads can't be read: it needs the permission ads:read and user_accounts:read and a beta. Ask for it, or leave "
        f"the stream out. {WORDS}."
    )


def test_pinterests_own_words_are_there_for_whoever_says_it_better() -> None:
    errors = (permission_missing("leads", ("ads:read",), WORDS), RestrictedError("leads", "", WORDS))

    assert [error.quote for error in errors] == [WORDS, WORDS]
