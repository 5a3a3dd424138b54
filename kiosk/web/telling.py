"""The guide at the desks of village and township: services, officials and topics, told, corrected
and taken down. Both desks have the same pages; each tells its own node's part.

`install(blueprint)` puts the pages into a desk's door, whose guard lets in who may.
"""

from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from kiosk import clock
from kiosk import services as guide
from kiosk.attachments import FileRefused, photos
from kiosk.duties import queries as duties
from kiosk.rules import topics as rules
from kiosk.services import ServiceRefused, queries
from kiosk.services.commands import OFFICIAL_TEXTS, SERVICE_LINES, SERVICE_TEXTS
from kiosk.web import current_node
from kiosk.web.login import Page

TOLD = {"service": "办事指南", "official": "村干部", "topic": "常问的事"}
PAGES = {
    "": "看公开和办事指南",
    "accounts": "最新的财务收支",
    "officials": "有事找谁",
    "services": "办事指南",
    "catalogue": "公开目录",
    "questions": "大家问的",
    "report": "向镇里举报",
}


def install(blueprint: Blueprint) -> None:
    """Adds the pages to a desk's door."""
    desk = blueprint.name

    @blueprint.get("/guide", endpoint="guide")
    def index() -> str:
        """Everything that this node tells."""
        node = current_node()
        journal, code = node.journal, node.config.code
        own = queries.own_topics(journal, code)
        return render_template(
            "desk/guide.html",
            desk=desk,
            here="guide",
            services=guide.services(journal, [code]),
            officials=guide.officials(journal, [code]),
            topics=guide.topics(journal, _origins()),
            hidden=[(id, body) for id, body in own.items() if body.get("hidden") is True],
            own=own,
            editable={*own, *(topic.id for topic in rules.load())},
        )

    @blueprint.route("/guide/<any(service, official, topic):noun>", methods=["GET", "POST"],
                     endpoint="guide_new")  # fmt: skip
    @blueprint.route("/guide/<any(service, official, topic):noun>/<id>", methods=["GET", "POST"],
                     endpoint="guide_one")  # fmt: skip
    def one(noun: str, id: str | None = None) -> Page:
        """The form of one of them; sent, it is told."""
        values = _standing(noun, id)
        fault = ""
        if request.method == "POST":
            values |= _typed(noun)
            try:
                _tell(noun, id, values)
            except (ServiceRefused, FileRefused) as refused:
                fault = str(refused)
            else:
                flash("已经公布，屏幕上马上能看到。", "good")
                return redirect(url_for(f"{desk}.guide"))
        page = render_template(
            f"desk/{noun}.html",
            desk=desk,
            here="guide",
            noun=noun,
            id=id,
            values=values,
            fault=fault,
            items=duties.catalogue(current_node().journal).items_on(clock.today()),
            pages=PAGES,
            ask_limit=rules.ASK_LIMIT,
        )
        return (page, 400) if fault else page

    @blueprint.post(
        "/guide/<any(service, official, topic):noun>/<id>/withdraw", endpoint="guide_withdraw"
    )
    def withdraw(noun: str, id: str) -> Response:
        """Takes one down; a topic of the program is hidden, or shown again."""
        try:
            _take_down(noun, id)
        except ServiceRefused as refused:
            flash(str(refused), "fault")
        else:
            flash("已经撤下。", "good")
        return redirect(url_for(f"{desk}.guide"))


def _standing(noun: str, id: str | None) -> dict[str, Any]:
    """What stands of the one that is edited, as its body has it; 404 where it is not this node's
    to edit. Empty for a new one."""
    if id is None:
        return {}
    node = current_node()
    journal, code = node.journal, node.config.code
    if noun == "topic":
        found = {topic.id: topic for topic in guide.topics(journal, _origins())}
        program = {topic.id for topic in rules.load()}
        if id not in found or (id not in program and id not in queries.own_topics(journal, code)):
            abort(404)
        topic = found[id]
        return {
            "ask": topic.ask,
            "sign": topic.sign,
            "items": list(topic.items),
            "words": list(topic.words),
            "to": topic.to,
        }
    told = guide.service(journal, id) if noun == "service" else guide.official(journal, id)
    if told is None or told.origin != code:
        abort(404)
    return dict(vars(told))


def _typed(noun: str) -> dict[str, Any]:
    given = request.form
    match noun:
        case "service":
            found: dict[str, Any] = {key: given.get(key, "") for key in SERVICE_TEXTS}
            found |= {key: given.get(key, "").splitlines() for key in SERVICE_LINES}
            found["items"] = given.getlist("items")
        case "official":
            found = {key: given.get(key, "") for key in OFFICIAL_TEXTS}
            found["matters"] = given.get("matters", "").splitlines()
            found["order"] = given.get("order", 0, type=int)
        case _:
            found = {key: given.get(key, "") for key in ("ask", "sign", "to")}
            found["words"] = given.get("words", "").split()
            found["items"] = given.getlist("items")
    return found


def _tell(noun: str, id: str | None, values: dict[str, Any]) -> None:
    """Raises ServiceRefused, FileRefused."""
    node, actor = current_node(), g.account.name
    match noun:
        case "service":
            guide.describe_service(node.journal, values, actor=actor, id=id)
        case "official":
            upload = request.files.get("photo")
            if request.form.get("no_photo"):
                values["photo"] = ""
            elif upload is not None and upload.filename:
                values["photo"] = node.blobs.put(photos.photo(upload.read()).data)
            guide.describe_official(node.journal, values, actor=actor, id=id)
        case _:
            guide.describe_topic(node.journal, values, actor=actor, id=id)


def _take_down(noun: str, id: str) -> None:
    """Raises ServiceRefused."""
    journal, actor = current_node().journal, g.account.name
    known = {topic.id: topic for topic in rules.load()}
    if noun != "topic" or id in queries.own_topics(journal, current_node().config.code):
        guide.withdraw(journal, noun, id, actor=actor)
    elif id in known:
        topic = known[id]
        body = {"ask": topic.ask, "sign": topic.sign, "words": list(topic.words), "hidden": True}
        guide.describe_topic(journal, body, actor=actor, id=id)
    else:
        raise ServiceRefused("这里没有这一条，可能已经撤下。")


def _origins() -> list[str]:
    """Whose topics this node's board shows, the later prevailing."""
    node = current_node()
    up = node.config.upstream
    return [*([up.code] if up and not node.config.is_township else []), node.config.code]
