"""A grid to a table: which of our tables it is, in which column each field stands.

The heading row is found by its words, wherever it stands: offices put titles above it, merge cells, and split the
heading of a ratio over two rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache

from rules.diagnostic import Span, Text, say
from targets.intake.faults import Faults, near, shown
from targets.intake.grid import Grid, Row
from targets.intake.lexicon import Lexicon, Measure, Part
from targets.tables import LAYOUTS, is_not_data, is_passed_over, layout_titled, layouts_of
from targets.tables.layout import Column, Layout, Reads
from targets.vocabulary import folded

HEADING_ROWS_LOOKED_AT = 30


@dataclass
class Table:
    """A grid whose columns are known. `fields` and `measures` tell the columns; `headings` what is written above them.

    `below` is the second heading row, where there is one; `twice` are columns that say what another column says.
    """

    grid: Grid
    layout: Layout
    row: Row
    below: Row | None = None
    fields: dict[str, int] = field(default_factory=dict)
    measures: dict[int, Measure] = field(default_factory=dict)
    headings: dict[int, tuple[str, ...]] = field(default_factory=dict)
    twice: list[tuple[int, int]] = field(default_factory=list)

    def place(self, row: int, column: int) -> Span:
        return self.grid.place(row, column, " ".join(self.headings.get(column, ())))

    def heading_place(self, column: int) -> Span:
        row = self.below if self.below is not None and column in self.below.cells else self.row
        return self.place(*self.grid.speaking(row.number, column))

    @property
    def last_heading_row(self) -> int:
        return (self.below or self.row).number

    @property
    def missing(self) -> list[Column]:
        """Required columns that are not there, neither themselves nor as the names beside them."""
        needed = [column for column in self.layout.columns if column.required]
        if self.layout.wide:
            needed = [column for column in needed if column.reads is not Reads.PERIOD]
        elif self.layout.key == "data" and "numerator" not in self.fields:
            needed.append(self.layout.column("value"))
        return [column for column in needed if not {column.field, f"{column.field}_name"} & self.fields.keys()]

    @property
    def fits(self) -> bool:
        return not self.missing and (bool(self.measures) or not self.layout.wide)

    @property
    def explained(self) -> int:
        """How many headings are understood."""
        return len(self.fields) + len(self.measures)


def table_of_sheet(grid: Grid, lexicon: Lexicon, faults: Faults) -> Table | None:
    """The table on a sheet, told by its name or its headings; None (and a warning) when it is none of ours."""
    if is_not_data(grid.sheet) or not grid.rows:
        return None
    titled = layout_titled(grid.sheet)
    found = _best(grid, layouts_of(titled.key), lexicon) if titled else None
    if found is None or not found.fits:
        other = _best(grid, LAYOUTS, lexicon)
        if other is not None and other.fits and (found is None or other.explained > found.explained):
            found = other
        elif titled is None:
            _warn_unknown_sheet(grid, other, faults)
            return None
    return _checked(grid, found, lexicon, faults)


def table_of_csv(grid: Grid, key: str, lexicon: Lexicon, faults: Faults) -> Table | None:
    """The table in a CSV file that is said to hold the table `key`."""
    return _checked(grid, _best(grid, layouts_of(key), lexicon), lexicon, faults)


def table_among_others(grid: Grid, layout: Layout, lexicon: Lexicon, faults: Faults) -> Table | None:
    """The table of that layout in somebody else's file, where columns that it does not have are none of our business."""
    table = _understood(grid, _best(grid, (layout,), lexicon), faults)
    return table if table is not None and table.fits else None


