"""What happens without anybody asking: APScheduler calls the rooms on time. No logic here.

Jobs run in the server's own process: a sync round every 30 seconds and at once after something
was written for others, the turning of duties at midnight in Beijing and at start, what is scheduled
for publication every 20 seconds, clearing away what was erased every minute, what is owed to
those who sent feedback every ten minutes, telling people outward every five, and
keeping the desk of a township ready every 20 seconds.
"""

import contextlib
import logging
import random

from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.date import DateTrigger

from kiosk import clock, desk, duties, feedback, messages, supervision, villages
from kiosk.journal.entry import Entry
from kiosk.journal.log import StreamStopped
from kiosk.messages import channels
from kiosk.node import Node
from kiosk.requests import commands as disclosure
from kiosk.reviews import publication
from kiosk.schedule import Every, Scheduler
from kiosk.screens import usage
from kiosk.sync import chunks, client, erasure, streams

SYNC_SECONDS = 30
PUBLISH_SECONDS = 20
CLEAR_SECONDS = 60
KEEP_MINUTES = 10
TELL_MINUTES = 5
DESK_SECONDS = 20
SYNC = "sync"

log = logging.getLogger(__name__)


def start(node: Node) -> Scheduler:
    """Starts the node's jobs; `shutdown(wait=True)` of what is returned joins them."""
    scheduler = Scheduler(
        timezone=clock.BEIJING,
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    scheduler.add_job(turn_duties, DateTrigger(), [node], id="duties at start")
    scheduler.add_job(
        turn_duties, CronTrigger(hour=0, minute=0, second=5, timezone=clock.BEIJING), [node]
    )
    scheduler.add_job(clear, Every(CLEAR_SECONDS), [node], id="clear")
    scheduler.add_job(keep_feedback, Every(KEEP_MINUTES * 60, first=15), [node], id="feedback")
    scheduler.add_job(clear_unnamed, CronTrigger(hour=3, minute=20, timezone=clock.BEIJING), [node])
    if node.config.role == "township":
        scheduler.add_job(
            forget_applicants, CronTrigger(hour=3, minute=40, timezone=clock.BEIJING), [node]
        )
    if node.config.role == "village":
        scheduler.add_job(tell_usage, DateTrigger(), [node], id="usage at start")
        scheduler.add_job(
            tell_usage, CronTrigger(hour=0, minute=6, timezone=clock.BEIJING), [node], id="usage"
        )
    if not node.config.is_township:
        scheduler.add_job(publish, Every(PUBLISH_SECONDS, first=0), [node], id="publish")
    if node.config.is_township:
        scheduler.add_job(tell, Every(TELL_MINUTES * 60), [node], id="tell")
        scheduler.add_job(ready_desk, Every(DESK_SECONDS, first=3), [node], id="desk")
    # A node that is enrolled while it serves begins to sync without a restart.
    soon = random.uniform(0.2, 2)
    scheduler.add_job(sync, Every(SYNC_SECONDS, first=soon, jitter=5), [node], id=SYNC)

    def wrote(entries: list[Entry]) -> None:
        if any(goes_up(node, entry.stream) for entry in entries):
            scheduler.add_job(sync, DateTrigger(), [node], id="sync at once", replace_existing=True)

    node.journal.listeners.append(wrote)
    scheduler.start()
    return scheduler


def goes_up(node: Node, stream: str) -> bool:
    """Whether an entry of the stream is for the node above: an own one, or one to hand on."""
    if stream in streams.sent_up(node.config.code):
        return True
    return node.config.is_township and stream.endswith("/public")


def sync(node: Node) -> None:
    """One round with the node above; a failure is on file and tried again by its back-off."""
    client.scheduled_round(node)


def publish(node: Node) -> None:
    """Publishes what was reviewed and whose time has come, also while the node was off."""
    # While own records are stopped it stays reviewed and waits.
    with contextlib.suppress(StreamStopped):
        publication.publish_due(node.journal, clock.now())


def keep_feedback(node: Node) -> None:
    """Sends late feedback up, closes what was left, deletes personal data whose time has come."""
    with contextlib.suppress(StreamStopped):
        feedback.keep(node.journal)


def clear(node: Node) -> None:
    """Removes attachments that only erased entries named."""
    erasure.remove_erased(node.journal, node.blobs)


def clear_unnamed(node: Node) -> None:
    """Removes what was uploaded and never came into an entry, and pieces of what never came."""
    erasure.remove_unnamed(node.journal, node.blobs)
    chunks.clear_stale(node.blobs)


def tell_usage(node: Node) -> None:
    """Tells the township how much the screens were used on the days that are over."""
    with contextlib.suppress(StreamStopped):
        usage.tell(node.journal)


def forget_applicants(node: Node) -> None:
    """Erases who asked for disclosure once it was kept long enough."""
    with contextlib.suppress(StreamStopped):
        disclosure.forget_old(node.journal)


def tell(node: Node) -> None:
    """Sends what is due outward, by the channels that are set up."""
    try:
        ways = channels.load(node.config.dir)
    except channels.ChannelsWrong as wrong:
        log.error("while telling: %s", wrong)
        return
    messages.tell(node.journal, ways)


def ready_desk(node: Node) -> None:
    """Brings what the desk shows of every village up to date."""
    desk.refresh(node.journal, clock.today())


def turn_duties(node: Node) -> None:
    """Moves duties to today's states, writes the reminders, and lets unanswered orders go up."""
    if node.config.is_township:
        codes = [each.code for each in villages.known(node.journal)]
    else:
        codes = [node.config.code]
    duties.turn(node.journal, codes, clock.today())
    if node.config.is_township:
        supervision.escalate(node.journal)
