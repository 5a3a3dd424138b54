"""nginx with the township's configuration, run for real with a node behind it."""

import os
import re
import socket
import ssl
import subprocess
import time
from datetime import UTC, datetime, timedelta

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests import posting
from tests.conftest import TOWNSHIP
from tests.deploy.conftest import DEPLOY, tool


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def certificate(folder):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "sanwu.example.cn")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "fullchain.pem").write_bytes(made.public_bytes(pem))
    (folder / "privkey.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


@pytest.fixture
def proxied(township, listening, tmp_path):
    """proxied() -> (http address, https address) of nginx before the township's node."""
    nginx = tool("nginx")
    http, https, node = free_port(), free_port(), listening(township)
    certificate(tmp_path)
    text = (DEPLOY / "proxy" / "nginx.conf").read_text("utf-8")
    for old, new in (
        ("127.0.0.1:8000", f"127.0.0.1:{node}"),
        ("/var/cache/nginx/kiosk", str(tmp_path / "cache")),
        ("/etc/letsencrypt/live/sanwu.example.cn", str(tmp_path)),
        ("listen 80;", f"listen 127.0.0.1:{http};"),
        ("listen 443 ssl http2;", f"listen 127.0.0.1:{https} ssl http2;"),
    ):
        assert old in text, old
        text = text.replace(old, new)
    text = re.sub(r"^\s*listen \[::\].*$", "", text, flags=re.M)
    (tmp_path / "kiosk.conf").write_text(text)
    user = "user root;" if os.geteuid() == 0 else ""
    main = tmp_path / "nginx.conf"
    temporary = "".join(
        f"{name}_temp_path {tmp_path}/{name};"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    main.write_text(
        f"{user} daemon off; pid {tmp_path}/pid; error_log {tmp_path}/error.log;"
        f"events {{}} http {{ {temporary} access_log off; include {tmp_path}/kiosk.conf; }}"
    )
    checked = subprocess.run(
        [nginx, "-t", "-c", str(main)], capture_output=True, text=True, timeout=30
    )
    assert checked.returncode == 0, checked.stderr
    running = subprocess.Popen([nginx, "-c", str(main)], stderr=subprocess.DEVNULL)
    ends = time.monotonic() + 15
    while True:
        try:
            socket.create_connection(("127.0.0.1", https), 1).close()
            break
        except OSError:
            assert time.monotonic() < ends and running.poll() is None
            time.sleep(0.05)
    yield f"http://127.0.0.1:{http}", f"https://127.0.0.1:{https}"
    running.terminate()
    running.wait(15)


@pytest.mark.filterwarnings("ignore:Unverified HTTPS")
def test_a_township_behind_nginx(proxied, township):
    plain, tls = proxied
    id = posting.publish(
        township.journal, actor="李监督", item="township", title="防汛", content={"text": "注意。"}
    )
    asked = requests.Session()
    asked.verify, asked.trust_env = False, False

    def get(path, **headers):
        host = {"Host": "sanwu.example.cn"}
        return asked.get(tls + path, headers=host | headers, timeout=15, allow_redirects=False)

    moved = asked.get(plain + "/x", headers={"Host": "a.cn"}, timeout=15, allow_redirects=False)
    assert (moved.status_code, moved.headers["Location"]) == (301, "https://a.cn/x")
    home = get("/")
    assert home.status_code == 200 and "防汛" in home.text
    assert home.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert home.headers["Cache-Control"] == "no-store" and "X-Cache" not in home.headers

    # What never changes comes from nginx the second time.
    for path in (
        re.search(r'"(/static/board\.css[^"]*)"', home.text)[1],
        f"/streams/{TOWNSHIP}/public/tile/entries/000.p/2",
    ):
        first, again = get(path), get(path)
        assert (first.status_code, again.status_code) == (200, 200), path
        assert (first.headers["X-Cache"], again.headers["X-Cache"]) == ("MISS", "HIT"), path
        assert first.content == again.content and "max-age" in again.headers["Cache-Control"]
    assert "X-Cache" not in get(f"/streams/{TOWNSHIP}/public/checkpoint").headers
    assert get("/static/none.css").status_code == 404

    # The node knows who asks and under which name; what a client claims counts for nothing.
    assert get("/screens/now").status_code == 404
    forged = get("/screens/now", **{"X-Forwarded-Host": "127.0.0.1", "X-Forwarded-For": "::1"})
    assert forged.status_code == 404
    assert get("/?screen=大厅").headers["Location"].endswith("/screen")
    assert f"/n/{id}" in get("/feed.atom").text
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    port = int(tls.rpartition(":")[2])
    with (
        socket.create_connection(("127.0.0.1", port), 10) as bare,
        context.wrap_socket(bare, server_hostname="sanwu.example.cn") as wrapped,
    ):
        assert wrapped.version() in ("TLSv1.2", "TLSv1.3")
