"""The office's letters about a request as .docx: receipt, demand for correction, notice of
extension, asking for an opinion, and the answer of each outcome, with how to contest it.

What a letter says of the law is in `rules/data/disclosure.yaml` and here; whoever signs it reads
it before. 行政复议法 (2023) 第二十条: 60 days; 第二十三条第一款第（四）项: who is refused
disclosure goes to reconsideration first, since 2024-01-01. 行政诉讼法第四十六条: six months.
"""

import io
from dataclasses import dataclass
from datetime import date
from typing import Any

from kiosk.requests.queries import Applicant, Event, Request
from kiosk.rules import requests as rules

REVIEW_FIRST_SINCE = date(2024, 1, 1)
LAW = "《中华人民共和国政府信息公开条例》（以下简称《条例》）"


@dataclass(frozen=True)
class Letter:
    """A letter in words. `to` is whom it is for, `on` its date."""

    title: str
    number: str
    to: str
    paragraphs: tuple[str, ...]
    on: date


def available(request: Request) -> list[tuple[str, str]]:
    """The letters that the request's steps ask for: (id, title), in the order of the steps."""
    found = []
    for event in request.events:
        if not event.body:
            continue
        match event.kind:
            case "correction_demanded":
                found.append(("correction", "补正通知书"))
            case "extended":
                found.append(("extension", "延期答复告知书"))
            case "opinion_asked":
                title = f"征求意见函（{event.body['whom']}）"
                found.append((f"opinion-{event.body['opinion']}", title))
            case "decided":
                found.append(("answer", "不再处理告知书" if request.course.ended else "答复书"))
    return [("receipt", "登记回执"), *found] if request.received else found


def words(
    request: Request, applicant: Applicant | None, which: str, *, organ: str, above: str
) -> Letter | None:
    """The letter of that id, None where the request has no such letter. `organ` is whose it is,
    `above` the body that hears a reconsideration."""
    titles = dict(available(request))
    if which not in titles or request.received is None:
        return None
    you = "您" if request.applicant == rules.APPLICANTS[0] else "你单位"
    to = applicant.name if applicant else "（申请人信息已删除）"
    head = (
        f"{you}于{_day(request.arrived)}通过“{request.channel_words}”方式向本机关提出的政府信息"
        f"公开申请，本机关收到日期为{_day(request.received)}。申请公开的内容为：{request.about}"
    )
    kind, _, opinion = which.partition("-")
    match kind:
        case "receipt":
            title, on, said = "政府信息公开申请登记回执", request.received, _receipt(request, head)
        case "correction":
            event = request.of("correction_demanded")[-1]
            title, on, said = "政府信息公开申请补正通知书", event.on, _correction(event, head, you)
        case "extension":
            event = request.of("extended")[-1]
            title, on, said = (
                "政府信息公开延期答复告知书",
                event.on,
                _extension(request, event, head),
            )
        case "opinion":
            event = next(e for e in request.of("opinion_asked") if e.body["opinion"] == opinion)
            title, to, on = "政府信息公开征求意见函", event.body["whom"], event.on
            said = _opinion(event)
        case _:
            decision = request.decision
            if decision is None:
                return None
            title = "政府信息公开申请" + ("告知书" if request.course.ended else "答复书")
            on, said = decision.on, _answer(request, decision, head, you, above)
    year, _, n = request.number.partition("-")
    number = f"{organ.removesuffix('人民政府')}公开〔{year}〕第{int(n or 0)}号"
    return Letter(title, number, to, tuple(said), on)


