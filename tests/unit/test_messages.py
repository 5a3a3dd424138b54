"""News goes out once, in digests, to whom it concerns, by real servers on this machine."""

import base64
import hashlib
import hmac
import json
import socket
import threading
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from aiosmtpd.controller import Controller
from hypothesis import given
from hypothesis import strategies as st

from kiosk import clock, messages, supervision
from kiosk.messages import RecipientRefused, channels
from kiosk.messages.channels import NotDelivered
from kiosk.rules import messages as rules
from kiosk.rules.messages import News, Recipient
from tests.conftest import VILLAGE

MORNING = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)  # 9:00 in Beijing
NIGHT = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)  # 23:00
OFFICER = Recipient("王会计", VILLAGE, 0, email="wang@example.cn")


def news(id="n1", level=0, urgent=False, village=VILLAGE, on=date(2026, 11, 24)):
    return News(on, id, village, level, urgent, f"{id}的事。")


# ---- the rules ----


def test_plain_news_waits_for_the_days_digest_and_goes_out_once():
    before = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)  # 8:00
    assert rules.due(OFFICER, [news()], set(), None, before) == []
    assert rules.due(OFFICER, [news()], set(), None, MORNING) == [news()]
    assert rules.due(OFFICER, [news()], {"n1"}, None, MORNING) == []
    assert rules.due(OFFICER, [news("n2")], {"n1"}, date(2026, 11, 24), MORNING) == []


def test_urgent_news_goes_out_at_once_but_not_at_night():
    urgent = news(urgent=True)
    assert rules.due(OFFICER, [urgent], set(), date(2026, 11, 24), MORNING) == [urgent]
    assert rules.due(OFFICER, [urgent], set(), None, NIGHT) == []


def test_who_answers_for_it_hears_when_it_has_gone_so_far():
    leader = Recipient("刘镇长", "", 2, phone="13800000000")
    assert rules.due(leader, [news(level=1)], set(), None, MORNING) == []
    assert rules.due(leader, [news(level=2)], set(), None, MORNING) == [news(level=2)]
    other = Recipient("李会计", "371721105202", 0, phone="13800000001")
    assert rules.due(other, [news()], set(), None, MORNING) == []


@given(st.integers(0, 60), st.integers(0, 23))
def test_a_message_is_bounded_and_nothing_goes_out_in_quiet_hours(count, hour):
    every = [news(f"n{n}") for n in range(count)]
    now = datetime(2026, 11, 24, hour, 30, tzinfo=clock.BEIJING)
    found = rules.due(OFFICER, every, set(), None, now)
    assert not found or not rules.is_quiet(now.time())
    assert len(rules.text(found, {}, OFFICER).splitlines()) <= rules.MOST + 1


# ---- the channels, against real servers ----


@pytest.fixture
def mailbox():
    """Messages that a real SMTP server took."""
    got = []

    class Handler:
        async def handle_DATA(self, server, session, envelope):
            got.append(
                (envelope.rcpt_tos, message_from_bytes(envelope.content, policy=policy.default))
            )
            return "250 OK"

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(Handler(), hostname="127.0.0.1", port=port)
    controller.start()
    yield got, port
    controller.stop()


@pytest.fixture
def receiver():
    """Requests that a real HTTP server took, and the answers that it gives: (status, body)."""
    got, answers = [], []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append((self.path, dict(self.headers), json.loads(body)))
            status, said = answers.pop(0) if answers else (200, {"errcode": 0})
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(said).encode())

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
    yield got, answers, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_an_email_arrives_as_written(mailbox):
    got, port = mailbox
    channel = channels.Email({"host": "127.0.0.1", "port": port, "sender": "sanwu@example.cn"})
    channel.send("wang@example.cn", "三务公开提醒：1 项", "· 第三季度财务收支情况还没公开。")
    [(to, message)] = got
    assert to == ["wang@example.cn"] and message["Subject"] == "三务公开提醒：1 项"
    assert message.get_content().strip() == "· 第三季度财务收支情况还没公开。"


def test_a_group_robot_is_asked_as_wecom_and_dingtalk_want_it(receiver):
    got, answers, url = receiver
    with clock.set_to(MORNING):
        channels.Group({"url": f"{url}/robot?key=k", "secret": "SEC1"}).send("", "题", "文")
    [(path, _, body)] = got
    assert body == {"msgtype": "text", "text": {"content": "题\n文"}}
    query = parse_qs(urlsplit(path).query)
    signed = hmac.new(b"SEC1", f"{query['timestamp'][0]}\nSEC1".encode(), hashlib.sha256)
    assert query["sign"] == [base64.b64encode(signed.digest()).decode()]
    answers.append((200, {"errcode": 310000, "errmsg": "sign not match"}))
    with pytest.raises(NotDelivered, match="sign not match"):
        channels.Group({"url": url}).send("", "题", "文")


