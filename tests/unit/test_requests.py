"""The requests room: each step on record in its order, and who asks apart from what is asked."""

from datetime import UTC, date, datetime

import pytest

from kiosk import clock
from kiosk.requests import commands, queries
from kiosk.requests.commands import RequestRefused
from kiosk.rules import requests as rules

ACTOR = "郑国华"
SECRET = ("张三丰", "13805301234", "金水街 17 号")


def at(day):
    return clock.set_to(datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC))


def receive(node, day, **changes):
    given = {
        "applicant": "自然人",
        "name": SECRET[0],
        "phone": SECRET[1],
        "address": SECRET[2],
        "identity": "居民身份证 37172119900307451X，已当面核对",
        "about": "2025 年农村道路养护资金的分配结果",
        "channel": "in_person",
        "actor": ACTOR,
        **changes,
    }
    with at(day):
        return commands.receive(node.journal, **given)


def test_the_clock_runs_from_the_corrected_request_and_stands_while_opinions_are_asked(township):
    journal = township.journal
    id, token = receive(township, "2026-03-02", channel="network")
    with at("2026-03-02"):
        found = queries.request(journal, id)
        assert (found.state, found.days_left, found.number) == ("unconfirmed", None, "2026-001")
        with pytest.raises(RequestRefused, match="先要和申请人确认"):
            commands.decide(journal, id, outcome="granted", reason="提供所申请的信息", actor=ACTOR)
    with at("2026-03-03"):
        assert any("第三十一条" in words for words in queries.request(journal, id).warnings)
        commands.confirm(journal, id, actor=ACTOR)
        assert queries.request(journal, id).days_left == 20
    with at("2026-03-06"):
        commands.demand_correction(
            journal, id, what="请写明哪一年", until=date(2026, 3, 20), actor=ACTOR
        )
        assert queries.request(journal, id).days_left is None
        with pytest.raises(RequestRefused, match="补正期限过了"):
            commands.decide(journal, id, outcome="not_corrected", actor=ACTOR)
    with at("2026-03-12"):
        commands.correct(journal, id, about="2025 年度的分配结果", actor=ACTOR)
        found = queries.request(journal, id)
        assert (found.days_left, found.asked_for) == (20, "2025 年度的分配结果")
        assert found.answer_by == date(2026, 4, 10)  # 清明节 4-6 四月 6 日不上班
    with at("2026-03-16"):
        opinion = commands.ask_opinion(journal, id, whom="某养护公司", what="可否公开", actor=ACTOR)
    with at("2026-03-20"):
        found = queries.request(journal, id)
        assert (found.state, found.days_left) == ("asking", 18)
        commands.give_opinion(journal, id, opinion=opinion, agrees=True, text="", actor=ACTOR)
    with at("2026-03-23"):
        assert queries.request(journal, id).days_left == 17
        commands.extend(journal, id, days=10, approved_by="主任", reason="资料多", actor=ACTOR)
        found = queries.request(journal, id)
        assert (found.days_left, found.answer_by) == (27, date(2026, 4, 30))
        with pytest.raises(RequestRefused, match="已经延长过一次"):
            commands.extend(journal, id, days=10, approved_by="主任", reason="再延", actor=ACTOR)
        with pytest.raises(RequestRefused, match="只能一次性告知"):
            commands.demand_correction(
                journal, id, what="再补", until=date(2026, 4, 9), actor=ACTOR
            )
    with at("2026-04-01"):
        commands.decide(journal, id, outcome="partly", text="附件一份", actor=ACTOR)
        commands.deliver(journal, id, way="邮寄", actor=ACTOR)
        found = queries.by_token(journal, token)
        assert (found.id, found.state, found.in_time) == (id, "delivered", True)
    written = {e.stream for _, e in journal.changes(0) if e.kind.startswith("request.")}
    assert written == {journal.own("self")}
    before = journal.projector.fingerprints(journal.db)
    journal.rebuild()
    assert journal.projector.fingerprints(journal.db) == before


