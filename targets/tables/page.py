"""The page docs/tables.md, made from the layouts: `python -m targets.tables.page docs/tables.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from targets.tables import LAYOUTS
from targets.tables.layout import Layout
from targets.vocabulary import INCIDENT_STATES, PARAMETER_WORDS, PARTY_KINDS, Vocabulary

_OPENING = """\
# 数据表 / Tables

<!-- Made by `python -m targets.tables.page docs/tables.md`; a test holds it to the code. -->

每张表可以是工作簿中的一个工作表，也可以是一个 CSV 文件。列名用中文、英文或下列任一别名均可，顺序不限，
表头上方可有标题行。任何一处有误，整个文件都不导入，所有错误一次列出。

A table is a sheet of a workbook or a CSV file of its own. Headings may be Chinese, English or any alias below, in any
order, with title rows above. If anything is wrong nothing is imported, and everything that is wrong is listed at once.

"""

_RULES = """\
## 怎样读取单元格 / How cells are read

| 写法 / written | 读作 / read as |
|---|---|
| `95%`, `３‰`, `0.952`, `1/3` | 准确的分数，不经过浮点数 / the exact fraction, never through a float |
| `1,204`, `1 204`, `１２０４`, `1.5万` | 1204, 1204, 1204, 15000 |
| `¥1,200.50`, `1200元`, `1.5万元` | 元，准确到分 / yuan, exact to the fen |
| `12人`（指标单位为人 / unit 人） | 12 |
| 列名 `经费（万元）` 下的 `1.5` / `1.5` under a heading in 万元 | 15000元 |
| 率的数值 `95/100` / `95/100` as the value of a ratio | 分子95、分母100 / 95 of 100 |
| 率写 `95.2` 而无百分号 / a ratio above 1 without its sign | 拒绝 / refused (DX561) |
| 空白, `—`, `-`, `/`, `空`, `暂无` | 没有数据，不是零 / nothing reported, not zero |
| `2026-03-05`, `2026/3/5`, `2026.3.5`, `2026年3月5日`, `20260305`, 日期格式 / date cells, `46086` | 2026-03-05 |
| `2026`, `2026H1`, `上半年`, `2026Q1`, `第一季度`, `2026-03`, `3月` | 年、半年、季、月 / year, half-year, quarter, month |
| `是 否 √ × 有 无 1 0 TRUE FALSE` | 是或否 / yes or no |
| 清单 `一项；二项` / a list in the value of a checklist | 列出的为是，其余为否 / the listed ones yes, the others no |

* 数字按显示的小数读取：单元格存 0.95199999999999996、显示 95.2%，读作 95.2%（电子表格只算15位有效数字，其余是二进制噪声）；
  存 0.95234 而显示 95%，显示与存储不一致，拒绝（DX524），请先四舍五入。
  Numbers are read as shown. What is stored beyond 15 significant digits is binary noise and goes; if the format hides
  further digits (0.95234 shown as 95%), the cell is refused (DX524): round it first.
* 公式取保存的结果；没有保存结果的公式（DX522）和错误值（DX523）拒绝。
  Formulas count by their saved value; without one, or with an error value, they are refused.
* 合并单元格：代码、名称、期间、指标可以合并；数值跨几个单元格合并的拒绝（DX519）。
  Codes, names, periods and indicators may be merged over rows; a value over several cells is refused.
* 合计、小计、填表人、注等行不读取，并给出提示（DX516）；隐藏的工作表不读取（DX511）。
  Sums, notes and signatures are passed over with a warning, and so are hidden sheets.
* 宽表：列名是指标名称或标识；率下设两列（分子、分母，或责任状中的叫法），清单一项一列。只有一行表头时写“指标名（分子）”。
  没有期间列的工作表，以工作表名（如 2026-03）为期间。
  Wide form: an indicator's name or id heads its column; a ratio has two columns below it, a checklist one an entry; in a
  single heading row write `name(numerator)`. A sheet without a period column is of the period it is named for.
* CSV：UTF-8（带不带 BOM）、UTF-16 或 GB18030；逗号、分号或制表符分隔。文件不超过 20 MB。
  CSV: UTF-8 with or without its mark, UTF-16 or GB18030; commas, semicolons or tabs; 20 MB at most.
* 引用的考核对象和干部，须在同一文件或工作区中已有。
  Parties and cadres that are referred to must be in the same import or in the workspace already.

"""


def tables_page() -> str:
    """The whole page."""
    return _OPENING + "".join(map(_table, LAYOUTS)) + _RULES + "".join(_words())


def _table(layout: Layout) -> str:
    file = "" if layout.wide else f"，`{layout.key}.csv`"
    lines = [f"## {layout.zh} / {layout.en}{file}", "", layout.about_zh, layout.about_en, ""]
    lines += ["| 列 / column | CSV | 必填 | 说明 / what stands in it | 别名 / also |", "|---|---|---|---|---|"]
    for column in layout.columns:
        also = "、".join(alias for alias in dict.fromkeys(column.aliases) if alias not in (column.zh, column.en))
        need = "是" if column.required else ""
        lines.append(f"| {column.zh} | `{column.en}` | {need} | {column.about_zh} {column.about_en} | {also} |")
    return "\n".join([*lines, "", ""])


def _words() -> Iterator[str]:
    yield "## 词语 / Words\n\n| 中文 | English | 也可写 / also |\n|---|---|---|\n"
    for vocabulary in (PARTY_KINDS, INCIDENT_STATES, PARAMETER_WORDS):
        yield from _lines_of(vocabulary)


def _lines_of(vocabulary: Vocabulary) -> Iterator[str]:
    for word in vocabulary.words:
        yield f"| {word.zh} | {word.id} | {'、'.join(word.aliases)} |\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(tables_page(), encoding="utf-8")
