"""The `kiosk` command. Thin: each command parses its arguments and calls one room."""

import click


@click.group()
@click.version_option(package_name="sanwu-kiosk")
def main() -> None:
    """The village 三务公开 board: one program for a village node or a township node."""