@pytest.mark.parametrize(
    ("day", "words"), [("2026-03-01", "不能早于"), ("2026-03-13", "不能晚于今天")]
)
def test_a_step_is_dated_between_the_last_one_and_today(township, day, words):
    id, _ = receive(township, "2026-03-02")
    with at("2026-03-12"), pytest.raises(RequestRefused, match=words):
        commands.ask_opinion(
            township.journal, id, whom="某", what="某", on=date.fromisoformat(day), actor=ACTOR
        )


def test_correction_is_demanded_within_seven_working_days(township):
    """第三十条: received on Monday 2026-03-02, until Wednesday 2026-03-11."""
    id, _ = receive(township, "2026-03-02")
    with at("2026-03-12"), pytest.raises(RequestRefused, match="7 个工作日"):
        commands.demand_correction(
            township.journal, id, what="不明确", until=date(2026, 3, 30), actor=ACTOR
        )


def test_a_request_that_was_never_corrected_ends_without_an_answer(township):
    id, _ = receive(township, "2026-03-02")
    with at("2026-03-05"):
        commands.demand_correction(
            township.journal, id, what="不明确", until=date(2026, 3, 20), actor=ACTOR
        )
    with at("2026-03-23"):
        assert "视为放弃" in queries.request(township.journal, id).warnings[0]
        commands.decide(township.journal, id, outcome="not_corrected", actor=ACTOR)
        found = queries.request(township.journal, id)
        assert (found.state, found.in_time, found.warnings) == ("ended", None, [])


def test_a_form_sent_twice_is_one_request(township):
    id, token = receive(township, "2026-03-02")
    assert receive(township, "2026-03-02", token=token) == (id, token)
    assert len(queries.requests(township.journal)) == 1


def test_who_asks_is_masked_shown_on_record_and_erased_alone(township):
    journal = township.journal
    id, _ = receive(township, "2026-03-02")
    with at("2026-03-03"):
        shown = commands.look_at(journal, id, "电话联系", actor=ACTOR)
        assert shown.name == SECRET[0] and "3717" in shown.identity and "0307" not in shown.identity
        assert [(look.actor, look.body["what"]) for look in queries.looks(journal, id)] == [
            (ACTOR, "电话联系")
        ]
        with pytest.raises(RequestRefused, match="还没有办完"):
            commands.forget(journal, id, reason="申请人要求", actor=ACTOR)
        commands.decide(journal, id, outcome="repeated", actor=ACTOR)
        commands.deliver(journal, id, way="邮寄", actor=ACTOR)
        case = commands.contest(journal, id, kind="reconsideration", body="区人民政府", actor=ACTOR)
    with at("2028-03-04"):
        assert commands.forget_old(journal) == 0  # the case is open
        commands.settle(journal, id, contest=case, result="upheld", actor=ACTOR)
    with at("2030-03-03"):
        assert commands.forget_old(journal) == 0
    with at("2030-03-04"):
        assert commands.forget_old(journal) == 1
        assert queries.applicant(journal, id) is None and not queries.request(journal, id).kept
        assert queries.request(journal, id).about.startswith("2025")
    journal.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for path in township.config.dir.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not any(secret.encode() in content for secret in SECRET), path


def test_the_same_kinds_on_a_public_stream_are_no_requests(township):
    journal = township.journal
    body = {
        "number": "2026-001", "applicant": "自然人", "channel": "in_person", "by": "web",
        "arrived": "2026-03-02", "about": "x", "wanted": "纸质", "token_hash": "0" * 64,
    }  # fmt: skip
    journal.append("public", "request.received", "X", body)
    assert queries.requests(journal) == []


def test_every_outcome_has_a_row_in_both_forms():
    from kiosk.rules import annual

    for name in ("2019", "2021"):
        rows = {row.id for row in annual.form(name).of_role("result")}
        assert {each.rows[name] for each in rules.outcomes().values()} == rows
