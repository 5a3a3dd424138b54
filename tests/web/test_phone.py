"""The phone's door: light, honest about what was witnessed, and nothing typed is lost."""

import gzip
import io
import re
from datetime import UTC, datetime, timedelta

import pytest

from kiosk import clock, create_app, feedback, notices
from kiosk.feedback import queries
from kiosk.web import guard
from tests import posting
from tests.conftest import VILLAGE, copied

NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)
SAID = {"kind": "询问", "text": "支出的 3 万元是修哪条路？", "phone": "13812345678"}


@pytest.fixture
def now():
    with clock.set_to(NOW):
        yield


def publish(node, title="2026年第三季度财务收支情况", **changes):
    from kiosk.duties import queries as duties

    item = duties.catalogue(node.journal).items["finance.statement"]
    given = {
        "item": item,
        "title": title,
        "period": "2026Q3",
        "content": {
            "opening": 100_00,
            "income": [{"name": "租金", "amount": 50_00, "sub": False}],
            "expense": [{"name": "保洁", "amount": 30_00, "sub": False}],
            "closing": 120_00,
            "note": "",
        },
        "reviews": [{"by": "finance_group", "name": "赵理财", "on": "2026-11-23"}],
        **changes,
    }
    return posting.publish(node.journal, actor="王会计", **given)


def page_of(answer):
    data = answer.data
    if answer.headers.get("Content-Encoding") == "gzip":
        data = gzip.decompress(data)
    return data.decode()


def fields(page):
    return {
        name: re.search(rf'name="{name}" value="([^"]*)"', page)[1]
        for name in ("csrf_token", "token")
    }


def send(client, id, **changes):
    hidden = fields(page_of(client.get(f"/n/{id}")))
    return client.post(f"/n/{id}", data={**hidden, **SAID, **changes})


@pytest.fixture
def both(enrolled, township, now):
    """A notice of the village, copied to its township, and a phone on the township's page."""
    id = publish(enrolled)
    with clock.set_to(NOW + timedelta(minutes=3)):
        copied(enrolled, township)
    return id, create_app(township).test_client()


def test_the_page_says_when_it_was_published_and_witnessed(both):
    id, client = both
    page = page_of(client.get(f"/n/{id}"))
    assert "东湖村</strong> 2026年11月24日 10:00 公开" in page
    assert "李楼镇</strong> 2026年11月24日 10:03 见证" in page
    assert "民主理财小组 赵理财（11月23日）" in page
    assert f"/n/{id}.tlog-proof" in page
    assert client.get(f"/n/{id}.tlog-proof").data.startswith(b"c2sp.org/tlog-proof@v1\n")


def test_the_village_says_that_it_was_not_witnessed_yet(village, now):
    id = publish(village)
    page = create_app(village).test_client().get(f"/n/{id}").text
    assert "还没有传到乡镇见证" in page


def test_html_and_css_together_are_under_60_kb(both):
    id, client = both
    page = client.get(f"/n/{id}")
    sheets = re.findall(r'href="(/static/[^"]+\.css)"', page.text)
    assert len(sheets) == 2
    sizes = [len(page.data), *(len(client.get(sheet).data) for sheet in sheets)]
    assert sum(sizes) < 60_000
    assert "<script" not in page.text


def test_the_words_of_a_chart_can_be_read_on_a_phone(village, now):
    first = notices.notice(village.journal, publish(village, "二季度", period="2026Q2")).content
    id = publish(village, content={**first, "opening": 120_00, "closing": 140_00})
    client = create_app(village).test_client()
    sizes = {int(size) for size in re.findall(r'font-size="(\d+)"', client.get(f"/n/{id}").text)}
    assert min(sizes) * 295 / 520 >= 14
    assert 'font-size="20"' in client.get(f"/notices/{id}").text


