"""A served node that also publishes without pause: what the crash test kills.

Runs the real server with its jobs; a thread beside it appends entries, sometimes with an
attachment, sometimes erasing one, and writes a line to `acks` for each append that returned.
"""

import contextlib
import os
import random
import secrets
import sqlite3
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

import kiosk.serve
from kiosk.node import Node, open_node
from kiosk.sync import contacts
from tests.sync.servers import VILLAGE

PAUSE_SECONDS = 0.03


def run(dir: str, port: int, acks: str) -> None:
    """The body of a process: serves until SIGTERM, or is killed."""
    log = os.open(Path(dir, "serve.log"), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(log, stream)
    # The other side is away for moments only, many times a minute.
    contacts.FIRST_DELAY = contacts.LONGEST_DELAY = timedelta(milliseconds=50)
    node = open_node(Path(dir))
    threading.Thread(target=publish, args=[node, acks], daemon=True).start()
    kiosk.serve.serve(node, "127.0.0.1", port)
    sys.exit(0)


def publish(node: Node, acks: str) -> None:
    # The server closes the database when it is told to stop.
    with contextlib.suppress(sqlite3.ProgrammingError):
        publish_on(node, acks)


def publish_on(node: Node, acks: str) -> None:
    parent = os.getppid()
    channels = ("public", VILLAGE) if node.config.is_township else ("public", "parent")
    file = os.open(acks, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    # No process must repeat what one before it did.
    chance = random.Random(secrets.token_bytes(8))
    while os.getppid() == parent:
        channel = chance.choice(channels)
        stream = node.journal.own(channel)
        seq = chance.randrange(node.journal.size(stream) + 1)
        found = node.journal.read(stream, seq, 1)
        if found and found[0].kind == "test.written" and chance.random() < 0.05:
            node.journal.erase(channel, seq, actor="crash test", reason="crash test")
        else:
            subject = secrets.token_hex(8)
            body = {"text": "x" * chance.randrange(2000)}
            if chance.random() < 0.2:
                body["photo"] = node.blobs.put(secrets.token_bytes(chance.randrange(1, 100_000)))
            entry = node.journal.append(channel, "test.written", subject, body)
            os.write(file, f"{entry.stream} {entry.seq} {subject}\n".encode())
        time.sleep(chance.random() * PAUSE_SECONDS)
    os._exit(1)
