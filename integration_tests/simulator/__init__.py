"""A local Pinterest API v5, at least as strict as the real one, for tests, the demo and benchmarks."""

from integration_tests.simulator.analytics import Attribution
from integration_tests.simulator.columns import DEFAULT_COLUMNS, SYNC_COLUMNS
from integration_tests.simulator.faults import DOWNLOAD, FAULT_KINDS, REPORT_FAULT_KINDS, Fault, FaultKind, Hint
from integration_tests.simulator.layout import Kind
from integration_tests.simulator.no_access import NoAccess
from integration_tests.simulator.oauth import ALL_SCOPES, Rotation
from integration_tests.simulator.quotas import PROFILES, HeaderStyle
from integration_tests.simulator.report_columns import REPORT_COLUMNS
from integration_tests.simulator.report_jobs import ReportStatus
from integration_tests.simulator.report_request import ReportRequest
from integration_tests.simulator.report_streams import REPORT_KEYS
from integration_tests.simulator.request_log import Entry
from integration_tests.simulator.settings import Settings
from integration_tests.simulator.simulator import Simulator
from integration_tests.simulator.world import BREAKDOWN_KEYS, PRIMARY_KEYS, World, by_key

__all__ = [
    "ALL_SCOPES",
    "BREAKDOWN_KEYS",
    "DEFAULT_COLUMNS",
    "DOWNLOAD",
    "FAULT_KINDS",
    "PRIMARY_KEYS",
    "PROFILES",
    "REPORT_COLUMNS",
    "REPORT_FAULT_KINDS",
    "REPORT_KEYS",
    "SYNC_COLUMNS",
    "Attribution",
    "Entry",
    "Fault",
    "FaultKind",
    "HeaderStyle",
    "Hint",
    "Kind",
    "NoAccess",
    "ReportRequest",
    "ReportStatus",
    "Rotation",
    "Settings",
    "Simulator",
    "World",
    "by_key",
]