def test_a_long_list_travels_compressed(village, now):
    lines = [
        {"on": "2026-10-01", "summary": f"购买办公用品第{n}批", "income": 0, "expense": 100,
         "handler": "王会计"}
        for n in range(800)
    ]  # fmt: skip
    from kiosk.duties import queries as duties

    items = duties.catalogue(village.journal).items.values()
    ledger = next(item for item in items if item.form == "ledger")
    content = {"opening": 80_000, "closing": 0, "lines": lines, "note": ""}
    title = "2026年10月收支逐笔明细"
    id = publish(village, item=ledger, period="2026-10", content=content, title=title)
    client = create_app(village).test_client()
    answer = client.get(f"/n/{id}", headers={"Accept-Encoding": "gzip, deflate"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(answer.data) < 30_000
    assert "第799批" in page_of(answer)
    assert "第799批" in client.get(f"/n/{id}").text


def test_photos_wait_behind_a_tap(village, now):
    sha = "a" * 64
    photo = {"sha": sha, "name": "路面", "type": "image/jpeg", "width": 800, "height": 600}
    id = publish(village, attachments=[photo])
    page = create_app(village).test_client().get(f"/n/{id}").text
    details = page[page.index("看照片") :]
    assert page.count(f'src="/blobs/{sha}"') == 1
    assert f"/blobs/{sha}" in details and 'loading="lazy"' in details


def test_what_was_corrected_and_withdrawn_is_told(village, now):
    id = publish(village)
    client = create_app(village).test_client()
    body = notices.notice(village.journal, id).body
    village.journal.append(
        "public", "notice.corrected", id, {**body, "title": "更正后的收支", "reason": "漏记一笔"}
    )
    page = client.get(f"/n/{id}").text
    assert "更正后的收支" in page and "漏记一笔" in page and "更正前的内容" in page
    notices.withdraw(village.journal, id, actor="王会计", reason="重复发布")
    page = client.get(f"/n/{id}").text
    assert "撤回" in page and "重复发布" in page


def test_a_notice_that_did_not_arrive_yet_is_said_plainly(township):
    client = create_app(township).test_client()
    answer = client.get("/n/01M4HP3540E0RBZR8JM8VBYE25")
    assert answer.status_code == 404
    assert "这条公开内容还没有传到乡镇，请在村里的屏幕上看" in answer.text
    nonsense = client.get("/n/xxx")
    assert nonsense.status_code == 404
    assert "没有这样的公开内容" in nonsense.text and "还没有传到" not in nonsense.text


def test_feedback_is_taken_and_followed(both, enrolled, township):
    id, client = both
    sent = send(client, id)
    assert sent.status_code == 303
    page = client.get(sent.location)
    assert "已经提交" in page.text and "收藏" in page.text and SAID["text"] in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert "noindex" in page.headers["X-Robots-Tag"] and 'content="noindex' in page.text
    assert "应在 <strong>2026年12月4日</strong> 以前答复" in page.text
    [kept] = queries.of_village(township.journal, VILLAGE)
    assert (kept.text, kept.phone, kept.notice) == (SAID["text"], SAID["phone"], id)
    copied(township, enrolled, VILLAGE)
    feedback.answer(enrolled.journal, kept.id, "村北路。", public=True, actor="王会计")
    copied(enrolled, township)
    page = client.get(sent.location)
    assert "村北路。" in page.text
    rated = client.post(
        sent.location,
        data={
            "csrf_token": re.search(r'name="csrf_token" value="([^"]*)"', page.text)[1],
            "satisfied": "no",
            "text": "没说多少钱",
        },
    )
    assert rated.status_code == 303
    assert queries.feedback(township.journal, kept.id).state == "reopened"


def test_a_public_answer_stands_beside_the_notice_without_personal_data(village, now):
    id = publish(village)
    client = create_app(village).test_client()
    send(client, id, text="我是 13812345678，路灯坏了", do="as_is")
    [kept] = queries.of_village(village.journal, VILLAGE)
    feedback.answer(village.journal, kept.id, "下周修。", public=True, actor="王会计")
    page = create_app(village).test_client().get(f"/n/{id}").text
    assert "路灯坏了" in page and "下周修。" in page
    assert "13812345678" not in page


def test_a_missing_cookie_shows_the_text_again(both, township):
    id, client = both
    hidden = fields(client.get(f"/n/{id}").text)
    other = create_app(township).test_client()
    answer = other.post(f"/n/{id}", data={**hidden, **SAID})
    assert answer.status_code == 400
    assert SAID["text"] in answer.text and SAID["phone"] in answer.text
    assert "请再点一次" in answer.text
    again = other.post(f"/n/{id}", data={**SAID, **fields(answer.text)})
    assert again.status_code == 303


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kind": ""}, "请选择一种"),
        ({"text": " "}, "请写下"),
        ({"text": "长" * 1001}, "太长"),
        ({"phone": "电话"}, "电话号码"),
    ],
)
def test_a_fault_is_said_and_what_was_typed_is_kept(both, township, changes, words):
    id, client = both
    answer = send(client, id, **changes)
    assert answer.status_code == 400
    assert words in answer.text
    kept = {**SAID, **changes}
    assert kept["text"].strip() in answer.text
    assert queries.counts(township.journal).total == 0


