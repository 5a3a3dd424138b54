"""One fault round: a village and its township behind a bad line, tormented, then looked at.

A round begins with copies of the same two folders, with a history across a tile's width, photos
and erasures. It draws the weather of the line, two to four *steps* (a kill, a turned clock, a full
or read-only disk) and an *ending*: none, an old copy or a backup put back on either side, a clone
that runs beside its original, a village's machine lost. Then the line clears, people do what they
are told to do, both sides come to rest, and `checks` looks.
"""

import random
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from kiosk import backup, clock, villages
from kiosk import config as settings
from kiosk.node import open_node
from kiosk.sync import recovery, transport
from kiosk.sync.recovery import RecoveryFailed
from tests.faults import checks, disks, writing
from tests.faults.nodes import Ack, Running
from tests.faults.proxy import FATES, Proxy
from tests.sync import servers
from tests.sync.auditor import Audit
from tests.sync.servers import VILLAGE, until

YEAR = 366 * 86_400

PATIENCE_SECONDS = 30
"""How long a request waits on a good line, with the machine busy."""

TRIES = 16
"""How often somebody types a command again before he gives up."""


@dataclass
class Round:
    """What a round works with. `chance` draws everything that it decides."""

    folder: Path
    chance: random.Random
    village: Running
    township: Running
    proxy: Proxy
    audit: Audit | None
    stack: ExitStack
    told: list[str] = field(default_factory=list)

    @property
    def both(self) -> tuple[Running, Running]:
        return self.village, self.township

    def tell(self, words: str) -> None:
        self.told.append(words)

    def let_run(self, seconds: float = 0.25, *, in_peace: bool = True) -> None:
        for node in self.both:
            # A node that was found to be a fork may not write any more.
            if node.orders.writes and in_peace:
                node.until_it_writes()
        time.sleep(self.chance.random() * seconds)


def run(template: Path, folder: Path, seed: int, audit: Audit | None) -> list[str]:
    """A whole round; what happened, for the report. Raises AssertionError."""
    chance = random.Random(seed)
    with ExitStack() as stack:
        village, township = (
            placed(stack, folder, name, template / name) for name in ("village", "township")
        )
        proxy = Proxy(township.orders.port, seed)
        stack.callback(proxy.close)
        upstream = settings.load(village.dir).upstream
        assert upstream is not None
        settings.write_upstream(village.dir, replace(upstream, url=proxy.url))
        this = Round(folder, chance, village, township, proxy, audit, stack)
        try:
            turn_weather(this)
            for node in this.both:
                node.start()
            for _ in range(chance.randint(2, 4)):
                chance.choice(STEPS)(this)
            chance.choice(ENDINGS)(this)
        except BaseException:
            print("what happened:", *this.told, sep="\n  ")
            raise
        return [*this.told, *(f"line: {fate}" for fate in proxy.done.elements())]


def placed(stack: ExitStack, folder: Path, name: str, source: Path) -> Running:
    """A node's folder, copied to a disk of its own."""
    place = stack.enter_context(disks.place(folder / name))
    node = Running(name, place, folder / f"{name}.acks")
    shutil.copytree(source, node.dir)
    stack.callback(node.kill)
    return node


# ---- steps ----


def turn_weather(this: Round) -> None:
    """Another weather on the line: a few fates, each now and then; sometimes none."""
    chosen = this.chance.sample(FATES, this.chance.randint(0, 6))
    this.proxy.fates = {fate: this.chance.uniform(0.02, 0.25) for fate in chosen}
    this.tell(f"weather: {', '.join(sorted(chosen)) or 'fair'}")
    if this.village.alive():
        this.let_run()


def kill(this: Round) -> None:
    victims = this.chance.choice([[this.village], [this.township], list(this.both)])
    if this.chance.random() < 0.9:
        this.let_run()
    for node in victims:
        node.kill()
    this.tell(f"killed: {', '.join(node.name for node in victims)}")
    for node in victims:
        node.start()
    this.let_run()


