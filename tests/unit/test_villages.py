"""Who is who, invitations and enrolment; data folders."""

import stat
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk import clock, config, villages
from kiosk.config import ConfigWrong
from kiosk.journal.log import Journal
from kiosk.node import Node, make_node, open_node
from kiosk.villages.commands import InvitationRefused

VILLAGE = "371721105201"
KEY = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
AT = datetime(2026, 10, 8, 1, 0, tzinfo=UTC)


def join(journal: Journal, code: str, village: str = VILLAGE, key: bytes = KEY) -> None:
    villages.enrol(
        journal, code, village_code=village, name="东湖村", host="sanwu.invalid", public_key=key
    )


def test_a_node_says_who_it_is_once(village: Node) -> None:
    open_node(village.config.dir).close()
    said = village.journal.find(VILLAGE, "node.described")
    assert len(said) == 1
    found = villages.village(village.journal, VILLAGE)
    assert found is not None
    assert (found.name, found.began, found.role) == ("东湖村", date(2026, 1, 1), "village")


def test_changed_contacts_are_said_again(village: Node) -> None:
    path = village.config.dir / "node.toml"
    path.write_text(path.read_text().replace("0530-3350001", "0530-3359999"))
    node = open_node(village.config.dir)
    found = villages.village(node.journal, VILLAGE)
    node.close()
    assert found is not None and found.contacts["supervision_phone"] == "0530-3359999"


def test_an_invited_village_joins_and_may_ask_again(township: Node) -> None:
    code = villages.invite(township.journal, VILLAGE, actor="李主任")
    join(township.journal, code)
    join(township.journal, code.lower().replace("-", " "))
    assert [each.code for each in villages.known(township.journal)] == [VILLAGE]
    assert len(township.journal.find(VILLAGE, "village.enrolled")) == 1


def test_the_journal_never_holds_the_code(township: Node) -> None:
    code = villages.invite(township.journal, VILLAGE, actor="李主任")
    assert all(code not in str(entry.body) for entry in township.journal.all_entries())


@pytest.mark.parametrize(
    "case", ["another code", "another village", "another key", "expired", "second machine"]
)
def test_a_wrong_invitation_is_refused(township: Node, case: str) -> None:
    with clock.set_to(AT):
        code = villages.invite(township.journal, VILLAGE, actor="李主任")
    other = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    with clock.set_to(AT + timedelta(days=8 if case == "expired" else 1)):
        if case == "another key":
            join(township.journal, code)
        if case == "second machine":
            join(township.journal, code)
            code = villages.invite(township.journal, VILLAGE, actor="李主任")
        with pytest.raises(InvitationRefused):
            join(
                township.journal,
                "AAAA-BBBB-CCCC" if case == "another code" else code,
                "371721105202" if case == "another village" else VILLAGE,
                other if case in ("another key", "second machine") else KEY,
            )


@pytest.mark.parametrize("code", ["371721106201", "371721105000"])
def test_only_villages_of_the_township_are_invited(township: Node, code: str) -> None:
    with pytest.raises(InvitationRefused):
        villages.invite(township.journal, code, actor="李主任")


def test_the_key_is_for_its_owner_alone(village: Node) -> None:
    assert stat.S_IMODE((village.config.dir / "node.key").stat().st_mode) == 0o600


def test_a_second_init_changes_nothing(village: Node) -> None:
    before = (village.config.dir / "node.key").read_bytes()
    with pytest.raises(ConfigWrong):
        make_node(
            village.config.dir,
            role="village",
            code=VILLAGE,
            name="别的村",
            began=date(2026, 1, 1),
        )
    assert (village.config.dir / "node.key").read_bytes() == before
    assert config.load(village.config.dir).name == "东湖村"


@pytest.mark.parametrize(
    ("role", "code"), [("village", "371721105000"), ("township", VILLAGE), ("city", VILLAGE)]
)
def test_role_and_code_must_fit(tmp_path: Path, role: str, code: str) -> None:
    with pytest.raises(ConfigWrong):
        make_node(tmp_path / "x", role=role, code=code, name="某", began=date(2026, 1, 1))
    assert not (tmp_path / "x" / "node.toml").exists()


def test_a_township_may_be_named_by_nine_digits(tmp_path: Path) -> None:
    made = make_node(
        tmp_path / "t", role="township", code="371721105", name="李楼镇", began=date(2026, 1, 1)
    )
    assert made.code == "371721105000"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('role = "village"', 'role = "city"', "village"),
        ('began = "2026-01-01"', 'began = "soon"', "写错"),
        ('name = "东湖村"\n', "", "缺少设置 name"),
        ('role = "village"', "role = [", "写法有误"),
    ],
)
def test_a_wrong_setting_is_named(village: Node, old: str, new: str, said: str) -> None:
    path = village.config.dir / "node.toml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(ConfigWrong, match=said):
        config.load(village.config.dir)
