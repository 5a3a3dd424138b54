"""What the documents promise: commands that exist, links that lead somewhere."""

import re
from pathlib import Path

import pytest

from kiosk.cli import main
from kiosk.rules import catalogue, forms

ROOT = Path(__file__).parents[2]
MANUALS = sorted((ROOT / "docs" / "manual").glob("*.md"))
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
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


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    text = path.read_text("utf-8")
    headings = {anchor(it) for it in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}
    for target in re.findall(r"\]\(([^)]+)\)", text):
        if target.startswith("#"):
            assert target[1:] in headings, target
        elif not target.startswith("http"):
            assert (path.parent / target).exists(), target


def anchor(heading: str) -> str:
    """How a heading is linked to: lower case, no punctuation, dashes for spaces."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def test_pictures_are_small_and_shown() -> None:
    shown = "".join(path.read_text("utf-8") for path in DOCUMENTS)
    pictures = [it for it in (ROOT / "docs" / "images").rglob("*") if it.is_file()]
    assert pictures
    for picture in pictures:
        most = 120_000 if picture.parent.name == "manual" else 150_000
        assert picture.stat().st_size < most, picture
        assert picture.name in shown, picture


@pytest.fixture(scope="module")
def on_screen() -> str:
    """All the words that pages may show: templates, what the program says, forms, the catalogue."""
    kinds = {"board_templates": (".html",), "kiosk": (".py", ".yaml", ".js")}
    return "".join(
        path.read_text("utf-8")
        for folder, suffixes in kinds.items()
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in suffixes
    )


@pytest.mark.parametrize("path", MANUALS, ids=lambda path: path.name)
def test_a_manual_names_only_what_stands_on_the_screen(path: Path, on_screen: str) -> None:
    """【words】 are those of a button or a heading; …… stands for what a page fills in."""
    quoted = re.findall(r"【([^】]+)】", path.read_text("utf-8"))
    assert len(quoted) > 10
    for words in quoted:
        for part in words.split("……"):
            assert part in on_screen, words


def test_the_manual_has_a_form_for_every_item() -> None:
    text = (ROOT / "docs" / "manual" / "officer.md").read_text("utf-8")
    rows = re.findall(
        r"^\| (.+?) \| (.+?) \| .+ \|$", text.partition("<!-- items")[2], re.MULTILINE
    )
    named = {title: form for titles, form in rows for title in titles.split("；")}
    for item in catalogue.load().items.values():
        title = forms.load()[item.form].title
        assert named.get(item.title, "").partition("（")[0] == title, item.title


def test_the_changelog_counts_the_catalogue() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert f"A catalogue of {len(catalogue.load().items)} items" in text