def turn_clock(this: Round) -> None:
    node = this.chance.choice(this.both)
    offset = this.chance.choice([0, 1, -1, 400, -400, 4000, -4000, 90_000, -90_000, YEAR, -YEAR])
    if this.chance.random() < 0.5:
        node.kill()
    else:
        until(node.answers, servers.START_SECONDS)
        node.ask_to_stop()
        node.must_stop()
    this.tell(f"clock of {node.name}: {offset:+} s")
    node.start(clock_offset=offset)
    this.let_run()


def fill_disk(this: Round) -> None:
    node = this.chance.choice(this.both)
    until(node.answers, servers.START_SECONDS)
    disks.fill(node.place, node.pid, this.chance.choice([0, 4096, 20_000, 200_000]))
    how = "full" if disks.may_mount() else "files may not grow"
    this.tell(f"disk of {node.name}: {how}")
    time.sleep(0.1 + this.chance.random() * 0.3)
    assert node.alive(), node.log[-3000:]
    assert node.shows_its_board()
    if this.chance.random() < 0.4:
        node.kill()
        this.tell("killed while full")
        if disks.may_mount():
            node.start()
            until(lambda: node.answers() or not node.alive(), servers.START_SECONDS)
            if not node.alive():
                assert node.exit_code() == 1, node.log[-3000:]
                this.tell("does not start while full")
        node.kill()
        disks.free(node.place, None)
        node.start()
    else:
        disks.free(node.place, node.pid)
    node.until_it_writes_again()
    this.let_run()


def make_read_only(this: Round) -> None:
    if not disks.may_make_read_only():
        this.tell("read-only: not possible here (root without the right to mount)")
        return
    node = this.chance.choice(this.both)
    node.kill()
    with disks.read_only(node.place):
        node.start()
        until(lambda: node.answers() or not node.alive(), servers.START_SECONDS)
        if node.alive():
            assert node.shows_its_board()
            how = "serves"
        else:
            assert node.exit_code() == 1, node.log[-3000:]
            how = "does not start"
        node.kill()
    this.tell(f"read-only {node.name}: {how}")
    node.start()
    this.let_run()


STEPS = [turn_weather, kill, kill, turn_clock, fill_disk, make_read_only]


# ---- endings ----


def come_to_rest(this: Round) -> None:
    this.let_run()
    clear_and_stop(this, *this.both)
    checks.at_rest(
        this.village,
        this.township,
        this.village.acknowledged(),
        this.township.acknowledged(),
        this.audit,
    )


def put_old_village_back(this: Round) -> None:
    """An old copy of the village's folder is restored, and used."""
    old = old_copy(this, this.village)
    held = this.township.sizes()
    # Its entries may still be on the way when their attachments are gone with the disk.
    lost = this.village.attachments() - this.township.attachments()
    writes = this.chance.random() < 0.7
    old.put_back()
    lost -= this.village.attachments()
    this.tell(f"{old.what} of the village, {'used' if writes else 'not used'}")
    this.village.start(writes=writes)
    until(this.village.answers, servers.START_SECONDS)
    this.let_run(0.5, in_peace=False)
    assert this.village.shows_its_board()
    clear_and_stop(this, *this.both)
    kept = [
        ack
        for ack in old.acknowledged
        if ack["seq"] < old.sizes.get(ack["stream"], 0)
        or (ack["stream"] in checks.FROM_VILLAGE and ack["seq"] < held[ack["stream"]])
    ]
    checks.mended(this.village, this.township, kept, this.township.acknowledged(), this.audit, lost)


def put_old_township_back(this: Round) -> None:
    """An old copy of the township's folder is restored, and used."""
    old = old_copy(this, this.township)
    held = this.village.sizes()
    lost = this.township.attachments() - this.village.attachments()
    writes = this.chance.random() < 0.5
    old.put_back()
    lost -= this.township.attachments()
    this.tell(f"{old.what} of the township, {'used' if writes else 'not used'}")
    this.township.start(writes=writes)
    until(this.township.answers, servers.START_SECONDS)
    this.let_run(0.5, in_peace=False)
    assert this.township.shows_its_board()
    clear_and_stop(this, *this.both)
    kept = [
        ack
        for ack in old.acknowledged
        if ack["seq"] < old.sizes.get(ack["stream"], 0)
        or (ack["stream"] in checks.FROM_TOWNSHIP and ack["seq"] < held.get(ack["stream"], 0))
    ]
    checks.mended(this.village, this.township, this.village.acknowledged(), kept, this.audit, lost)


