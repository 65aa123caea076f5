"""Does what is said of a missing right name it, and tell how to come by it?"""

from source_pinterest.api.errors import (
    Access,
    AccessMissingError,
    RestrictedError,
    ScopeMissingError,
    beta,
    restricted,
    role,
)

WORDS = 'Pinterest answered "No" (HTTP 403)'


def sentence(access: Access) -> str:
    return str(AccessMissingError("leads", access, WORDS).message)


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
    error = AccessMissingError("leads", Access("a beta", "Ask for it"), WORDS, ("ads:read", "user_accounts:read"))

    assert str(error.message) == (
        "leads can't be read: it needs the permission ads:read and user_accounts:read and a beta. Ask for it, or leave "
        f"the stream out. {WORDS}."
    )


def test_pinterests_own_words_are_there_for_whoever_says_it_better() -> None:
    errors = (ScopeMissingError("leads", ("ads:read",), WORDS), RestrictedError("leads", "", WORDS))

    assert [error.quote for error in errors] == [WORDS, WORDS]
