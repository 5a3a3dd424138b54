"""Jobs run on a machine whose clock jumps by years."""

from datetime import UTC, datetime, timedelta

from apscheduler.triggers.cron import CronTrigger

from kiosk import clock
from kiosk.schedule import Every, Scheduler
from tests.unit.test_jobs import until

YEARS = timedelta(days=6 * 365)


def test_what_was_missed_in_years_is_not_gone_through_run_by_run():
    now = datetime(2026, 11, 25, tzinfo=UTC)
    every = Every(20, first=3)
    assert every.get_next_fire_time(None, now) == now + timedelta(seconds=3)
    assert every.get_next_fire_time(now - YEARS, now) == now + timedelta(seconds=20)


def test_a_clock_turned_back_stops_nothing():
    scheduler = Scheduler(timezone=clock.BEIJING)
    ran = []
    away = clock.now() + YEARS
    job = scheduler.add_job(ran.append, Every(0.01), [1], next_run_time=away)
    daily = scheduler.add_job(ran.append, CronTrigger(hour=3), [2], next_run_time=away)
    scheduler.start()
    try:
        assert until(lambda: 1 in ran)
        assert daily.next_run_time <= clock.now() + timedelta(days=1)
        assert job.next_run_time <= clock.now() + timedelta(minutes=1)
    finally:
        scheduler.shutdown(wait=True)