def as_docx(letter: Letter, organ: str) -> bytes:
    """The letter as a document to be printed and sealed."""
    import docx
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm, Pt

    document = docx.Document()
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin, page.right_margin = Cm(2.8), Cm(2.6)
    page.top_margin, page.bottom_margin = Cm(3.5), Cm(3)

    def add(text: str, name: str = "仿宋", size: int = 16) -> Any:
        paragraph = document.add_paragraph()
        paragraph.paragraph_format.space_after = Pt(0)
        paragraph.paragraph_format.line_spacing = Pt(29)
        _set(paragraph.add_run(text), name, size)
        return paragraph

    for line in (organ, letter.title):
        title = add(line, "方正小标宋简体", 22)
        title.alignment = WD_ALIGN_PARAGRAPH.CENTER
        title.paragraph_format.line_spacing = Pt(36)
    add(letter.number).alignment = WD_ALIGN_PARAGRAPH.CENTER
    add("")
    add(f"{letter.to}：")
    for text in letter.paragraphs:
        for line in text.split("\n"):
            add(line).paragraph_format.first_line_indent = Pt(32)
    add("")
    for line in (f"{organ}（盖章）", _day(letter.on)):
        add(line).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _receipt(request: Request, head: str) -> list[str]:
    said = [_stop(head)]
    first = rules.answer_by(rules.Course("in_person", request.received or request.arrived))
    if first is not None:
        said.append(
            f"根据{LAW}第三十三条的规定，本机关将自收到申请之日起 20 个工作日内答复，即在"
            f"{_day(first)}前答复。需要补正、延长期限或者征求第三方意见的，将另行告知。"
        )
    return [*said, f"登记编号：{request.number}。特此告知。"]


def _correction(event: Event, head: str, you: str) -> list[str]:
    until = date.fromisoformat(event.body["until"])
    return [
        _stop(head),
        f"经审查，{you}的申请内容不明确。根据{LAW}第二十九条、第三十条的规定，请就以下事项作出补正：",
        event.body["what"],
        f"请于{_day(until)}前将补正后的申请送达本机关。答复期限自本机关收到补正的申请之日起计算。"
        "无正当理由逾期不补正的，视为放弃申请，本机关不再处理该政府信息公开申请。",
    ]


def _extension(request: Request, event: Event, head: str) -> list[str]:
    by = request.answer_by
    until = f"，即在{_day(by)}前答复" if by else ""
    return [
        _stop(head),
        f"因{event.body['reason'].rstrip('。')}，不能在 20 个工作日内答复。"
        f"根据{LAW}第三十三条的规定，"
        f"经政府信息公开工作机构负责人同意，延长答复期限 {event.body['days']} 个工作日{until}。",
        "特此告知。",
    ]


def _opinion(event: Event) -> list[str]:
    limit = rules.pauses(rules.Course("in_person", event.on, opinions=(rules.Opinion(event.on),)))[
        0
    ][1]
    return [
        f"本机关收到一件政府信息公开申请，所申请公开的信息涉及：{_stop(event.body['what'])}",
        f"根据{LAW}第三十二条、第三十四条的规定，现征求你方意见。请自收到本函之日起 15 个工作日内"
        f"（{_day(limit)}前）书面回复是否同意公开；不同意公开的，请说明理由。",
        "逾期没有提出意见的，由本机关依照《条例》的规定决定是否公开。",
    ]


def _answer(request: Request, decision: Event, head: str, you: str, above: str) -> list[str]:
    outcome = request.outcome
    said = [_stop(head)]
    corrected = request.course.corrected
    if corrected is not None:
        said.append(f"本机关于{_day(corrected)}收到补正的申请，内容为：{_stop(request.asked_for)}")
    if outcome is not None:
        text = outcome.letter.format(reason=decision.body["reason"] or "其他情形")
        said.append(text.replace("《条例》", LAW, 1).replace("您", you))
    if decision.body["text"]:
        said.append(decision.body["text"])
    court = "自收到本决定之日起六个月内，依法向人民法院提起行政诉讼"
    to_review = f"自收到本决定之日起六十日内，向{above}申请行政复议"
    if outcome is not None and outcome.review_first and decision.on >= REVIEW_FIRST_SINCE:
        said.append(
            f"如对本决定不服，根据《中华人民共和国行政复议法》第二十三条的规定，应当先{to_review}；"
            "对行政复议决定仍不服的，可以依法向人民法院提起行政诉讼。"
        )
    else:
        said.append(f"如对本决定不服，可以{to_review}，或者{court}。")
    return said


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _stop(text: str) -> str:
    return text if text.endswith(("。", "！", "？")) else f"{text}。"


def _set(run: Any, name: str, size: int) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt

    run.font.name = name
    run.font.size = Pt(size)
    run.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)
