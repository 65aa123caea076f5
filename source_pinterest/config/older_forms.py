"""What did older forms save that the form of today does not allow, and what does it look like today?

Today's gives each option one type. Whoever validates a config, and whoever is handed one to keep, gets one that today's
form allows; what is wrong in any other way stays as it is, for `Config` to refuse.
"""

from collections.abc import Mapping
from typing import Any

_TEXTS = ("account_id", "client_id", "client_secret", "refresh_token", "access_token")
_LISTS_OF_TEXTS = ("account_ids", "exclude_account_ids")
_WINDOWS = ("click_window_days", "engagement_window_days", "view_window_days")


def in_form_of_today(raw: Mapping[str, Any]) -> dict[str, Any]:
    """A config of any age as the form of today saves it; a new one comes back as it is.

    An ID or a credential that is a number becomes text, at the top or within `credentials`. In a custom report, an
    attribution window becomes a number where it was a list with one (`[30]`), and is left out where it was an empty
    list or null.
    """
    today = _with_texts(raw)
    for key in _LISTS_OF_TEXTS:
        if isinstance(listed := today.get(key), list):
            today[key] = [_text(entry) for entry in listed]
    if isinstance(credentials := today.get("credentials"), Mapping):
        today["credentials"] = _with_texts(credentials)
    if isinstance(reports := today.get("custom_reports"), list):
        today["custom_reports"] = [
            _with_windows(report) if isinstance(report, Mapping) else report for report in reports
        ]
    return today


def _with_texts(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _text(value) if key in _TEXTS else value for key, value in fields.items()}


def _text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _with_windows(report: Mapping[str, Any]) -> dict[str, Any]:
    fields = {key: _number(value) if key in _WINDOWS else value for key, value in report.items()}
    return {key: value for key, value in fields.items() if key not in _WINDOWS or value is not None}


def _number(value: Any) -> Any:
    match value:
        case []:
            return None
        case [one]:
            return one
        case _:
            return value
