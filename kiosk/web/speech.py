"""Reading aloud: what a page of the screen says, sentence by sentence, and the node's voice for it.

What is read is taken from the page as it stands, so nothing can be shown that is not heard and no
page needs words of its own for the ear. `/speech?page=…` answers for an address of the board with
its sentences: `text` as it stands there (without spaces, to find its place), `say` with figures in
words (`rules.aloud`), and `audio`, an address that holds the signed sentence. So the voice says
only what stood on a page of this node, and keeps nothing of who listens.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    jsonify,
    request,
    send_file,
    url_for,
)
from itsdangerous import BadSignature, URLSafeSerializer

from kiosk import voice
from kiosk.rules import aloud
from kiosk.web import current_node
from kiosk.web.guard import limiter

MOST = 400
"""Sentences of one page."""

LONGEST_ADDRESS = 300
LONGEST_TOKEN = 2_000

NOT_READ = frozenset(
    ("script", "style", "svg", "img", "input", "select", "textarea", "template", "noscript",
     "dialog", "video", "audio")
)  # fmt: skip
INLINE = frozenset(
    ("a", "abbr", "b", "br", "button", "cite", "code", "em", "i", "label", "mark", "q", "s",
     "small", "span", "strong", "sub", "sup", "time", "u", "wbr")
)  # fmt: skip
VOID = frozenset(("br", "img", "input", "hr", "meta", "link", "wbr", "source", "col"))
MUTE_CLASSES = frozenset({"visually-hidden", "scan", "pager", "numbers", "keypad"})

_GAP = "\u2063"
"""Between parts that stand apart on the page: a pause to the ear."""

_ASIDE = re.compile("\ue000(.*?)\ue001")
"""Words that are said and do not stand in the page."""

_FIGURE = re.compile(r"-?[\d,]+(?:\.\d+)?")

blueprint = Blueprint("speech", __name__)


@dataclass
class Node:
    tag: str
    given: dict[str, str] = field(default_factory=dict)
    inside: list["Node | str"] = field(default_factory=list)

    @property
    def classes(self) -> set[str]:
        return set(self.given.get("class", "").split())


@dataclass(frozen=True)
class Sentence:
    """`text` stands on the page, without spaces; `say` is for a voice."""

    text: str
    say: str


@blueprint.get("/speech")
@limiter.limit("120/minute")
def page() -> Response:
    """The sentences of a page of this board, given by its address; 404 for any other."""
    address = request.args.get("page", "")
    html = _page(address)
    if html is None:
        abort(404)
    signed = _signer()
    return jsonify(
        voice=voice.available(),
        sentences=[
            {
                "text": each.text,
                "say": each.say,
                "audio": url_for("speech.audio", token=signed.dumps(each.say)),
            }
            for each in sentences(html)
        ],
    )


@blueprint.get("/speech/<token>.wav")
@limiter.limit("240/minute")
def audio(token: str) -> Response:
    """One sentence that stood on a page, in the node's voice."""
    if len(token) > LONGEST_TOKEN:
        abort(404)
    try:
        said = _signer().loads(token)
    except BadSignature:
        abort(404)
    try:
        path = voice.sound(current_node().config.dir / "speech", said)
    except voice.NoVoice:
        return Response("这台机器没有朗读的声音。\n", 501, mimetype="text/plain")
    except voice.VoiceBusy:
        busy = Response("正在给别人朗读。\n", 503, mimetype="text/plain")
        busy.headers["Retry-After"] = "2"
        return busy
    return send_file(path, mimetype="audio/wav", conditional=True, max_age=86_400)


def sentences(html: str) -> list[Sentence]:
    """What a page says, in the order in which it is to be heard."""
    root = _parsed(html)
    first: list[Sentence] = []
    last: list[Sentence] = []
    for block, late in _blocks(root, False):
        for part in aloud.sentences(block.strip(_GAP)):
            said = aloud.said(re.sub(f"{_GAP}+", "，", _ASIDE.sub(r"\1", part).strip(_GAP)))
            if said:
                text = re.sub(rf"[\s{_GAP}]+", "", _ASIDE.sub("", part))
                (last if late else first).append(Sentence(text, said))
    return (first + last)[:MOST]


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="speech")


