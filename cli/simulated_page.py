"""What drawn years say as a page of its own: tables and pictures, to be read in a browser, printed, or sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape

from cli.language import Speech
from cli.simulated import Table
from cli.simulated_charts import Chart

N_ = str
ROWS_MAX = 100
_STYLE = """\
body { font-family: "Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", sans-serif; margin: 2em auto; max-width: 60em; color: #222; }
h1 { font-size: 1.5em; } h2 { font-size: 1.15em; margin-top: 2em; }
table { border-collapse: collapse; font-size: 0.85em; width: 100%; }
th, td { border-bottom: 1px solid #ccd; padding: 0.25em 0.5em; text-align: left; vertical-align: top; }
th { background: #ddebf7; } td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
svg { max-width: 100%; height: auto; } p.note { color: #666; font-size: 0.85em; }
@media print { body { margin: 0; max-width: none; } thead { display: table-header-group; } tr, svg { break-inside: avoid; } }
"""


def page(speech: Speech, title: str, note: str, tables: Mapping[str, Table], charts: Sequence[Chart]) -> str:
    """Whole, with nothing to be fetched. What is long is cut, and says so: the other files have all of it."""
    parts = [
        "<!DOCTYPE html>",
        f'<html lang="{escape(speech.language.value)}"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>",
        f"<h1>{escape(title)}</h1>",
        f'<p class="note">{escape(note)}</p>',
        *(f"<h2>{escape(one.title)}</h2>{one.svg}" for one in charts),
        *(line for table in tables.values() if not table.for_files for line in _table(speech, table)),
        "</body></html>",
    ]
    return "\n".join(parts) + "\n"


def _table(speech: Speech, table: Table) -> Iterator[str]:
    yield f"<h2>{escape(table.title)}</h2><table><thead>{_row(map(speech, table.columns), table.right, 'th')}</thead><tbody>"
    shown = table.rows[:ROWS_MAX]
    yield from (_row(row, table.right, "td") for row in shown)
    yield "</tbody></table>"
    if len(shown) < len(table.rows):
        told = speech(N_("... and {count} more: --out writes all of them.")).format(count=len(table.rows) - len(shown))
        yield f'<p class="note">{escape(told)}</p>'


def _row(cells: Iterable[str], right: Sequence[int], tag: str) -> str:
    kinds = {True: f'<{tag} class="n">', False: f"<{tag}>"}
    told = (f"{kinds[number in right]}{escape(cell)}</{tag}>" for number, cell in enumerate(cells))
    return f"<tr>{''.join(told)}</tr>"
