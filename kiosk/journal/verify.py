"""Checks a whole journal: every leaf, tree, checkpoint, cosignature, body and projection.

Reads one snapshot, so it may run beside a serving node, and trusts nothing that it can compute:
trees are built again from the entries, signatures are checked with the keys on file, and the
projections of a copy are derived again and compared.
"""

import sqlite3
from collections.abc import Iterator

from sqlite_utils import Database

from kiosk.journal import checkpoint as notes
from kiosk.journal import merkle
from kiosk.journal.entry import Entry, hash_of_body
from kiosk.journal.log import ERASED, Journal


def faults(journal: Journal) -> Iterator[str]:
    """A line, in Chinese, for each thing that is not as it must be. May run for minutes."""
    db = journal.db
    db.execute("BEGIN")
    try:
        for stream in journal.streams():
            yield from stream_faults(journal, stream)
        yield from _orphans(db)
        yield from projection_faults(journal)
    finally:
        db.rollback()


def stream_faults(journal: Journal, stream: str) -> Iterator[str]:
    """What is wrong with one stream."""
    origin = journal.origin(stream.split("/", 1)[0])
    if origin is None:
        yield f"{stream}：没有这个来源的密钥"
        return
    checkpoints = {
        size: (bytes(root), str(note))
        for size, root, note in journal.db.execute(
            "SELECT size, root, note FROM checkpoints WHERE stream = ?", [stream]
        )
    }
    size = 0
    spine: list[bytes] = []
    gone: set[int] = set()
    erased: set[int] = set()
    for entry in _entries(journal, stream):
        if entry.seq != size:
            yield f"{stream}#{entry.seq}：前面缺少记录（应为第 {size} 条）"
            return
        if entry.body is None:
            gone.add(entry.seq)
        elif entry.salt is None or hash_of_body(entry.salt, entry.body) != entry.body_hash:
            yield f"{stream}#{entry.seq}：正文与哈希不符"
        elif entry.kind == ERASED:
            erased.add(entry.body["seq"])
        yield from _grow(journal, stream, entry, spine)
        size += 1
        if size in checkpoints and checkpoints[size][0] != _root(spine, size):
            yield f"{stream}：第 {size} 条处的树根与签名的不符"
    for seq in sorted(gone - erased):
        yield f"{stream}#{seq}：正文没有了，却没有删除记录"
    for seq in sorted(erased - gone):
        yield f"{stream}#{seq}：应已删除的正文还在"
    nodes = journal.db.execute("SELECT count(*) FROM tree WHERE stream = ?", [stream]).fetchone()[0]
    if nodes != sum(size >> level for level in range(size.bit_length())):
        yield f"{stream}：树的节点数不对"
    if size not in checkpoints:
        yield f"{stream}：最新的 {size} 条没有签名"
    yield from _signature_faults(journal, stream, size, checkpoints)


def projection_faults(journal: Journal) -> Iterator[str]:
    """Tables that differ from what the entries give, found on a copy in memory."""
    copy = Database(sqlite3.connect(":memory:", isolation_level=None))
    try:
        journal.db.conn.backup(copy.conn)
        live = journal.projector.fingerprints(copy)
        journal.projector.rebuild(copy, journal._all_entries(copy))
        derived = journal.projector.fingerprints(copy)
    finally:
        copy.close()
    for table, found in live.items():
        if derived[table] != found:
            yield f"表 {table}：与按记录重建的不同，请运行 kiosk rebuild"


def _signature_faults(
    journal: Journal, stream: str, size: int, checkpoints: dict[int, tuple[bytes, str]]
) -> Iterator[str]:
    origin = journal.origin(stream.split("/", 1)[0])
    assert origin is not None
    name = origin.name(stream)
    retired = journal.retired_keys(origin.code)

    def keys(size: int) -> list[str]:
        """The keys of the origin that may have signed for that size."""
        good = [key for key, limits in retired.items() if limits.get(stream, 0) >= size]
        return [notes.vkey(name, key) for key in (origin.public_key, *good)]

    for at, (root, note) in sorted(checkpoints.items()):
        try:
            signed = notes.open_note(note, keys(at))
        except (notes.NoteMalformed, notes.SignatureWrong) as error:
            yield f"{stream}：第 {at} 条处的签名不对（{error}）"
            continue
        if (signed.origin, signed.size, signed.root) != (name, at, root) or at > size:
            yield f"{stream}：第 {at} 条处的签名与记录不符"
    witnesses = {
        each.witness_name: notes.vkey(each.witness_name, each.public_key, notes.COSIGNATURE)
        for each in journal.origins()
    }
    for at, witness, time, line in journal.db.execute(
        "SELECT size, witness, at, line FROM cosignatures WHERE stream = ?", [stream]
    ):
        try:
            if witness not in witnesses or at not in checkpoints:
                raise notes.SignatureWrong("unknown witness or no checkpoint")
            note = notes.add_signatures(checkpoints[at][1], [line])
            found = notes.open_note(note, [*keys(at), witnesses[witness]]).cosignatures
            if [(who, int(when.timestamp())) for who, when in found] != [(witness, time)]:
                raise notes.SignatureWrong("another time or witness")
        except (notes.NoteMalformed, notes.SignatureWrong) as error:
            yield f"{stream}：第 {at} 条处 {witness} 的见证签名不对（{error}）"


def _grow(journal: Journal, stream: str, entry: Entry, spine: list[bytes]) -> Iterator[str]:
    """Adds a leaf to `spine`, the roots of the complete subtrees at the tree's right edge, each
    compared with the hash on file."""
    node = journal.node_hash(stream)
    found = merkle.leaf_hash(entry.leaf)
    level, index = 0, entry.seq
    while True:
        try:
            stored = node(level, index)
        except KeyError:
            stored = b""
        if stored != found:
            yield f"{stream}#{entry.seq}：树节点（{level}, {index}）与记录不符"
        if not index & 1:
            break
        found = merkle.node_hash(spine.pop(), found)
        level, index = level + 1, index >> 1
    spine.append(found)


def _root(spine: list[bytes], size: int) -> bytes:
    if not size:
        return merkle.EMPTY_ROOT
    found = spine[-1]
    for left in reversed(spine[:-1]):
        found = merkle.node_hash(left, found)
    return found


def _entries(journal: Journal, stream: str, batch: int = 1000) -> Iterator[Entry]:
    start = 0
    while entries := journal.read(stream, start, batch):
        yield from entries
        start = entries[-1].seq + 1


def _orphans(db: Database) -> Iterator[str]:
    for table in ("tree", "checkpoints", "cosignatures"):
        for (stream,) in db.execute(
            f"""
            SELECT DISTINCT stream FROM {table}
            WHERE stream NOT IN (SELECT stream FROM entries) ORDER BY stream
            """
        ):
            yield f"{stream}：{table} 里有数据，却没有记录"
