"""Followers of a profile, accounts and boards that it follows, its websites and linked businesses.

The user names of followers and of followed accounts are personal data.
"""

from source_pinterest.streams.base.stream import PinterestStream
from source_pinterest.streams.organic.base import OrganicStream


class Followers(PinterestStream):
    """User names of the user's followers. https://developers.pinterest.com/docs/api/v5/followers-list."""

    key = ("username",)
    path_template = "user_account/followers"
    scopes = ("user_accounts:read",)


class Following(OrganicStream):
    """User names of accounts that the user follows completely or in part. https://developers.pinterest.com/docs/api/v5/user_following-get."""

    key = ("username",)
    path_template = "user_account/following"
    scopes = ("user_accounts:read",)


class FollowingBoards(OrganicStream):
    """Boards that the user follows, directly or with their owner. https://developers.pinterest.com/docs/api/v5/boards_user_follows-list."""

    path_template = "user_account/following/boards"
    scopes = ("user_accounts:read",)


class LinkedBusinessAccounts(PinterestStream):
    """Business profiles that are linked to the user's profile. https://developers.pinterest.com/docs/api/v5/linked_business_accounts-get."""

    key = ("username",)
    path_template = "user_account/businesses"
    scopes = ("user_accounts:read",)
    list_field = ""
    page_size = None
    cost = "one request in a sync"


class UserWebsites(PinterestStream):
    """Websites that the user has entered, claimed or not. https://developers.pinterest.com/docs/api/v5/user_websites-get."""

    key = ("website",)
    path_template = "user_account/websites"
    scopes = ("user_accounts:read",)
    needs_user_token = True
