"""Commands about supervision: where the figures of the desk come from. Exit codes as in `cli`."""

from pathlib import Path

import click


@click.command()
@click.argument("dir", type=click.Path(file_okay=False, exists=True, path_type=Path))
@click.argument("what")
@click.option("--json", "as_json", is_flag=True, help="Print the lines as JSON.")
def explain(dir: Path, what: str, as_json: bool) -> None:
    """Print the entries, rules and dates behind WHAT: a duty or a score.

    WHAT is VILLAGE/ITEM/PERIOD (371721105201/finance.statement/2026Q3) or VILLAGE/score/SPAN; on a
    village's own node the code may be left out.
    """
    import json

    from kiosk import cli, clock, explaining
    from kiosk.node import open_node

    with cli.plain_failures():
        node = open_node(dir, describe=False)
        try:
            lines = explaining.explain(node.journal, what, clock.today())
        finally:
            node.close()
    click.echo(json.dumps(lines, ensure_ascii=False) if as_json else "\n".join(lines))


COMMANDS: tuple[click.Command, ...] = (explain,)
