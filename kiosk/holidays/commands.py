"""Telling a year's holidays, and making this program know what its node was told."""

from kiosk import clock
from kiosk.holidays import queries
from kiosk.journal.entry import Entry
from kiosk.journal.log import Journal
from kiosk.rules import calendar, codes
from kiosk.rules.calendar import HolidaysMalformed


def tell(journal: Journal, year: int, text: str, source: str, *, actor: str) -> None:
    """Tells the days off and worked days of a year (`calendar.holidays_written`), from the notice
    `source`. Raises HolidaysMalformed."""
    if not clock.today().year - 1 <= year <= clock.today().year + 2:
        raise HolidaysMalformed("只能填去年到后年的节假日。")
    if not source.strip():
        raise HolidaysMalformed("请写明依据哪份通知，如 国办发明电〔2026〕9号。")
    body = {**calendar.holidays_written(year, text), "year": year, "source": source.strip()[:60]}
    # What a village tells holds for itself; a township's goes to all its villages.
    channel = "self" if codes.level(journal.code) == "village" else "public"
    journal.append(channel, "holidays.told", str(year), body, actor=actor)


def know(journal: Journal) -> None:
    """Lets the program know what the node was told; from now on also when it is told more."""
    calendar.learn(queries.told(journal))

    def heard(entries: list[Entry]) -> None:
        if any(entry.kind == "holidays.told" for entry in entries):
            calendar.learn(queries.told(journal))

    journal.listeners.append(heard)
