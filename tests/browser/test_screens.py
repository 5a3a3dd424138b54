"""A touch screen reports that it is there, from its own pages."""

import time

import pytest

from kiosk import screens


def reported(village, count, name="大厅"):
    """The screens known, once there are so many and the first has this name."""
    ends = time.monotonic() + 10
    while time.monotonic() < ends:
        found = screens.screens(village.journal)
        if len(found) >= count and found[0].name == name:
            return found
        time.sleep(0.05)
    raise AssertionError(f"no {count} screens within ten seconds")


def test_a_screen_reports_what_it_shows_and_keeps_its_name(village, served, open_page):
    page = open_page(f"{served(village)}/?screen=大厅", "portrait")
    assert page.evaluate("location.pathname + location.search") == "/"
    [first] = reported(village, 1)
    assert (first.name, first.page, first.visible, first.alive) == ("大厅", "/", True, True)
    with page.expect_response("**/screens/heartbeat") as answer:
        page.reload()
    assert answer.value.status == 204
    page.goto(page.url + "?screen=门口")
    [second] = reported(village, 1, name="门口")
    assert second.id == first.id


@pytest.mark.parametrize("shape", ["phone", "desk", "portrait"])
def test_who_looks_at_the_board_is_no_screen(village, served, open_page, shape):
    beats = []
    page = open_page(
        served(village),
        shape,
        setup=lambda page: page.on(
            "request", lambda it: beats.append(it) if "heartbeat" in it.url else None
        ),
    )
    page.wait_for_load_state("networkidle")
    assert beats == []
