"""The choice of the ad accounts to read, by their names, after the sign-in."""

import re
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from source_pinterest.api import Api
from source_pinterest.api.bodies import Record
from source_pinterest.api.errors import PinterestError
from source_pinterest.cli.terminal import say
from source_pinterest.config import Config
from source_pinterest.masking import printable
from source_pinterest.streams.ads.accounts import AdAccounts
from source_pinterest.streams.base.sync import SyncContext

_RANGE = re.compile(r"(\d+)(?:-(\d+))?")
_ALL = "all"
_LEAST_NAME_WIDTH, _ROLE_WIDTH = 12, 18


def choose_accounts(credentials: Mapping[str, Any], present: Sequence[str]) -> list[str]:
    """Show the ad accounts that a user may read, and return the IDs that the user picks; none for all.

    The user is not asked if there is no terminal, if there is no account to choose, or if Pinterest can't be reached.

    Args:
        credentials: those of the sign-in. Their access token is used, which leaves the refresh token as it is.
        present: the IDs that the configuration names so far.
    """
    if not sys.stdin.isatty():
        return list(present)
    try:
        accounts = _readable(credentials)
    except PinterestError as error:
        say(f"Pinterest did not list the ad accounts, so Ad Account IDs stay as they are. {error.message}")
        return list(present)
    if not accounts:
        say("This user may read no ad account. Boards, pins and the profile can be read.")
        return list(present)
    if len(accounts) == 1 and not present:
        say(f"The ad account that is read: {accounts[0].get('name')} ({accounts[0]['id']})")
        return []
    _show(accounts, present)
    return _asked(accounts, present)


def _readable(credentials: Mapping[str, Any]) -> list[Record]:
    settings = Config.from_mapping({"credentials": credentials})
    sync = SyncContext(Api.connect(settings, lambda _: None), settings)
    accounts = sync.stream(AdAccounts)
    return [record for page in accounts.pages(accounts.task({})) for record in page.items]


def _show(accounts: Sequence[Record], present: Sequence[str]) -> None:
    """Print the accounts as a table. Their names are cut if the terminal is too narrow."""
    table = Table("", box=box.SIMPLE, padding=(0, 1, 0, 0))
    table.add_column("Ad account", min_width=_LEAST_NAME_WIDTH)
    for title in ("ID", "Currency", "Country"):
        table.add_column(title, no_wrap=True)
    table.add_column("Role", no_wrap=True, max_width=_ROLE_WIDTH)
    for number, account in enumerate(accounts, start=1):
        mark = "*" if account["id"] in present else ""
        fields = [printable(str(account.get(name) or "")) for name in ("name", "id", "currency", "country")]
        cells = (f"{mark}{number}", *fields, _role(account.get("permissions")))
        table.add_row(*(Text(cell, no_wrap=True, overflow="ellipsis") for cell in cells))
    Console(file=sys.stdout, highlight=False).print(table)
    if present:
        say("Those with a * are the present choice.")
    if unknown := sorted(set(present) - {account["id"] for account in accounts}):
        say(f"This user may not read {', '.join(unknown)}, which the configuration names under Ad Account IDs.")


def _role(permissions: object) -> str:
    names = permissions if isinstance(permissions, list) else []
    return printable(", ".join(map(str, names))).replace("_", " ").lower()


def _asked(accounts: Sequence[Record], present: Sequence[str]) -> list[str]:
    enter = "to keep this choice, 'all' for all" if present else "for all"
    while True:
        try:
            answer = input(f"The numbers of those to read, such as 1,3-5, or Enter {enter}: ").strip().lower()
        except EOFError:
            return list(present)
        if not answer:
            return list(present)
        if answer == _ALL:
            return []
        if picked := _picked(answer, len(accounts)):
            return [accounts[number - 1]["id"] for number in picked]
        say(f"Enter numbers from 1 to {len(accounts)}.")


def _picked(answer: str, count: int) -> list[int]:
    """Return the numbers of an answer such as `1, 3-5`; none if it has anything else, or a number beyond the count."""
    picked: list[int] = []
    for word in re.split(r"[,\s]+", re.sub(r"\s*-\s*", "-", answer)):
        match = _RANGE.fullmatch(word)
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
        if not 1 <= first <= last <= count:
            return []
        picked += range(first, last + 1)
    return list(dict.fromkeys(picked))
