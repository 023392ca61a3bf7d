"""The page of drawn years: whole by itself, the same bytes each time, and whatever names say stays text."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_simulate_fit import town

from cli.language import Language, Speech
from cli.main import main
from cli.simulated import Table
from cli.simulated_page import ROWS_MAX, page
from engine.simulate.bins import BINS_MAX, bins_of

__all__ = ["town"]

NAMES_SPACE = "http://www.w3.org/2000/svg"


def test_bins_by_hand() -> None:
    """95 to 2,010 yuan: in hundreds there would be more than 16, in steps of 200 there are eleven."""
    parts = bins_of(np.array([95_00, 150_00, 199_99, 200_00, 2_010_00]), 100)
    assert [(part.low // 100, part.high // 100, part.years) for part in parts if part.years] == [
        (0, 200, 3),
        (200, 400, 1),
        (2000, 2200, 1),
    ]
    assert len(parts) == 11
    assert bins_of(np.array([5, 5]))[0] == (5, 6, 2)
    assert bins_of(np.array([], np.int64)) == ()


@given(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=50), st.sampled_from([1, 100]))
def test_every_number_lies_in_one_bin(numbers: list[int], unit: int) -> None:
    parts = bins_of(np.array(numbers), unit)
    assert len(parts) <= BINS_MAX
    assert sum(part.years for part in parts) == len(numbers)
    assert all(before.high == after.low for before, after in pairwise(parts))
    for part in parts:
        assert part.years == sum(part.low <= number < part.high for number in numbers)


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 (the parser calls it so)
        self.tags.append(tag)
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 (the parser calls it so)
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def tags(text: str) -> list[str]:
    parser = Tags()
    parser.feed(text)
    assert parser.open == []
    return parser.tags


def test_whatever_names_say_stays_text() -> None:
    rows = [("<script>alert(1)</script>", '"&<村>', "3")] * (ROWS_MAX + 2)
    table = Table("<b>", ("code", "name", "share"), rows, (2,))
    hidden = Table("hidden", ("code",), [("x",)], for_files=True)
    text = page(Speech(Language.EN), "T & <T>", "note", {"one": table, "two": hidden}, [])
    assert "script" not in tags(text)
    assert "b" not in tags(text)
    assert "T &amp; &lt;T&gt;" in text
    assert "hidden" not in text
    assert text.count("<tr>") == ROWS_MAX + 1
    assert "... and 2 more" in text


def test_the_page_of_the_demo_town(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["simulate", "-w", str(town), "--draws", "60", "--budget", "20万元", "--lang", "zh"]
    for name in ("first.html", "second.html"):
        assert main([*command, "--out", str(town / name)]) == 0
    shown = capsys.readouterr().out
    assert "█" in shown
    text = (town / "first.html").read_text("utf-8")
    assert text == (town / "second.html").read_text("utf-8")
    found = tags(text)
    # The cost; scores and places of villages and of units; what the differences go with.
    assert found.count("svg") == 6
    assert "script" not in found
    assert set(re.findall(r"https?://[^\s\"'<]*", text)) == {NAMES_SPACE}
    assert "示例青溪村" in text
    assert 'lang="zh"' in text
