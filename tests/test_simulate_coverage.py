"""Intervals of places hold as often as they say: the study of docs/models.md, small. `python -m benchmarks.coverage` is all of it."""

from __future__ import annotations

import pytest
from test_simulate import needs_both

from benchmarks.coverage import Setting, coverage


@needs_both
@pytest.mark.parametrize("together", [0.0, 0.3])
def test_a_place_lies_in_its_interval_nine_years_of_ten(together: float) -> None:
    """Somewhat oftener, since places are whole and shared. A town's places of a year move together: of 1,000 years 90 % is
    told to within 0.04, four standard errors of a share that is all or nothing."""
    found = coverage(Setting(12, 10, 20, together), years=1000, towns=1)
    assert 0.86 < found.known < 1
    # One year's records do not tell the chances, so that what is fitted to them holds less often, and not never.
    assert 0.5 < found.fitted < 1


def test_the_study_is_the_same_each_time() -> None:
    one = Setting(5, 8, 30)
    assert coverage(one, years=500, towns=1) == coverage(one, years=500, towns=1)
    assert coverage(one, years=500, towns=1, seed=2) != coverage(one, years=500, towns=1)
