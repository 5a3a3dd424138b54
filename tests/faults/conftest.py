"""What fails in the rounds' own modules is shown as what fails in a test."""

import pytest

pytest.register_assert_rewrite("tests.faults.checks", "tests.faults.rounds", "tests.faults.nodes")
