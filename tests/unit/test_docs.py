"""What the documents promise: commands that exist, links that lead somewhere."""

import re
from pathlib import Path

import pytest

from kiosk.cli import main
from kiosk.rules import catalogue

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")


def commands() -> set[str]:
    found = set()
    for name, command in main.commands.items():
        inner = getattr(command, "commands", None)
        found |= {f"{name} {each}" for each in inner} if inner else {name}
    return found


def test_the_readme_lists_every_command() -> None:
    listed = {
        next(name for name in sorted(commands(), key=len, reverse=True) if row.startswith(name))
        for row in re.findall(r"^\| `kiosk ([^`]+)`", README, re.MULTILINE)
    }
    assert listed == commands()


def test_installing_uses_commands_and_options_that_exist() -> None:
    lines = re.findall(r"^sudo -u kiosk kiosk (.+)$", README.replace("\\\n", ""), re.MULTILINE)
    assert len(lines) >= 6
    for line in lines:
        name = next(each for each in sorted(commands(), reverse=True) if line.startswith(each))
        command = main
        for part in name.split():
            command = command.commands[part]
        known = {option for parameter in command.params for option in parameter.opts}
        assert set(re.findall(r"--[a-z-]+", line)) <= known, line


@pytest.mark.parametrize("document", ["README.md", "docs/design.md", "CHANGELOG.md"])
def test_links_lead_somewhere(document: str) -> None:
    path = ROOT / document
    for target in re.findall(r"\]\(([^)]+)\)", path.read_text("utf-8")):
        if not target.startswith("http"):
            assert (path.parent / target).exists(), target


def test_pictures_are_small() -> None:
    pictures = list((ROOT / "docs" / "images").glob("*.png"))
    assert pictures
    assert all(picture.stat().st_size < 150_000 for picture in pictures)


def test_the_changelog_counts_the_catalogue() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert f"A catalogue of {len(catalogue.load().items)} items" in text
