import pytest

from kiosk.rules import codes

VILLAGE = "371721105201"
TOWNSHIP = "371721105000"


@pytest.mark.parametrize(
    ("given", "normalised"),
    [
        ("371721105", TOWNSHIP),
        (TOWNSHIP, TOWNSHIP),
        (VILLAGE, VILLAGE),
        (f" {VILLAGE}\n", VILLAGE),
        ("371721000000", "371721000000"),
        ("441900003000", "441900003000"),
    ],
)
def test_codes_are_normalised_to_twelve_digits(given: str, normalised: str) -> None:
    assert codes.normalised(given) == normalised


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("", "数字"),
        ("37172110520X", "数字"),
        ("３７１７２１１０５２０１", "数字"),
        ("371721", "12 位"),
        ("3717211052011", "13 位"),
        ("001721105201", "省级"),
        ("370021105201", "地市级"),
        ("371721000201", "乡镇级"),
    ],
)
def test_what_is_no_code_is_refused_in_chinese(given: str, says: str) -> None:
    with pytest.raises(codes.CodeMalformed, match=says):
        codes.normalised(given)


@pytest.mark.parametrize(
    ("code", "level", "significant", "parent"),
    [
        (VILLAGE, "village", VILLAGE, TOWNSHIP),
        (TOWNSHIP, "township", "371721105", "371721000000"),
        ("371721000000", "county", "371721", "371700000000"),
        ("371700000000", "prefecture", "3717", "370000000000"),
        ("370000000000", "province", "37", None),
        ("441900003000", "township", "441900003", "441900000000"),
        ("371720110000", "township", "371720110", "371720000000"),
    ],
)
def test_level_prefix_and_parent(
    code: str, level: str, significant: str, parent: str | None
) -> None:
    assert codes.level(code) == level
    assert codes.significant(code) == significant
    assert codes.parent(code) == parent


def test_a_place_lies_in_itself_and_in_all_above_it() -> None:
    above: str | None = VILLAGE
    while above is not None:
        assert codes.is_within(VILLAGE, above)
        above = codes.parent(above)


def test_a_place_does_not_lie_in_its_neighbour_or_child() -> None:
    assert not codes.is_within(VILLAGE, "371721106000")
    assert not codes.is_within(VILLAGE, "371721105202")
    assert not codes.is_within(TOWNSHIP, VILLAGE)


def test_a_prefix_that_ends_in_zero_is_no_shorter_prefix() -> None:
    assert not codes.is_within("371721105201", "371720000000")
    assert codes.significant("371720000000") == "371720"
