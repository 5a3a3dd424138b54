"""Commands that keep a node safe and bring it back: bundles, backups, recovery, keys. Thin.

Exit codes as in `cli`.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

DIR = click.Path(file_okay=False, path_type=Path)
EXISTING_DIR = click.Path(file_okay=False, exists=True, path_type=Path)
FILE = click.Path(dir_okay=False, path_type=Path)


@contextmanager
def bar(label: str) -> Iterator[Callable[[float], None]]:
    """A progress bar that is told the share done; where nobody watches it stays away."""
    with click.progressbar(length=1000, label=label, file=sys.stderr) as shown:
        yield lambda share: shown.update(int(share * 1000) - shown.pos)


@contextmanager
def plain_failures() -> Iterator[None]:
    from kiosk import cli

    with cli.plain_failures():
        yield


@click.group()
def bundle() -> None:
    """The same as sync, by a file on a stick."""


@bundle.command("export")
@click.argument("dir", type=EXISTING_DIR)
@click.argument("file", type=FILE)
@click.option("--to", default="", help="A township's: the village's code it is for.")
@click.option("--whole", is_flag=True, help="Everything, not only what is new to the receiver.")
def bundle_export(dir: Path, file: Path, to: str, whole: bool) -> None:
    """Write what the other side lacks into FILE."""
    from kiosk.node import open_node
    from kiosk.sync import bundle as room

    with plain_failures():
        node = open_node(dir)
        try:
            with bar("导出") as progress:
                done = room.export(node, file, to=to, whole=whole, progress=progress)
        finally:
            node.close()
    click.echo(f"已导出给 {done.to}：{done.entries} 条记录、{done.blobs} 个附件。")


@bundle.command("import")
@click.argument("dir", type=EXISTING_DIR)
@click.argument("file", type=FILE)
def bundle_import(dir: Path, file: Path) -> None:
    """Take what is new in FILE, checked as over the network; all of it or nothing."""
    from kiosk.node import open_node
    from kiosk.sync import bundle as room

    with plain_failures():
        node = open_node(dir)
        try:
            with bar("导入") as progress:
                done = room.take_in(node, file, progress=progress)
        finally:
            node.close()
    click.echo(
        f"从 {done.sender} 收下 {done.entries} 条记录、{done.cosignatures} 个见证签名、"
        f"{done.blobs} 个附件。{done.left_out}"
    )


@click.command()
@click.argument("dir", type=EXISTING_DIR)
@click.argument("file", type=FILE)
def backup(dir: Path, file: Path) -> None:
    """Write a consistent copy of the node, which may be serving, into FILE. It holds the key."""
    from kiosk import backup as room
    from kiosk.node import open_node

    with plain_failures():
        node = open_node(dir, describe=False)
        try:
            with bar("备份") as progress:
                done = room.make(node, file, progress=progress)
        finally:
            node.close()
    click.echo(f"已备份 {done.name}（{done.code}）到 {file}，含 {done.blobs} 个附件。")
    click.echo("备份里有密钥：请放在另一块磁盘上，并锁好。", err=True)


@click.command()
@click.argument("dir", type=DIR)
@click.argument("file", type=FILE, required=False)
@click.option("--at-once", is_flag=True, help="Write again before others were heard: may fork.")
def restore(dir: Path, file: Path | None, at_once: bool) -> None:
    """Make a data folder again from a backup FILE.

    It writes for others only after they gave back what they hold beyond the backup, or after a
    day. Without FILE: the same for a folder that was put back by hand; with --at-once, no waiting.
    """
    from kiosk import backup as room
    from kiosk.node import open_node

    with plain_failures():
        if file is not None:
            with bar("恢复") as progress:
                done = room.restore(dir, file, at_once=at_once, progress=progress)
            click.echo(f"已恢复 {done.name}（{done.code}），备份做于 {done.made}。")
            waits = not at_once
        else:
            node = open_node(dir, describe=False)
            try:
                (room.let_go if at_once else room.hold)(node)
            finally:
                node.close()
            waits = not at_once
    if waits:
        click.echo(
            "先运行 kiosk serve，和对方核对完记录后才能发布（最多等 24 小时）。"
            "原来的机器不要再开：两台机器用同一份数据会分叉。"
        )
    else:
        click.echo("可以马上发布。")


@click.command()
@click.argument("dir", type=DIR)
@click.argument("url", required=False)
@click.argument("code", required=False)
@click.option("--fork", is_flag=True, help="Mend a fork of this node's own records instead.")
def recover(dir: Path, url: str | None, code: str | None, fork: bool) -> None:
    """Bring a lost village back into DIR from its township at URL, with a one-time CODE.

    The township gives the code: `kiosk invite` with the village's code. The new machine has a new
    key, and the old machine is not answered any more. With --fork: the witnessed history takes the
    place of the forked one in DIR, and what only this node has follows it as new entries.
    """
    from kiosk.node import open_node
    from kiosk.sync import mending, recovery

    if fork:
        if url or code:
            raise click.UsageError("--fork needs only DIR")
        with plain_failures():
            node = open_node(dir)
            try:
                found = mending.mend(node)
            finally:
                node.close()
        for each in found:
            click.echo(
                f"{each.stream}：取回 {each.done.taken} 条留存的记录，"
                f"本机的 {each.done.again} 条作为新记录接在后面。"
            )
        return
    if not url or not code:
        raise click.UsageError("recover needs DIR URL CODE, or DIR --fork")
    with plain_failures():
        done = recovery.recover(dir, url, code, say=lambda words: click.echo(words, err=True))
    click.echo(
        f"{done.name}（{done.code}）已从 {done.township} 恢复：{done.entries} 条记录、"
        f"{done.blobs} 个附件。新密钥已由 {done.township} 公开证明，原来的机器不能再上传。"
    )
    click.echo("登录账号和没写完的草稿只存在原来的机器上，取不回来。")
    click.echo(f"下一步：kiosk account add {dir} 姓名 --role officer，然后 kiosk serve {dir}")


@click.group()
def key() -> None:
    """The keys with which nodes sign."""


@key.command("rotate")
@click.argument("dir", type=EXISTING_DIR)
def key_rotate(dir: Path) -> None:
    """Give this node a new key, certified by the node above. Stop the server first."""
    from kiosk import occupied
    from kiosk.node import open_node
    from kiosk.sync import client, rotation

    with plain_failures(), occupied.served(dir):
        node = open_node(dir)
        try:
            public = rotation.rotate(node)
        finally:
            node.close()
        node = open_node(dir)
        try:
            done = client.round(node)
        finally:
            node.close()
    click.echo(f"密钥已更换，上级已公开证明。新公钥：{public.hex()}")
    if done.troubles:
        click.echo(f"之后的同步还没有成功，会自动再试：{' '.join(done.troubles)}", err=True)


@key.command("revoke")
@click.argument("dir", type=EXISTING_DIR)
@click.argument("code")
@click.option("--reason", required=True, help="Why; it is public.")
def key_revoke(dir: Path, code: str, reason: str) -> None:
    """A township's: answer the key of the village CODE no more, until it is recovered."""
    from kiosk import villages
    from kiosk.node import open_node

    with plain_failures():
        node = open_node(dir)
        try:
            villages.revoke(node.journal, code, reason=reason, actor="command line")
        finally:
            node.close()
    click.echo(f"{code} 的密钥已停用。要让它重新加入：kiosk invite {dir} {code}，")
    click.echo("再在村里的新文件夹运行：kiosk recover 新文件夹 乡镇地址 恢复码")


COMMANDS: tuple[click.Command, ...] = (bundle, backup, restore, recover, key)
