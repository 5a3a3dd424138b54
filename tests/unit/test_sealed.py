"""Sealed reports: only the discipline office opens them, and nothing of them stays on the way."""

import base64
import logging
import re
import tempfile
from datetime import UTC, datetime

import pytest

from kiosk import clock, create_app, sealed
from kiosk.sealed import box as boxes
from kiosk.sealed.box import BoxUnreadable, PassphraseWrong
from kiosk.sealed.commands import SealedRefused
from tests.conftest import TOWNSHIP, VILLAGE, copied

PHRASE = "东风 渠边 第三棵 柳树 2026"
PLANTED = "村主任把修渠的石料拉回自己家盖房了"
ANSWER = "已派人核实，十五日内回复。"
NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)


@pytest.fixture
def office(enrolled, township):
    """东湖村 and 李楼镇, whose discipline office has a key that the village knows."""
    mark = sealed.make_key(township.journal, PHRASE, name="李楼镇纪检", actor="纪检")
    copied(township, enrolled)
    return mark


def hand_in(node, text=PLANTED, code=None):
    code = code or boxes.new_code()
    key, box, mailbox = sealed.sealed_here(node.journal, TOWNSHIP, text, code)
    id = sealed.receive(node.journal, township=TOWNSHIP, key=key, box=box, mailbox=mailbox)
    return id, code


def test_a_report_goes_up_is_opened_answered_and_read_by_its_code(office, enrolled, township):
    id, code = hand_in(enrolled)
    copied(enrolled, township, "parent")
    ring = sealed.unlock(township.journal, PHRASE)
    assert sealed.open_report(township.journal, id, ring, actor="纪检") == PLANTED
    assert [it[1:3] for it in sealed.log(township.journal)] == [("纪检", "opened")]
    sealed.answer(township.journal, id, ANSWER, actor="纪检")
    copied(township, enrolled, VILLAGE)
    for node in (enrolled, township):
        [(_, answer)] = sealed.answers(node.journal, boxes.mailbox(code))
        assert boxes.opened_by_code(base64.b64decode(answer), code) == ANSWER
    found = sealed.report(township.journal, id)
    assert (found.state, found.village) == ("answered", VILLAGE)
    assert sealed.own_copy({it.kind: it.body for it in found.events}["answered"], ring) == ANSWER
    for node in (enrolled, township):
        live = node.journal.projector.fingerprints(node.journal.db)
        node.journal.rebuild()
        assert node.journal.projector.fingerprints(node.journal.db) == live


def test_the_village_has_nothing_that_opens_it(office, enrolled):
    hand_in(enrolled)
    with pytest.raises(PassphraseWrong):
        sealed.unlock(enrolled.journal, PHRASE)


def test_a_new_key_takes_over_and_the_old_one_still_opens(office, enrolled, township):
    old, _ = hand_in(enrolled)
    other = "另外 一句 很长 的口令 2027"
    new = sealed.make_key(township.journal, other, name="李楼镇纪检", actor="纪检")
    assert [it.fingerprint for it in sealed.keys(township.journal, TOWNSHIP)] == [new, office]
    copied(township, enrolled)
    late, _ = hand_in(enrolled)
    copied(enrolled, township, "parent")
    assert sealed.report(township.journal, late).key == new
    ring = sealed.unlock(township.journal, other)
    with pytest.raises(SealedRefused, match="以前的钥匙"):
        sealed.open_report(township.journal, old, ring, actor="纪检")
    before = sealed.unlock(township.journal, PHRASE)
    assert sealed.open_report(township.journal, old, before, actor="纪检") == PLANTED
    with pytest.raises(PassphraseWrong):
        sealed.unlock(township.journal, "不是这句口令不是这句")


def test_boxes_say_little_by_their_length_and_nothing_when_broken(office, township):
    key = sealed.keys(township.journal, TOWNSHIP)[0].key
    assert len(boxes.seal("短", key)) == len(boxes.seal("长" * 600, key)) == 2048 + 48
    whole = boxes.seal(PLANTED, key)
    with pytest.raises(BoxUnreadable):
        boxes.opened(whole[:-1] + b"x", boxes.new_key())
    for text in ("", "!!", base64.b64encode(whole[:-1]).decode()):
        with pytest.raises(BoxUnreadable):
            boxes.from_text(text)