def test_sending_twice_takes_it_once(both, township):
    id, client = both
    hidden = fields(client.get(f"/n/{id}").text)
    first = client.post(f"/n/{id}", data={**hidden, **SAID})
    second = client.post(f"/n/{id}", data={**hidden, **SAID})
    assert (first.status_code, second.status_code) == (303, 303)
    assert queries.counts(township.journal).total == 1


def test_going_back_and_sending_again_takes_it_once(both, township):
    id, client = both
    first = send(client, id)
    again = send(client, id)
    assert again.status_code == 303
    assert again.location == first.location.partition("?")[0]
    assert queries.counts(township.journal).total == 1
    assert send(client, id, kind="建议").status_code == 303
    with clock.set_to(NOW + timedelta(minutes=11)):
        guard.limiter.reset()
        assert send(client, id).status_code == 303
    assert queries.counts(township.journal).total == 3


def test_the_same_words_from_the_same_network_are_said_to_be_there(both, township):
    id, client = both
    send(client, id)
    answer = send(client.application.test_client(), id)
    assert answer.status_code == 409
    assert "已经收到了" in answer.text and SAID["text"] in answer.text
    assert "/f/" not in answer.text
    assert queries.counts(township.journal).total == 1


PERSONAL = "我是 13812345678，路灯坏了"


def test_the_asker_is_told_what_becomes_public(both):
    id, client = both
    page = page_of(client.get(f"/n/{id}"))
    assert "村里公开答复时，您的问题也会一起公开（不带电话）" in page


@pytest.mark.parametrize(
    ("do", "kept"), [("mask", "我是 138****5678，路灯坏了"), ("as_is", PERSONAL)]
)
def test_personal_data_in_a_question_is_masked_or_sent_as_the_asker_says(both, township, do, kept):
    id, client = both
    warned = send(client, id, text=PERSONAL, phone="")
    assert warned.status_code == 200
    assert "手机号" in warned.text and "遮盖后提交" in warned.text and "就这样提交" in warned.text
    assert PERSONAL in warned.text and "138****5678" in warned.text
    assert queries.counts(township.journal).total == 0
    data = {**SAID, "phone": "", "text": PERSONAL, "do": do, **fields(warned.text)}
    assert client.post(f"/n/{id}", data=data).status_code == 303
    [found] = queries.of_village(township.journal, VILLAGE)
    assert found.text == kept


def test_a_photo_survives_the_warning(both, township):
    from PIL import Image

    id, client = both
    file = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(file, "JPEG")
    warned = send(client, id, text=PERSONAL, photo=(io.BytesIO(file.getvalue()), "路灯.jpg"))
    assert "照片已经收到" in warned.text and "重新选" not in warned.text
    sealed = re.search(r'name="photo_kept" value="([^"]*)"', warned.text)[1]
    for kept, has in ((sealed[:-2] + "xx", False), (sealed, True)):
        data = {
            **SAID, "text": PERSONAL, "do": "mask", "kind": "建议" if has else "询问",
            **fields(page_of(client.get(f"/n/{id}"))), "photo_kept": kept,
        }  # fmt: skip
        assert client.post(f"/n/{id}", data=data).status_code == 303
        found = queries.of_village(township.journal, VILLAGE)
        assert any(bool(each.photo) for each in found) is has


