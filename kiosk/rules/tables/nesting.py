"""Lines within lines: which are parts of the line above (其中) and so shown but not summed.

Told by 其中, by numbering (一、 over （一） over 1.) and by indentation, and settled by what must
hold: parts add up to their line, lines to the stated total.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations


@dataclass(frozen=True)
class Line:
    """A name with its amount in fen; a heading within the table has None.

    `level` of its numbering (see words.numbered), `indent` in spaces, `among` where it says 其中.
    `parts` are the indexes of its parts once settled.
    """

    name: str
    amount: int | None
    cell: str
    level: int | None = None
    indent: int = 0
    among: bool = False
    sub: bool = False
    parts: tuple[int, ...] = ()
    numbered_parts: bool = False


@dataclass(frozen=True)
class _Group:
    """Lines that may be parts of `parent`; `sure` by 其中 or numbering, else by indentation.

    `outer` are those of the members that are not parts of another member.
    """

    parent: int
    members: tuple[int, ...]
    outer: tuple[int, ...]
    sure: bool
    numbered: bool


def settle(lines: Sequence[Line], wanted: set[int]) -> list[Line]:
    """The lines with `sub` and `parts` set; `wanted` are the sums that their total may have."""
    groups = _groups(lines)
    kept = [group for group in groups if group.sure or _sum(lines, group) == _own(lines, group)]
    if wanted and _total(lines, kept) not in wanted:
        kept = next(
            (tried for tried in _tries(lines, groups, kept) if _total(lines, tried) in wanted), kept
        )
    settled = list(lines)
    for group in kept:
        parent = settled[group.parent]
        settled[group.parent] = replace(parent, parts=group.outer, numbered_parts=group.numbered)
        for member in group.members:
            settled[member] = replace(settled[member], sub=True)
    return settled


def full_breakdowns(lines: Sequence[Line]) -> Iterator[tuple[Line, int]]:
    """Each line that has parts, with their sum."""
    for line in lines:
        if line.parts:
            yield line, sum(lines[part].amount or 0 for part in line.parts)


def _sum(lines: Sequence[Line], group: _Group) -> int:
    return sum(lines[member].amount or 0 for member in group.outer)


def _own(lines: Sequence[Line], group: _Group) -> int | None:
    return lines[group.parent].amount


def _total(lines: Sequence[Line], groups: Sequence[_Group]) -> int:
    parts = {member for group in groups for member in group.members}
    return sum(line.amount or 0 for index, line in enumerate(lines) if index not in parts)


def _tries(
    lines: Sequence[Line], groups: list[_Group], kept: list[_Group]
) -> Iterator[list[_Group]]:
    """Other ways to see the lines: 其中 for the marked line alone, indentation taken for parts or
    not, numbering not taken, and runs of unmarked lines that add up to the line before them."""
    yield [_marked(lines, group) for group in kept]
    loose = [group for group in groups if not group.sure or group.numbered]
    taken = {it for group in groups for it in (group.parent, *group.members)}
    runs = [group for group in _runs(lines) if not taken & {group.parent, *group.members}]
    options = [*loose, *runs][:12]
    for count in (1, 2, 3):
        for changed in combinations(options, count):
            yield [
                *(group for group in kept if group not in changed),
                *(group for group in changed if group not in kept),
            ]


def _marked(lines: Sequence[Line], group: _Group) -> _Group:
    """The group of what says 其中 only, where anything does."""
    marked = tuple(member for member in group.members if lines[member].among)
    return replace(group, members=marked, outer=marked) if marked else group


def _runs(lines: Sequence[Line]) -> Iterator[_Group]:
    for parent, line in enumerate(lines):
        summed = 0
        for end in range(parent + 1, len(lines)):
            summed += lines[end].amount or 0
            if end > parent + 1 and summed == line.amount:
                run = tuple(range(parent + 1, end + 1))
                yield _Group(parent, run, run, False, False)
            if line.amount is not None and summed > line.amount > 0:
                break


def _groups(lines: Sequence[Line]) -> list[_Group]:
    found: list[_Group] = []
    at = 0
    while at < len(lines):
        group = _group_of(lines, at)
        if group is None:
            at += 1
        else:
            found.append(group)
            at = group.members[-1] + 1
    return found


def _group_of(lines: Sequence[Line], parent: int) -> _Group | None:
    """The parts right below a line, if there are any."""
    line = lines[parent]
    if line.amount is None or line.among or parent + 1 >= len(lines):
        return None
    first = lines[parent + 1]
    deeper = first.level is not None and line.level is not None and first.level > line.level
    if not (first.among or deeper or first.indent > line.indent):
        return None
    members = [parent + 1]
    unmarked = first.among and not deeper and first.indent <= line.indent
    for index in range(parent + 2, len(lines)):
        if not _belongs(line, lines[index]):
            break
        members.append(index)
    if unmarked and len(members) == 1:
        members = _until_full(lines, parent)
    summed = [member for member in members if lines[member].amount is not None]
    if not summed:
        return None
    sure = first.among or deeper
    outer = tuple(_outermost(lines, summed))
    return _Group(parent, tuple(summed), outer, sure, deeper and not first.among)


def _belongs(parent: Line, line: Line) -> bool:
    if line.among:
        return True
    if line.level is not None and parent.level is not None and line.level != parent.level:
        return line.level > parent.level
    return line.indent > parent.indent


def _until_full(lines: Sequence[Line], parent: int) -> list[int]:
    """Where 其中 stands before the first part only: parts until they add up to their line."""
    summed = 0
    for end in range(parent + 1, len(lines)):
        summed += lines[end].amount or 0
        if summed == lines[parent].amount:
            return list(range(parent + 1, end + 1))
    return [parent + 1]


def _outermost(lines: Sequence[Line], members: list[int]) -> list[int]:
    first = lines[members[0]]
    return [
        member
        for member in members
        if not (
            (lines[member].among and not first.among)
            or _deeper(lines[member].level, first.level)
            or (
                (not first.among and lines[member].level is None and first.level is None)
                and lines[member].indent > first.indent
            )
        )
    ]


def _deeper(level: int | None, other: int | None) -> bool:
    return level is not None and other is not None and level > other
