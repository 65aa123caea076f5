"""Experiment 5: three small pages of ten lists, the last page of five, and what is refused."""

from collections.abc import Mapping, Sequence
from typing import Any

from tools.live.look import AccountLook, values_at

_SMALL, _LARGE, _PAGES = 2, 250, 3
_LAST_PAGES = ("boards/list", "pins/list", "campaigns/list", "ad_groups/list", "audiences/list")
_PARAMS: Mapping[str, Mapping[str, str]] = {"pins/list": {"include_protected_pins": "true"}}
_NO_BOARD, _NO_PATH = "1", "no_such_path"
_FOREIGN_ACCOUNT = "549755885175"
"""The ad account of Pinterest's own examples: https://developers.pinterest.com/docs/api/v5/campaigns-list."""


def run(look: AccountLook) -> None:
    """Read small pages, then large ones, then ask for what is not there."""
    accounts = _pages(look, "ad_accounts/list", "ad_accounts")
    boards = _pages(look, "boards/list", "boards")
    paths = {"pins/list": "pins", "catalogs/list": "catalogs", "feeds/list": "catalogs/feeds"}
    if boards:
        paths["boards/list_pins"] = f"boards/{boards[0].get('id')}/pins"
    wanted = look.sync.config.account_ids or [str(account.get("id")) for account in accounts]
    for name in ("campaigns", "ad_groups", "ads", "audiences") if wanted else ():
        paths[f"{name}/list"] = f"ad_accounts/{wanted[0]}/{name}"
    for operation, path in paths.items():
        _pages(look, operation, path)
    for operation, path in {"boards/list": "boards", **paths}.items():
        if operation in _LAST_PAGES:
            _last_page(look, operation, path)
    for operation, what, path in (
        ("boards/list_pins", "a board that does not exist", f"boards/{_NO_BOARD}/pins"),
        ("campaigns/list", "a foreign ad account", f"ad_accounts/{_FOREIGN_ACCOUNT}/campaigns"),
        ("no operation", "a path that does not exist", _NO_PATH),
    ):
        look.asked(operation, what, look.get(operation, path))


def _pages(look: AccountLook, operation: str, path: str) -> Sequence[Any]:
    """Read up to three pages of a list, and return their items."""
    found: list[Any] = []
    more: dict[str, str] = {}
    for _ in range(_PAGES):
        answer, page = look.list(operation, path, page_size=_SMALL, **_PARAMS.get(operation, {}), **more)
        bookmark = _note_page(look, operation, answer.json) if answer.is_fine else ""
        found += page
        if not bookmark:
            break
        more = {"bookmark": bookmark}
    return found


def _last_page(look: AccountLook, operation: str, path: str) -> None:
    answer, _ = look.list(operation, path, page_size=_LARGE, **_PARAMS.get(operation, {}))
    look.asked(operation, "a page_size of 250", answer)
    if answer.is_fine:
        _note_page(look, operation, answer.json)


def _note_page(look: AccountLook, operation: str, page: Any) -> str:
    """Note the fields of a page, and how it ends a list; return its bookmark."""
    look.body(operation, page, "items[]", is_flat=True)
    items = values_at("items[]", page)
    bookmark = page.get("bookmark") if isinstance(page, dict) else None
    if not items or not bookmark:
        kind = "text" if bookmark else "absent" if "bookmark" not in page else "null" if bookmark is None else "empty"
        look.add(operation, "rows", "bookmark of an empty page" if not items else "bookmark of the last page", kind)
    if any(not isinstance(item, dict) or not item.get("id") for item in items):
        look.add(operation, "items[]", "id", "absent")
    return str(bookmark or "")
