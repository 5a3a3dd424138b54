"""A village's clock may say anything: a late notice never looks timely because of it.

Real journals: the village stamps with a clock that is off, the township witnesses with the right
one, and `duties` judges what came of it on both sides.
"""

import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk import clock, duties, villages
from kiosk.node import Node, make_node, open_node
from kiosk.rules import timeliness
from kiosk.rules.timeliness import Facts
from tests.conftest import TOWNSHIP, VILLAGE, copied

KEY = "finance.statement/2026Q3"
DUE = date(2026, 10, 10)
END = datetime(2026, 10, 10, 16, 0, tzinfo=UTC)
"""When the day on which it is due is over in Beijing."""

TODAY = date(2026, 12, 20)
BODY = {
    "item": "finance.statement", "affairs": "finance", "title": "财务收支情况",
    "form": "finance_statement", "period": "2026Q3", "event": "", "content": {},
    "attachments": [], "reviews": [], "display_until": "", "contact": "",
}  # fmt: skip
HOURS = st.integers(-24 * 20, 24 * 40)
ERRORS = st.integers(-24 * 400, 24 * 400)


def a_pair(folder: Path) -> tuple[Node, Node]:
    began = date(2026, 1, 1)
    with clock.set_to(END - timedelta(days=60)):
        for name, code in (("township", TOWNSHIP), ("village", VILLAGE)):
            make_node(folder / name, role=name, code=code, name=name, began=began)
        village, township = open_node(folder / "village"), open_node(folder / "township")
        own, above = village.journal.origin(VILLAGE), township.journal.origin(TOWNSHIP)
        assert own is not None and above is not None
        village.journal.trust(TOWNSHIP, above.host, above.public_key)
        villages.enrol(
            township.journal,
            villages.invite(township.journal, VILLAGE, actor="测试"),
            village_code=VILLAGE,
            name="village",
            host=own.host,
            public_key=own.public_key,
        )
    return village, township


@settings(max_examples=15, deadline=None)
@given(st.lists(HOURS, max_size=4), HOURS, st.integers(0, 24 * 20), ERRORS)
def test_no_clock_makes_a_late_notice_timely(
    contacts: list[int], written: int, until_seen: int, error: int
) -> None:
    truly = END + timedelta(hours=written)
    seen = truly + timedelta(hours=until_seen)
    before = sorted(END + timedelta(hours=h) for h in contacts if h < written)
    with tempfile.TemporaryDirectory() as name:
        village, township = a_pair(Path(name))
        for moment in before:
            with clock.set_to(moment):
                copied(village, township)
        with clock.set_to(truly + timedelta(hours=error)):
            village.journal.append("public", "notice.published", "N", BODY)
        with clock.set_to(seen):
            copied(village, township)
        for node in (village, township):
            (row,) = [
                row for row in duties.duties(node.journal, VILLAGE, TODAY) if row.duty.key == KEY
            ]
            assert row.duty.due == DUE
            if before and before[-1] >= END:
                # It was not there after the due day: whatever it claims, it is late.
                assert row.state == "met_late"
            if seen < END:
                assert row.state == "met"
            if row.state == "met" and seen >= END:
                # Only its own word says that it was in time, and everybody is told so.
                assert row.late_arrival is not None
        village.close()
        township.close()


@given(
    st.datetimes(timezones=st.just(UTC)),
    st.datetimes(timezones=st.just(UTC)),
    st.datetimes(timezones=st.just(UTC)),
)
def test_what_counts_lies_within_what_was_witnessed(
    claimed: datetime, one: datetime, other: datetime
) -> None:
    not_before, witnessed = sorted((one, other))
    counts = timeliness.published_at(Facts(claimed, not_before, witnessed))
    assert counts is not None
    assert not_before <= counts <= witnessed
