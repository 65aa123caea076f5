"""Which right does a stream need beyond its permissions? One that the app, the account or the user has or has not.

Pinterest answers 403 or 401, code 29 or 3, where it is missing, and does not say which.
https://developers.pinterest.com/docs/getting-started/using-beta-and-restricted-features/
"""

from typing import NamedTuple


class Access(NamedTuple):
    """A right, and how to come by it.

    Attributes:
        needs: what has to be there, as it goes on after "it needs".
        advice: what the user can do, a clause that "or leave the stream out" follows.
    """

    needs: str
    advice: str


BUSINESS_ACCOUNT = Access("a business account", "Turn the account into a business account, which costs nothing")

TRENDS = Access("an app that may read Pinterest's trends", "Ask Pinterest to open its trends to the app")


def beta(feature: str) -> Access:
    """What Pinterest opens to the apps in a beta."""
    return Access(f"an app in Pinterest's beta of {feature}", "Ask Pinterest to let the app into the beta")


def restricted(feature: str) -> Access:
    """What Pinterest opens to some customers."""
    return Access(f"{feature}, which Pinterest opens to some customers only", "Ask your contact at Pinterest for it")


def role(*names: str) -> Access:
    """What only some of an ad account's people may see."""
    return Access(f"the role {' or '.join(names)} on the ad account", "Ask the ad account's owner for it")
