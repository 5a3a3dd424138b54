"""The `kiosk` command. Thin: each command parses its arguments and calls one room.

Exit code 0 on success, 1 with one clear line on a known failure, 2 on wrong usage.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import click

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
@click.option("--role", type=click.Choice(["village", "township"]), required=True)
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
@click.option("--role", required=True, help="officer (village) or supervisor (township).")
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
def rebuild(dir: Path) -> None:
    """Derive every table from the journal again."""
    from kiosk.node import open_node

    with plain_failures():
        node = open_node(dir)
        count = node.journal.rebuild()
        node.close()
    click.echo(f"已从 {count} 条记录重建。")
