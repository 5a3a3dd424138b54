"""How much is taken, and what is held for a look: limits by screen, network and notice that outlive
a restart (`kiosk.rules.feedback.verdict`).

Networks are kept as a hash with a random salt of the day, which is thrown away with it: nobody can
tell afterwards, or from a copy of a later day, who sent what from where.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from kiosk import clock
from kiosk.journal.log import Journal
from kiosk.rules import feedback as rules
from kiosk.rules.feedback import Taken

KEPT = timedelta(days=1)


def verdict(journal: Journal, *, network: str = "", screen: str = "", notice: str = "") -> str:
    """What is done with one more: "take", "hold", or "later" (ask to come back). `network` is an
    address; from a screen only the screen counts."""
    return rules.verdict(
        _taken(journal),
        clock.now(),
        network=_hidden(journal, network),
        screen=screen,
        notice=notice,
    )


def note(
    journal: Journal, *, network: str = "", screen: str = "", notice: str = "", held: bool = False
) -> None:
    """Counts one that was taken, held or not."""
    with journal.writing() as db:
        db.execute("DELETE FROM feedback_taken WHERE at < ?", [_stamp(clock.now() - KEPT)])
        db.execute(
            "INSERT INTO feedback_taken VALUES (?, ?, ?, ?, ?)",
            [_stamp(clock.now()), _hidden(journal, network), screen, notice, int(held)],
        )


def under_attack(journal: Journal) -> bool:
    """Whether so much is held just now that phones are asked for a little work."""
    return rules.under_attack(_taken(journal), clock.now())


def _taken(journal: Journal) -> list[Taken]:
    rows = journal.db.execute("SELECT at, network, screen, notice, held FROM feedback_taken")
    return [
        Taken(datetime.fromisoformat(at), network, screen, notice, bool(held))
        for at, network, screen, notice, held in rows
    ]


def _hidden(journal: Journal, network: str) -> str:
    if not network:
        return ""
    return hashlib.sha256(_salt(journal) + network.encode()).hexdigest()[:16]


def _salt(journal: Journal) -> bytes:
    today = clock.today().isoformat()
    with journal.writing() as db:
        row = db.execute("SELECT salt FROM feedback_salts WHERE day = ?", [today]).fetchone()
        if row is not None:
            return bytes(row[0])
        made = secrets.token_bytes(16)
        db.execute("DELETE FROM feedback_salts")
        db.execute("INSERT INTO feedback_salts VALUES (?, ?)", [today, made])
        return made


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
