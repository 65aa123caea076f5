"""A local Pinterest API v5, at least as strict as the real one, for tests, the demo and benchmarks."""

from integration_tests.simulator.access.no_access import NoAccess
from integration_tests.simulator.access.oauth import ALL_SCOPES, Rotation
from integration_tests.simulator.access.quotas import PROFILES, HeaderStyle
from integration_tests.simulator.analytics.day_rows import Attribution
from integration_tests.simulator.faults.script import (
    DOWNLOAD,
    HTML_PAGES,
    REPORT_STEPS,
    Fault,
    FaultKind,
    Hint,
)
from integration_tests.simulator.reports.request import ReportRequest
from integration_tests.simulator.server.request_log import Entry
from integration_tests.simulator.simulator import Simulator
from integration_tests.simulator.world.world import Kind, World

__all__ = [
    "ALL_SCOPES",
    "DOWNLOAD",
    "HTML_PAGES",
    "PROFILES",
    "REPORT_STEPS",
    "Attribution",
    "Entry",
    "Fault",
    "FaultKind",
    "HeaderStyle",
    "Hint",
    "Kind",
    "NoAccess",
    "ReportRequest",
    "Rotation",
    "Simulator",
    "World",
]
