"""The `kiosk` command. Thin: each command parses its arguments and calls one room.

Exit code 0 on success, 1 with one clear line on a known failure, 2 on wrong usage.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from kiosk.node import Node

DIR = click.Path(file_okay=False, path_type=Path)
EXISTING_DIR = click.Path(file_okay=False, exists=True, path_type=Path)


@contextmanager
def plain_failures() -> Iterator[None]:
    """Known failures as one line and exit code 1."""
    import sqlite3

    try:
        yield
    except (ValueError, OSError, sqlite3.Error) as error:
        raise click.ClickException(str(error)) from error


@click.group()
@click.version_option(package_name="sanwu-kiosk")
def main() -> None:
    """The village 三务公开 board: one program for a village node or a township node."""


@main.command()
@click.argument("dir", type=DIR)
@click.option("--role", type=click.Choice(["village", "township", "county"]), required=True)
@click.option("--code", required=True, help="Administrative code, 12 digits (统计用区划代码).")
@click.option("--name", required=True, help="Name shown to people, e.g. 东湖村.")
@click.option("--public-url", default="", help="Address under which phones reach this node.")
@click.option(
    "--began",
    type=click.DateTime(["%Y-%m-%d"]),
    help="First day for which the board owes notices (today by default).",
)
@click.option("--contact", "contacts", multiple=True, help="KEY=VALUE, e.g. report_phone=12388.")
def init(
    dir: Path,
    role: str,
    code: str,
    name: str,
    public_url: str,
    began: datetime | None,
    contacts: tuple[str, ...],
) -> None:
    """Make a data folder for a new node."""
    from kiosk import clock, node
    from kiosk.config import CONTACTS

    pairs = dict(each.partition("=")[::2] for each in contacts)
    if unknown := set(pairs) - set(CONTACTS):
        raise click.UsageError(
            f"unknown contact {', '.join(unknown)}; one of {', '.join(CONTACTS)}"
        )
    with plain_failures():
        made = node.make_node(
            dir,
            role=role,
            code=code,
            name=name,
            began=began.date() if began else clock.today(),
            public_url=public_url,
            contacts=pairs,
        )
    click.echo(f"已建立 {made.name}（{made.code}）的数据文件夹 {dir}。")
    role_name = "supervisor" if made.is_township else "officer"
    click.echo(f"下一步：kiosk account add {dir} 姓名 --role {role_name}，然后 kiosk serve {dir}")


@main.command()
@click.argument("dir", type=EXISTING_DIR)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
def serve(dir: Path, host: str, port: int) -> None:
    """Serve the node: pages, jobs and sync, until SIGTERM or Ctrl-C."""
    from kiosk.node import open_node
    from kiosk.serve import serve as serve_node

    with plain_failures():
        node = open_node(dir)
        click.echo(f"{node.config.name}：http://{host}:{port}/")
        try:
            serve_node(node, host, port)
        except OSError as error:
            raise click.ClickException(
                f"端口 {port} 打不开，可能已被别的程序占用，请换一个：--port（{error}）"
            ) from error


@main.group()
def account() -> None:
    """Logins of officers and supervisors."""


@account.command("add")
@click.argument("dir", type=EXISTING_DIR)
@click.argument("name")
@click.option(
    "--role",
    required=True,
    help="Village: officer, or who reviews: committee, finance_group, branch, village_head, "
    "secrecy. Township: supervisor; discipline, who reads sealed reports.",
)
def account_add(dir: Path, name: str, role: str) -> None:
    """Add a login and print its first password, once."""
    from kiosk import people
    from kiosk.node import open_node

    with plain_failures():
        node = open_node(dir)
        password = people.add_account(
            node.journal, name, role, node_role=node.config.role, actor="command line"
        )
        node.close()
    click.echo(f"账号：{name}\n初始密码：{password}\n（只显示这一次，请记下，登录后请修改。）")


@main.command()
@click.argument("dir", type=EXISTING_DIR)
@click.argument("village_code")
def invite(dir: Path, village_code: str) -> None:
    """Print a one-time code that lets a village join this township, or a township this county.

    Of a village that joined before the code brings it back on a new machine (`kiosk recover`)."""
    from kiosk import villages
    from kiosk.node import open_node

    with plain_failures():
        node = open_node(dir)
        try:
            if not node.config.is_township:
                raise click.ClickException("只有乡镇节点可以邀请村加入，县节点可以邀请乡镇加入。")
            code = villages.invite(node.journal, village_code, actor="command line")
            joined = village_code in {each.code for each in villages.children(node.journal)}
        finally:
            node.close()
    click.echo(code)
    if joined:
        click.echo(
            "（它以前加入过，这个码是恢复用的，7 天内有效，只能用一次。"
            "在新机器上运行：kiosk recover 新文件夹 乡镇地址 恢复码。旧机器随即停用。）",
            err=True,
        )
    else:
        click.echo(
            "（7 天内有效，只能用一次。在村里运行：kiosk enrol 数据文件夹 乡镇地址 加入码）",
            err=True,
        )


@main.command()
@click.argument("dir", type=EXISTING_DIR)
@click.argument("url")
@click.argument("code")
def enrol(dir: Path, url: str, code: str) -> None:
    """Join this village to the township at URL with a one-time CODE."""
    from kiosk.node import open_node
    from kiosk.sync import enrolment

    with plain_failures():
        node = open_node(dir)
        try:
            joined = enrolment.enrol(node, url, code)
        except enrolment.EnrolmentFailed as error:
            raise click.ClickException(str(error)) from error
        finally:
            node.close()
    click.echo(f"已加入 {joined.name}（{joined.code}）。")


@main.command()
@click.argument("dir", type=EXISTING_DIR)
def sync(dir: Path) -> None:
    """Exchange everything new with the township, now."""
    from kiosk.node import open_node
    from kiosk.sync import client

    with plain_failures():
        node = open_node(dir)
        try:
            done = client.round(node)
        finally:
            node.close()
    if done.troubles:
        raise click.ClickException(" ".join(done.troubles))
    click.echo(
        f"发出 {done.pushed} 条记录、{done.blobs_sent} 个附件；"
        f"收到 {done.pulled} 条记录、{done.blobs_got} 个附件。"
    )


@main.command()
@click.argument("what")
@click.option("--vkey", "vkeys", multiple=True, help="A verifier key: the origin's, a witness's.")
@click.option("--source", default="", help="The node's address, where a proof names no public one.")
def verify(what: str, vkeys: tuple[str, ...], source: str) -> None:
    """Check every stream, signature, table and attachment; a line for each fault.

    WHAT is a data folder; or, from outside, a stream's public address (.../streams/CODE/public), a
    notice's address (.../n/ID), or a downloaded .tlog-proof file.
    """
    if what.startswith(("http://", "https://")) or Path(what).is_file():
        _verify_outside(what, list(vkeys), source)
        return
    if not Path(what).is_dir():
        raise click.UsageError(f"{what} is no data folder, address or proof file")
    _verify_folder(Path(what))


def _verify_folder(dir: Path) -> None:
    from kiosk.attachments import named
    from kiosk.journal import verify as checks
    from kiosk.node import open_node

    count = 0
    with plain_failures():
        node = open_node(dir)
        try:
            own = [s for s in node.journal.streams() if s.startswith(f"{node.config.code}/")]
            needed = {
                sha
                for stream in own
                for entry in node.journal.read(stream)
                for sha in named.named_in(entry.body)
            }
            for line in checks.faults(node.journal):
                click.echo(line)
                count += 1
            for line in named.faults(node.blobs, sorted(needed)):
                click.echo(line)
                count += 1
        finally:
            node.close()
    if count:
        raise click.ClickException(f"共有 {count} 处不对。")
    click.echo(f"{node.config.name}：全部记录、签名、表和附件都核对无误。")


def _verify_outside(what: str, vkeys: list[str], source: str) -> None:
    from urllib.parse import urlsplit

    from kiosk.sync import outside

    with plain_failures():
        if "/streams/" in what:
            with click.progressbar(length=1000, file=sys.stderr) as bar:
                found = outside.check_stream(
                    what, vkeys, progress=lambda share: bar.update(int(share * 1000) - bar.pos)
                )
            click.echo(
                f"{found.origin}：{found.size} 条记录都核对无误，{found.erased} 条正文已删除。"
            )
        else:
            if what.startswith("http"):
                text = outside.over_http(what.removesuffix(".tlog-proof") + ".tlog-proof") or b""
                parts = urlsplit(what)
                source = source or f"{parts.scheme}://{parts.netloc}"
            else:
                text = Path(what).read_bytes()
            found, entry = outside.check_proof(text.decode(), vkeys, source=source)
            click.echo(
                f"{found.origin}：第 {entry['seq']} 条（{entry['kind']}，{entry['at']} 写下，"
                f"{entry['actor']}）确实在 {found.size} 条记录里，没有被改动。"
            )
    for name, at in found.witnessed:
        click.echo(f"见证：{name}，{at.isoformat(timespec='seconds')}")
    if not found.witnessed:
        click.echo("没有见证人的签名。")
    if not found.given:
        click.echo("密钥来自同一个服务器；要独立核对，请用 --vkey 给出另外拿到的密钥。", err=True)


@account.command("reset")
@click.argument("dir", type=EXISTING_DIR)
@click.argument("name")
def account_reset(dir: Path, name: str) -> None:
    """Give an account whose password was forgotten a new first one, printed once."""
    from kiosk import people
    from kiosk.node import open_node

    with plain_failures():
        node = open_node(dir)
        password = people.reset_password(node.journal, name, actor="command line")
        node.close()
    click.echo(f"账号：{name}\n新的初始密码：{password}\n（只显示这一次，登录后请修改。）")


@main.command()
@click.argument("dir", type=EXISTING_DIR)
def rebuild(dir: Path) -> None:
    """Derive every table from the journal again."""
    from kiosk.node import open_node

    with plain_failures():
        node = open_node(dir)
        count = node.journal.rebuild()
        node.close()
    click.echo(f"已从 {count} 条记录重建。")


@main.command()
@click.argument("file", type=click.Path(dir_okay=False, exists=True, path_type=Path))
@click.option(
    "--form",
    type=click.Choice(["finance_statement", "ledger", "person_list", "decision", "notice"]),
    help="Read it as this form (told by its content by default).",
)
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
def check(file: Path, form: str | None, as_json: bool) -> None:
    """Say what the import finds in FILE, storing nothing; exit 1 on faults or personal data."""
    import json

    from kiosk.attachments import check as checks

    with plain_failures():
        found = checks.read_file(file.read_bytes(), file.name, form)
    lines = [json.dumps(checks.as_json(found), ensure_ascii=False)] if as_json else None
    click.echo("\n".join(lines or checks.in_words(found)))
    raise SystemExit(1 if found.faults or found.personal else 0)


@main.command("import-archive")
@click.argument("dir", type=EXISTING_DIR)
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--files",
    type=click.Path(exists=True, path_type=Path),
    help="Where the files of a list are: a folder or a .zip (beside the list by default).",
)
@click.option(
    "--map",
    "pairs",
    multiple=True,
    metavar="COLUMN=ITEM",
    help="Which item of the catalogue (its id) a column of the older board is.",
)
@click.option(
    "--pictures-seen",
    is_flag=True,
    help="You looked at every picture: there are no ID numbers, accounts or telephones in any.",
)
@click.option("--by", default="command line", help="Who answers for it.")
@click.option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where the report goes (import-report.csv beside PATH by default).",
)
def import_archive(
    dir: Path,
    path: Path,
    files: Path | None,
    pairs: tuple[str, ...],
    pictures_seen: bool,
    by: str,
    report: Path | None,
) -> None:
    """Take an older board's archive at PATH over as historic notices.

    PATH is a folder with sub-folders, a .zip of one, or an .xlsx list with the columns 标题, 日期,
    栏目, 期间, 文件. Running it again goes on where it stopped and doubles nothing.
    """
    from kiosk.archive import commands, listing, sources
    from kiosk.archive import report as reports
    from kiosk.node import open_node
    from kiosk.web import sheets

    mapping = dict(pair.rpartition("=")[::2] for pair in pairs)
    with plain_failures():
        is_list = path.is_file() and path.suffix.lower() != ".zip"
        place = files or (path.parent if is_list else path)
        source = sources.Folder(place) if place.is_dir() else sources.Zip(place)
        found = (
            listing.from_list(path.read_bytes(), path.name, source)
            if is_list
            else listing.from_folders(source)
        )
        node = open_node(dir)
        try:
            if node.config.is_township:
                raise click.ClickException("旧公示栏的内容要导入到村的数据文件夹，不是乡镇的。")
            mapping |= _asked(node, commands.unclear(node, found, mapping))
            taking = commands.take(
                node, source, found, actor=by, mapping=mapping, pictures_seen=pictures_seen
            )
            with click.progressbar(taking, length=len(found), label="导入", file=sys.stderr) as bar:
                outcomes = list(bar)
        finally:
            node.close()
        target = report or path.absolute().with_name("import-report.csv")
        target.write_bytes(sheets.csv_file(reports.COLUMNS, reports.rows(outcomes)))
    for it in outcomes:
        if it.status == commands.NOT_TAKEN:
            click.echo(f"没有导入：{it.place}“{it.title}”：{it.words}")
    click.echo(f"{reports.in_words(outcomes)}报告在 {target}")


def _asked(node: "Node", columns: list[str]) -> dict[str, str]:
    """What the person at the terminal says of columns that belong to no item for sure."""
    from kiosk.duties.queries import catalogue

    said: dict[str, str] = {}
    if not columns or not sys.stdin.isatty():
        return said
    items = list(catalogue(node.journal).items.values())
    for n, item in enumerate(items, 1):
        click.echo(f"{n:3} {item.title}", err=True)
    for column in columns:
        words = f"栏目“{column}”" if column else "没有写栏目的"
        n = click.prompt(
            f"{words}里有看不出归哪一项的，放在第几项？（不导入就填 0）",
            type=click.IntRange(0, len(items)),
            default=0,
            err=True,
        )
        if n:
            said[column] = items[n - 1].id
    return said


@main.command("change-catalogue")
@click.argument("dir", type=EXISTING_DIR)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--by", default="command line", help="Who answers for it.")
@click.option("--check", "only_check", is_flag=True, help="Only say what is wrong; change nothing.")
def change_catalogue(dir: Path, file: Path, by: str, only_check: bool) -> None:
    """Change the catalogue and the forms of a township's villages by FILE (docs/forms.md)."""
    from kiosk.duties import adjustments, commands
    from kiosk.node import open_node

    with plain_failures():
        given = adjustments.read(file.read_text("utf-8"))
        node = open_node(dir)
        try:
            commands.catalogue_change(node.journal, given.items, given.forms)
            if not only_check:
                commands.change_catalogue(node.journal, by, given.items, given.forms)
        finally:
            node.close()
    told = "没有问题，什么也没有改" if only_check else "已调整，各村联网后生效"
    click.echo(f"{told}：{given.words}。")


