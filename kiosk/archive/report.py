"""What became of an import, for people."""

from collections import Counter
from collections.abc import Iterable, Iterator

from kiosk.archive.commands import ALREADY, NOT_TAKEN, STATUS_WORDS, TAKEN, Outcome

COLUMNS = ("在哪里", "标题", "结果", "说明", "公开编号")


def rows(outcomes: Iterable[Outcome]) -> Iterator[tuple[str, ...]]:
    """A row under COLUMNS for each candidate."""
    for it in outcomes:
        yield it.place, it.title, STATUS_WORDS[it.status], it.words, it.notice


def in_words(outcomes: Iterable[Outcome]) -> str:
    """ "导入 12 条，以前导入过 3 条，没有导入 2 条。" """
    counted = Counter(it.status for it in outcomes)
    return (
        f"导入 {counted[TAKEN]} 条，以前导入过 {counted[ALREADY]} 条，"
        f"没有导入 {counted[NOT_TAKEN]} 条。"
    )
