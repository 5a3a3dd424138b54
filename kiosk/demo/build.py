"""Builds the demo's nodes by playing the plan forward: the clock is set to each step's moment and
the rooms' own commands do it, checks and all; the villages sync with the township in between, so
that the witness's times are those of a real run.

Everything is made in a temporary folder beside the wanted one and renamed at the end: a build that
was interrupted leaves nothing.
"""

import json
import logging
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from random import Random
from typing import Any

import tomlkit

from kiosk import clock, create_app, duties, feedback, people, villages
from kiosk import config as settings
from kiosk.attachments import photos
from kiosk.attachments.photos import Photo
from kiosk.demo import scenes
from kiosk.demo import screens as demo_screens
from kiosk.demo.acts import SignOff, Step, moment
from kiosk.demo.places import (
    DISCIPLINE,
    LATE,
    OFFLINE,
    PASSWORD,
    SUPERVISORS,
    TOWNSHIP_CODE,
    TOWNSHIP_CONTACTS,
    TOWNSHIP_NAME,
    Place,
    places,
)
from kiosk.demo.plan import plan
from kiosk.demo.play import Stage, play
from kiosk.demo.reviewing import accounts
from kiosk.demo.routine import began
from kiosk.demo.supervision import supervise
from kiosk.demo.township import earlier_outage, founded, offline_since
from kiosk.node import Node, make_node, open_node
from kiosk.rules import catalogue
from kiosk.sync import client, enrolment, marks
from kiosk.sync.transport import Answer, InProcess, Unreachable

MANIFEST = "demo.json"
CLOSED = "http://127.0.0.1:9"
"""Where the offline village looks for its township: the discard port, closed everywhere."""

NIGHTS, OLD_NIGHTS = timedelta(days=30), timedelta(days=30)

Progress = Callable[[float], None]
"""Told how much of the work is done, from 0 to 1."""


@dataclass(frozen=True)
class Login:
    name: str
    role: str
    password: str


@dataclass(frozen=True)
class DemoNode:
    """A node of the demo; `offline`: its story is that it cannot reach the township."""

    role: str
    code: str
    name: str
    dir: Path
    logins: tuple[Login, ...]
    offline: bool


def build(
    dir: Path,
    *,
    count: int = 3,
    township_url: str = "http://127.0.0.1:8000",
    now: datetime | None = None,
    progress: Progress = lambda _: None,
) -> list[DemoNode]:
    """Makes `dir` with a township and `count` villages, as they stand at `now`; the township ahead.

    Raises FileExistsError where `dir` is there already, OSError where it cannot be written.
    """
    if dir.exists():
        raise FileExistsError(f"{dir} 已经有了，没有改动它。")
    moment_now = (now or clock.now()).replace(microsecond=0)
    dir.parent.mkdir(parents=True, exist_ok=True)
    _sweep(dir)
    made = Path(tempfile.mkdtemp(prefix=_prefix(dir), dir=dir.parent))
    try:
        found = _built(made, places(count), township_url, moment_now, progress)
        write_manifest(made, found, clock.beijing_date(moment_now))
        made.rename(dir)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return [_moved(node, dir) for node in found]


def read(dir: Path) -> tuple[list[DemoNode], date]:
    """The nodes of a demo folder and the day for which it was built.

    Raises ValueError where it is none.
    """
    try:
        held = json.loads((dir / MANIFEST).read_text(encoding="utf-8"))
        nodes = [
            DemoNode(
                node["role"],
                node["code"],
                node["name"],
                dir / node["dir"],
                tuple(Login(**login) for login in node["logins"]),
                node["offline"],
            )
            for node in held["nodes"]
        ]
        return nodes, date.fromisoformat(held["today"])
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f"{dir} 不是演示数据（{MANIFEST} 缺失或已损坏）。请换一个文件夹，或删除后重来。"
        ) from error


def _prefix(dir: Path) -> str:
    return f".{dir.name}.new-"


def _sweep(dir: Path) -> None:
    """Removes what builds that were killed left behind an hour ago or more."""
    for left in dir.parent.glob(f"{_prefix(dir)}*"):
        if time.time() - left.stat().st_mtime > 3600:
            shutil.rmtree(left, ignore_errors=True)


def _moved(node: DemoNode, dir: Path) -> DemoNode:
    return DemoNode(node.role, node.code, node.name, dir / node.dir.name, node.logins, node.offline)


def write_manifest(dir: Path, nodes: list[DemoNode], today: date) -> None:
    """Writes down which nodes a demo folder has and of which day it tells."""
    described = [
        {
            "role": node.role,
            "code": node.code,
            "name": node.name,
            "dir": node.dir.name,
            "offline": node.offline,
            "logins": [vars(login) for login in node.logins],
        }
        for node in nodes
    ]
    text = json.dumps(
        {"today": today.isoformat(), "nodes": described}, ensure_ascii=False, indent=1
    )
    (dir / MANIFEST).write_text(text + "\n", encoding="utf-8")


