"""Laws of the journal: tables are derived from the set of entries, and copies are exact."""

import tempfile
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.journal import merkle
from kiosk.journal.log import Draft, Journal
from kiosk.node import ROOMS

CODES = ["371721105000", "371721105201"]
TEXTS = st.text(max_size=20)
DRAFTS = st.lists(
    st.builds(
        Draft,
        st.sampled_from(["public", "self"]),
        st.sampled_from(["account.added", "node.described", "session.opened", "other.done"]),
        st.sampled_from(CODES),
        st.fixed_dictionaries(
            {
                "name": TEXTS,
                "role": TEXTS,
                "began": st.just("2026-01-01"),
                "contacts": st.dictionaries(TEXTS, TEXTS, max_size=2),
                "public_url": TEXTS,
                "password_hash": TEXTS,
            }
        ),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=25, deadline=None)
@given(DRAFTS, st.data())
def test_a_rebuild_equals_what_grew_entry_by_entry(
    drafts: list[Draft], data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        key = Ed25519PrivateKey.generate()
        journal = Journal(Path(folder) / "node.db", CODES[0], key, rooms=ROOMS)
        start = 0
        while start < len(drafts):
            size = data.draw(st.integers(1, len(drafts) - start))
            journal.append_all(drafts[start : start + size])
            start += size
        public = journal.own("public")
        if journal.size(public):
            target = data.draw(st.integers(0, journal.size(public) - 1))
            journal.erase("public", target, actor="x", reason="y")
        live = journal.projector.fingerprints(journal.db)
        journal.rebuild()
        assert journal.projector.fingerprints(journal.db) == live
        for stream in journal.streams():
            leaves = [merkle.leaf_hash(entry.leaf) for entry in journal.read(stream)]
            assert [entry.seq for entry in journal.read(stream)] == list(range(len(leaves)))
            node = journal.node_hash(stream)
            for index, leaf in enumerate(leaves):
                proof = merkle.inclusion_proof(node, index, len(leaves))
                root = journal.head(stream).root
                assert merkle.inclusion_holds(proof, index, len(leaves), leaf, root)
        journal.close()
