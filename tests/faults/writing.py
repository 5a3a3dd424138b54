"""A served node that also writes without pause, as villages do: what the fault rounds torment.

Runs the real server with its jobs. A thread beside it publishes, corrects, withdraws, takes in
feedback, declares, erases, with and without photos, and writes a line to `acks` (outside of the
data folder) for everything that was acknowledged:

    {"stream", "seq", "kind", "subject", "hash", "mark", "erases"}

`mark` is a text that the entry's body holds and nothing else; `erases` the place whose body an
erasure removed, or null.
A full or read-only disk, or a stream that is stopped because it was found to be a fork, is what
people would see as an error: it is not acknowledged, and tried again.
"""

import contextlib
import faulthandler
import importlib
import json
import logging
import os
import random
import secrets
import signal
import sqlite3
import sys
import threading
import time
import traceback
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from ulid import ULID

import kiosk.serve
from kiosk import clock
from kiosk.journal.entry import Entry
from kiosk.journal.log import StreamStopped
from kiosk.node import Node, open_node
from kiosk.sync import contacts, transport
from tests.sync.servers import VILLAGE

PAUSE_SECONDS = 0.02

PATIENCE_SECONDS = 1
"""How long a request waits for its answer."""

BROKEN = 3
"""Exit code of a node whose writing failed for another reason than its disk."""


@dataclass(frozen=True)
class Orders:
    """What a process is to do: serve the folder on the port, with its clock off by so many
    seconds, and write, or only serve."""

    dir: str
    port: int
    acks: str
    clock_offset: float = 0
    writes: bool = True


def run(orders: Orders) -> None:
    """The body of a process: serves until SIGTERM, or is killed."""
    log = os.open(f"{orders.acks}.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(log, stream)
    # Says where every thread is, when one does not go on.
    faulthandler.register(signal.SIGUSR1, file=2)
    os.environ["KIOSK_CLOCK_OFFSET"] = str(orders.clock_offset)
    # This process was forked from one that read the variable before.
    importlib.reload(clock)
    contacts.FIRST_DELAY = contacts.LONGEST_DELAY = timedelta(milliseconds=50)
    transport.CONNECT_SECONDS = transport.READ_SECONDS = PATIENCE_SECONDS
    logging.raiseExceptions = False  # a log on a full disk
    try:
        node = open_node(Path(orders.dir))
    except (ValueError, OSError, sqlite3.Error) as error:
        # What `kiosk serve` says in one line.
        print(f"cannot open: {error}", file=sys.stderr, flush=True)
        os._exit(1)
    if orders.writes:
        threading.Thread(target=write, args=[node, orders.acks], daemon=True).start()
    kiosk.serve.serve(node, "127.0.0.1", orders.port)
    sys.exit(0)


def write(node: Node, acks: str) -> None:
    parent = os.getppid()
    file = os.open(acks, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    # No process must repeat what one before it did.
    chance = random.Random(secrets.token_bytes(8))
    while os.getppid() == parent:
        try:
            done = write_one(node, chance)
        except sqlite3.ProgrammingError:
            return  # the server closed the database because it was told to stop
        except (sqlite3.OperationalError, OSError) as error:
            print(f"not written: {error}", flush=True)
        except StreamStopped as error:
            print(f"stopped: {error}", flush=True)
        except Exception:
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(BROKEN)
        else:
            os.write(file, "".join(json.dumps(each) + "\n" for each in done).encode())
        time.sleep(chance.random() * PAUSE_SECONDS)
    os._exit(1)


def write_one(node: Node, chance: random.Random) -> list[dict[str, Any]]:
    """Does one thing; the lines that acknowledge it."""
    journal = node.journal
    mark = f"mark{secrets.token_hex(8)}"
    township = node.config.is_township
    private = VILLAGE if township else "parent"
    subject = str(ULID())
    photo = ""
    if chance.random() < 0.15:
        photo = node.blobs.put(secrets.token_bytes(chance.randrange(1, 60_000)))
    match chance.randrange(10):
        case 0 | 1 | 2:
            body = notice_body(mark, photo, township)
            return [line(journal.append("public", "notice.published", subject, body), mark)]
        case 3 | 4:
            kind = chance.choice(["notice.corrected", "notice.withdrawn"])
            earlier = journal.read(journal.own("public"))[-20:]
            subjects = [each.subject for each in earlier if each.kind == "notice.published"]
            body = {"reason": mark}
            if kind == "notice.corrected":
                body = {**notice_body(mark, photo, township), "reason": "核对后更正"}
            return [line(journal.append("public", kind, (subjects or [subject])[-1], body), mark)]
        case 5:
            body = {
                "village": VILLAGE,
                "notice": "",
                "kind": "询问",
                "text": mark,
                "phone": "",
                "photo": photo,
                "token_hash": secrets.token_hex(32),
                "via": "phone" if township else "screen",
            }
            return [line(journal.append(private, "feedback.received", subject, body), mark)]
        case 6:
            body = {"item": "village.seals", "period": "2026Q3", "event": "", "reason": mark}
            kind = "duty.declared_none"
            return [line(journal.append("public", kind, subject, body), mark)]
        case 7:
            body = {"text": mark + "x" * chance.randrange(4000), "photo": photo}
            return [line(journal.append(private, "test.written", subject, body), mark)]
        case 8:
            body = {"text": mark}
            return [line(journal.append("self", "test.written", subject, body), mark)]
        case _:
            channel = chance.choice(["public", private])
            stream = journal.own(channel)
            seq = chance.randrange(journal.size(stream) + 1)
            with contextlib.suppress(IndexError):
                target = journal.entry(stream, seq)
                if target.kind not in ("entry.erased", "node.described", "village.enrolled"):
                    reason = f"含个人信息 {mark}"
                    entry = journal.erase(channel, seq, actor="测试", reason=reason)
                    return [{**line(entry, mark), "erases": seq}]
            return []


def notice_body(mark: str, photo: str, township: bool) -> dict[str, Any]:
    """A readable notice in plain words."""
    attachments = [{"sha": photo, "name": "", "type": "image/webp", "width": 1, "height": 1}]
    return {
        "item": "township" if township else "village.seals",
        "affairs": "township" if township else "village",
        "title": f"关于用水的通知 {mark}",
        "form": "notice",
        "period": "",
        "event": "",
        "content": {"text": "三务公开" * 40},
        "attachments": attachments if photo else [],
        "reviews": [],
        "display_until": "",
        "contact": "",
    }


def line(entry: Entry, mark: str) -> dict[str, Any]:
    return {
        "stream": entry.stream,
        "seq": entry.seq,
        "kind": entry.kind,
        "subject": entry.subject,
        "hash": entry.body_hash.hex(),
        "mark": mark,
        "erases": None,
    }