def _page(address: str) -> str | None:
    """The page at an address of the board, as anybody sees it."""
    if not re.fullmatch(r"/(?!speech|/)[^\s\\]*", address) or len(address) > LONGEST_ADDRESS:
        return None
    with current_app.test_request_context(
        address,
        headers={"HX-Request": "true"},
        environ_overrides={"REMOTE_ADDR": request.remote_addr or ""},
    ):
        answer = current_app.full_dispatch_request()
    # Only what a screen polls carries the node's time.
    if answer.status_code != 200 or "X-Kiosk-Now" not in answer.headers:
        return None
    return answer.get_data(as_text=True)


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Node("body")
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = Node(tag, {name: value or "" for name, value in attrs})
        self.open[-1].inside.append(made)
        if tag not in VOID:
            self.open.append(made)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].inside.append(Node(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        for depth in range(len(self.open) - 1, 0, -1):
            if self.open[depth].tag == tag:
                del self.open[depth:]
                return

    def handle_data(self, data: str) -> None:
        self.open[-1].inside.append(data)


def _parsed(html: str) -> Node:
    builder = _Builder()
    builder.feed(html)
    builder.close()
    return builder.root


def _mute(node: Node) -> bool:
    return (
        node.tag in NOT_READ
        or "hidden" in node.given
        or "data-mute" in node.given
        or node.given.get("aria-hidden") == "true"
        or bool(node.classes & MUTE_CLASSES)
    )


def _blocks(node: Node, late: bool) -> Iterator[tuple[str, bool]]:
    """The texts of a node block by block, and whether they come last."""
    late = late or "data-say-last" in node.given
    if "data-say" in node.given:
        yield node.given["data-say"], late
        return
    if node.tag == "table":
        for row in _rows(node):
            yield row, late
        return
    if node.tag == "dl":
        for pair in _pairs(node):
            yield pair, late
        return
    run: list[Node | str] = []
    closed = node.tag == "details" and "open" not in node.given
    for each in node.inside:
        if isinstance(each, str) or _flows(each):
            run.append(each)
            continue
        if text := _text(run):
            yield text, late
        run = []
        if not _mute(each) and (not closed or each.tag == "summary"):
            yield from _blocks(each, late)
    if text := _text(run):
        yield text, late


def _flows(node: Node) -> bool:
    """It stands within a line, and nothing in it breaks that."""
    return (
        node.tag in INLINE
        and "data-say" not in node.given
        and all(isinstance(each, str) or _mute(each) or _flows(each) for each in node.inside)
    )


def _text(parts: list["Node | str"]) -> str:
    """The words of inline parts; a gap where two of them stand apart."""
    words = ""
    for before, part in pairwise(["", *parts]):
        if isinstance(part, str):
            apart = not part.strip() and "\n" in part and isinstance(before, Node)
            words += _GAP if apart else re.sub(r"\s+", " ", part)
        elif not _mute(part):
            words += _GAP if part.tag == "br" else _text(part.inside)
    words = words.strip(f" {_GAP}")
    return words if re.search(r"\w", words) else ""


def _rows(table: Node) -> Iterator[str]:
    """A table row by row; what is a figure with its heading and its unit."""
    headings: list[str] = []
    for node in _within(table, {"caption", "tr"}):
        if node.tag == "caption":
            yield _text(node.inside)
            continue
        cells = [
            each for each in node.inside if isinstance(each, Node) and each.tag in ("td", "th")
        ]
        if cells and all(each.given.get("scope") == "col" for each in cells):
            headings = [_text(each.inside) for each in cells]
            continue
        said, column = [], 0
        for cell in cells:
            heading = headings[column] if column < len(headings) else ""
            column += int(cell.given.get("colspan", "1") or 1)
            if words := " ".join(filter(None, (text for text, _ in _blocks(cell, False)))):
                said.append(_of_cell(words, heading, cell.classes, len(headings)))
        if said:
            yield _GAP.join(said)


def _of_cell(words: str, heading: str, classes: set[str], columns: int) -> str:
    """`words` with what the eye takes from the head of the column, marked as not standing there."""
    if not _FIGURE.fullmatch(words):
        return words
    name, _, unit = heading.rstrip("）)").replace("(", "（").partition("（")
    if name in ("序号", "编号"):
        return _aside("第") + words
    unit = unit or ("元" if "money" in classes else "")
    return (_aside(name) if columns > 2 else "") + words + _aside(unit)


def _aside(words: str) -> str:
    return f"\ue000{words}\ue001" if words else ""


def _pairs(node: Node) -> Iterator[str]:
    label = ""
    for each in _within(node, {"dt", "dd"}):
        text = _GAP.join(filter(None, (text for text, _ in _blocks(each, False))))
        if each.tag == "dt":
            label = text
        elif text:
            yield f"{label}{_GAP}{text}" if label else text
            label = ""


def _within(node: Node, tags: set[str]) -> Iterator[Node]:
    for each in node.inside:
        if isinstance(each, str) or _mute(each):
            continue
        if each.tag in tags:
            yield each
        else:
            yield from _within(each, tags)
