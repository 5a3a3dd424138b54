"""The whole demo as one list of steps, from the first village's first day to this moment.

Pure: the same villages and the same moment give the same plan.
"""

from datetime import datetime

from kiosk.clock import beijing_date
from kiosk.demo.acts import Step, spread
from kiosk.demo.disclosure import disclosure
from kiosk.demo.guide import felt, guide
from kiosk.demo.history import history
from kiosk.demo.places import STORIES, Place
from kiosk.demo.results import results
from kiosk.demo.reviewing import in_review, with_reviews
from kiosk.demo.routine import routine
from kiosk.demo.stories import stories
from kiosk.demo.talks import talks
from kiosk.demo.township import township
from kiosk.rules.catalogue import Catalogue


def plan(places: list[Place], now: datetime, catalogue: Catalogue) -> list[Step]:
    """Every step up to `now` (aware), by time."""
    today = beijing_date(now)
    steps = list(township(places, now, today, catalogue))
    steps.extend(guide(places, today))
    for place in places:
        steps.extend(routine(place, now, today, catalogue))
        steps.extend(stories(place, now, today, catalogue))
        steps.extend(history(place, today))
        steps.extend(in_review(place, now, today, catalogue))
    codes = {place.code for place in places}
    if all(story.code in codes for story in STORIES):
        steps.extend(talks(now, today))
        steps.extend(felt(now, today))
    steps.extend(disclosure(today))
    steps.extend(list(results(steps, places, now, catalogue)))
    reviewed = list(with_reviews(steps, places, now, catalogue))
    return [step for step in spread(reviewed) if step.at < now]