def _built(
    dir: Path, given: list[Place], township_url: str, now: datetime, progress: Progress
) -> list[DemoNode]:
    today = clock.beijing_date(now)
    stage = _stage(dir, given, township_url, today)
    try:
        steps = plan(given, now, catalogue.load())
        connection = _Connections(stage, given, now, today)
        done = 0
        for day, of_day in groupby(steps, key=lambda step: clock.beijing_date(step.at)):
            connection.until(moment(day, 0))
            connection.night(day)
            for batch in _batches(list(of_day)):
                connection.until(batch[0].at)
                for step in batch:
                    with clock.set_to(step.at):
                        play(stage, step)
                connection.rounds(batch)
                done += len(batch)
                progress(done / len(steps))
        for code, place in stage.places.items():
            if place.part not in (LATE, OFFLINE):  # these forget their backups, too
                with clock.set_to(now - timedelta(hours=9)):
                    marks.backed_up(stage.nodes[code].journal)
        demo_screens.set_up(
            ((place, stage.nodes[code]) for code, place in stage.places.items()), now
        )
        supervise(stage, now)
        connection.end()
        found = _described(dir, given, now)
        for each in found:
            _settle(stage.nodes[each.code])
            if each.offline:
                _unplug(each.dir)
        return found
    finally:
        for node in stage.nodes.values():
            node.close()


def _described(dir: Path, given: list[Place], now: datetime) -> list[DemoNode]:
    township = DemoNode(
        "township",
        TOWNSHIP_CODE,
        TOWNSHIP_NAME,
        dir / TOWNSHIP_CODE,
        (
            *(Login(name, "supervisor", PASSWORD) for name in SUPERVISORS),
            Login(DISCIPLINE, "discipline", PASSWORD),
        ),
        False,
    )
    return [township] + [
        DemoNode(
            "village",
            place.code,
            place.name,
            dir / place.code,
            tuple(Login(name, role, PASSWORD) for name, role in accounts(place)),
            offline_since(place, now) is not None,
        )
        for place in given
    ]


# ---- the nodes ----


def _stage(dir: Path, given: list[Place], township_url: str, today: date) -> Stage:
    """The nodes, made and enrolled each on its first day."""
    start = founded(today)
    nodes: dict[str, Node] = {}
    with clock.set_to(moment(start, 9)):
        folder = dir / TOWNSHIP_CODE
        make_node(
            folder,
            role="township",
            code=TOWNSHIP_CODE,
            name=TOWNSHIP_NAME,
            began=start,
            contacts=TOWNSHIP_CONTACTS,
        )
        # The name in its streams' notes stays without a port, which may be another next time.
        set_public_url(folder, township_url)
        township = nodes[TOWNSHIP_CODE] = _hurry(open_node(folder))
        roles = {**dict.fromkeys(SUPERVISORS, "supervisor"), DISCIPLINE: "discipline"}
        for name, role in roles.items():
            people.add_account(
                township.journal,
                name,
                role,
                node_role="township",
                actor="demo",
                password=PASSWORD,
            )
    transport = InProcess(create_app(township))
    for place in sorted(given, key=lambda place: began(place, today)):
        nodes[place.code] = _village(dir / place.code, place, today, township, transport)
    return Stage(nodes, {place.code: place for place in given}, transport, _photo, {})


def _village(folder: Path, place: Place, today: date, township: Node, transport: InProcess) -> Node:
    first = began(place, today)
    with clock.set_to(moment(first, 8)):
        make_node(
            folder,
            role="village",
            code=place.code,
            name=place.name,
            began=first,
            contacts=place.contacts,
        )
        code = villages.invite(township.journal, place.code, actor=SUPERVISORS[0])
        joining = open_node(folder)
        enrolment.enrol(joining, township.config.public_url, code, transport)
        joining.close()
        node = _hurry(open_node(folder))
        for name, role in accounts(place):
            people.add_account(
                node.journal, name, role, node_role="village", actor="demo", password=PASSWORD
            )
        client.round(node, transport)
    return node


def _hurry(node: Node) -> Node:
    """Nothing here is lost in a power cut but a build that starts anew: so no waiting for disks."""
    node.journal.db.execute("PRAGMA synchronous = OFF")
    return node


def _settle(node: Node) -> None:
    """Everything on disk before the folder gets its name."""
    node.journal.db.execute("PRAGMA synchronous = FULL")
    node.journal.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _unplug(dir: Path) -> None:
    upstream = settings.load(dir).upstream
    assert upstream is not None
    settings.write_upstream(dir, replace(upstream, url=CLOSED))


