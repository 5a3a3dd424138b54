"""Reading aloud: what a page says, and the node's voice for it."""

import shutil
import wave

import pytest

from kiosk import create_app, voice
from kiosk.node import Node
from kiosk.rules import catalogue
from kiosk.web import speech
from tests import posting

ITEMS = catalogue.load().items
STATEMENT = {
    "opening": 100_00,
    "income": [{"name": "租金", "amount": 12_345_60, "sub": False}],
    "expense": [{"name": "修路", "amount": 2_000_00, "sub": False}],
    "closing": 10_445_60,
    "note": "",
}


def heard(html: str) -> list[str]:
    return [each.say for each in speech.sentences(html)]


def test_a_page_is_heard_in_its_order_without_what_is_only_for_the_eye() -> None:
    html = """<div id="page"><h1>收支<small> 共 3 条</small></h1><svg><text>图</text></svg>
      <p class="visually-hidden">x</p><nav class="pager">第 1 页</nav><p data-say-last>最后</p>
      <p>今天<b>停水</b>。明天来水。</p><details><summary>更正前</summary><p>旧</p></details>
      <a class="entry" href="#"><span>修路</span>
        <span><span>已更正</span>
        <time>10月3日</time></span></a><button data-say="请按这里">▲</button></div>"""
    assert heard(html) == [
        "收支共三条", "今天停水。", "明天来水。", "更正前", "修路，已更正，十月三日", "请按这里",
        "最后",
    ]  # fmt: skip
    assert speech.sentences("<p>共 3 条</p>")[0].text == "共3条"


def test_tables_are_heard_row_by_row_with_heading_and_unit() -> None:
    html = """<table><caption>名单（单位：元）</caption><thead><tr><th scope="col">序号</th>
      <th scope="col">姓名</th><th scope="col">人数（人）</th>
      <th scope="col" class="money">金额</th></tr></thead>
      <tr><td class="number">1</td><td>孙*芹</td><td>2</td><td class="money">420.00</td></tr>
      <tr><th scope="row" colspan="3">合计</th><td class="money">420.00</td></tr></table>
      <dl><dt>电话</dt><dd>0530-3291201</dd></dl>"""
    assert heard(html) == [
        "名单，单位：元", "第一，孙某芹，人数两人，金额四百二十元", "合计，金额四百二十元",
        "电话，零五三零，三二九幺二零幺",
    ]  # fmt: skip
    assert speech.sentences(html)[1].text == "1孙*芹2420.00"


def test_a_pages_sentences_and_their_sound(village: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    if not shutil.which("espeak-ng"):
        pytest.fail("espeak-ng is missing: run scripts/test-setup.sh, or install it by hand.")
    id = posting.publish(
        village.journal, item=ITEMS["finance.statement"], title="三季度收支", content=STATEMENT,
        period="2026Q3", actor="王会计",
    )  # fmt: skip
    client = create_app(village).test_client()
    answer = client.get(f"/speech?page=/notices/{id}")
    assert answer.json is not None and answer.json["voice"] is True
    said = [each["say"] for each in answer.json["sentences"]]
    assert "三季度收支" in said
    assert "租金，一万二千三百四十五元六角" in said
    sound = client.get(answer.json["sentences"][1]["audio"])
    assert (sound.status_code, sound.mimetype) == (200, "audio/wav")
    kept = list((village.config.dir / "speech").glob("*/*.wav"))
    assert len(kept) == 1
    with wave.open(str(kept[0])) as opened:
        assert opened.getnframes() > opened.getframerate() / 2
    monkeypatch.setattr(voice, "available", lambda: False)
    monkeypatch.setattr(voice.shutil, "which", lambda name: None)
    assert client.get(f"/speech?page=/notices/{id}").json["voice"] is False
    assert client.get(answer.json["sentences"][1]["audio"]).status_code == 200
    assert client.get(answer.json["sentences"][2]["audio"]).status_code == 501


@pytest.mark.parametrize(
    "page",
    ["", "x", "//elsewhere.example/", "/speech?page=/", "/office/", "/healthz", "/feed.atom"],
)
def test_only_pages_of_the_screen_are_read(village: Node, page: str) -> None:
    client = create_app(village).test_client()
    assert client.get("/speech", query_string={"page": page}).status_code == 404


def test_only_what_stood_on_a_page_is_spoken(village: Node) -> None:
    client = create_app(village).test_client()
    assert client.get("/speech/IuS9oOWlvSI.abc.wav").status_code == 404
    assert not (village.config.dir / "speech").exists()


def test_words_are_read_as_they_are_meant() -> None:
    assert voice.syllables("银行行走，长大") == "yin2 hang2 xing2 zou3, zhang3 da4"


def test_sounds_that_are_kept_are_bounded(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(voice, "KEPT", 250)
    monkeypatch.setattr(voice, "_spoken", lambda program, said: b"x" * 100)
    monkeypatch.setattr(voice.shutil, "which", lambda name: name)
    made = [voice.sound(tmp_path, text) for text in ("一", "二", "三")]
    assert sum(path.exists() for path in made) == 2
    assert made[2].exists()