def _best(grid: Grid, layouts: Sequence[Layout], lexicon: Lexicon) -> Table | None:
    """The row and layout whose headings fit, or else agree, the most."""
    rows = grid.rows[:HEADING_ROWS_LOOKED_AT]
    found: list[Table] = []
    for index, row in enumerate(rows):
        following = rows[index + 1] if index + 1 < len(rows) else None
        adjoining = following if following and following.number == row.number + 1 else None
        for layout in layouts:
            found += filter(None, (_match(Table(grid, layout, row), lexicon),))
            if layout.wide and adjoining:
                found += filter(None, (_match(Table(grid, layout, row, adjoining), lexicon),))
    return max(found, key=lambda table: (table.fits, table.explained), default=None)


def _match(table: Table, lexicon: Lexicon) -> Table | None:
    """The table with its columns filled in; None when no heading agrees, or the row below is no second heading row."""
    places: dict[str | Measure, tuple[int, tuple[int, int]]] = {}
    split = False
    table.headings = _heading_parts(table)
    for column, parts in table.headings.items():
        second = table.below is not None and column in table.below.cells
        name = _field_called(table.layout, parts[-1])
        if name is not None and second:
            return None
        measure = lexicon.measure(parts) if table.layout.wide and name is None else None
        what = name or measure
        if what is None:
            continue
        speaking = table.grid.speaking(table.last_heading_row if second else table.row.number, column)
        if what in places:
            first_column, first_speaking = places[what]
            table.twice += [(first_column, column)] if first_speaking != speaking else []
            continue
        places[what] = (column, speaking)
        split |= second and len(parts) > 1 and measure is not None
        if name is not None:
            table.fields[name] = column
        elif measure is not None:
            table.measures[column] = measure
    return table if places and (split or table.below is None) else None


def _heading_parts(table: Table) -> dict[int, tuple[str, ...]]:
    """The texts above each column, from top to bottom, merged cells filled; a text that stands twice counts once."""
    top = table.grid.filled(table.row)
    if table.below is None:
        return {column: (text,) for column, text in top.items()}
    bottom = table.grid.filled(table.below)
    parts: dict[int, tuple[str, ...]] = {}
    group = ""
    for column in sorted(top.keys() | bottom.keys()):
        group = top.get(column, group)
        parts[column] = tuple(dict.fromkeys(filter(None, (group, bottom.get(column)))))
    return parts


def _field_called(layout: Layout, heading: str) -> str | None:
    return _fields_by_spelling(layout).get(folded(heading))


@cache
def _fields_by_spelling(layout: Layout) -> dict[str, str]:
    return {folded(spelling): column.field for column in reversed(layout.columns) for spelling in column.spellings}


def _checked(grid: Grid, table: Table | None, lexicon: Lexicon, faults: Faults) -> Table | None:
    """The table, its headings complained about; None when it cannot be read at all."""
    table = _understood(grid, table, faults)
    if table is None:
        return None
    if table.layout.wide and not table.measures:
        faults.add("DX513", _heading_row_place(table), say("no column of an indicator"), say("at least one"))
    _look_at_others(table, lexicon, faults)
    return table if table.fits else None


def _understood(grid: Grid, table: Table | None, faults: Faults) -> Table | None:
    """None where too little of a row is understood to call it headings; what is missing or stands twice is complained about."""
    if table is None or (table.explained < 2 and 2 * table.explained < len(table.headings)):
        span = Span(grid.path, sheet=grid.sheet, line=0 if grid.sheet else 1)
        hint = say("keep the heading row of the template, or see docs/tables.md for the words understood")
        faults.add("DX512", span, say("no row of headings"), say("a row with the headings of the table"), hint)
        return None
    for column in table.missing:
        _add_missing(table, column, faults)
    for first, second in table.twice:
        found, hint = shown(" ".join(table.headings[second])), say("keep one of the two columns")
        span = table.heading_place(second)
        faults.add("DX515", span, found, say("each heading once"), hint, also=(table.heading_place(first),))
    return table


def _heading_row_place(table: Table) -> Span:
    return table.place(table.row.number, min(table.headings, default=1))


