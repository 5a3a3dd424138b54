"""`kiosk report`: the annual report of government disclosure, and the check of others'. Thin.

Exit codes as in `cli`.
"""

from pathlib import Path

import click

EXISTING_DIR = click.Path(file_okay=False, exists=True, path_type=Path)
FILE = click.Path(dir_okay=False, path_type=Path)


@click.group()
def report() -> None:
    """The annual report of government disclosure (政府信息公开工作年度报告)."""


@report.command("annual")
@click.argument("dir", type=EXISTING_DIR)
@click.option("--year", type=int, required=True, help="The year that is reported, from 2019 on.")
@click.option("--out", type=FILE, required=True, help="A .docx, .html, .xlsx or .json file.")
def annual(dir: Path, year: int, out: Path) -> None:
    """Write a township's report for a year, in the form in force for that year.

    Exit 1 where a rule of its tables does not hold or its text contradicts them; the file is
    written all the same.
    """
    from kiosk import cli
    from kiosk.node import open_node
    from kiosk.reports.annual import annual_report
    from kiosk.reports.writing import written

    with cli.plain_failures():
        node = open_node(dir)
        try:
            if not node.config.is_township:
                raise click.ClickException("年度报告由乡镇做，请用乡镇的数据文件夹。")
            found = annual_report(node.journal, node.config, year)
        finally:
            node.close()
        out.write_bytes(written(found, out.suffix))
    click.echo(f"已写好 {found.title}：{out}")
    for words in found.missing:
        click.echo(f"没有填写，按 0 计：{words}", err=True)
    for fault in found.faults:
        click.echo(fault.message)
    if found.faults:
        raise click.ClickException(f"共有 {len(found.faults)} 处不对。")


@report.command("check")
@click.argument("file", type=click.Path(dir_okay=False, exists=True, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
def check(file: Path, as_json: bool) -> None:
    """Check the tables of the report in FILE (.json, .docx, .xlsx): a line for each fault.

    Each cell that breaks a balance rule is named, and so is a text that contradicts its table. Exit
    1 where there is any.
    """
    import json

    from kiosk import cli
    from kiosk.reports.reading import data_of
    from kiosk.rules import annual_faults

    with cli.plain_failures():
        tables, shape = annual_faults.read(data_of(file.read_bytes(), file.name))
        faults = [*shape, *annual_faults.faults(tables)]
    if as_json:
        found = {
            "township": tables.township,
            "year": tables.year,
            "form": tables.form,
            "faults": [fault.as_json() for fault in faults],
        }
        click.echo(json.dumps(found, ensure_ascii=False))
    else:
        for fault in faults:
            click.echo(f"{fault.cell}：{fault.message}")
        whose = f"{tables.township} {tables.year} 年的年度报告".strip()
        click.echo(
            f"{whose}：共有 {len(faults)} 处不对。" if faults else f"{whose}：表里的数都对得上。"
        )
    raise SystemExit(1 if faults else 0)


COMMANDS: tuple[click.Command, ...] = (report,)
