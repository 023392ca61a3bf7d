"""The layouts of the tables that come in and go out: the one owner of their headings.

Every table can be a sheet of a workbook or a CSV file of its own; `docs/tables.md` is generated from here
(`python -m targets.tables.page`). A file may have its columns in any order.
"""

from __future__ import annotations

from targets.tables.layout import Layout
from targets.tables.what import DATA, DATA_WIDE, HISTORY, INCIDENTS, PRIOR_VETOES, STATES, TARGETS
from targets.tables.who import ASSIGNMENTS, CADRES, PARTIES, TENURES
from targets.vocabulary import folded

# In the order in which they are read: what is referred to comes before what refers to it.
LAYOUTS = (PARTIES, CADRES, TENURES, ASSIGNMENTS, TARGETS, DATA, DATA_WIDE, INCIDENTS, STATES, PRIOR_VETOES, HISTORY)
_KEY_ALSO_CALLED = {"observations": "data"}
CSV_KEYS = (*dict.fromkeys(layout.key for layout in LAYOUTS), *_KEY_ALSO_CALLED)

GUIDE_TITLES = {"zh": "说明", "en": "How to fill"}
CHOICES_TITLES = {"zh": "选项", "en": "Choices"}
FAULTS_TITLES = {"zh": "错误清单", "en": "Faults"}
_NOT_DATA = {
    folded(title)
    for title in (
        *GUIDE_TITLES.values(),
        *CHOICES_TITLES.values(),
        *FAULTS_TITLES.values(),
        "填表说明",
        "封面",
        "目录",
        "instructions",
    )
}

# Columns that any table may have and nobody reads.
_PASSED_OVER = frozenset(
    {"序号", "no", "no.", "#", "备注", "说明", "remark", "remarks", "note", "notes", "责任状", "计量单位", "unit"}
)


def layouts_of(key: str) -> tuple[Layout, ...]:
    """The forms in which the table with this key may come (the data have two)."""
    return tuple(layout for layout in LAYOUTS if layout.key == _KEY_ALSO_CALLED.get(key, key))


def layout_titled(title: str) -> Layout | None:
    """The table that a sheet of this name must be; None when the name says nothing."""
    word = folded(title)
    return next((each for each in LAYOUTS if word in map(folded, (each.key, each.zh, each.en, *each.aliases))), None)


def is_not_data(title: str) -> bool:
    """Whether a sheet of this name is for people only (instructions, lists of choices)."""
    return folded(title) in _NOT_DATA


def is_passed_over(heading: str) -> bool:
    """Whether a column headed so is nobody's business (row numbers, remarks)."""
    return folded(heading) in _PASSED_OVER


__all__ = [
    "ASSIGNMENTS",
    "CADRES",
    "CHOICES_TITLES",
    "CSV_KEYS",
    "DATA",
    "DATA_WIDE",
    "FAULTS_TITLES",
    "GUIDE_TITLES",
    "HISTORY",
    "INCIDENTS",
    "LAYOUTS",
    "PARTIES",
    "PRIOR_VETOES",
    "STATES",
    "TARGETS",
    "TENURES",
    "Layout",
    "is_not_data",
    "is_passed_over",
    "layout_titled",
    "layouts_of",
]
