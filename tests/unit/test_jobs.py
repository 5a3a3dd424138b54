"""What happens by itself, also after the node was off."""

from collections.abc import Callable
from datetime import timedelta
from time import monotonic, sleep

from kiosk import clock, jobs, notices
from kiosk.node import open_node
from kiosk.reviews import commands, queries
from kiosk.reviews.commands import Signed
from kiosk.rules import catalogue

ITEM = catalogue.load().items["village.safety"]


def until(condition: Callable[[], bool], seconds: float = 20) -> bool:
    end = monotonic() + seconds
    while not condition():
        if monotonic() > end:
            return False
        sleep(0.05)
    return True


def test_what_was_due_while_the_node_was_off_is_published_when_it_runs_again(village):
    sheet = village.blobs.put(b"sheet")
    with clock.set_to(clock.now() - timedelta(hours=3)):
        id = commands.request(
            village.journal, actor="王会计", item=ITEM, title="安全检查", period="2026Q3",
            content={"text": "查了三处。"}, scheduled_for=clock.now() + timedelta(hours=1),
        )  # fmt: skip
        given = Signed("paper", "孙某", photo=sheet, on=clock.today())
        commands.sign(village.journal, id, "village_head", given, actor="王会计")
    village.close()
    node = open_node(village.config.dir)
    scheduler = jobs.start(node)
    try:
        assert until(lambda: queries.review(node.journal, id).state == "used")
    finally:
        scheduler.shutdown(wait=True)
        made = queries.review(node.journal, id).used
        assert notices.notice(node.journal, made).reviews[0]["on"] <= clock.today().isoformat()
        node.close()
