"""A touch screen reports that it is there, from its own pages."""

import time

from kiosk import screens


def reported(village, count):
    """The screens known, once there are so many."""
    ends = time.monotonic() + 10
    while time.monotonic() < ends:
        found = screens.screens(village.journal)
        if len(found) >= count:
            return found
        time.sleep(0.05)
    raise AssertionError(f"no {count} screens within ten seconds")


def test_a_screen_reports_what_it_shows_and_keeps_its_name(village, served, open_page):
    page = open_page(served(village), "portrait", screen={"width": 1080, "height": 1920})
    [first] = reported(village, 1)
    assert (first.size, first.page, first.visible, first.alive) == ("1080x1920", "/", True, True)
    with page.expect_response("**/screens/heartbeat") as answer:
        page.reload()
    assert answer.value.status == 204
    assert [each.id for each in screens.screens(village.journal)] == [first.id]


def test_a_phone_is_no_screen(village, served, open_page):
    beats = []
    page = open_page(
        served(village),
        "phone",
        setup=lambda page: page.on(
            "request", lambda it: beats.append(it) if "heartbeat" in it.url else None
        ),
    )
    page.wait_for_load_state("networkidle")
    assert beats == []
