"""What the two desks do with feedback: handing on, merging, rejecting, taking over; what goes up,
what closes by itself, and what of a person is deleted when."""

from datetime import UTC, date, datetime, timedelta

import pytest

from kiosk import clock, feedback
from kiosk.feedback import intake, keeping, queries
from kiosk.feedback.commands import FeedbackRefused
from kiosk.feedback.token import pickup_of, pickup_typed
from tests.conftest import VILLAGE, copied

ASKED = datetime(2026, 11, 10, 2, tzinfo=UTC)
WHO = {"actor": "王会计"}


def day(n):
    return clock.set_to(ASKED + timedelta(days=n))


def ask(node, n=0, text="四组的路灯坏了，晚上看不见路", **changes):
    with day(n):
        return feedback.receive(node.journal, village=VILLAGE, kind="询问", text=text, **changes)


def stored(node, words):
    """Whether an entry of the node still holds the words."""
    return any(words in str(entry.body) for entry in node.journal.all_entries())


def same_when_rebuilt(node):
    journal = node.journal
    live = journal.projector.fingerprints(journal.db)
    journal.rebuild()
    return journal.projector.fingerprints(journal.db) == live


def synced(village, township):
    for source, target, channels in (
        (village, township, ("parent", "public")),
        (township, village, (VILLAGE, "public")),
    ):
        for channel in channels:
            if source.journal.checkpoint(source.journal.own(channel)):
                copied(source, target, channel)


def test_handed_to_the_township_it_is_the_township_that_answers(enrolled, township):
    id, token = ask(enrolled)
    with day(1):
        feedback.forward(enrolled.journal, id, to="township", reason="变压器归镇里", **WHO)
        assert queries.open_for(enrolled.journal, VILLAGE) == []
        with pytest.raises(FeedbackRefused, match="请选择转给"):
            feedback.forward(enrolled.journal, id, to="moon", reason="x", **WHO)
    synced(enrolled, township)
    [waiting] = queries.with_township(township.journal)
    assert (waiting.state, waiting.answer_by) == ("forwarded", date(2026, 11, 30))
    with day(2):
        feedback.answer(township.journal, id, "周五换变压器。", public=True, actor="李监督")
    copied(township, enrolled, "public")
    found = feedback.by_token(enrolled.journal, token)
    assert (found.state, found.public_answers[0].by_township) == ("answered", True)
    with day(3):
        feedback.rate(enrolled.journal, id, satisfied=False)
    assert feedback.feedback(enrolled.journal, id).owner == "township"
    assert same_when_rebuilt(enrolled)


def test_a_department_gives_more_days_once_and_not_after_the_last(village):
    id, _ = ask(village)
    reason = {"to": "department", "name": "供电所", "reason": "线路归供电所"}
    with day(11):
        feedback.forward(village.journal, id, **reason, **WHO)
        assert feedback.feedback(village.journal, id).overdue
    other, _ = ask(village)
    for n in (2, 12):
        with day(n):
            feedback.forward(village.journal, other, **reason, **WHO)
    assert feedback.feedback(village.journal, other).answer_by == date(2026, 11, 30)


def test_what_is_late_goes_up_and_the_township_may_take_it_over(enrolled, township):
    id, _ = ask(township)
    with day(15):
        assert feedback.keep(township.journal) is None
        assert feedback.feedback(township.journal, id).escalated == ""
    with day(16):
        feedback.keep(township.journal)
        feedback.keep(township.journal)
        assert len(township.journal.find(id, "feedback.escalated")) == 1
        feedback.take_over(township.journal, id, actor="李监督")
        assert feedback.feedback(township.journal, id).owner == "township"
        feedback.give_back(township.journal, id, "请先到现场看", actor="李监督")
    copied(township, enrolled, VILLAGE)
    [waiting] = queries.open_for(enrolled.journal, VILLAGE)
    assert waiting.escalated and waiting.fact.escalated


def test_not_solved_twice_goes_up_at_once(enrolled, township):
    id, _ = ask(township)
    for n in (1, 3):
        copied(township, enrolled, VILLAGE)
        with day(n):
            feedback.answer(enrolled.journal, id, "修好了", public=False, **WHO)
        copied(enrolled, township, "parent")
        with day(n + 1):
            feedback.rate(township.journal, id, satisfied=False, text="还是黑的")
        assert bool(feedback.feedback(township.journal, id).escalated) is (n == 3)


