"""What happens without anybody asking: APScheduler calls the rooms on time. No logic here.

Jobs run in the server's own process: a sync round every 30 seconds and at once after something
was written for others, and the turning of duties at midnight in Beijing and at start.
"""

import logging
import random
from datetime import timedelta

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger

from kiosk import clock, duties, villages
from kiosk.journal.entry import Entry
from kiosk.node import Node
from kiosk.sync import client

SYNC_SECONDS = 30
SYNC = "sync"

log = logging.getLogger(__name__)


def start(node: Node) -> BackgroundScheduler:
    """Starts the node's jobs; `shutdown(wait=True)` of what is returned joins them."""
    scheduler = BackgroundScheduler(
        timezone=clock.BEIJING,
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    scheduler.add_job(turn_duties, DateTrigger(), [node], id="duties at start")
    scheduler.add_job(
        turn_duties, CronTrigger(hour=0, minute=0, second=5, timezone=clock.BEIJING), [node]
    )
    if not node.config.is_township:
        # A village that is enrolled while it serves begins to sync without a restart.
        scheduler.add_job(
            sync,
            IntervalTrigger(seconds=SYNC_SECONDS, jitter=5),
            [node],
            id=SYNC,
            next_run_time=clock.now() + timedelta(seconds=random.uniform(0.2, 2)),
        )

        def wrote(entries: list[Entry]) -> None:
            own = f"{node.config.code}/"
            if any(
                entry.stream.startswith(own) and not entry.stream.endswith("/self")
                for entry in entries
            ):
                scheduler.add_job(
                    sync, DateTrigger(), [node], id="sync at once", replace_existing=True
                )

        node.journal.listeners.append(wrote)
    scheduler.start()
    return scheduler


def sync(node: Node) -> None:
    """One round with the node above; a failure is on file and tried again by its back-off."""
    client.scheduled_round(node)


def turn_duties(node: Node) -> None:
    """Moves duties to today's states and writes the reminders."""
    if node.config.is_township:
        codes = [each.code for each in villages.known(node.journal)]
    else:
        codes = [node.config.code]
    duties.turn(node.journal, codes, clock.today())
