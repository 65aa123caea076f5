"""Custom reports, each of which is a stream."""

from dataclasses import replace

from source_pinterest.config import Config, attribution_of
from source_pinterest.config.reports import STATUS_FILTERS, CustomReport
from source_pinterest.streams.analytics.level_reports import level_spec
from source_pinterest.streams.analytics.report import ReportStream
from source_pinterest.streams.analytics.report_spec import ReportSpec
from source_pinterest.streams.base.sync import SyncContext


def custom_report(sync: SyncContext, report: CustomReport) -> ReportStream:
    return ReportStream(sync, custom_spec(report, sync.config), report.stream_name)


def custom_spec(report: CustomReport, config: Config) -> ReportSpec:
    """Return what a custom report is. Its attribution options come before those of the connection."""
    own = {
        "click_window_days": report.click_window_days,
        "engagement_window_days": report.engagement_window_days,
        "view_window_days": report.view_window_days,
        "conversion_report_time": report.conversion_report_time,
        "attribution_types": list(report.attribution_types) or None,
    }
    spec = level_spec(
        report.level,
        report.columns,
        report.granularity,
        report.targeting_types,
        statuses={name: getattr(report, name) for name in STATUS_FILTERS},
        attribution={**attribution_of(config), **{name: value for name, value in own.items() if value is not None}},
    )
    return replace(spec, own_start=report.start_date)