def test_merged_ones_get_the_answer_and_are_rated_by_themselves(village):
    first, _ = ask(village)
    second, token = ask(village, text="路灯坏了四组晚上看不见")
    assert [
        it.id
        for it in queries.alike_open(village.journal, feedback.feedback(village.journal, second))
    ] == [first]
    feedback.merge(village.journal, second, first, **WHO)
    assert [it.id for it in queries.open_for(village.journal, VILLAGE)] == [first]
    feedback.answer(village.journal, first, "周五修。", public=True, **WHO)
    found = feedback.by_token(village.journal, token)
    assert (found.state, found.answers[-1].text) == ("answered", "周五修。")
    feedback.rate(village.journal, second, satisfied=False)
    assert feedback.feedback(village.journal, second).state == "reopened"
    assert feedback.feedback(village.journal, first).state == "answered"


def test_what_was_rejected_can_be_objected_to_and_put_back(enrolled, township):
    id, _ = ask(township)
    copied(township, enrolled, VILLAGE)
    feedback.reject(enrolled.journal, id, "spam", **WHO)
    with pytest.raises(FeedbackRefused, match="应该找谁"):
        feedback.reject(enrolled.journal, id, "elsewhere", **WHO)
    copied(enrolled, township, "parent")
    assert feedback.feedback(township.journal, id).state == "rejected"
    feedback.reinstate(township.journal, id, "这是真的", actor="李监督")
    copied(township, enrolled, VILLAGE)
    assert [it.state for it in queries.open_for(enrolled.journal, VILLAGE)] == ["received"]


def test_rejected_for_personal_data_its_words_are_gone_everywhere(enrolled, township):
    id, token = ask(township, text="张三的病历我发给你们看", phone="13812345678")
    copied(township, enrolled, VILLAGE)
    feedback.reject(enrolled.journal, id, "personal", **WHO)
    copied(enrolled, township, "parent")
    feedback.keep(township.journal)
    copied(township, enrolled, VILLAGE)
    for node in (enrolled, township):
        assert not stored(node, "病历") and not stored(node, "13812345678")
        found = feedback.by_token(node.journal, token)
        assert (found.state, found.text, found.kind) == ("rejected", "", "询问")
        assert same_when_rebuilt(node)


def test_withdrawn_the_answer_stays_and_the_words_go(enrolled, township):
    id, token = ask(enrolled, notice="N1", phone="13812345678", photo="a" * 64)
    feedback.answer(enrolled.journal, id, "周五修。", public=True, **WHO)
    synced(enrolled, township)
    feedback.withdraw(township.journal, id)
    copied(township, enrolled, VILLAGE)
    feedback.keep(enrolled.journal)
    synced(enrolled, township)
    for node in (enrolled, township):
        assert not stored(node, "路灯") and not stored(node, "13812345678")
        [shown] = queries.of_notice(node.journal, "N1")
        assert (queries.public_text(shown), shown.answers[0].text) == ("", "周五修。")
        assert feedback.by_token(node.journal, token).state == "withdrawn"
        assert same_when_rebuilt(node)
    with pytest.raises(FeedbackRefused, match="撤回"):
        feedback.answer(enrolled.journal, id, "再答", public=False, **WHO)


def test_contacts_are_deleted_ninety_days_after_the_end_and_not_before(enrolled, township):
    id, _ = ask(township, phone="13812345678", name="老王", voice="b" * 64)
    copied(township, enrolled, VILLAGE)
    with day(1):
        feedback.answer(enrolled.journal, id, "好", public=False, **WHO)
    copied(enrolled, township, "parent")
    with day(2):
        feedback.rate(township.journal, id, satisfied=True)
    copied(township, enrolled, VILLAGE)
    with day(31):
        assert keeping.close_silent(enrolled.journal) == 0
    with day(32):
        assert keeping.close_silent(enrolled.journal) == 1
    copied(enrolled, township, "parent")
    with day(121):
        feedback.keep(township.journal)
        assert feedback.feedback(township.journal, id).voice == "b" * 64
    with day(122):
        feedback.keep(township.journal)
    copied(township, enrolled, VILLAGE)
    for node in (enrolled, township):
        found = feedback.feedback(node.journal, id)
        assert (found.phone, found.name, found.voice) == ("", "", "")
        assert found.text and not stored(node, "老王")
        assert same_when_rebuilt(node)


