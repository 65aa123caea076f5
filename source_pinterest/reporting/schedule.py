"""When is a report asked for? Late enough for the quota, soon enough for the link that lives five minutes.

The first report of each stream is a scout, asked for early and often. The others, which Pinterest began at about the
same time, are asked for once one has come out: so that a hundred of them cost little more than a poll each.
"""

from collections.abc import Callable, Sequence

from source_pinterest.api.pauses import Pauses
from source_pinterest.reporting.job import Job

_QUOTA_FOR_POLLS = 2 / 3
"""The rest is for creating reports, and for the synchronous analytics beside them."""


class PollSchedule:
    """Spaces out the polls of all reports.

    Args:
        calls_per_second: how many the quota allows.
        pauses: of a report that is alone.
    """

    def __init__(self, calls_per_second: Callable[[], float], pauses: Pauses) -> None:
        self._calls_per_second = calls_per_second
        self._pauses = pauses

    def pause(self, job: Job, others: Sequence[Job], soon: int) -> float:
        """How long a job is left alone, in seconds: longer each time, and so that all polls stay within the quota.

        Args:
            job: the report in question.
            others: all that are in flight.
            soon: how many are about to join them.
        """
        early = job.scouts or job.polls
        rivals = sum(other.scouts or other.polls > 0 for other in others) if early else len(others) + soon
        turn = rivals / (self._calls_per_second() * _QUOTA_FOR_POLLS)
        return max(self._pauses.before_poll(job.polls), min(turn, self._pauses.longest_poll_seconds))

    def expect(self, jobs: Sequence[Job], seconds: float) -> None:
        """One report came out after so many seconds: ask for the others when they are as old."""
        for job in jobs:
            if not job.polls:
                job.next_poll = min(job.next_poll, job.created_at + seconds)