def set_public_url(dir: Path, url: str) -> None:
    """Writes a node's public address into its settings."""
    path = dir / "node.toml"
    document = tomlkit.parse(path.read_text(encoding="utf-8"))
    document["public_url"] = url
    path.write_text(tomlkit.dumps(document), encoding="utf-8")


@lru_cache(maxsize=128)
def _photo(scene: str, seed: int) -> Photo:
    return photos.photo(scenes.photo(scene, seed))


# ---- who can reach whom ----


class _Down:
    """A village's cable is out."""

    def request(self, *_: Any) -> Answer:
        raise Unreachable("连不上镇里的服务器，请检查网络。")


class _Connections:
    """Syncs the villages with the township after what happened, and turns duties at night."""

    def __init__(self, stage: Stage, given: list[Place], now: datetime, today: date) -> None:
        self._stage, self._now, self._today = stage, now, today
        self._places = {place.code: place for place in given}
        self._last_night = date.min
        self._calls = sorted(self._around_outages())

    def _around_outages(self) -> Iterator[tuple[datetime, str]]:
        """The last round before each outage and the first after it: a node syncs all the time, and
        these two bound what the township knows."""
        for code, place in self._places.items():
            since = offline_since(place, self._now)
            if since is not None:
                yield since - timedelta(seconds=20), code
            outage = earlier_outage(place, self._today)
            if outage is not None:
                yield moment(outage[0], 0) - timedelta(seconds=20), code
                yield moment(outage[1] + timedelta(days=1), 7, 40), code

    def until(self, at: datetime) -> None:
        """The rounds that fall due by then."""
        while self._calls and self._calls[0][0] <= at:
            due, code = self._calls.pop(0)
            self._round(code, due)

    def night(self, day: date) -> None:
        """What nodes do by themselves in the early morning of a day on which something happens;
        further back only now and then, as nobody reads old reminders."""
        if day < self._today - NIGHTS and self._last_night + OLD_NIGHTS > day:
            return
        self._last_night = day
        self._turn(moment(day, 0, 1), day)

    def rounds(self, batch: list[Step]) -> None:
        """The villages concerned sync within the minute: those that wrote, all when the township
        told something to all."""
        last = max(step.at for step in batch)
        wrote = {step.node for step in batch}
        addressed = {
            village for step in batch if (village := getattr(step.act, "village", None)) is not None
        }
        everyone = TOWNSHIP_CODE in wrote and any(
            step.node == TOWNSHIP_CODE
            and not hasattr(step.act, "kind")
            and not isinstance(step.act, SignOff)
            for step in batch
        )
        for code in self._places if everyone else sorted((wrote | addressed) - {TOWNSHIP_CODE}):
            seconds = Random(f"{code}/{last}").randint(12, 48)
            self._round(code, min(last + timedelta(seconds=seconds), self._now))

    def end(self) -> None:
        """The last round before now, for all; the offline one fails."""
        self.until(self._now)
        for code in self._places:
            self._round(code, self._now - timedelta(seconds=5))
        self._turn(self._now, self._today)

    def _turn(self, at: datetime, day: date) -> None:
        for code, node in self._stage.nodes.items():
            watched = [
                each
                for each in (self._places if code == TOWNSHIP_CODE else [code])
                if began(self._places[each], self._today) <= day
            ]
            with clock.set_to(at):
                duties.turn(node.journal, watched, day)
                feedback.keep(node.journal)

    def _round(self, code: str, at: datetime) -> None:
        place, node = self._places[code], self._stage.nodes[code]
        if at < moment(began(place, self._today), 8):
            return
        with clock.set_to(at):
            if self._is_down(place, at):
                with _unheard(client.log):
                    client.round(node, _Down(), random=lambda: 0.5)
            else:
                done = client.round(node, self._stage.transport)
                assert not done.troubles, done.troubles

    def _is_down(self, place: Place, at: datetime) -> bool:
        since = offline_since(place, self._now)
        if since is not None and at >= since:
            return True
        outage = earlier_outage(place, self._today)
        return outage is not None and outage[0] <= clock.beijing_date(at) <= outage[1]


@contextmanager
def _unheard(log: logging.Logger) -> Iterator[None]:
    """Nobody is to be warned of a failure that belongs to the story."""
    log.disabled = True
    try:
        yield
    finally:
        log.disabled = False


def _batches(steps: list[Step]) -> list[list[Step]]:
    """The steps of a day in runs of what came within ten minutes of each other."""
    runs: list[list[Step]] = []
    for step in steps:
        if runs and step.at - runs[-1][-1].at < timedelta(minutes=10):
            runs[-1].append(step)
        else:
            runs.append([step])
    return runs
