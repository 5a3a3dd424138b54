"""What villagers say and the village answers: states, who may write, and what is shown to all."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from kiosk import clock, feedback
from kiosk.feedback import queries
from kiosk.feedback.commands import AnswerPersonal, FeedbackRefused, QuestionRewritten
from kiosk.rules.feedback import Event, state, waiting_since
from tests.conftest import TOWNSHIP, VILLAGE, copied

ASKED = datetime(2026, 11, 10, 2, tzinfo=UTC)


def day(n: int) -> datetime:
    return ASKED + timedelta(days=n)


def ask(journal, n=0, **changes):
    given = {
        "village": VILLAGE, "notice": "N1", "kind": "询问", "text": "支出的 3 万元是修哪条路？",
        "phone": "13812345678", "photo": "", "via": "phone", **changes,
    }  # fmt: skip
    with clock.set_to(day(n)):
        return feedback.receive(journal, **given)


def event(kind, n, stream=f"{VILLAGE}/parent", **body):
    return Event(kind, day(n).isoformat(), stream, n, "某人", body)


ANSWERED = event("answered", 1, text="a", public=False)


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([], "received"),
        ([event("accepted", 1)], "accepted"),
        ([event("answered", 1, text="a", public=False)], "answered"),
        ([event("rated", 1, satisfied=True, text="")], "received"),
        (
            [ANSWERED, event("rated", 2, satisfied=True, text="")],
            "rated",
        ),
        (
            [ANSWERED, event("rated", 2, satisfied=False, text="")],
            "reopened",
        ),
        ([event("closed", 1)], "received"),
        (
            [
                event("answered", 1, text="a", public=False),
                event("rated", 2, satisfied=False, text=""),
                event("accepted", 3),
                event("answered", 4, text="b", public=False),
                event("rated", 5, satisfied=True, text=""),
                event("closed", 6),
                event("rated", 7, satisfied=False, text=""),
            ],
            "closed",
        ),
    ],
)  # fmt: skip
def test_the_state_follows_from_the_set_of_events(events, expected):
    for order in list(permutations(events))[:200]:
        assert state(order) == expected


def test_a_slow_clock_does_not_put_the_rating_before_the_answer(enrolled, township):
    id, _ = ask(township.journal)
    copied(township, enrolled, VILLAGE)
    with clock.set_to(day(3)):
        feedback.answer(enrolled.journal, id, "好", public=False, actor="王会计")
    copied(enrolled, township, "parent")
    with clock.set_to(day(2)):
        feedback.rate(township.journal, id, satisfied=False)
    assert feedback.feedback(township.journal, id).state == "reopened"
    copied(township, enrolled, VILLAGE)
    with clock.set_to(day(1)):
        feedback.answer(enrolled.journal, id, "这次真修了", public=False, actor="王会计")
    assert feedback.feedback(enrolled.journal, id).state == "answered"


def test_the_ten_days_run_again_from_the_last_not_solved():
    events = [
        event("answered", 1, text="a", public=False),
        event("rated", 9, satisfied=False, text=""),
    ]
    assert waiting_since(ASKED.isoformat(), events) == day(9).isoformat()
    assert waiting_since(ASKED.isoformat(), events[:1]) == ASKED.isoformat()


def test_a_village_takes_feedback_in_for_its_township_to_see(village):
    id, token = ask(village.journal)
    made = feedback.feedback(village.journal, id)
    assert (made.stream, made.village, made.state) == (f"{VILLAGE}/parent", VILLAGE, "received")
    assert feedback.by_token(village.journal, token) == made
    assert feedback.by_token(village.journal, "x" * 22) is None


def test_only_the_hash_of_the_token_is_kept(village):
    _, token = ask(village.journal)
    assert len(token) == 22
    for entry in village.journal.all_entries():
        assert token not in str(entry)


def test_a_township_takes_feedback_in_for_an_enrolled_village_only(enrolled, township):
    id, _ = ask(township.journal)
    assert feedback.feedback(township.journal, id).stream == f"{TOWNSHIP}/{VILLAGE}"
    with pytest.raises(FeedbackRefused, match="还没有接入"):
        ask(township.journal, village="371721105202")


def test_a_form_sent_twice_is_taken_once(village):
    id, _ = ask(village.journal, token="A" * 22)
    again, same = ask(village.journal, token="A" * 22)
    assert (again, same) == (id, "A" * 22)
    assert queries.counts(village.journal).total == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"text": "  "}, "请写下"),
        ({"text": "长" * 1001}, "太长"),
        ({"kind": "其他"}, "请选择"),
        ({"phone": "不告诉你"}, "电话号码"),
    ],
)
def test_what_cannot_be_taken_is_refused_in_plain_words(village, changes, words):
    with pytest.raises(FeedbackRefused, match=words):
        ask(village.journal, **changes)


def test_the_circle_from_question_to_closing(enrolled, township):
    id, token = ask(township.journal)
    copied(township, enrolled, VILLAGE)
    feedback.accept(enrolled.journal, id, actor="王会计")
    with clock.set_to(day(1)):
        feedback.answer(enrolled.journal, id, "修的是村北路。", public=True, actor="王会计")
    copied(enrolled, township, "public")
    copied(enrolled, township, "parent")
    assert feedback.by_token(township.journal, token).state == "answered"
    with clock.set_to(day(2)):
        feedback.rate(township.journal, id, satisfied=False, text="没说花了多少")
    copied(township, enrolled, VILLAGE)
    assert [each.id for each in queries.open_for(enrolled.journal, VILLAGE)] == [id]
    with clock.set_to(day(3)):
        feedback.answer(enrolled.journal, id, "村北路花了 30,000 元。", public=True, actor="王会计")
    copied(enrolled, township, "public")
    with clock.set_to(day(4)):
        feedback.rate(township.journal, id, satisfied=True)
    copied(township, enrolled, VILLAGE)
    with clock.set_to(day(5)):
        feedback.close(enrolled.journal, id, actor="王会计")
    copied(enrolled, township, "parent")
    for journal in (enrolled.journal, township.journal):
        found = feedback.feedback(journal, id)
        assert (found.state, len(found.public_answers)) == ("closed", 2)
        live = journal.projector.fingerprints(journal.db)
        journal.rebuild()
        assert journal.projector.fingerprints(journal.db) == live


def test_a_township_does_not_answer_for_its_village(enrolled, township):
    id, _ = ask(township.journal)
    with pytest.raises(FeedbackRefused, match="由村里答复"):
        feedback.answer(township.journal, id, "答", public=False, actor="李监督")


def test_another_village_cannot_answer_or_ask_in_its_name(enrolled, township):
    id, _ = ask(township.journal)
    other = "371721105202"
    for kind, body in (
        ("feedback.answered", {"text": "冒充", "public": True}),
        ("feedback.received", {"village": VILLAGE, "notice": "", "kind": "表扬", "text": "好",
                               "phone": "", "photo": "", "token_hash": "0", "via": "phone"}),
    ):  # fmt: skip
        township.journal.append(other, kind, id, body)
    found = feedback.feedback(township.journal, id)
    assert (found.state, found.village) == ("received", VILLAGE)
    assert queries.counts(township.journal).total == 1


def test_a_public_answer_with_personal_data_is_stopped(village):
    id, _ = ask(village.journal)
    with pytest.raises(AnswerPersonal) as stopped:
        feedback.answer(village.journal, id, "请联系张三 13912345678", public=True, actor="王会计")
    assert "13912345678" not in stopped.value.masked
    feedback.answer(village.journal, id, "请联系张三 13912345678", public=False, actor="王会计")
    assert feedback.feedback(village.journal, id).public_answers == []


def test_the_village_s_own_contacts_are_meant_to_be_public(village):
    id, _ = ask(village.journal)
    feedback.answer(village.journal, id, "请打 0530-3350001。", public=True, actor="王会计")
    assert feedback.feedback(village.journal, id).state == "answered"


def test_only_what_was_answered_for_all_stands_beside_a_notice(village):
    asked, _ = ask(village.journal, text="我是 13812345678，想问路灯")
    hidden, _ = ask(village.journal, 1, text="只告诉我")
    feedback.answer(village.journal, asked, "路灯下周修。", public=True, actor="王会计")
    feedback.answer(village.journal, hidden, "好的。", public=False, actor="王会计")
    [shown] = queries.of_notice(village.journal, "N1")
    assert shown.id == asked
    assert "13812345678" not in queries.public_text(shown)
    assert "路灯" in queries.public_text(shown)


@pytest.mark.parametrize(
    ("question", "shown"),
    [
        (None, "我是 138****5678，想问路灯"),
        ("想问路灯。", "想问路灯。"),
        ("我…想问路灯", "我…想问路灯"),
        ("", ""),
        ("我是 13812345678，想问路灯", "我是 138****5678，想问路灯"),
        ("想夸路灯", None),
        ("想问路灯和村干部", None),
    ],
)
def test_beside_a_public_answer_stands_what_is_left_of_the_question(village, question, shown):
    id, _ = ask(village.journal, text="我是 13812345678，想问路灯")
    said = {"public": True, "actor": "王会计", "question": question}
    if shown is None:
        with pytest.raises(QuestionRewritten):
            feedback.answer(village.journal, id, "下周修。", **said)
        return
    feedback.answer(village.journal, id, "下周修。", **said)
    [found] = queries.of_notice(village.journal, "N1")
    assert queries.public_text(found) == shown
    assert village.journal.find(id, "feedback.answered")[0].body["question"] == shown


def test_what_waits_too_long_is_overdue_and_first(village):
    old, _ = ask(village.journal)
    new, _ = ask(village.journal, 8)
    with clock.set_to(day(11)):
        first, second = queries.all_open(village.journal)
        assert (first.id, first.age, first.overdue) == (old, 11, True)
        assert (second.id, second.age, second.overdue) == (new, 3, False)
        counts = queries.counts(village.journal, VILLAGE)
        assert (counts.total, counts.open, counts.overdue, counts.answered) == (2, 2, 1, 0)


def test_rating_needs_an_answer(village):
    id, _ = ask(village.journal)
    with pytest.raises(FeedbackRefused):
        feedback.rate(village.journal, id, satisfied=True)


def test_a_village_cannot_close_before_the_asker_had_time_to_say(village):
    id, _ = ask(village.journal)
    with pytest.raises(FeedbackRefused, match="还没有答复"):
        feedback.close(village.journal, id, actor="王会计")
    with clock.set_to(day(1)):
        feedback.answer(village.journal, id, "好", public=False, actor="王会计")
    with clock.set_to(day(5)), pytest.raises(FeedbackRefused, match="还有 6 天"):
        feedback.close(village.journal, id, actor="王会计")
    with clock.set_to(day(11)):
        feedback.close(village.journal, id, actor="王会计")
    assert feedback.feedback(village.journal, id).state == "closed"


def test_what_was_erased_is_gone(village):
    id, token = ask(village.journal)
    place = feedback.feedback(village.journal, id)
    village.journal.erase("parent", place.seq, actor="王会计", reason="个人信息")
    assert feedback.by_token(village.journal, token) is None
    live = village.journal.projector.fingerprints(village.journal.db)
    village.journal.rebuild()
    assert village.journal.projector.fingerprints(village.journal.db) == live


@pytest.mark.parametrize("broken", [{}, {"village": VILLAGE}, {"text": 3, "public": "x"}])
def test_bodies_of_another_shape_change_nothing(village, broken):
    id, _ = ask(village.journal)
    village.journal.append("parent", "feedback.received", "F9", broken)
    village.journal.append("parent", "feedback.answered", id, broken)
    assert feedback.feedback(village.journal, id).state == "received"
    assert queries.counts(village.journal).total == 1