def _add_missing(table: Table, column: Column, faults: Faults) -> None:
    unknown = [" ".join(parts) for number, parts in table.headings.items() if number not in table.fields.values()]
    nearest = get_close_matches(column.zh, unknown, n=1) or get_close_matches(column.en, unknown, n=1)
    found = say("no column {heading}", heading=f"{column.zh} ({column.en})")
    hint = say("is it the column {heading}?", heading=nearest[0]) if nearest else say("add the column")
    faults.add("DX513", _heading_row_place(table), found, say("a column with this heading"), hint)


def _look_at_others(table: Table, lexicon: Lexicon, faults: Faults) -> None:
    """Headings that nobody reads: a part of an indicator that is not understood is a fault, the rest a warning."""
    read = set(table.fields.values()) | table.measures.keys() | {second for _, second in table.twice}
    for column, parts in table.headings.items():
        merged_over = table.grid.speaking(table.row.number, column) != (table.row.number, column)
        if column in read or (merged_over and len(parts) == 1) or all(map(is_passed_over, parts)):
            _refuse_split_value(table, column, faults)
            continue
        span, found = table.heading_place(column), shown(" ".join(parts))
        if table.layout.wide and len(parts) > 1 and lexicon.measure(parts[:1]):
            faults.add("DX518", span, found, _parts_expected(lexicon, parts[0]))
        else:
            faults.add(
                "DX514", span, found, say("a heading of this table"), near(_nearest_heading(table, lexicon, parts[-1]))
            )


def _refuse_split_value(table: Table, column: int, faults: Faults) -> None:
    """A heading merged over several columns of which only the first would be read."""
    measure = table.measures.get(column)
    following = table.grid.speaking(table.row.number, column + 1) == (table.row.number, column)
    if measure is not None and measure.part is Part.VALUE and following and len(table.headings[column]) == 1:
        found = shown(table.headings[column][0])
        expected = say("one column, or a second row of headings that says what each column holds")
        faults.add("DX518", table.heading_place(column), found, expected, say("write 分子 and 分母 below the heading"))
        del table.measures[column]


def _parts_expected(lexicon: Lexicon, heading: str) -> Text:
    measure = lexicon.measure((heading,))
    indicators = [found for each in measure.indicators for _, found in lexicon.definitions[each]] if measure else []
    entries = [entry.name for indicator in indicators for entry in indicator.entries]
    if entries:
        return say("one of the entries {entries}", entries="、".join(entries[:8]))
    return say("分子 (numerator) or 分母 (denominator)")


def _nearest_heading(table: Table, lexicon: Lexicon, heading: str) -> str | None:
    known = {folded(word): word for column in table.layout.columns for word in (column.zh, column.en)}
    found = get_close_matches(folded(heading), list(known), n=1, cutoff=0.6)
    return known[found[0]] if found else lexicon.indicators.nearest(heading) if table.layout.wide else None


def _warn_unknown_sheet(grid: Grid, nearest: Table | None, faults: Faults) -> None:
    titles = {folded(title): title for layout in LAYOUTS for title in (layout.zh, layout.en)}
    close = get_close_matches(folded(grid.sheet), list(titles), n=1)
    hint = near(titles[close[0]]) if close else None
    if nearest is not None and nearest.explained > 1 and nearest.missing:
        lacking = "、".join(column.zh for column in nearest.missing)
        hint = say("to be read as {table} it lacks {columns}", table=nearest.layout.zh, columns=lacking)
    if grid.sheet.strip().startswith(_DATA_SHEETS):
        found = say("a table without the headings of one")
        faults.add("DX512", grid.whole, found, say("the headings of the template, in a row of their own"), hint)
    else:
        faults.add(
            "DX510", grid.whole, say("a sheet that is none of the tables"), say("a table, see docs/tables.md"), hint
        )


# A sheet called as the template calls it: what stands on it must not be passed over.
_DATA_SHEETS = ("年度数据", "半年度数据", "季度数据", "月度数据", "上年")
