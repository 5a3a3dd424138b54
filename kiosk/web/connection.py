"""How this node stands with the one above it, and what a person must do about it."""

from dataclasses import dataclass
from datetime import timedelta

from flask import flash

from kiosk import clock
from kiosk.journal.stops import RESTORED
from kiosk.node import Node
from kiosk.sync import carrying, client, clocks, contacts, marks, mending
from kiosk.sync.mending import MendRefused
from kiosk.web.formats import ago

QUIET_FOR = timedelta(minutes=10)
"""Without contact for longer than this, one is told so."""


OFFLINE = ("连不上", "没有回应", "中断", "通信")
"""Words of an error by which the line is at fault, not the other side."""


@dataclass(frozen=True)
class SyncLine:
    """How sync stands, in one line; `state` "good", "warn" or "fault". `offline`: there is no
    line, so a stick helps."""

    state: str
    words: str
    offline: bool = False


@dataclass(frozen=True)
class ForkNotice:
    """That own records forked: what happened and what the button does."""

    happened: str
    button: str
    does: str


def sync_line(node: Node) -> SyncLine:
    """How this node stands with the one above it, in plain words."""
    up = client.upstream(node)
    if up is None:
        return SyncLine("warn", "本机还没有接入乡镇，内容只在本村的屏幕上显示。")
    running = marks.progress(node.journal)
    if running is not None:
        unit = "条" if running.what == "记录" else "个"
        so_far = f"{running.done} / {running.total} {unit}"
        return SyncLine("warn", f"正在和{up.name}同步{running.what}：{so_far}，请不要关机。")
    contact = contacts.last_contact(node.journal, up.code)
    if contact is None or contact.last_attempt is None:
        return SyncLine("warn", f"还没有和{up.name}联系过，内容已保存在本机，联上后自动上传。")
    last = contact.last_success
    since = f"上次同步：{ago(last)}" if last else "还没有同步成功过"
    if contact.failures and not any(word in contact.last_error for word in OFFLINE):
        return SyncLine("fault", f"没有同步成功：{contact.last_error}（{since}）")
    if contact.failures or last is None or clock.now() - last > QUIET_FOR:
        if stick := marks.get(node.journal, marks.STICK):
            since += f"，上次导入 U 盘：{ago(stick)}"
        words = f"网络不通，内容已保存在本机，恢复后自动上传（{since}）。"
        return SyncLine("fault", words, offline=True)
    if waits := carrying.waits(node.journal):
        return SyncLine("warn", f"记录已同步到{up.name}：{ago(last)}。{waits}")
    own = node.journal.own("public")
    if node.journal.size(own) > (node.journal.cosigned_size(own) or 0):
        return SyncLine("warn", f"正在上传到{up.name}（{since}）。")
    return SyncLine("good", f"已同步到{up.name}：{ago(last)}。")


def warnings(node: Node) -> list[str]:
    """What needs a person, but for a fork: a folder just restored, a wrong clock."""
    found = []
    if RESTORED in node.journal.stopped().values():
        if node.config.is_township:
            found.append(
                "本机刚从备份恢复，要等各村联网把备份之后的记录还回来，才能发布（最多等 24 小时）。"
            )
        else:
            found.append(
                "本机刚从备份恢复，要先联网和乡镇核对一次记录，才能发布（最多等 24 小时）。"
                "屏幕照常显示。"
            )
    if wrong := clocks.trouble(node.journal, client.upstream(node)):
        found.append(wrong)
    return found


def fork_notice(node: Node) -> ForkNotice | None:
    """What to say of a fork of own records; None where there is none."""
    streams = mending.forked(node.journal)
    if not streams:
        return None
    up = client.upstream(node)
    whose = f"{up.name}" if up else "各村"
    journal = node.journal
    more = sum(journal.size(each) - (journal.cosigned_size(each) or 0) for each in streams)
    many = f"（约 {more} 条）" if up else ""
    return ForkNotice(
        happened=(
            f"{whose}留存的记录和本机的不一样。多半是用旧备份恢复过，"
            "或者同一份数据在两台机器上用过。屏幕照常显示，但暂时不能发布新内容。"
            "双方签名已留作证据，上级也看得到。"
        ),
        button=f"按{'镇里' if up and not node.config.is_township else whose}留存的记录恢复",
        does=(
            f"按下后：先取回{whose}留存的记录；只有本机才有的{many}接在后面，"
            "算作今天新发布的，内容不会丢。以后请只用一台机器。"
        ),
    )


def mend(node: Node) -> None:
    """Mends the forks and flashes what came of it."""
    try:
        done = mending.mend(node)
    except MendRefused as refused:
        flash(str(refused), "fault")
        return
    taken = sum(each.done.taken for each in done)
    again = sum(each.done.again for each in done)
    flash(
        f"已恢复：取回留存的记录 {taken} 条，本机的 {again} 条接在后面作为新记录。可以继续发布。",
        "good",
    )