def run_a_clone(this: Round) -> None:
    """A copy of the village's folder runs beside it, until somebody is told of it."""
    this.let_run()
    this.village.kill()
    clone = placed(this.stack, this.folder, "clone", this.village.dir)
    this.tell("the village cloned")
    this.village.start()
    clone.start()
    for node in (this.village, clone):
        until(node.answers, servers.START_SECONDS)
    this.let_run(0.5, in_peace=False)
    assert clone.shows_its_board()
    assert this.village.shows_its_board()
    clear_and_stop(this, this.village, clone, this.township)
    checks.clone_is_mended(this.village, clone, this.township, this.audit)


def lose_village(this: Round) -> None:
    """The village's machine is gone: recovered from the township, over the same bad line."""
    this.let_run(0.5)
    this.village.kill()
    held = this.township.sizes()
    lost = this.village.attachments() - this.township.attachments()
    before = this.village.acknowledged()
    this.village.lose()
    node = open_node(this.township.dir, describe=False)
    with clock.set_to(clock.now() + timedelta(seconds=this.township.orders.clock_offset)):
        code = villages.invite(node.journal, VILLAGE, actor="测试")
    node.close()
    this.tell("the village's machine lost")
    for attempt in range(TRIES):
        if attempt == TRIES // 2:
            this.proxy.clear()
            # It may have been started just now.
            until(this.township.answers, servers.START_SECONDS)
        seconds = writing.PATIENCE_SECONDS if this.proxy.fates else PATIENCE_SECONDS
        try:
            with patience(seconds):
                recovery.recover(this.village.dir, this.proxy.url, code)
            break
        except RecoveryFailed as error:
            why = str(error)
    else:
        raise AssertionError(f"not recovered: {why}")
    this.village.begin_again()
    this.village.start(clock_offset=0)
    this.let_run()
    clear_and_stop(this, *this.both)
    kept = [
        ack
        for ack in before
        if ack["stream"] in checks.FROM_VILLAGE and ack["seq"] < held[ack["stream"]]
    ]
    checks.at_rest(
        this.village,
        this.township,
        kept + this.village.acknowledged(),
        this.township.acknowledged(),
        this.audit,
        lost,
    )


ENDINGS = [
    come_to_rest,
    come_to_rest,
    come_to_rest,
    put_old_village_back,
    put_old_township_back,
    run_a_clone,
    lose_village,
]


@dataclass(frozen=True)
class OldCopy:
    """What was put aside of a node, how large its streams were then, and everything that was
    acknowledged until it was killed."""

    what: str
    sizes: dict[str, int]
    acknowledged: list[Ack]
    put_back: Callable[[], None]


def old_copy(this: Round, node: Running) -> OldCopy:
    """Copies the folder, or makes a backup of the serving node; lets both go on, and kills it."""
    this.let_run()
    aside = this.folder / "aside"
    if this.chance.random() < 0.5:
        node.kill()
        node.put_aside(aside)
        sizes = node.sizes()
        node.start()
        what = "old copy"

        def put_back() -> None:
            node.put_back(aside)
            node.begin_again()

    else:
        sizes = node.sizes()
        opened = open_node(node.dir, describe=False)
        backup.make(opened, aside)
        opened.close()
        what = "backup"

        def put_back() -> None:
            node.lose()
            backup.restore(node.dir, aside)
            node.begin_again()

    this.let_run(0.8)
    node.kill()
    return OldCopy(what, sizes, node.acknowledged(), put_back)


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """So long a request of this process waits for its answer."""
    usual, transport.READ_SECONDS = transport.READ_SECONDS, seconds
    try:
        yield
    finally:
        transport.READ_SECONDS = usual


def clear_and_stop(this: Round, *nodes: Running) -> None:
    this.proxy.clear()
    for node in nodes:
        until(node.answers, servers.START_SECONDS)
    for node in nodes:
        node.ask_to_stop()
    for node in nodes:
        node.must_stop()
