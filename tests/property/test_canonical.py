"""Canonical JSON is RFC 8785's, whichever way it is written."""

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.journal import canonical

TEXTS = st.text(st.characters(codec="utf-8"), max_size=8)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(VALUES)
def test_both_ways_write_the_same_bytes(value: object) -> None:
    assert canonical.dumps(value) == rfc8785.dumps(value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "value",
    [
        {"\U0001f600": 1, "\ufffd": 2},
        {"é": 1, "e": 2, "": 3},
        '\x00\x1f\x7f\u2028"\\/',
        [1.0, 1e21, -0.0, 0.1],
        {"b": {"z": [], "a": {}}, "a": None},
    ],
)
def test_what_differs_elsewhere(value: object) -> None:
    assert canonical.dumps(value) == rfc8785.dumps(value)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [2**53, float("nan"), {1: 2}, "\ud800", object()])
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises((rfc8785.CanonicalizationError, UnicodeEncodeError)):
        canonical.dumps(value)
