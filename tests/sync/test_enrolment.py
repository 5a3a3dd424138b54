"""Joining with a one-time code."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kiosk import clock, create_app, villages
from kiosk.config import load
from kiosk.node import Node, make_node, open_node
from kiosk.sync import client, enrolment
from kiosk.sync.enrolment import EnrolmentFailed
from kiosk.sync.transport import Answer, InProcess, Unreachable
from tests.conftest import BEGAN
from tests.sync.servers import TOWNSHIP, VILLAGE

NOW = datetime(2026, 11, 24, 4, 5, 6, tzinfo=UTC)
URL = "https://lilou.example/board/"


@pytest.fixture
def way(township: Node) -> InProcess:
    return InProcess(create_app(township))


def invite(township: Node, village: str = VILLAGE) -> str:
    return villages.invite(township.journal, village, actor="测试")


def test_a_village_joins_and_syncs(village: Node, township: Node, way: InProcess) -> None:
    joined = enrolment.enrol(village, URL, invite(township), way)
    assert (joined.code, joined.name, joined.url) == (TOWNSHIP, "李楼镇", URL[:-1])
    assert load(village.config.dir).upstream == joined
    assert [each.code for each in villages.known(township.journal)] == [VILLAGE]
    assert client.round(village, way).troubles == ()
    again = open_node(village.config.dir)
    assert client.round(again, way).troubles == ()
    again.close()


def test_a_code_read_over_the_telephone_is_taken(
    village: Node, township: Node, way: InProcess
) -> None:
    code = invite(township).lower().replace("-", " ")
    assert enrolment.enrol(village, URL, code, way).code == TOWNSHIP


def test_a_lost_answer_is_asked_for_again(village: Node, township: Node, way: InProcess) -> None:
    class Lossy(InProcess):
        def request(
            self, method: str, path: str, headers: dict[str, str], data: bytes | Iterable[bytes]
        ) -> Answer:
            super().request(method, path, headers, data)
            raise Unreachable("断网")

    code = invite(township)
    with pytest.raises(EnrolmentFailed, match="断网"):
        enrolment.enrol(village, URL, code, Lossy(create_app(township)))
    assert load(village.config.dir).upstream is None
    assert enrolment.enrol(village, URL, code, way).code == TOWNSHIP
    assert len(villages.known(township.journal)) == 1


@pytest.mark.parametrize("code", ["AAAA-BBBB-CCCC", "x"])
def test_a_wrong_code_is_refused(village: Node, township: Node, way: InProcess, code: str) -> None:
    invite(township)
    with pytest.raises(EnrolmentFailed, match="加入码不对"):
        enrolment.enrol(village, URL, code, way)
    assert villages.known(township.journal) == []


def test_a_code_for_another_village_is_refused(
    village: Node, township: Node, way: InProcess
) -> None:
    with pytest.raises(EnrolmentFailed, match="加入码不对"):
        enrolment.enrol(village, URL, invite(township, "371721105202"), way)


def test_an_old_code_is_refused(village: Node, township: Node, way: InProcess) -> None:
    with clock.set_to(NOW):
        code = invite(township)
    with (
        clock.set_to(NOW + timedelta(days=8)),
        pytest.raises(EnrolmentFailed, match="过期"),
    ):
        enrolment.enrol(village, URL, code, way)


def test_a_village_whose_clock_is_wrong_can_join(
    village: Node, township: Node, way: InProcess
) -> None:
    class Apart(InProcess):
        def request(
            self, method: str, path: str, headers: dict[str, str], data: bytes | Iterable[bytes]
        ) -> Answer:
            with clock.set_to(NOW):
                return super().request(method, path, headers, data)

    with clock.set_to(NOW):
        code = invite(township)
    with clock.set_to(datetime(2000, 1, 1, tzinfo=UTC)):
        assert enrolment.enrol(village, URL, code, Apart(create_app(township))).code == TOWNSHIP


def test_a_village_joins_only_the_township_it_lies_in(
    tmp_path: Path, township: Node, way: InProcess
) -> None:
    make_node(tmp_path / "x", role="village", code="371721106201", name="x", began=BEGAN)
    other = open_node(tmp_path / "x")
    with pytest.raises(EnrolmentFailed, match="加入码不对"):
        enrolment.enrol(other, URL, invite(township), way)
    other.close()


@pytest.mark.parametrize("url", ["lilou.example", "ftp://lilou.example", ""])
def test_an_address_that_is_none_is_refused(village: Node, url: str) -> None:
    with pytest.raises(EnrolmentFailed, match="http"):
        enrolment.enrol(village, url, "x")


def test_an_address_without_a_township_is_refused(village: Node) -> None:
    class Elsewhere:
        def request(
            self, method: str, path: str, headers: dict[str, str], data: bytes | Iterable[bytes]
        ) -> Answer:
            return Answer(200, {}, [b"<html>"])

    with pytest.raises(EnrolmentFailed, match="不是乡镇"):
        enrolment.enrol(village, URL, "x", Elsewhere())
