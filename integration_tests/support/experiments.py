"""Run the experiments of `make live` against the local Pinterest, in this process and on the simulator's clock."""

import json
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any
from unittest import mock

import requests

from integration_tests.recorded import Field
from integration_tests.simulator import HeaderStyle, Rotation
from integration_tests.simulator.faults.script import DOWNLOAD
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.worlds import small_world
from source_pinterest.cli.authorize import SECRET_VARIABLE
from tools.live import run
from tools.live.look import Answer, Send, sender

POSTED = {"oauth/token", "oauth", "analytics/create_report", "bulk_download/create"}
"""Operations that are called with another method than GET."""


def account(**sizes: Any) -> World:
    """One ad account with a few entities, each of which has numbers on each day."""
    few = {"days": 40, "ad_accounts": 1, "campaigns": 2, "ad_groups": 2, "ads": 2, "active_percent": 100}
    return small_world(**{**few, **sizes})


def experiment(sim: Simulator, number: int, alter: Callable[[Answer], Answer] = lambda answer: answer) -> list[Field]:
    """The rows of an experiment, which kept to its number of requests and changed nothing.

    Args:
        sim: answers it.
        number: of the experiment.
        alter: changes each response on its way.
    """
    wanted, already = run.EXPERIMENTS[number], len(sim.log)
    environment = {"PINTEREST_API_URL": sim.url, SECRET_VARIABLE: sim.credentials["client_secret"]}
    with (
        TemporaryDirectory() as folder,
        mock.patch.dict(os.environ, environment),
        mock.patch.object(run, "_print", lambda text: [agree(url) for url in re.findall(r"http\S+/oauth/\S+", text)]),
        mock.patch.object(run, "sender", lambda *way: _altered(sender(*way), alter)),
        mock.patch.object(run, "_wait", sim.advance),
    ):
        path = Path(folder) / "config.json"
        path.write_text(json.dumps(sim.config()), encoding="utf-8")
        fields = run.of_account(path, wanted) if wanted.run else run.of_app(path, 0, wanted)
    sent = [entry for entry in sim.log[already:] if entry.operation_id != "oauth"]
    assert len(sent) <= wanted.requests
    assert {entry.operation_id for entry in sent if entry.method != "GET"} <= POSTED
    assert [entry.broken_rule for entry in sent if entry.broken_rule and entry.operation_id != DOWNLOAD] == []
    return list(fields)


def _altered(send: Send, alter: Callable[[Answer], Answer]) -> Send:
    return lambda request: alter(send(request))


def agree(url: str) -> None:
    """What the user does with the address of the consent page, all the way back to this machine."""
    Thread(target=requests.post, args=(url,), kwargs={"timeout": 10}).start()


_WORLDS: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]] = (
    ({}, {"report_seconds": 8}),
    (
        {"empty_report": "[]", "report_grain": "ad", "report_ids": "all", "keyword_targeting": False, "seed": 2},
        {
            "open_betas": ["multi_pins/analytics"],
            "profile": "trial",
            "refresh_rotation": Rotation.NONE,
        },
    ),
    (
        {"boards": 0, "catalogs": 0, "active_percent": 30, "report_form": "csv", "feeds": 0},
        {"scopes": ("ads:read", "boards:read", "pins:read", "user_accounts:read"), "report_seconds": 0},
    ),
    ({"full_rows": True, "report_form": "list"}, {"header_style": HeaderStyle.NAMELESS}),
)


def not_shown(number: int, fields: Iterable[Field]) -> list[Field]:
    """The rows of a volunteer's file that no local Pinterest shows to the same experiment.

    Any field of a list may be null, which permissions were granted is the user's affair, and a file begins with other
    columns in each account. How long a file takes is Pinterest's affair.
    """

    def compared(field: Field) -> Field:
        return field._replace(form=field.form[:8]) if field.field == "beginning" else field

    missing = {
        compared(field): field
        for field in fields
        if field.form != "granted"
        and field.records != "time"
        and not (field.type == "null" and field.records == "items[]")
    }
    for sizes, settings in _WORLDS:
        if missing:
            with Simulator(account(**sizes), **settings) as sim:
                for field in experiment(sim, number):
                    missing.pop(compared(field), None)
    return list(missing.values())
