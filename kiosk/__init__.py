"""The village 三务公开 board: one Flask server per village or township."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from kiosk.node import Node


def create_app(node: Node) -> Flask:
    """The web application of an opened node: wires the doors; nothing else."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF
    from flask import Flask

    from kiosk.sync import server as sync_server
    from kiosk.web import (
        api,
        applying,
        board,
        crawlers,
        discipline,
        embed,
        errors,
        feedback_data,
        feeds,
        finding,
        following,
        formats,
        guard,
        guide,
        kept,
        life,
        office,
        open_lists,
        open_tables,
        packed,
        paper,
        printer,
        proofs,
        reporting,
        screens,
        speech,
        streams,
        taking,
        templates_dir,
        then,
        township,
    )

    app = Flask(__name__, static_folder="web/static", template_folder=str(templates_dir()))
    secret = HKDF(hashes.SHA256(), 32, None, b"kiosk session").derive(node.key.private_bytes_raw())
    app.config.update(
        SECRET_KEY=secret,
        MAX_CONTENT_LENGTH=64 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=4 * 1024 * 1024,
        MAX_FORM_PARTS=30_000,  # a list of persons is a form of rows x columns
        SESSION_COOKIE_NAME=f"kiosk-{node.config.code}",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=node.config.public_url.startswith("https:"),
        WTF_CSRF_TIME_LIMIT=None,
        SEND_FILE_MAX_AGE_DEFAULT=3600,
    )
    app.extensions["kiosk"] = node
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    formats.install(app)
    life.install(app)
    errors.install(app)
    guard.csrf.init_app(app)
    guard.limiter.init_app(app)
    app.after_request(guard.add_headers)
    packed.install(app)
    kept.install(app, lambda: board.tag_of(node))
    desk = township if node.config.is_township else office
    for door in (
        board,
        screens,
        finding,
        guide,
        taking,
        printer,
        following,  # the phone's door
        reporting,
        discipline,
        feedback_data,
        proofs,
        speech,
        then,
        paper,
        streams,
        api,
        feeds,
        open_tables,
        open_lists,
        crawlers,
        embed,
        sync_server,
        desk,
    ):
        app.register_blueprint(door.blueprint)
    if node.config.role == "township":
        app.register_blueprint(applying.blueprint)
    # Nodes sign their requests; a session's token says nothing of them.
    guard.csrf.exempt(sync_server.blueprint)
    return app
