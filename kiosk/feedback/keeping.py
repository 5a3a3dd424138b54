"""What happens to feedback without anybody asking: what is late goes up, what was answered and left
closes, and personal data is deleted when its time has come.

A node erases only what stands in its own streams; the other node follows with its next copy. All of
it may be done again at any time: what is done already is left.
"""

from kiosk import clock
from kiosk.feedback import commands, queries
from kiosk.feedback.queries import Feedback
from kiosk.journal.log import ERASED, Draft, Journal
from kiosk.rules import feedback as rules


def keep(journal: Journal) -> None:
    """All of it, for the feedback known here."""
    commands.escalate(journal, queries.all_open(journal))
    close_silent(journal)
    delete_words(journal)
    delete_contacts(journal)


def close_silent(journal: Journal) -> int:
    """Closes what this node answered and the asker left for `close_alone` days; how many."""
    days = rules.rules().days["close_alone"]
    closed = 0
    for each in _known(journal):
        answered = each.answers
        if each.state not in ("answered", "rated") or not answered:
            continue
        mine = answered[-1].stream.startswith(f"{journal.code}/")
        if mine and rules.age_days(each.events[-1].at, clock.today()) >= days:
            commands.close(journal, each.id, actor="system")
            closed += 1
    return closed


def delete_contacts(journal: Journal) -> int:
    """Deletes telephone, name and voice of what ended `contact` days ago; how many."""
    days = rules.rules().days["contact"]
    due = []
    for each in _known(journal):
        ended = each.standing.ended
        if ended and rules.age_days(ended, clock.today()) >= days:
            due += _contact_places(journal, each)
    return _erase(journal, due, "办结满期，联系方式按期限删除")


def delete_words(journal: Journal) -> int:
    """Deletes what was withdrawn, or rejected for the personal data in it: the words, the contact,
    and public answers in which the words stand, which are given again without; how many bodies."""
    gone: list[tuple[str, int]] = []
    again: list[Draft] = []
    for each in _known(journal):
        rejected = each.last("rejected")
        personal = rejected and rejected.body and rejected.body["reason"] == "personal"
        if each.state != "withdrawn" and not (each.state == "rejected" and personal):
            continue
        if not each.remains and each.stream.startswith(f"{journal.code}/"):
            gone.append((each.stream, each.seq))
        gone += _contact_places(journal, each)
        for event in each.public_answers:
            if event.question != "" and event.stream == journal.own("public"):
                gone.append((event.stream, event.seq))
                body = {**(event.body or {}), "question": ""}
                again.append(Draft("public", "feedback.answered", each.id, body, event.actor))
    return _erase(journal, gone, "提出人撤回，或内容里有个人信息", again)


def _known(journal: Journal) -> list[Feedback]:
    return queries.every(journal, -1)


def _contact_places(journal: Journal, each: Feedback) -> list[tuple[str, int]]:
    return [
        place
        for place in queries.contact_places(journal, each)
        if place[0].startswith(f"{journal.code}/")
    ]


def _erase(
    journal: Journal, places: list[tuple[str, int]], reason: str, again: list[Draft] | None = None
) -> int:
    """In one go, so that the tables that were made of the bodies are made anew once."""
    if not places:
        return 0
    drafts = [
        Draft(
            stream.split("/", 1)[1],
            ERASED,
            journal.entry(stream, seq).subject,
            {"seq": seq, "reason": reason},
            "system",
        )
        for stream, seq in places
    ]
    journal.append_all([*drafts, *(again or [])])
    return len(places)
