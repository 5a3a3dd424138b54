"""docs/forms.md holds: its example does what it says, and it names every key that there is."""

import re
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from kiosk import duties
from kiosk.cli import main
from kiosk.duties import adjustments
from kiosk.node import Node, open_node
from kiosk.rules import catalogue, forms
from kiosk.rules.catalogue import CatalogueInvalid
from kiosk.rules.forms import definition, loading

TEXT = (Path(__file__).parents[2] / "docs" / "forms.md").read_text("utf-8")
EXAMPLE = next(
    block for block in re.findall(r"```yaml\n(.+?)```", TEXT, re.DOTALL) if "forms:" in block
)


def named(heading: str) -> set[str]:
    """The words in backquotes in the first column of the table under a heading."""
    part = TEXT.partition(f"\n{heading}\n")[2]
    part = re.split(r"\n#+ ", part)[0]
    cells = re.findall(r"^\| ([^|]+) \|", part, re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`([a-z_]+)`", cell)}


def test_the_example_is_a_catalogue_and_a_form() -> None:
    given = adjustments.read(EXAMPLE)
    known = forms.with_changes(forms.load(), given.forms)
    [form] = [forms.form_of_data(each, "docs/forms.md") for each in given.forms]
    changed = catalogue.load().with_changes(given.items)
    item = changed.rules_at("village.toilets", date(2027, 1, 1))
    assert item is not None and known[item.form].title == form.title == "公厕管护情况"
    assert changed.rules_at("village.enlistment", date(2027, 1, 1)) is None
    assert len(form.checks) == 2
    example = forms.example(form)
    assert forms.missing(form, example) == [] == forms.mismatches(form, example, None, None)
    wrong = forms.mismatches(form, {**example, "total": 8_500}, None, None)
    assert [it.path for it in wrong] == [("total",)]


def test_the_township_does_it_by_one_command(township: Node, tmp_path: Path) -> None:
    file = tmp_path / "公厕.yaml"
    file.write_text(EXAMPLE, "utf-8")
    dir = township.config.dir
    run = CliRunner().invoke
    said = run(main, ["change-catalogue", str(dir), str(file), "--check"])
    assert (said.exit_code, "没有问题" in said.output) == (0, True), said.output
    assert "village.toilets" not in duties.catalogue(township.journal).items
    said = run(main, ["change-catalogue", str(dir), str(file), "--by", "郑国华"])
    assert said.exit_code == 0 and "表 toilets" in said.output
    again = open_node(dir)
    assert duties.catalogue(again.journal).items["village.toilets"].form == "toilets"
    assert "toilets" in duties.forms(again.journal)
    again.close()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("- 1", "items"),
        ("wishes: []", "不认识的 wishes"),
        ("items: {id: a}", "items 应是一列"),
        ("items: [", "YAML"),
    ],
)
def test_a_file_that_says_something_else_is_refused(text: str, says: str) -> None:
    with pytest.raises(CatalogueInvalid, match=says):
        adjustments.read(text)


def test_a_village_is_told_who_changes_the_catalogue(village: Node, tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(EXAMPLE, "utf-8")
    said = CliRunner().invoke(main, ["change-catalogue", str(village.config.dir), str(file)])
    assert said.exit_code == 1 and "公开目录由乡镇调整" in said.output


def test_every_key_is_explained() -> None:
    keys = set().union(*loading._KEYS_OF.values()) | loading._FIELD_KEYS | {"also", "only"}
    assert named("### A field") >= keys | set(definition.TYPES)
    assert named("## A form") == {"id", "title", "help", "look", "fields", "checks"}
    assert named("## An item") == {*catalogue._FIELDS, "from", "removed"}
    assert all(f"`{mask}`" in TEXT for mask in definition.MASKS)
    assert all(f"`{fixed}`" in TEXT for fixed in definition.FIXED)
