"""The screens' room: setting up, heartbeats, codes, what takes them over, use by day; and the pure
rule of how a screen fares."""

from datetime import date, datetime, timedelta

import pytest

from kiosk import clock, screens
from kiosk.rules import catalogue
from kiosk.rules import screens as rules
from kiosk.rules.screens import Facts, Hours, HoursMalformed, state
from kiosk.screens import ScreenRefused, UrgencyRefused, commands, usage
from tests import posting
from tests.conftest import TOWNSHIP, VILLAGE, copied

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=clock.BEIJING)
MINUTE = timedelta(minutes=1)
DAY = Hours("06:30", "21:00")


def ago(minutes):
    return NOW - minutes * MINUTE


def facts(**given):
    return Facts(**{"placed": ago(9999), "hours": Hours(), "seen": ago(0), **given})


@pytest.mark.parametrize(
    ("why", "given", "kind", "since"),
    [
        ("never started", {"seen": None}, "waiting", ago(9999)),
        ("reported just now", {}, "good", ago(0)),
        ("two reports missed", {"seen": ago(2)}, "good", ago(2)),
        ("no word for four minutes", {"seen": ago(4)}, "dark", ago(4)),
        ("hidden for long", {"hidden_since": ago(5)}, "dark", ago(5)),
        ("hidden for a moment", {"hidden_since": ago(1)}, "good", ago(0)),
        ("its page gets no answers", {"answered": ago(6)}, "stuck", ago(6)),
        ("nothing moves", {"moved": ago(11)}, "stuck", ago(11)),
        ("an old program", {"old_since": ago(30)}, "stuck", ago(30)),
        ("a clock that is wrong", {"wrong_since": ago(1)}, "wrong_time", ago(1)),
        ("dark comes before stuck", {"seen": ago(9), "moved": ago(60)}, "dark", ago(9)),
        ("stuck before wrong", {"moved": ago(60), "wrong_since": ago(99)}, "stuck", ago(60)),
        (
            "off in the evening",
            {"hours": Hours("06:30", "09:00"), "seen": ago(61)},
            "off",
            ago(61),
        ),
        (
            "has not come up in the morning: dark since it should have",
            {"hours": DAY, "seen": NOW - timedelta(hours=13)},
            "dark",
            NOW.replace(hour=6, minute=30),
        ),
        (
            "is given three minutes to wake up",
            {"hours": Hours("09:58", "21:00"), "seen": NOW - timedelta(hours=13)},
            "good",
            NOW - timedelta(hours=13),
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_how_a_screen_fares(why, given, kind, since):
    found = state(facts(**given), NOW)
    assert (found.kind, found.since) == (kind, since), why


def test_hours_may_go_over_midnight():
    night = Hours("20:00", "06:00")
    assert [night.hold(NOW.replace(hour=h)) for h in (5, 6, 19, 20, 23)] == [
        True, False, False, True, True,
    ]  # fmt: skip
    assert night.began(NOW.replace(hour=1)) == NOW.replace(hour=20) - timedelta(days=1)
    assert Hours("07:00", "07:00").always


def test_hours_are_read_as_people_write_them():
    assert rules.hours("6:30", " 21：00 ") == Hours("06:30", "21:00")
    for wrong in (("25:00", "6:00"), ("早上", "6:00"), ("06:00", "")):
        with pytest.raises(HoursMalformed):
            rules.hours(*wrong)


def hall(village, **given):
    return screens.place(village.journal, actor="王会计", **{"name": "大厅", **given})


def test_a_screen_is_set_up_changed_and_removed(village):
    with clock.set_to(NOW):
        id = hall(village, place="一楼", on="6:30", off="21:00", slides=["today", "new"])
    [screen] = screens.screens(village.journal)
    assert (screen.name, screen.place, screen.on) == ("大厅", "一楼", DAY)
    assert (screen.slides, screen.state.kind) == (("new", "today"), "waiting")
    before = village.journal.position
    hall(village, place="一楼", on="6:30", off="21:00", slides=["today", "new"], screen=id)
    assert village.journal.position == before
    hall(village, name="门口", screen=id)
    assert screens.screen(village.journal, id).name == "门口"
    village.journal.rebuild()
    assert screens.screen(village.journal, id).name == "门口"
    screens.remove(village.journal, id, actor="王会计")
    assert screens.screens(village.journal) == []
    assert {e.actor for e in village.journal.find(id)} == {"王会计"}


@pytest.mark.parametrize(
    "given",
    [{"name": " "}, {"name": "长" * 21}, {"seconds": 3}, {"slides": ["x"]}, {"on": "7点"}],
)
def test_what_cannot_be_a_screen_is_refused(village, given):
    with pytest.raises(ScreenRefused):
        hall(village, **given)


def test_two_screens_do_not_share_a_name(village):
    hall(village)
    with pytest.raises(ScreenRefused, match="已经有一块屏幕"):
        hall(village)


def test_a_code_makes_one_browser_the_screen_within_an_hour(village):
    id = hall(village)
    with clock.set_to(NOW):
        late, code = commands.code(village.journal, id), commands.code(village.journal, id)
        with pytest.raises(ScreenRefused):
            screens.start_with(village.journal, late)  # another code was asked for since
        token = screens.start_with(village.journal, f"{code[:3]} {code[3:]}")
        assert screens.started(village.journal, token).id == id
        with pytest.raises(ScreenRefused):
            screens.start_with(village.journal, code)
        code = commands.code(village.journal, id)
    with clock.set_to(NOW + timedelta(minutes=61)), pytest.raises(ScreenRefused):
        screens.start_with(village.journal, code)
    other = screens.start(village.journal, id)
    assert screens.started(village.journal, token) is None
    screens.remove(village.journal, id, actor="王会计")
    assert screens.started(village.journal, other) is None


def beat(village, id, **given):
    screens.heartbeat(village.journal, id, given, program="v2")
    return screens.screen(village.journal, id)


def test_a_heartbeat_tells_how_the_screen_fares(village):
    id = hall(village)
    with clock.set_to(NOW):
        fine = {"size": "1080x1920", "version": "v2", "clock": NOW.isoformat(), "moved": 4}
        screen = beat(village, id, touched=30, errors=1, error="TypeError", page="/", **fine)
        assert (screen.state.kind, screen.size, screen.errors) == ("good", "1080x1920", 1)
        assert screen.touched == NOW - timedelta(seconds=30)
    with clock.set_to(NOW + 4 * MINUTE):
        assert screens.screen(village.journal, id).state.kind == "dark"
        screen = beat(village, id, visible=False, version="v1", clock=NOW.isoformat())
        assert (screen.state.kind, screen.ahead) == ("wrong_time", -240)
    with clock.set_to(NOW + 15 * MINUTE):
        screen = beat(village, id, visible=False, version="v1")
        assert (screen.state.kind, screen.state.since) == ("dark", NOW + 4 * MINUTE)
        assert beat(village, id, version="v1").state.kind == "stuck"
        assert beat(village, id, version="v2").state.kind == "good"
        assert screen.touched == NOW - timedelta(seconds=30)


@pytest.mark.parametrize(
    "said",
    [
        {"size": 7, "clock": "morgen", "moved": "x", "errors": -4, "counts": 3},
        {"clock": "9999-12-31T23:59:59-12:00", "answered": 1e300, "touched": True},
        {"counts": {"touches": -1, "views": ["x"], "notices": {"nirgends": 5}}},
        {"size": "<b>", "page": "x" * 9999, "error": "y" * 9999},
    ],
)
def test_a_heartbeat_may_say_anything(village, said):
    id = hall(village)
    screen = beat(village, id, **said)
    assert len(screen.page) <= 100 and len(screen.error) <= 200 and screen.size == ""
    assert usage.running(village.journal).touches == 0


@pytest.mark.parametrize("wrong", [None, [], "x", 3])
def test_what_is_no_heartbeat_is_refused(village, wrong):
    with pytest.raises(screens.HeartbeatMalformed):
        screens.heartbeat(village.journal, hall(village), wrong)


def test_the_township_hears_which_screen_is_dark_and_since_when(village, township):
    id = hall(village, place="一楼")

    def told(**more):
        said = {"screens": screens.status(village.journal), **more}
        return screens.told(township.journal, VILLAGE, said)

    with clock.set_to(NOW):
        beat(village, id)
    with clock.set_to(NOW + 5 * MINUTE):
        [it] = told()
        assert (it.name, it.state, it.trouble) == ("大厅", "dark", True)
        assert datetime.fromisoformat(it.since) == NOW
        screens.hide(township.journal, VILLAGE, id)
        assert told() == []
        assert screens.told(township.journal, "371721105202", {"screens": [{"screen": id}]})
    with clock.set_to(NOW + 6 * MINUTE):
        beat(village, id)
        assert [each.state for each in told()] == ["good"]
        # A village whose own clock is wrong cannot know that its screens' are.
        assert [each.state for each in told(offset=-500)] == ["wrong_time"]


@pytest.mark.parametrize(
    "said",
    [
        None, 3, {"screens": 3}, {"screens": [3]}, {"offset": "x", "screens": None},
        {"screens": [{"screen": None, "size": 7, "state": [], "since": "x", "errors": "y"}]},
        {"screens": [{"since": "9999-12-31T23:59:59-12:00", "state": "dark"}]},
    ],
)  # fmt: skip
def test_a_village_may_tell_anything_of_its_screens(township, said):
    for screen in screens.told(township.journal, VILLAGE, said):
        assert isinstance(screen.size, str) and screen.since == ""
        assert screen.words


def notice(node, title="明天停水"):
    if node.config.is_township:
        given = {"item": "township", "title": title, "content": {"text": "注意安全。"}}
    else:
        content = {"what": "停水", "when": "明天", "where": "全村", "who": "所有住户"}
        given = {
            "item": catalogue.load().items["village.advance"],
            "title": title,
            "content": content,
        }
        given |= {"event": "2026-11-25"}
    return posting.publish(node.journal, actor="王会计", **given)


def test_what_is_urgent_takes_over_until_its_end(village):
    with clock.set_to(NOW):
        id = notice(village)
        assert screens.urgent(village.journal, [VILLAGE]) == []
        screens.declare_urgent(village.journal, id, NOW + 60 * MINUTE, actor="王会计")
        [found] = screens.urgent(village.journal, [VILLAGE])
        assert (found.notice.id, found.until) == (id, NOW + 60 * MINUTE)
        village.journal.rebuild()
        assert screens.urgent(village.journal, [VILLAGE]) == [found]
    with clock.set_to(NOW + 61 * MINUTE):
        assert screens.urgent(village.journal, [VILLAGE]) == []
    with clock.set_to(NOW + MINUTE):
        screens.end_urgent(village.journal, id, actor="王会计")
        assert screens.urgent(village.journal, [VILLAGE]) == []


def test_what_is_withdrawn_is_urgent_no_more(village):
    from kiosk.notices import commands as notices

    with clock.set_to(NOW):
        id = notice(village)
        screens.declare_urgent(village.journal, id, NOW + 60 * MINUTE, actor="王会计")
        notices.withdraw(village.journal, id, actor="王会计", reason="不停了")
        assert screens.urgent(village.journal, [VILLAGE]) == []


def test_the_township_takes_its_villages_screens_over_and_nobody_else_can(township, enrolled):
    with clock.set_to(NOW):
        id = notice(township, "【紧急】防汛")
        screens.declare_urgent(township.journal, id, NOW + 60 * MINUTE, actor="李监督")
        copied(township, enrolled)
        origins = [VILLAGE, TOWNSHIP]
        assert [it.notice.id for it in screens.urgent(enrolled.journal, origins)] == [id]
        with pytest.raises(UrgencyRefused):
            screens.end_urgent(enrolled.journal, id, actor="王会计")
        own = notice(enrolled)
        # A forged entry about another's notice is nothing.
        until = {"until": (NOW + 60 * MINUTE).isoformat()}
        township.journal.append("public", "urgency.declared", own, until)
        copied(township, enrolled)
        assert [it.notice.id for it in screens.urgent(enrolled.journal, origins)] == [id]


@pytest.mark.parametrize("until", [NOW - MINUTE, NOW + timedelta(days=40)])
def test_an_urgent_notice_ends_within_a_month(village, until):
    with clock.set_to(NOW), pytest.raises(UrgencyRefused):
        screens.declare_urgent(village.journal, notice(village), until, actor="王会计")


def test_use_is_counted_by_day_and_told_once_without_saying_who(village, township, enrolled):
    with clock.set_to(NOW):
        id, shown = hall(enrolled), notice(enrolled)
        counts = {"touches": 7, "views": {"home": 2, "notice": 1, "x": 4}, "notices": {shown: 1}}
        beat(enrolled, id, counts=counts)
        beat(enrolled, id, counts={**counts, "touches": 10**9})
        today = usage.running(enrolled.journal)
        assert (today.touches, today.views) == (607, {"home": 4, "notice": 2})
        assert usage.tell(enrolled.journal) == 0
    with clock.set_to(NOW + timedelta(days=1)):
        assert usage.tell(enrolled.journal) == 1
        assert usage.tell(enrolled.journal) == 0
        copied(enrolled, township, "parent")
        [day] = usage.days(township.journal, VILLAGE)
        assert (day.day, day.touches, day.notices) == (date(2026, 11, 24), 607, {shown: 2})
        township.journal.rebuild()
        assert usage.days(township.journal, VILLAGE) == [day]
