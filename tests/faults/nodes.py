"""The processes of a round: started, killed, stopped, their data put aside and put back."""

import json
import multiprocessing
import os
import shutil
import signal
import sqlite3
import time
import urllib.request
from contextlib import closing
from dataclasses import replace
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

from kiosk.attachments.blobs import Blobs
from tests.faults import writing
from tests.faults.writing import Orders
from tests.sync import servers
from tests.sync.servers import until

Ack = dict[str, Any]

PRELOADED = ["pytest", "tests.faults.warm", "tests.faults.writing"]


class Running:
    """One data folder and, now and then, the process that serves it and writes."""

    def __init__(self, name: str, place: Path, acks: Path) -> None:
        self.name, self.place, self.acks = name, place, acks
        self.dir = place / "data"
        self.acks.touch()
        self.orders = Orders(str(self.dir), servers.free_port(), str(acks))
        self._process: ForkServerProcess | None = None
        self._before = 0

    @property
    def log(self) -> str:
        path = Path(f"{self.acks}.log")
        return path.read_text(errors="replace") if path.exists() else ""

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    def start(self, *, clock_offset: float | None = None, writes: bool | None = None) -> None:
        """Starts the process; what is not said stays as it was."""
        if clock_offset is not None:
            self.orders = replace(self.orders, clock_offset=clock_offset)
        if writes is not None:
            self.orders = replace(self.orders, writes=writes)
        self._before = self.acks.stat().st_size
        context = multiprocessing.get_context("forkserver")
        self._process = context.Process(target=writing.run, args=(self.orders,), daemon=True)
        self._process.start()

    def alive(self) -> bool:
        return self._process is not None and self._process.is_alive()

    def exit_code(self) -> int | None:
        return None if self._process is None else self._process.exitcode

    def writes(self) -> bool:
        """Whether something was acknowledged since the start."""
        assert self.alive(), self.log[-3000:]
        return self.acks.stat().st_size > self._before

    def until_it_writes(self) -> None:
        try:
            until(self.writes, servers.START_SECONDS)
        except AssertionError as error:
            if self.pid is not None and self.alive():
                os.kill(self.pid, signal.SIGUSR1)
                time.sleep(1)
            raise AssertionError(f"{self.name} does not write: {self.log[-9000:]}") from error

    def until_it_writes_again(self) -> None:
        """From now on, whatever was acknowledged before."""
        self._before = self.acks.stat().st_size
        self.until_it_writes()

    def answers(self) -> bool:
        return servers.answers(self.orders.port)

    def shows_its_board(self) -> bool:
        """Whether the first page is there for people."""
        address = f"http://127.0.0.1:{self.orders.port}/"
        with urllib.request.urlopen(address, timeout=10) as answer:
            return answer.status == 200 and b"<html" in answer.read()

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join(10)
            assert self.exit_code() != writing.BROKEN, self.log[-3000:]

    def ask_to_stop(self) -> None:
        """As a service manager does."""
        assert self._process is not None
        self._process.terminate()

    def must_stop(self) -> None:
        """It ends cleanly, soon after it was asked to."""
        assert self._process is not None
        self._process.join(30)
        assert self.exit_code() == 0, f"{self.exit_code()}: {self.log[-3000:]}"

    def acknowledged(self) -> list[Ack]:
        text = self.acks.read_text()
        # A line cut by SIGKILL was never whole.
        return [json.loads(line) for line in text.splitlines(keepends=True) if line[-1:] == "\n"]

    def sizes(self) -> dict[str, int]:
        """How many entries of each stream are in the folder now, running or not."""
        with closing(sqlite3.connect(self.dir / "node.db", timeout=10)) as db:
            return dict(db.execute("SELECT stream, max(seq) + 1 FROM entries GROUP BY stream"))

    def attachments(self) -> frozenset[str]:
        """The attachments that are on its disk now."""
        return frozenset(Blobs(self.dir / "blobs").all())

    def put_aside(self, folder: Path) -> None:
        """A copy of the folder, of a process that does not run."""
        assert not self.alive()
        shutil.copytree(self.dir, folder)

    def put_back(self, folder: Path) -> None:
        """The old copy in the place of the folder."""
        self.lose()
        shutil.copytree(folder, self.dir)

    def lose(self) -> None:
        """The disk is gone."""
        assert not self.alive()
        shutil.rmtree(self.dir)

    def begin_again(self) -> None:
        """What is acknowledged from now on goes to a new file."""
        self.acks = self.acks.with_suffix(".second")
        self.acks.touch()
        self.orders = replace(self.orders, acks=str(self.acks))