def test_what_is_sent_too_often_is_held_and_not_lost(both, township):
    id, client = both
    for number in range(5):
        assert send(client, id, text=f"第{number}条意见").status_code == 303
    sixth = send(client, id, text="第六条意见")
    assert sixth.status_code == 303
    assert "先核一下再受理" in client.get(sixth.location).text
    held = [each for each in queries.every(township.journal) if each.held]
    assert [each.text for each in held] == ["第六条意见"]


def test_while_the_box_is_flooded_phones_work_and_others_are_held(both, township):
    from kiosk.feedback import intake, work

    id, client = both
    for _ in range(60):
        intake.note(township.journal, network="10.9.9.9", held=True)
    page = page_of(client.get(f"/n/{id}"))
    assert "work.js" in page
    challenge = re.search(r'data-work="([^"]+)"', page)[1]
    number = next(n for n in range(10**7) if work.is_done(challenge, str(n)))
    worked = {"work": challenge, "work_done": str(number)}
    assert send(client, id, text="做了功课", **worked).status_code == 303
    assert send(client, id, text="没有做", kind="建议").status_code == 303
    assert send(client, id, text="再用一次", kind="建议", **worked).status_code == 303
    held = {each.text: each.held for each in queries.every(township.journal)}
    assert held == {"做了功课": False, "没有做": True, "再用一次": True}


def test_answered_questions_like_it_are_offered_first(village, now):
    id = publish(village)
    client = create_app(village).test_client()
    send(client, id, text="四组的路灯什么时候修？")
    [kept] = queries.of_village(village.journal, VILLAGE)
    feedback.answer(village.journal, kept.id, "周五修。", public=True, actor="王会计")
    like = {"text": "四组路灯啥时候修", "phone": ""}
    offered = send(client, id, **like)
    assert offered.status_code == 200
    assert "周五修。" in offered.text and "还是要提交" in offered.text
    assert queries.counts(village.journal).total == 1
    assert send(client, id, **like, do="still").status_code == 303
    assert queries.counts(village.journal).total == 2


def test_a_voice_memo_is_enough_and_is_not_public(both, township):
    id, client = both
    memo = b"#!AMR\n" + bytes(900)
    sent = send(client, id, text="", voice=(io.BytesIO(memo), "录音.amr"))
    assert sent.status_code == 303
    [kept] = queries.of_village(township.journal, VILLAGE)
    assert township.blobs.get(kept.voice) == memo and "录音" in kept.text
    assert client.get(f"/blobs/{kept.voice}").status_code == 404
    video = b"\0\0\0\x18ftypmp42" + b"hdlr....vide" + bytes(900)
    refused = send(client, id, text="看录像", voice=(io.BytesIO(video), "a.mp4"))
    assert "这是视频" in refused.text and "看录像" in refused.text


def test_the_box_itself_takes_what_is_about_no_notice(enrolled, township, now):
    client = create_app(township).test_client()
    page = client.get("/say").text
    assert "东湖村</option>" in page
    sent = client.post("/say", data={**fields(page), **SAID, "village": VILLAGE})
    assert sent.status_code == 303
    [kept] = queries.of_village(township.journal, VILLAGE)
    assert (kept.notice, kept.text) == ("", SAID["text"])
    assert "还没有公开答复" in client.get("/m/answers").text
    kept_page = client.get("/m/kept").text
    assert "90 天" in kept_page and "撤回并删除" in kept_page


def test_a_sender_takes_it_back_and_nothing_of_it_is_left(both, township):
    id, client = both
    follow = send(client, id).location.partition("?")[0]
    page = client.get(follow).text
    assert re.search(r"取件号：<strong class=\"figure\">\d{4} \d{4}<", page)
    csrf = {"csrf_token": re.search(r'name="csrf_token" value="([^"]*)"', page)[1]}
    unsure = client.post(follow, data={**csrf, "do": "withdraw"})
    assert unsure.status_code == 400 and "请先勾上" in unsure.text
    assert client.post(follow, data={**csrf, "do": "withdraw", "sure": "yes"}).status_code == 303
    page = client.get(follow).text
    assert "已经撤回" in page and SAID["text"] not in page
    assert not any(SAID["phone"] in str(it.body) for it in township.journal.all_entries())