def test_an_sms_gateway_gets_its_token_and_a_refusal_is_told_without_the_address(receiver):
    got, answers, url = receiver
    sms = channels.Sms({"url": f"{url}/send", "token": "secret-token"})
    sms.send("13800000000", "题", "文")
    assert got[0][1]["Authorization"] == "Bearer secret-token"
    assert got[0][2] == {"phone": "13800000000", "text": "题\n文"}
    answers.append((503, {}))
    with pytest.raises(NotDelivered) as failed:
        sms.send("13800000000", "题", "文")
    assert "503" in str(failed.value) and "127.0.0.1" not in str(failed.value)
    with pytest.raises(NotDelivered, match="连不上"):
        channels.Sms({"url": "http://127.0.0.1:9/"}).send("1", "题", "文")


def test_channels_come_from_the_settings_and_a_wrong_one_is_named(village):
    path = village.config.dir / "node.toml"
    assert channels.load(village.config.dir) == {}
    whole = path.read_text("utf-8")
    path.write_text(f"{whole}\n[channels.email]\nport = 25\n", encoding="utf-8")
    with pytest.raises(channels.ChannelsWrong, match=r"email.*host"):
        channels.load(village.config.dir)
    path.write_text(f'{whole}\n[channels.group."干部群"]\nurl = "http://x"\n', encoding="utf-8")
    assert channels.load(village.config.dir)["group"].names == ["干部群"]


# ---- telling ----


def ordered(township, when=MORNING):
    with clock.set_to(when):
        supervision.send_order(
            township.journal, village=VILLAGE, text="请公开第三季度账目。", actor="李监督"
        )


def test_an_order_is_told_once_at_once_and_a_failure_is_tried_again(enrolled, township, mailbox):
    got, port = mailbox
    good = {"email": channels.Email({"host": "127.0.0.1", "port": port, "sender": "a@b"})}
    dead = {"email": channels.Email({"host": "127.0.0.1", "port": 9, "sender": "a@b"})}
    messages.set_recipient(township.journal, OFFICER, actor="李监督")
    ordered(township)
    with clock.set_to(MORNING):
        assert messages.tell(township.journal, dead) == 0
        [failure] = messages.failures(township.journal)
        assert failure.times == 1 and "邮件没有发出" in failure.words
        assert messages.tell(township.journal, good) == 0  # it waits five minutes
    with clock.set_to(MORNING + timedelta(minutes=6)):
        assert messages.tell(township.journal, good) == 1
        assert messages.tell(township.journal, good) == 0
        assert messages.failures(township.journal) == []
    [(_, message)] = got
    assert "请公开第三季度账目" in message.get_content()
    live = township.journal.projector.fingerprints(township.journal.db)
    township.journal.rebuild()
    assert township.journal.projector.fingerprints(township.journal.db) == live


def test_who_was_removed_hears_nothing_more(enrolled, township, mailbox):
    got, port = mailbox
    good = {"email": channels.Email({"host": "127.0.0.1", "port": port, "sender": "a@b"})}
    id = messages.set_recipient(township.journal, OFFICER, actor="李监督")
    messages.remove_recipient(township.journal, id, actor="李监督")
    ordered(township)
    with clock.set_to(MORNING):
        assert messages.tell(township.journal, good) == 0
    assert got == [] and messages.recipients(township.journal) == []


@pytest.mark.parametrize(
    ("recipient", "words"),
    [
        (Recipient(" ", VILLAGE, 0, email="a@b"), "姓名"),
        (Recipient("王", VILLAGE, 0), "联系方式"),
        (Recipient("王", VILLAGE, 0, email="no address"), "邮箱"),
        (Recipient("王", VILLAGE, 0, phone="12ab"), "数字"),
        (Recipient("王", VILLAGE, 7, phone="13800000000"), "哪一级"),
        (Recipient("王", "371721105999", 0, phone="13800000000"), "没有这个村"),
    ],
)
def test_a_recipient_who_cannot_be_reached_is_refused(enrolled, township, recipient, words):
    with pytest.raises(RecipientRefused, match=words):
        messages.set_recipient(township.journal, recipient, actor="李监督")
