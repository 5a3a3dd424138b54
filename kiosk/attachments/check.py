"""What is in an officer's file, as the import and `kiosk check` see it; nothing is stored.

Tables are read by `kiosk.rules.tables`; of documents, PDFs and plain text the personal data are
found, by paragraph or page; of a picture nothing can be read, and that is said.
"""

import io
import re
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from kiosk.attachments import FileRefused
from kiosk.attachments.grids import check_size, document, kind_of, read_grids, text_of
from kiosk.rules import accounts, privacy, tables
from kiosk.rules.tables import Personal, Question, Reading

FORMS = (*tables.FORMS, "decision", "notice")
"""What `form` may be; a table is read as one of the first three."""

_PAGES_LIMIT = 500


def read_file(data: bytes, filename: str = "", form: str | None = None, **told: Any) -> Reading:
    """Everything found in a file. `form` and `told` (mapping, period, unit, sheet) are the
    officer's word, see `tables.read`. Raises FileRefused."""
    check_size(data)
    kind = kind_of(data)
    table_form = form if form in tables.FORMS else None
    if kind == "image":
        _check_picture(data)
        question = Question("picture", "图片里的字读不出来，请自己看一遍有没有身份证号、电话等。")
        return _document([], form, (question,))
    if kind == "pdf":
        return _document(_pages(data), form, ())
    if kind == "docx" and form not in tables.FORMS:
        opened = document(data)
        paragraphs = [
            (f"第{number}段", paragraph.text)
            for number, paragraph in enumerate(opened.paragraphs, 1)
        ]
        if not opened.tables:
            return _document(paragraphs, form, ())
    if kind == "text" and table_form is None:
        return _table_or_text(data, filename, form, told)
    grids = read_grids(data, filename)
    reading = tables.read(grids, table_form, filename=filename, **told)
    if reading.content is None and kind == "docx" and table_form is None:
        return _document(paragraphs, form, reading.questions, reading.personal)
    if form is not None and table_form is None:
        return _as_attachment(reading, form)
    return reading


def _as_attachment(reading: Reading, form: str) -> Reading:
    """A table beside a text form: what is personal in it, and no sums."""
    return replace(
        reading,
        form=form,
        content=None,
        lines=reading.lines if isinstance(reading.lines, int) else sum(reading.lines.values()),
        totals=None,
        total=None,
        faults=(),
    )


def _table_or_text(data: bytes, filename: str, form: str | None, told: dict[str, Any]) -> Reading:
    """A text file as the table it is recognised as, or else, unless cut into columns, as prose."""
    text = text_of(data)
    try:
        reading = tables.read(read_grids(data, filename), filename=filename, **told)
        if reading.content is not None or _has_columns(text):
            return reading if form is None else _as_attachment(reading, form)
    except FileRefused:
        if _has_columns(text):
            raise
    return _document([(f"第{n}段", it) for n, it in enumerate(text.splitlines(), 1)], form, ())


def as_json(reading: Reading) -> dict[str, Any]:
    """The shape that `kiosk check --json` prints; more keys may be added."""
    found: dict[str, Any] = {
        "form": reading.form,
        "period": reading.period,
        "lines": reading.lines,
        "totals": None if reading.totals is None else _totals(reading.totals),
        "faults": [asdict(fault) for fault in reading.faults],
        "personal": [asdict(personal) for personal in reading.personal],
        "unplaced": [asdict(unplaced) for unplaced in reading.unplaced],
        "questions": [
            {"about": it.about, "text": it.text, "choices": [list(pair) for pair in it.choices]}
            for it in reading.questions
        ],
    }
    if reading.form == "person_list":
        found["total"] = reading.total
    return found


def in_words(reading: Reading) -> list[str]:
    """The same for people, one line each."""
    said = [f"种类：{tables.FORMS.get(reading.form or '', '文字材料')}"]
    if reading.period:
        said.append(f"时期：{reading.period}")
    if isinstance(reading.lines, dict):
        said.append(f"收入 {reading.lines['income']} 项，支出 {reading.lines['expense']} 项")
    else:
        said.append(f"共 {reading.lines} {'段' if reading.form == 'notice' else '行'}")
    if reading.totals is not None:
        for name, fen in zip(
            ("期初余额", "收入", "支出", "期末余额"), _sums(reading.totals), strict=True
        ):
            said.append(f"{name}：{'表里没有写' if fen is None else accounts.yuan(fen) + ' 元'}")
    if reading.total is not None:
        said.append(f"合计：{accounts.yuan(reading.total)} 元")
    said += [f"不平：{fault.message}" for fault in reading.faults]
    said += [
        f"个人信息：{it.cell} {privacy.KINDS[it.kind]}，应显示为“{it.shown_as or '（不显示）'}”"
        for it in reading.personal
    ]
    said += [f"没有导入：{it.cell}“{it.text}”，{it.message}" for it in reading.unplaced]
    said += [f"请核对：{question.text}" for question in reading.questions]
    if not reading.faults and not reading.personal:
        said.append("没有发现不平的数，也没有发现个人信息。")
    return said


def _sums(totals: accounts.Totals) -> tuple[int | None, ...]:
    return totals.opening, totals.income, totals.expense, totals.closing


def _totals(totals: accounts.Totals) -> dict[str, int | None]:
    return dict(zip(("opening", "income", "expense", "closing"), _sums(totals), strict=True))


def _document(
    parts: Sequence[tuple[str, str]],
    form: str | None,
    questions: tuple[Question, ...],
    also: Sequence[Personal] = (),
) -> Reading:
    personal = [
        Personal(place, hit.kind, hit.shown_as)
        for place, text in parts
        for hit in privacy.find(text)
    ]
    known = {(it.cell, it.shown_as) for it in personal}
    personal += [it for it in also if (it.cell, it.shown_as) not in known]
    text = "\n".join(part.strip() for _, part in parts if part.strip())
    return Reading(
        form=form or "notice",
        period=None,
        unit=accounts.YUAN,
        sheet="",
        title=text.split("\n", 1)[0][:60],
        content={"text": text},
        lines=sum(bool(part.strip()) for _, part in parts),
        totals=None,
        total=None,
        faults=(),
        personal=tuple(personal),
        unplaced=(),
        questions=questions,
        columns=(),
    )


def _has_columns(text: str) -> bool:
    """Whether most lines of a text file are cut the same way, as a table's are."""
    lines = [line for line in text.splitlines() if line.strip()]
    cut = max((sum(line.count(it) > 0 for line in lines) for it in ",\t;|"), default=0)
    return len(lines) >= 2 and cut * 2 > len(lines)


def _pages(data: bytes) -> list[tuple[str, str]]:
    import pypdf
    from pypdf.errors import PyPdfError

    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise FileRefused("这个 PDF 加了密码，请去掉密码再上传。")
        if len(reader.pages) > _PAGES_LIMIT:
            raise FileRefused(f"这个 PDF 超过 {_PAGES_LIMIT} 页，请只保留要公开的部分。")
        return [
            (f"第{number}页", re.sub(r"[ \t]+", " ", page.extract_text()))
            for number, page in enumerate(reader.pages, 1)
        ]
    except FileRefused:
        raise
    except (PyPdfError, ValueError, KeyError, TypeError, OSError, RecursionError) as error:
        raise FileRefused("这个 PDF 打不开，可能没有保存完整，请重新导出一次。") from error


def _check_picture(data: bytes) -> None:
    import warnings

    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            Image.open(io.BytesIO(data)).verify()
    except Exception as error:  # Pillow raises whatever a broken picture makes it raise
        raise FileRefused("这张图片打不开，请重新拍照或另存一次再上传。") from error
