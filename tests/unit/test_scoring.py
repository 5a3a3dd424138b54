"""The five-part assessment: what costs what, and that every point is accounted for."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.rules import scoring
from kiosk.rules.scoring import Cause, SchemeInvalid

SCHEME = scoring.default_scheme()
DAY = date(2026, 3, 10)
BASES = {"owed": 40, "asked": 8}


def cause(rule: str, key: str = "a", on: date = DAY) -> Cause:
    return Cause(rule, on, "duty", key, f"{rule} {key}")


def part(score: scoring.Score, id: str) -> scoring.Scored:
    return next(each for each in score.parts if each.part.id == id)


def test_a_village_without_fault_has_everything() -> None:
    assert scoring.score(SCHEME, [], BASES).points == scoring.WHOLE


def test_a_village_that_owes_nothing_loses_nothing() -> None:
    assert scoring.score(SCHEME, [], {}).points == scoring.WHOLE


@pytest.mark.parametrize(
    ("rule", "in_part", "lost"),
    [
        ("missing", "coverage", 50),  # 20 points / 40 duties
        ("not_confirmed", "coverage", 25),
        ("overdue", "timeliness", 62),  # 25 / 40 = 0.625, rounded down
        ("late", "timeliness", 31),
        ("figures_corrected", "truth", 50),
        ("withdrawn", "truth", 100),
        ("unanswered", "effect", 187),  # 15 / 8
    ],
)
def test_what_a_cause_costs(rule: str, in_part: str, lost: int) -> None:
    score = scoring.score(SCHEME, [cause(rule)], BASES)
    assert scoring.WHOLE - score.points == lost
    assert part(score, in_part).deductions[0].points == lost


def test_all_missing_is_the_whole_part_to_the_hundredth() -> None:
    bases = {"owed": 37}
    causes = [cause("missing", str(n)) for n in range(37)]
    found = part(scoring.score(SCHEME, causes, bases), "coverage")
    assert found.points == 0
    assert sum(each.points for each in found.deductions) == found.part.weight


def test_a_cap_holds_and_what_is_above_it_is_still_named() -> None:
    causes = [cause("withdrawn", str(n)) for n in range(9)]
    found = part(scoring.score(SCHEME, causes, BASES), "truth")
    assert found.points == found.part.weight - 500
    assert [each.points for each in found.deductions] == [100] * 5 + [0] * 4


def test_signs_cost_nothing_and_are_shown() -> None:
    score = scoring.score(SCHEME, [cause("en_masse")], BASES)
    assert score.points == scoring.WHOLE
    assert [sign.rule for sign in score.signs] == ["en_masse"]


RULES = st.sampled_from([each.id for each in SCHEME.rules] + ["en_masse", "unknown"])
CAUSES = st.lists(st.builds(cause, RULES, st.sampled_from("abcdef"), st.dates()), max_size=60)
SIZES = st.fixed_dictionaries({"owed": st.integers(0, 90), "asked": st.integers(0, 30)})


@given(CAUSES, SIZES, st.randoms(use_true_random=False))
def test_order_and_repetition_change_nothing(
    causes: list[Cause], bases: dict[str, int], chance
) -> None:
    again = [*causes, *causes[:5]]
    chance.shuffle(again)
    assert scoring.score(SCHEME, again, bases) == scoring.score(SCHEME, causes, bases)


@given(CAUSES, SIZES)
def test_every_point_lost_is_accounted_for(causes: list[Cause], bases: dict[str, int]) -> None:
    for each in scoring.score(SCHEME, causes, bases).parts:
        lost = sum(deduction.points for deduction in each.deductions)
        assert each.points == max(0, each.part.weight - lost)
        assert all(deduction.points >= 0 for deduction in each.deductions)


@given(CAUSES, SIZES, RULES)
def test_one_more_cause_never_raises_a_score(
    causes: list[Cause], bases: dict[str, int], rule: str
) -> None:
    more = [*causes, cause(rule, "one more")]
    before, after = (scoring.score(SCHEME, each, bases) for each in (causes, more))
    assert after.points <= before.points


def test_posting_en_masse_is_seen_on_the_day_of_the_deadline_only() -> None:
    due = date(2026, 4, 15)
    last_moment = [(due, due, f"item{n}") for n in range(scoring.MASS)]
    early = [(date(2026, 4, 2), due, f"item{n}") for n in range(9)]
    assert [each.on for each in scoring.en_masse([*last_moment, *early])] == [due]
    assert scoring.en_masse([*last_moment[1:], *early]) == []


def test_declaring_none_is_a_sign_only_where_others_do_not() -> None:
    lazy = scoring.none_often(20, 14, [(20, 2), (20, 1), (20, 3)], DAY)
    assert [each.rule for each in lazy] == ["none_often"]
    assert "14 项" in lazy[0].words
    assert scoring.none_often(20, 14, [(20, 13), (20, 15)], DAY) == []
    assert scoring.none_often(6, 4, [], DAY) == []


def test_a_township_sets_its_own_weights_and_points() -> None:
    changed = scoring.with_changes(
        SCHEME,
        {
            "parts": [{"id": "coverage", "weight": 30}, {"id": "form", "weight": 5}],
            "rules": [
                {"id": "withdrawn", "points": 2.5},
                {"id": "quarrel", "part": "effect", "points": 1, "title": "引起上访"},
            ],
        },
    )
    score = scoring.score(changed, [cause("withdrawn"), cause("quarrel")], BASES)
    assert part(score, "coverage").points == 3000
    assert part(score, "truth").points == 2500 - 250
    assert part(score, "effect").points == 1500 - 100


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"parts": [{"id": "form", "weight": 16}]}, "100"),
        ({"parts": [{"id": "beauty", "weight": 1}]}, "beauty"),
        ({"rules": [{"id": "new", "points": 1, "title": "新"}]}, "part"),
        ({"rules": [{"id": "withdrawn", "points": "many"}]}, "withdrawn"),
        ({"rules": [{"id": "withdrawn", "points": 0.125}]}, "两位小数"),
        ({"rules": [{"id": "withdrawn", "share": 1}]}, "基数"),
        ({"rules": [{"id": "withdrawn", "points": 1, "share": 1}]}, "一个"),
        ({"weights": []}, "parts"),
        ({"rules": "all"}, "rules"),
    ],
)
def test_rules_that_cannot_hold_are_refused_by_name(changes, words: str) -> None:
    with pytest.raises(SchemeInvalid, match=words):
        scoring.with_changes(SCHEME, changes)


def test_points_are_written_as_people_write_them() -> None:
    assert [scoring.points_in_words(n) for n in (0, 5, 1950, 2000, 9999, -50)] == [
        "0", "0.05", "19.5", "20", "99.99", "-0.5",
    ]  # fmt: skip
