"""What is in an officer's file, as the import and `kiosk check` see it; nothing is stored.

Tables are read by `kiosk.rules.tables`; of documents, PDFs and plain text the personal data are
found, by paragraph or page; of a picture nothing can be read, and that is said.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from typing import Any

from kiosk.attachments import FileRefused, documents, pages
from kiosk.attachments.documents import Document
from kiosk.attachments.grids import check_size, kind_of, read_grids, text_of
from kiosk.attachments.photos import photo
from kiosk.rules import accounts, privacy, tables
from kiosk.rules.tables import Personal, Question, Reading

FORMS = (*tables.FORMS, "decision", "notice")
"""What `form` may be; a table is read as one of the first three."""


def read_file(data: bytes, filename: str = "", form: str | None = None, **told: Any) -> Reading:
    """Everything found in a file. `form` and `told` (mapping, period, unit, sheet) are the
    officer's word, see `tables.read`. Raises FileRefused."""
    check_size(data, pages.BYTES_LIMIT)
    kind = kind_of(data)
    table_form = form if form in tables.FORMS else None
    if kind == "image":
        photo(data)
        question = Question("picture", "图片里的字读不出来，请自己看一遍有没有身份证号、电话等。")
        return _of_document(Document("image"), form, (question,))
    if kind == "pdf":
        found = documents.read(data, pictures=False)
        return _of_document(found, form, tuple(_unread(found)))
    check_size(data)
    if kind == "docx" and form not in tables.FORMS:
        found = documents.read(data)
        if not found.tables:
            return _of_document(found, form, ())
    if kind == "text" and table_form is None:
        return _table_or_text(data, filename, form, told)
    grids = read_grids(data, filename)
    reading = tables.read(grids, table_form, filename=filename, **told)
    if reading.content is None and kind == "docx" and table_form is None:
        return _of_document(found, form, reading.questions, reading.personal)
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
    return _of_document(documents.read(data), form, ())


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


def _of_document(
    document: Document,
    form: str | None,
    questions: tuple[Question, ...],
    also: Sequence[Personal] = (),
) -> Reading:
    personal = document.personal
    known = {(it.cell, it.shown_as) for it in personal}
    text = document.text
    return Reading(
        form=form or "notice",
        period=None,
        unit=accounts.YUAN,
        sheet="",
        title=text.split("\n", 1)[0][:60],
        content={"text": text},
        lines=len(text.splitlines()),
        totals=None,
        total=None,
        faults=(),
        personal=(*personal, *(it for it in also if (it.cell, it.shown_as) not in known)),
        unplaced=(),
        questions=questions,
        columns=(),
    )


def _has_columns(text: str) -> bool:
    """Whether most lines of a text file are cut the same way, as a table's are."""
    lines = [line for line in text.splitlines() if line.strip()]
    cut = max((sum(line.count(it) > 0 for line in lines) for it in ",\t;|"), default=0)
    return len(lines) >= 2 and cut * 2 > len(lines)


def _unread(document: Document) -> Iterator[Question]:
    for page in document.pages:
        if page.unread:
            words = f"第{page.number}页有图片或扫描的字，程序读不出来，请自己看一遍有没有个人信息。"
            yield Question("picture", words)
