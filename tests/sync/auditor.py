"""An auditor that nobody here wrote: `../shared/checks/tlog/audit.go`, built on
golang.org/x/mod/sumdb alone.
"""

import os
import shutil
import subprocess
import urllib.request
from collections.abc import Callable
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[3] / "shared" / "checks" / "tlog" / "audit.go"
GO_PATH = Path("/usr/share/gocode")
GO_MISSING = "Go or golang.org/x/mod is missing: scripts/test-setup.sh installs both"

Audit = Callable[..., subprocess.CompletedProcess[str]]


def built(folder: Path) -> Audit:
    """The auditor, compiled into the folder: called with a prefix and verifier keys, it says
    "ok SIZE ROOT COSIGNED-AT", or what is wrong with exit code 1."""
    go = shutil.which("go")
    assert go and (GO_PATH / "src/golang.org/x/mod/sumdb").is_dir(), GO_MISSING
    made = subprocess.run(
        [go, "build", "-o", str(folder / "audit"), str(SOURCE)],
        env={
            **os.environ,
            "GO111MODULE": "off",
            "GOPATH": str(GO_PATH),
            "GOCACHE": str(folder / "cache"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(folder / "audit"), *arguments],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    return run


def keys(prefix: str) -> list[str]:
    """The verifier keys that a stream's node names."""
    with urllib.request.urlopen(f"{prefix}/vkeys", timeout=10) as answer:
        return str(answer.read().decode()).splitlines()
