"""What of a list of persons is left out or shortened when a table is taken into a form.

Numbers of persons are of no use to a reader of the board, not even masked. And where the catalogue
wants a list 脱敏, a name is its surname.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from kiosk.rules.privacy.tables import NOT_A_NAME, cell_text, find_in_table, heading_kind

NUMBERS = ("id_number", "bank_card", "mobile", "landline", "passport")


def private_columns(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> set[int]:
    """The columns of a list that hold nothing but numbers of persons (ID numbers, bank accounts,
    telephones, passports), by their heading or by most of their cells."""
    found = {n for n, name in enumerate(columns) if heading_kind(name) in (*NUMBERS, "phone")}
    hits = {(it.row, it.column) for it in find_in_table(columns, rows) if it.kind in NUMBERS}
    for n in range(len(columns)):
        filled = [at for at, row in enumerate(rows) if n < len(row) and cell_text(row[n]).strip()]
        alone = [at for at in filled if (at, n) in hits and len(cell_text(rows[at][n])) <= 24]
        if alone and len(alone) * 2 > len(filled):
            found.add(n)
    return found


def with_surnames(content: Mapping[str, Any]) -> dict[str, Any]:
    """The content of a list of persons with names shown as 李**."""
    names = [str(column["name"]) for column in content["columns"]]
    of_persons = {n for n, name in enumerate(names) if heading_kind(name) in ("name", "minor")}
    return {
        **content,
        "rows": [
            [
                surname_shown(cell) if n in of_persons and isinstance(cell, str) else cell
                for n, cell in enumerate(row)
            ]
            for row in content["rows"]
        ],
    }


def surname_shown(name: str) -> str:
    """李**, 欧阳**: the surname, and a star for each character of the rest. What is no person's
    name, or shows no more already (李某某), stays as it is."""
    plain = name.strip()
    surname = 2 if plain[:2] in _OF_TWO_CHARACTERS and len(plain) > 2 else 1
    rest = plain[surname:]
    if re.fullmatch(r"[\u3400-\u9fff·]{2,8}", plain) is None or set(rest) <= set("某"):
        return name
    if NOT_A_NAME.search(plain.replace("某", "")):
        return name
    return plain[:surname] + "*" * len(rest)


_OF_TWO_CHARACTERS = frozenset(
    ("欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "夏侯")
)
