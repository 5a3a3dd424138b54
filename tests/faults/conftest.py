"""A run's seed and its figures. What fails in the rounds' own modules is shown as in a test."""

import os
import random
import zlib
from collections import Counter

import pytest

pytest.register_assert_rewrite("tests.faults.checks", "tests.faults.rounds", "tests.faults.nodes")


@pytest.fixture(scope="session")
def fault_seed(request: pytest.FixtureRequest) -> int:
    """The first round's seed; drawn once a run, also where several workers share it."""
    given: int | None = request.config.getoption("--fault-seed")
    if given is not None:
        return given
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    return random.SystemRandom().randrange(1 << 32) if run is None else zlib.crc32(run.encode())


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How many rounds were clean, by which seed, and what happened in them."""
    seeds, count, happened = set(), 0, Counter[str]()
    for report in terminalreporter.getreports("passed"):
        said = dict(report.user_properties)
        if "faults" in said:
            seeds.add(said["fault seed"])
            count += said["fault rounds"]
            for what, times in said["faults"].items():
                happened["weather" if what.startswith("weather: ") else what] += times
    if count:
        terminalreporter.section("faults")
        terminalreporter.line(f"seed {min(seeds)}: {count} rounds clean")
        for what, times in sorted(happened.items()):
            terminalreporter.line(f"  {times:6} {what}")
