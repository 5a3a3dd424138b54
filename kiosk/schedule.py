"""A scheduler that a wrong clock neither exhausts nor stops.

A machine whose battery is flat starts in another year and is put right by the network minutes
later. APScheduler would then go through every run that was missed in between, minutes of work for
an interval of seconds; and after a jump back it would wait until the old date comes again. Here an
interval counts from the last run alone, and no run is further away than its trigger allows.
"""

import random
from datetime import datetime, timedelta
from typing import Any

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.date import DateTrigger


class Every(BaseTrigger):  # type: ignore[misc]
    """Fires `first` seconds after the start, then `seconds` after each run, up to `jitter`
    seconds more at random."""

    def __init__(self, seconds: float, *, first: float | None = None, jitter: float = 0) -> None:
        self.seconds, self.jitter = seconds, jitter
        self.first = seconds if first is None else first

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        """Always later than `now`, so that runs that were missed are not made up for."""
        if previous is None:
            return now + timedelta(seconds=self.first)
        return now + timedelta(seconds=self.seconds + random.uniform(0, self.jitter))

    def latest(self, now: datetime) -> datetime:
        """No run of a clock that goes right is later."""
        return now + timedelta(seconds=max(self.first, self.seconds) + self.jitter)


class Scheduler(BackgroundScheduler):  # type: ignore[misc]
    """As its base; runs that a clock turned back has moved away are brought near again."""

    def _process_jobs(self) -> Any:
        now = datetime.now(self.timezone)
        for job in self.get_jobs():
            if isinstance(job.trigger, DateTrigger):
                continue
            every = isinstance(job.trigger, Every)
            latest = job.trigger.latest(now) if every else job.trigger.get_next_fire_time(None, now)
            if job.next_run_time > latest:
                self.modify_job(job.id, next_run_time=latest)
        return super()._process_jobs()
