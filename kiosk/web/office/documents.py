"""A Word document, a PDF or pictures, from the file to the draft.

The words of a Word document become the form's text, its tables the rows of the form where the form
knows their headings; personal data in them are masked, and it is said where. A PDF stands beside
the notice as pictures of its pages. A page with personal data cannot be masked: it is not taken,
and the officer says whether the others are.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath

from flask import flash, g, redirect, render_template, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from kiosk.attachments import FileRefused, documents, grids, pages
from kiosk.attachments.documents import Document
from kiosk.attachments.pages import Page
from kiosk.attachments.word import Paragraph, Table
from kiosk.drafts import Draft
from kiosk.drafts import commands as draft_commands
from kiosk.drafts import queries as drafts
from kiosk.rules import privacy
from kiosk.rules.catalogue import Item
from kiosk.rules.forms import Form
from kiosk.rules.tables.grid import written
from kiosk.web import current_node
from kiosk.web.login import Page as Answer
from kiosk.web.office import attaching, forms, importing, pasting
from kiosk.web.office.door import blueprint, item_of, open_draft
from kiosk.web.office.forms import Values

TITLE_LIMIT = 40
PLACES_NAMED = 4


def take(draft: Draft, item: Item, files: Sequence[FileStorage]) -> Response:
    """Takes what the files hold into the draft, and goes on to the form, or to where the officer
    must look; says why a file is refused."""
    given = [file for file in files if file.filename]
    if not given:
        flash("还没有选文件。请先选择 Word、PDF 或照片，再按“填入”。", "fault")
    values, onward = draft.values, None
    for file in given:
        name = file.filename or ""
        data = file.stream.read(pages.BYTES_LIMIT + 1)
        file.stream.seek(0)
        try:
            grids.check_size(data, pages.BYTES_LIMIT)
            kind = grids.kind_of(data)
            if kind == "image":
                values = attaching.with_photos(values, [file])
            elif _is_table(kind, data, name, values):
                return importing.take(_saved(draft, values), file)
            elif kind in ("xlsx", "xls"):
                values = _with_blocks(values, item, _sheets(data, name), name)
            else:
                found = documents.read(data)
                if found.kind == "pdf" and found.personal:
                    draft_commands.keep_document(current_node().journal, draft.id, name, data)
                    onward = url_for("office.document", id=draft.id)
                elif found.kind == "pdf":
                    values = _with_pages(values, name, found.pages)
                else:
                    values = _with_blocks(values, item, found, name)
        except FileRefused as refused:
            flash(f"{name}：{refused}", "fault")
    _saved(draft, values)
    return redirect(onward or url_for("office.edit", id=draft.id))


@blueprint.route("/drafts/<id>/document", methods=["GET", "POST"])
def document(id: str) -> Answer:
    """The pages of a PDF of which some name personal data; POST takes the chosen ones."""
    draft = open_draft(id)
    journal = current_node().journal
    kept = drafts.document(journal, id)
    if kept is None:
        return redirect(url_for("office.edit", id=id))
    name, data = kept
    if request.method == "POST":
        if request.form.get("do") == "take":
            chosen = set(request.form.getlist("page", type=int))
            found = documents.read(data)
            clean = [page for page in found.pages if not privacy.find(page.text)]
            values = _with_pages(
                draft.values, name, [page for page in clean if page.number in chosen]
            )
            _saved(draft, values)
        draft_commands.drop_document(journal, id)
        return redirect(url_for("office.edit", id=id, _anchor="photos"))
    found = documents.read(data, pictures=False)
    return render_template(
        "office/document.html",
        draft=draft,
        item=item_of(draft.values["item"]),
        name=name,
        pages=[(page, _kinds_on(page)) for page in found.pages],
    )


def with_pasted(values: Values, sent: Mapping[str, str]) -> Values:
    """The values with a table that was pasted into a field of the form; what has no place is
    said."""
    cells = pasting.cells_of(sent.get("pasted", ""))
    placed = pasting.pasted(form_of(values), values["fields"], cells, sent.get("pasted-at", ""))
    if placed is None:
        flash("粘贴的内容里没有认出表格。请选中表格里的格子复制，再点表里的一格粘贴。", "fault")
        return values
    flash(f"已粘贴 {len(cells)} 行，请看一遍。", "good")
    return {**values, "fields": placed}


def form_of(values: Values) -> Form:
    """The definition of the form that a draft is written in."""
    return forms.definition(current_node(), values)


# ---- private ----


def _is_table(kind: str, data: bytes, name: str, values: Values) -> bool:
    """Whether a file goes the way of the tables: with its columns matched and shown."""
    if kind == "docx":
        recognised = values["form"] in forms.TABLE_FORMS
        return recognised and bool(documents.read(data).tables)
    if not form_of(values).tables and values["form"] not in forms.TABLE_FORMS:
        return False
    return kind in ("xlsx", "xls") or (kind == "text" and name.lower().endswith(".csv"))


def _saved(draft: Draft, values: Values) -> Draft:
    draft_commands.save(current_node().journal, draft.id, values, actor=g.account.name)
    return Draft(draft.id, draft.seq, draft.at, draft.actor, values)


def _sheets(data: bytes, name: str) -> Document:
    """The sheets of a workbook as tables of a document."""
    tables = []
    for n, grid in enumerate(grids.read_grids(data, name), 1):
        if not grid.hidden:
            rows = tuple(
                tuple(written(grid.value(row, column)) for column in range(1, grid.right + 1))
                for row in range(1, grid.bottom + 1)
            )
            tables.append(Table(f"表{n}", rows))
    return Document("xlsx", tuple(tables))


def _with_blocks(values: Values, item: Item, found: Document, name: str) -> Values:
    form = form_of(values)
    fields = dict(values["fields"])
    lines: list[str] = []
    title = ""
    for block in documents.masked(found).blocks:
        if isinstance(block, Table):
            placed = pasting.pasted(form, fields, pasting.trimmed(block.rows))
            if placed is not None:
                fields = placed
                continue
        elif not lines and not title and _is_title(block):
            title = block.text.strip()
            continue
        lines += documents.lines_of(block)
    key = next((key for key in _text_keys(form) if key in fields), None)
    if not title or values["title"] not in ("", item.title):
        lines = [title, *lines] if title else lines
        title = ""
    if lines and key is None:
        flash(f"{name}：这张表没有放文字的地方，文字没有填入：{lines[0][:40]}……", "warn")
    elif lines and key is not None:
        before = fields[key].rstrip()
        fields[key] = "\n".join([before, *lines] if before else lines)
    _say_masked(found, name)
    return {**values, "title": title or values["title"], "fields": fields}


def _text_keys(form: Form) -> Iterator[str]:
    """Where the words of a document go: the form's text, else its first field for many words."""
    long = [field.key for field in form.fields if field.type in ("long_text", "lines")]
    yield from sorted(long, key=lambda key: (key != "text", key == "note"))


