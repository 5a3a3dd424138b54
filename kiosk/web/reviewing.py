"""What the village's and the township's desks share of reviews: the notice as the screen will show
it, and a handwriting as a kept picture."""

import base64
import binascii

from flask import render_template, request
from markupsafe import Markup

from kiosk import clock
from kiosk.attachments import FileRefused
from kiosk.attachments.photos import photo
from kiosk.duties import queries as duties
from kiosk.notices import queries as notices
from kiosk.notices.queries import Notice, Version
from kiosk.notices.shape import is_readable
from kiosk.reviews.queries import Review
from kiosk.rules import timeliness
from kiosk.villages import queries as villages
from kiosk.web import current_node, public_address

DRAWN_LIMIT = 1024 * 1024
LONG_ENOUGH = 24
"""A handwriting has ink on at least this many pixels: a dot is no name."""


def as_notice(review: Review) -> Notice | None:
    """The reviewed notice as if it stood on the board already; None where it cannot be shown."""
    body = {**review.notice, "reviews": review.reviews}
    if not is_readable(body):
        return None
    node = current_node()
    standing = notices.notice(node.journal, review.corrects) if review.corrects else None
    until = str(body["display_until"])
    item = duties.catalogue(node.journal, review.village).items.get(review.item)
    if not until and item is not None and not review.corrects:
        last = timeliness.display_until(item, clock.today())
        until = last.isoformat() if last else ""
    return Notice(
        id=review.corrects or review.id,
        stream=f"{review.village}/public",
        village=review.village,
        item=body["item"],
        affairs=body["affairs"],
        title=body["title"],
        form=body["form"],
        period=body["period"],
        event=body["event"],
        state="corrected" if review.corrects else "published",
        published_at=standing.published_at if standing else clock.stamp(),
        changed_at=clock.stamp(),
        display_until=until,
        versions=1,
        first_seq=0,
        last_seq=0,
        body=body,
    )


def screen(review: Review, blob: str) -> str:
    """The touch screen's own page with the reviewed notice in it; `blob` is the endpoint that
    gives its pictures. An empty page where the notice cannot be shown."""
    node = current_node()
    notice = as_notice(review)
    if notice is None:
        return ""
    change = Version(
        notice.id, notice.stream, 0, "corrected", clock.stamp(), "", notice.body,
        str(review.notice.get("reason", "")),
    )  # fmt: skip
    return render_template(
        "board/notice.html",
        notice=notice,
        previous=notices.before(
            node.journal, notice.village, notice.item, notice.period, notice.form
        ),
        versions=[change],
        origin=villages.village(node.journal, notice.village),
        witnessed=None,
        address=f"{public_address(node)}/n/",
        qr=lambda _address: Markup(
            '<svg class="qr" viewBox="0 0 10 10" role="img" aria-label="发布后这里是二维码">'
            '<rect width="10" height="10" fill="#fff"/></svg>'
        ),
        blob=blob,
        back=None,
        node=node,
        today=clock.today(),
        now=clock.now(),
        here=request.path,
        tag='""',
        newest=[],
        urgent=[],
        still=True,
    )


def handwriting(data_url: str) -> str:
    """The SHA-256 of the kept picture of a handwriting, given as a canvas' data URL; "" for none.

    Raises FileRefused where it is no picture or nothing is written on it.
    """
    if not data_url:
        return ""
    head, _, text = data_url.partition(",")
    if not head.startswith("data:image/png") or len(text) > DRAWN_LIMIT:
        raise FileRefused("手写签名没有传完整，请重新写一次。")
    try:
        made = photo(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError) as error:
        raise FileRefused("手写签名没有传完整，请重新写一次。") from error
    if not _is_written(made.data):
        raise FileRefused("签名框里还没有字，请用手指写上姓名。")
    return current_node().blobs.put(made.data)


def kept_photo(field: str) -> str:
    """The SHA-256 of the photo uploaded in a field, kept; "" for none. Raises FileRefused."""
    file = request.files.get(field)
    if file is None or not file.filename:
        return ""
    from kiosk.attachments.photos import BYTES_LIMIT

    return current_node().blobs.put(photo(file.stream.read(BYTES_LIMIT + 1)).data)


def _is_written(data: bytes) -> bool:
    import io

    from PIL import Image

    grey = Image.open(io.BytesIO(data)).convert("L")
    return sum(grey.histogram()[:128]) >= LONG_ENOUGH
