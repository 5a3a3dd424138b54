"""Tells systemd how the service fares (sd_notify(3)), without a library: one datagram to a socket.

A unit with `Type=notify` counts as started once READY=1 came; with `WatchdogSec=` it is started
anew when WATCHDOG=1 stays away. That is sent only while the server answers `/healthz` itself, so a
process that lives but serves nobody is ended too. Where nobody asked for it, this does nothing.
"""

import contextlib
import os
import socket
import threading
import urllib.request
from collections.abc import Iterator

TIMEOUT = 10.0
"""Seconds for the server to answer itself."""


def notify(state: str) -> bool:
    """Sends a state such as "READY=1" to the socket of `NOTIFY_SOCKET`; False where there is none
    or it takes nothing."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return False
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
        try:
            # An abstract socket's name begins with a zero byte, written "@".
            sender.connect("\0" + address[1:] if address[0] == "@" else address)
            sender.sendall(state.encode())
        except OSError:
            return False
    return True


def watchdog_seconds() -> float:
    """How often systemd wants to hear of this process; 0 where it does not."""
    said = os.environ.get("WATCHDOG_USEC", "")
    for_us = os.environ.get("WATCHDOG_PID", "") in ("", str(os.getpid()))
    return int(said) / 2_000_000 if said.isdigit() and for_us else 0.0


@contextlib.contextmanager
def watched(port: int) -> Iterator[None]:
    """Within the block the server on this machine's `port` is watched, where systemd wants it."""
    every = watchdog_seconds()
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(every):
            if answers(port):
                notify("WATCHDOG=1")

    watcher = threading.Thread(target=watch, name="watchdog", daemon=True)
    if every:
        watcher.start()
    try:
        yield
    finally:
        notify("STOPPING=1")
        ended.set()


def answers(port: int) -> bool:
    """Whether the server on this machine's `port` says that it is well."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"http://127.0.0.1:{port}/healthz", timeout=TIMEOUT) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