def _is_title(block: Paragraph) -> bool:
    text = block.text.strip()
    return 0 < len(text) <= TITLE_LIMIT and (block.level > 0 or text[-1] not in "。；：:;，,！!？?")


def _say_masked(found: Document, name: str) -> None:
    personal = found.personal
    words = f"{name}：已填入，请看一遍。"
    if personal:
        named = "、".join(
            dict.fromkeys(f"{it.cell}的{privacy.KINDS[it.kind]}" for it in personal[:PLACES_NAMED])
        )
        more = f"等 {len(personal)} 处" if len(personal) > PLACES_NAMED else ""
        words = f"{name}：已填入，{named}{more}已遮盖。请看一遍。"
    flash(words, "warn" if personal else "good")


def _with_pages(values: Values, name: str, chosen: Sequence[Page]) -> Values:
    if not chosen:
        flash(f"{name}：一页也没有放上。", "warn")
        return values
    values = attaching.with_pages(values, PurePath(name).stem[:30], chosen)
    words = f"{name}：{len(chosen)} 页已经放在下面“照片”里。"
    if unread := [str(page.number) for page in chosen if page.unread]:
        words += (
            f"第{'、'.join(unread)}页有扫描或图片里的字，程序读不出来，"
            "请自己看一遍有没有身份证号、银行卡号、电话。"
        )
    if aside := [str(page.number) for page in chosen if page.aside]:
        words += f"第{'、'.join(aside)}页上的批注或填写的表格不在图里。"
    flash(words, "warn" if unread or aside else "good")
    return values


def _kinds_on(page: Page) -> list[str]:
    """What personal data a page names, in words, each once."""
    return list(dict.fromkeys(privacy.KINDS[hit.kind] for hit in privacy.find(page.text)))