def test_who_looks_at_a_telephone_is_on_record(village):
    id, _ = ask(village, phone="13812345678")
    feedback.see_contact(village.journal, id, actor="王会计")
    found = feedback.feedback(village.journal, id)
    assert [who for _, who in queries.seen(village.journal, found)] == ["王会计"]
    bare, _ = ask(village)
    with pytest.raises(FeedbackRefused, match="没有留电话"):
        feedback.see_contact(village.journal, bare, actor="王会计")


def test_a_letter_counts_from_the_day_on_which_it_came(village):
    id, _ = ask(village, via="letter", on=date(2026, 11, 1), actor="王会计")
    found = feedback.feedback(village.journal, id)
    assert (found.answer_by, found.via) == (date(2026, 11, 11), "letter")
    with pytest.raises(FeedbackRefused, match="晚于今天"):
        ask(village, on=date(2026, 11, 11))


def test_the_pick_up_number_finds_it_and_only_its_hash_is_kept(village):
    id, token = ask(village)
    number = pickup_of(token)
    assert feedback.by_pickup(village.journal, number).id == id
    assert pickup_typed(f"{number[:4]} {number[4:]}") == number
    assert pickup_typed("1234") is None
    assert not stored(village, number)


def test_words_of_the_list_are_held_for_a_look_and_starred_in_public(village):
    id, _ = ask(village, text="会计这个王八蛋把钱弄哪去了")
    found = feedback.feedback(village.journal, id)
    assert (found.held, found.open) == (True, True)
    feedback.accept(village.journal, id, **WHO)
    assert not feedback.feedback(village.journal, id).held
    feedback.answer(village.journal, id, "账在公开栏。", public=True, **WHO)
    shown = queries.public_text(feedback.feedback(village.journal, id))
    assert shown == "会计这个＊＊＊把钱弄哪去了"


def test_limits_hold_and_outlive_a_restart(village):
    journal = village.journal
    with day(0):
        for _ in range(5):
            assert intake.verdict(journal, network="10.0.0.1") == "take"
            intake.note(journal, network="10.0.0.1")
        assert intake.verdict(journal, network="10.0.0.1") == "hold"
        assert intake.verdict(journal, network="10.0.0.2") == "take"
        assert intake.verdict(journal, network="10.0.0.1", screen="大厅") == "take"
        for _ in range(120):
            intake.note(journal, network="10.0.0.1", held=True)
        assert intake.verdict(journal, network="10.0.0.1") == "later"
        assert intake.under_attack(journal)
        rows = journal.db.execute("SELECT network FROM feedback_taken").fetchall()
        assert "10.0.0.1" not in str(rows)
    with day(1):
        assert intake.verdict(journal, network="10.0.0.1") == "take"
        assert not intake.under_attack(journal)


def test_what_is_alike_and_answered_is_offered(village):
    id, _ = ask(village, text="四组的路灯什么时候修？")
    ask(village, text="低保怎么申请？")
    feedback.answer(village.journal, id, "周五。", public=True, **WHO)
    [found] = queries.alike(village.journal, VILLAGE, "四组路灯啥时候修")
    assert found.id == id
    assert queries.alike(village.journal, VILLAGE, "低保要准备什么材料") == []


def test_statistics_count_without_persons(village):
    one, _ = ask(village)
    two, _ = ask(village, 1)
    ask(village, 2)
    gone, _ = ask(village, 2)
    with day(3):
        feedback.answer(village.journal, one, "好", public=False, **WHO)
        feedback.rate(village.journal, one, satisfied=True)
        feedback.withdraw(village.journal, gone)
    with day(12):
        feedback.answer(village.journal, two, "好", public=False, **WHO)
        feedback.rate(village.journal, two, satisfied=False)
    with day(13):
        found = feedback.statistics(village.journal, VILLAGE)
    assert (found.total, found.open, found.overdue, found.answered) == (4, 2, 1, 2)
    assert (found.days, found.in_time, found.left_out) == ((3, 11), 1, 1)
    assert (found.satisfied, found.unsatisfied, found.reopened) == (1, 1, 1)
    assert (found.mean_days, found.rate_in_time, found.rate_satisfied) == (7.0, 1 / 3, 0.5)
    assert feedback.statistics(village.journal, VILLAGE, since=date(2026, 11, 12)).total == 2
