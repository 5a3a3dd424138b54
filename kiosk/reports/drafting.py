"""The words of a report, drafted from its figures: each number in a sentence knows its figure.

A sentence is said only where its figures are there; what somebody wrote instead of a draft has no
figures, and is checked against the tables (`rules.annual_faults.claims`).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kiosk.reports.figures import Figure
from kiosk.rules import accounts

_MARK = re.compile(r"\{([^}]+)\}")


@dataclass(frozen=True)
class Piece:
    """Some words; `figure` is the id of the figure that they are the number of, or ""."""

    text: str
    figure: str = ""


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; `heading` in front of it, or ""."""

    heading: str
    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)


def in_own_words(text: str) -> tuple[Paragraph, ...]:
    """What somebody wrote, by its lines; "（一）主动公开。……" keeps its heading in its words."""
    lines = (line.strip() for line in text.splitlines())
    return tuple(Paragraph("", (Piece(line),)) for line in lines if line)


def shown(figure: Figure) -> str:
    """A figure's number as it is printed, without its unit."""
    if figure.id == "information_fee":
        return accounts.yuan(figure.value)
    return str(figure.value)


def part_one(figures: Mapping[str, Figure], names: Mapping[str, str]) -> tuple[Paragraph, ...]:
    """The five sections of the first part; `names` are the villages by code."""
    return (
        _said("主动公开", figures, _publishing(figures, names)),
        _said("依申请公开", figures, _on_request(figures)),
        _said(
            "政府信息管理",
            figures,
            [
                "公开目录共 {catalogue.items} 项，逐项写明公开时限、审核人和公示期。",
                "公开前逐条审核，发布后更正 {notices.corrected} 条、撤回 {notices.withdrawn} 条，"
                "更正前后的内容都留有记录。",
                "依规定删除已发出的个人信息 {erasures.confirmed} 条。",
            ],
        ),
        _said(
            "政府信息公开平台建设",
            figures,
            [
                "{villages.known} 个村接入三务公开平台，触摸屏、手机和打印的公开栏内容一致，"
                "每条公开都有镇里见证的时间。",
                "全年在区县政府网站录入政府信息 {items_entered_on_district_site} 条。",
                "在政务新媒体发布信息 {items_on_new_media} 条。",
                "收到群众意见 {feedback.received} 条，已答复群众意见 {feedback.answered} 条。",
            ],
        ),
        _said(
            "监督保障",
            figures,
            [
                "全年应公开的事项 {duties.owed} 项，按时公开 {duties.in_time} 项，"
                "按时率 {duties.rate}%；迟公开 {duties.late} 项，逾期未公开 {duties.open} 项。",
                "发出督办 {orders.sent} 件，办结 {orders.closed} 件。",
                "开展三务公开检查 {inspections} 次。",
                "检查 {inspections.records} 村次，发现问题 {inspections.findings} 个。",
                "举办政务公开、三务公开培训 {training_sessions} 次。",
                "培训 {people_trained} 人次。",
                "因公开不力被追究责任 {people_held_to_account} 人。",
            ],
        ),
    )


def part_five(figures: Mapping[str, Figure]) -> tuple[Paragraph, ...]:
    """A draft of the problems, as far as figures tell them, and how to mend them."""
    late = _value(figures, "duties.late") + _value(figures, "duties.open")
    waiting = _value(figures, "feedback.overdue")
    overdue = _value(figures, "requests.late")
    problems = []
    if late:
        problems.append("迟公开 {duties.late} 项、逾期未公开 {duties.open} 项，公开还不够及时")
    if waiting:
        problems.append("{feedback.overdue} 条群众意见超期没有答复")
    if overdue:
        problems.append("{requests.late} 件政府信息公开申请逾期答复")
    if not problems:
        said = "本年度没有发现公开不及时、答复逾期的情况；公开内容的通俗易懂程度还需要提高。"
    else:
        counted = "；".join(f"{'一二三'[n]}是{words}" for n, words in enumerate(problems))
        said = f"存在的主要问题：{counted}。"
    return (
        _said("", figures, [said]),
        _said(
            "",
            figures,
            ["改进情况：落实到期提醒和督办，逾期事项逐村逐项跟进；对经办人员加强培训。"],
        ),
    )


def part_six(figures: Mapping[str, Figure]) -> tuple[Paragraph, ...]:
    """The fee, which the form wants told, and that there is nothing else."""
    fee = "本年度收取信息处理费 {information_fee} 元。"
    if "information_fee" not in figures:
        fee = "本年度没有收取信息处理费。"
    return (_said("", figures, [fee, "没有其他需要报告的事项。"]),)


def _publishing(figures: Mapping[str, Figure], names: Mapping[str, str]) -> Iterable[str]:
    yield (
        "全年公开村级三务信息 {notices.total} 条，其中党务 {notices.party} 条、"
        "村务 {notices.village} 条、财务 {notices.finance} 条；"
        "发布镇级动态、通知 {notices.township} 条。"
    )
    if 0 < len(names) <= 40:
        by_village = "、".join(
            f"{name} {{notices.{code}}} 条" for code, name in sorted(names.items())
        )
        yield f"分村看：{by_village}。"
    if _value(figures, "notices.historic"):
        yield "另由旧公开栏转入历史资料 {notices.historic} 条，不计入本年公开数。"


def _on_request(figures: Mapping[str, Figure]) -> Iterable[str]:
    received, carried = _value(figures, "requests/本年新收"), _value(figures, "requests/上年结转")
    if received or carried:
        yield (
            "本年新收政府信息公开申请 {requests/本年新收} 件，上年结转 {requests/上年结转} 件，"
            "办结申请 {requests/总计} 件，结转下年度继续办理 {requests/结转下年度继续办理} 件申请。"
        )
        yield "作出答复的，按期答复 {requests.in_time} 件，逾期答复 {requests.late} 件。"
        if _value(figures, "requests.extended"):
            yield "其中经批准延期答复 {requests.extended} 件。"
    else:
        yield "全年收到政府信息公开申请 {requests/本年新收} 件。"
    yield "因政府信息公开引起的行政复议 {reconsideration} 件，行政诉讼 {lawsuits} 件。"


def _said(heading: str, figures: Mapping[str, Figure], sentences: Iterable[str]) -> Paragraph:
    pieces: list[Piece] = []
    for sentence in sentences:
        marks = _MARK.findall(sentence)
        if all(mark in figures for mark in marks):
            pieces += _pieces(sentence, figures)
    return Paragraph(heading, tuple(pieces))


def _pieces(sentence: str, figures: Mapping[str, Figure]) -> Iterable[Piece]:
    for n, part in enumerate(_MARK.split(sentence)):
        if n % 2:
            yield Piece(shown(figures[part]), part)
        elif part:
            yield Piece(part)


def _value(figures: Mapping[str, Figure], id: str) -> int:
    return figures[id].value if id in figures else 0