def test_a_photo_is_made_safe_and_kept(both, township):
    from PIL import Image

    id, client = both
    file = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(file, "JPEG")
    sent = send(client, id, photo=(io.BytesIO(file.getvalue()), "路灯.jpg"))
    assert sent.status_code == 303
    [kept] = queries.of_village(township.journal, VILLAGE)
    assert township.blobs.has(kept.photo)
    refused = send(client, id, text="再说一次", photo=(io.BytesIO(b"MZ"), "a.jpg"))
    assert refused.status_code == 400
    assert "不是照片" in refused.text and "照片要重新选一次" in refused.text
    assert "再说一次" in refused.text


def test_a_photo_of_a_feedback_is_not_public(both, township):
    from PIL import Image

    id, client = both
    file = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(file, "JPEG")
    send(client, id, photo=(io.BytesIO(file.getvalue()), "路灯.jpg"))
    [kept] = queries.of_village(township.journal, VILLAGE)
    assert client.get(f"/blobs/{kept.photo}").status_code == 404


def test_of_a_township_notice_the_sender_says_which_village(enrolled, township, now):
    id = posting.publish(
        township.journal,
        actor="李监督",
        item="township",
        title="防汛通知",
        content={"text": "注意"},
    )
    client = create_app(township).test_client()
    assert "东湖村</option>" in client.get(f"/n/{id}").text
    assert "还没有接入" in send(client, id).text
    assert send(client, id, village=VILLAGE).status_code == 303
    assert queries.counts(township.journal, VILLAGE).total == 1


def test_an_unknown_follow_link_tells_nothing(township):
    client = create_app(township).test_client()
    for token in ("x" * 22, "xxx"):
        answer = client.get(f"/f/{token}")
        assert answer.status_code == 404
        assert "没有找到" in answer.text
        assert "<p>李楼镇</p>" in answer.text


def test_displeasure_is_expressed_not_submitted(both):
    id, client = both
    sent = send(client, id, kind="不满意")
    assert "您表示不满意" in client.get(sent.location).text
    assert "您提交了询问" in client.get(send(client, id).location).text


def test_a_question_may_stand_shortened_or_not_at_all_beside_its_answer(village, now):
    id = publish(village)
    client = create_app(village).test_client()
    for text, question in (("张家门口路灯坏了", "路灯坏了"), ("李家欠我钱，路灯也坏了", "")):
        follow = send(client, id, text=text).location
        [kept] = [each for each in queries.of_village(village.journal, VILLAGE) if each.open]
        feedback.answer(
            village.journal, kept.id, "下周修。", public=True, actor="王", question=question
        )
        page = client.get(follow).text
        assert ("一起公开的问题：路灯坏了" in page) is bool(question)
        assert ("没有公开您的问题" in page) is not bool(question)
    page = client.get(f"/n/{id}").text
    assert "张家" not in page and "路灯坏了" in page
    assert "李家" not in page and "问题没有公开" in page


def test_the_light_home_lists_what_is_new(both):
    id, client = both
    page = page_of(client.get("/m/"))
    assert f"/n/{id}" in page and "东湖村" in page


def test_the_light_home_is_searched_of_one_village_or_all(both, township):
    id, client = both
    assert f'<option value="{VILLAGE}">东湖村</option>' in page_of(client.get("/m/"))
    for village, q, found in (
        ("", "账目", True), (VILLAGE, "财务", True), (VILLAGE, "CWSZ", True),
        ("", "水库", False), ("371721105999", "财务", False),
    ):  # fmt: skip
        page = page_of(client.get("/m/", query_string={"village": village, "q": q}))
        assert (f"/n/{id}" in page) is found
        assert ("没有找到" in page) is not found
