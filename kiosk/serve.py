"""Serving a node: waitress and the jobs in one process, ended cleanly by SIGTERM or Ctrl-C."""

import logging
import signal
import threading
from types import FrameType
from typing import Any

import waitress

from kiosk import create_app, jobs, notify, occupied
from kiosk.node import Node

THREADS = 8


def serve(node: Node, host: str, port: int) -> None:
    """Serves until SIGTERM, SIGINT or Ctrl-C; then no request or job is left half done.

    Raises OSError where the address cannot be taken, FolderInUse where another process serves it.
    """
    with occupied.served(node.config.dir):
        _serve(node, host, port)


def _serve(node: Node, host: str, port: int) -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    server: Any = waitress.create_server(
        create_app(node),
        host=host,
        port=port,
        threads=THREADS,
        ident="kiosk",
        trusted_proxy="127.0.0.1",
        trusted_proxy_headers={"x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"},
        clear_untrusted_proxy_headers=True,
    )

    def stop(_signal: int, _frame: FrameType | None) -> None:
        # Once is enough: a second signal must not interrupt the joining of jobs below.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        raise SystemExit(0)

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
    scheduler = jobs.start(node)
    try:
        notify.notify("READY=1")
        # waitress ends its loop on SystemExit and lets running requests finish.
        with notify.watched(port):
            server.run()
    finally:
        scheduler.shutdown(wait=True)
        server.close()
        node.close()