def test_a_code_is_read_however_it_was_copied():
    code = boxes.new_code()
    assert boxes.code_typed(boxes.shown_code(code).lower().replace("-", " ")) == code
    assert boxes.code_typed(code[:-1]) is None


def test_a_short_passphrase_and_an_unknown_key_are_refused(office, enrolled, township):
    with pytest.raises(SealedRefused, match="太短"):
        sealed.make_key(township.journal, "123 456", name="纪检", actor="纪检")
    with pytest.raises(SealedRefused, match="换过了"):
        sealed.receive(
            enrolled.journal, township=TOWNSHIP, key="0" * 16, box=b"x", mailbox="0" * 64
        )


def spellings(text):
    """A text as bytes in every spelling in which a program might keep it."""
    escaped = text.encode("unicode_escape")
    whole = [text.encode(code) for code in ("utf-8", "utf-16-le", "gb18030")]
    encoded = [base64.b64encode((" " * n + text).encode())[4:-4] for n in range(3)]
    percent = "".join(f"%{byte:02X}" for byte in text.encode()).encode()
    return [*whole, *encoded, escaped, escaped.upper(), percent, percent.lower()]


def test_no_file_of_the_village_holds_the_words_the_sender_or_a_draft(
    office, enrolled, township, tmp_path, monkeypatch, caplog
):
    """The page without script, the hardest case: the words pass through the village's machine."""
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    caplog.set_level(logging.DEBUG)
    client = create_app(enrolled).test_client()
    agent = {"User-Agent": "老刘头的手机", "X-Forwarded-For": "10.20.30.40"}
    with clock.set_to(NOW):
        page = client.get("/m/report", headers=agent).text
        assert "不能自己加密" in page and "先传到本村的机器" in page
        csrf = re.search(r'name="csrf_token" value="([^"]*)"', page)[1]
        draft = client.post("/m/report", data={"csrf_token": "错", "text": PLANTED}, headers=agent)
        assert draft.status_code == 400 and PLANTED in draft.text
        data = {"csrf_token": csrf, "text": PLANTED}
        done = client.post("/m/report", data=data, headers=agent).text
        code = boxes.code_typed(re.search(r'receipt figure">([^<]+)<', done)[1])
        copied(enrolled, township, "parent")
        [found] = sealed.reports(township.journal)
        ring = sealed.unlock(township.journal, PHRASE)
        assert sealed.open_report(township.journal, found.id, ring, actor="纪检") == PLANTED
        sealed.answer(township.journal, found.id, ANSWER, actor="纪检")
        copied(township, enrolled, VILLAGE)
        page = client.get("/m/report/back").text
        csrf = re.search(r'name="csrf_token" value="([^"]*)"', page)[1]
        data = {"csrf_token": csrf, "code": boxes.shown_code(code)}
        assert ANSWER in client.post("/m/report/back", data=data).text
    secrets = [PLANTED, ANSWER, code, boxes.shown_code(code), "老刘头", "10.20.30.40"]
    wanted = [spelling for secret in secrets for spelling in spellings(secret)]
    for folder in (enrolled.config.dir, temporary):
        files = [path for path in folder.rglob("*") if path.is_file()]
        assert folder is temporary or any(path.name == "node.db-wal" for path in files)
        for path in files:
            data = path.read_bytes()
            assert not [it for it in wanted if it in data], path
    assert not any(secret in caplog.text for secret in secrets)
    kept = [entry for entry in enrolled.journal.all_entries() if entry.kind == "sealed.received"]
    assert [set(entry.body) for entry in kept] == [{"key", "box", "mailbox", "picture"}]
    assert [entry.actor for entry in kept] == ["sealed"]


def test_without_a_key_the_page_says_whom_to_call(village):
    page = create_app(village).test_client().get("/m/report").text
    assert "还没有设好钥匙" in page and "12388" in page