@main.command()
@click.option(
    "--dir",
    type=DIR,
    help="Where its data is kept (demo-data in a checkout, else among your user data).",
)
@click.option("--port", default=8000, show_default=True, help="The township's; villages follow.")
@click.option("--villages", type=click.IntRange(1, 130), help="How many (3 by default).")
@click.option("--county", is_flag=True, help="With a county above the township.")
@click.option("--json", "as_json", is_flag=True, help="Tell addresses and logins as one JSON line.")
def demo(dir: Path | None, port: int, villages: int | None, county: bool, as_json: bool) -> None:
    """Run a township and its villages with realistic data on this machine, until Ctrl-C."""
    from kiosk import demo as demo_room

    say = demo_room.say_to(as_json)
    with plain_failures():
        with click.progressbar(length=1000, file=sys.stderr) as bar:
            nodes = demo_room.prepare(
                dir or demo_room.default_dir(Path.cwd()),
                port,
                villages,
                say,
                lambda share: bar.update(int(share * 1000) - bar.pos),
                with_county=county,
            )
        demo_room.serve(nodes, port, json=as_json, say=say)


@main.command()
@click.argument("dir", type=EXISTING_DIR)
@click.option("--port", default=8000, show_default=True, help="Where this node is served.")
@click.option("--json", "as_json", is_flag=True, help="The findings as JSON.")
def doctor(dir: Path, port: int, as_json: bool) -> None:
    """Say what is missing for a good installation; exit 1 when something is."""
    import dataclasses
    import json

    from kiosk import doctor as room
    from kiosk.node import open_node

    with plain_failures():
        node = open_node(dir)
        try:
            findings = room.examine(node, port)
        finally:
            node.close()
    missing = sum(not finding.ok for finding in findings)
    if as_json:
        found = [dataclasses.asdict(finding) for finding in findings]
        click.echo(json.dumps({"missing": missing, "findings": found}, ensure_ascii=False))
    else:
        for finding in findings:
            click.echo(f"{'正常' if finding.ok else '缺少'}  {finding.message}")
        click.echo(f"还有 {missing} 项要处理。" if missing else "一切就绪。")
    if missing:
        sys.exit(1)


def _add_groups() -> None:
    from kiosk import cli_recovery, cli_report, cli_supervision

    for command in (*cli_recovery.COMMANDS, *cli_report.COMMANDS, *cli_supervision.COMMANDS):
        main.add_command(command)


_add_groups()
