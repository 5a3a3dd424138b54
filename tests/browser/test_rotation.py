"""A day of turning slides does not fill the browser: a small run of tests/bench/rotation.py."""

from kiosk import screens
from tests.bench import rotation
from tests.browser.test_screens import post


def test_turning_slides_makes_nothing_grow(village, served, browser):
    given = {"actor": "王会计", "name": "大厅", "seconds": rotation.SECONDS}
    screens.place(village.journal, **given)
    for n in range(3):
        post(village, f"第{n}号通知")
    context = browser.new_context(viewport={"width": 1080, "height": 1920})
    url = f"{served(village)}/?screen=大厅"
    found = list(rotation.samples(context.new_page(), url, 60, steps=3))
    context.close()
    assert found[-1].rotations >= 60
    assert rotation.grown(found) == []
