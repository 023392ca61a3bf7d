"""The fixed words of the tables, in both languages, and the words that mean nothing, all, or no more than a footing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from rules.period import Cadence
from rules.quantity import plain
from targets.observation import IncidentState


@lru_cache(maxsize=65_536)
def folded(text: str) -> str:
    """Text for comparing: full-width forms, case, white space and brackets do not tell words apart."""
    return plain(text).casefold().translate(_LIKE)


_LIKE = str.maketrans({"[": "(", "]": ")", "【": "(", "】": ")", "_": "", "：": ":", "、": ",", "*": None})


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a closed list: what the records keep, what each language writes, what else is understood."""

    id: str
    zh: str
    en: str
    aliases: tuple[str, ...] = ()

    def called(self, language: str) -> str:
        return self.en if language == "en" else self.zh

    @property
    def spellings(self) -> tuple[str, ...]:
        return (self.id, self.zh, self.en, *self.aliases)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A closed list of words."""

    words: tuple[Word, ...]

    def find(self, text: str) -> str | None:
        """The id of the word written so; None when it is none of them."""
        return _ids_by_spelling(self).get(folded(text))

    def called(self, word_id: str, language: str) -> str:
        """The word as that language writes it; the id itself when the list does not have it."""
        return next((word.called(language) for word in self.words if word.id == word_id), word_id)


@cache
def _ids_by_spelling(vocabulary: Vocabulary) -> dict[str, str]:
    return {folded(spelling): word.id for word in vocabulary.words for spelling in word.spellings}


PARTY_KINDS = Vocabulary(
    (
        Word("village", "村", "village", ("行政村", "村委会", "村民委员会")),
        Word("community", "社区", "community", ("居委会", "居民委员会", "居民区")),
        Word("unit", "单位", "unit", ("镇直单位", "站所", "部门", "机关")),
        Word("town", "镇", "town", ("乡", "乡镇", "街道", "本镇", "township")),
    )
)

INCIDENT_STATES = Vocabulary(
    (
        Word(IncidentState.REPORTED, "已上报", "reported", ("上报", "待查", "调查中", "核查中", "待核实")),
        Word(IncidentState.SUBSTANTIATED, "属实", "substantiated", ("查实", "已查实", "核实", "已核实", "confirmed")),
        Word(IncidentState.REJECTED, "不属实", "rejected", ("失实", "查无实据", "不成立", "已排除", "dismissed")),
        Word(IncidentState.APPEALED, "申诉中", "appealed", ("已申诉", "申诉", "复核中", "under appeal")),
    )
)

PARAMETER_WORDS = Vocabulary(
    (
        Word("target", "目标值", "target", ("目标", "目标任务", "任务数", "任务", "指标值")),
        Word("baseline", "基数", "baseline", ("基期值", "上年基数", "上年实绩", "基准")),
        Word("benchmark", "标杆值", "benchmark", ("标杆", "先进值")),
        Word("zero_at", "零分点", "zero at", ("零分值", "下限值")),
        Word("full_at", "满分点", "full at", ("满分值", "上限值")),
        Word("last_target", "上年目标值", "last target", ("上年目标", "上年任务", "上年任务数")),
        Word("times", "系数", "times", ("难度系数", "调整系数", "factor", "coefficient")),
    )
)

FLAGS = Vocabulary(
    (
        Word("1", "是", "yes", ("true", "y", "t", "有", "√", "✓", "✔", "对", "已完成", "done")),
        Word("0", "否", "no", ("false", "n", "f", "无", "没有", "×", "✗", "✘", "x", "错", "未完成")),
    )
)

CADENCES = Vocabulary(
    (
        Word(Cadence.YEAR, "年", "yearly"),
        Word(Cadence.HALF_YEAR, "半年", "half-yearly"),
        Word(Cadence.QUARTER, "季", "quarterly"),
        Word(Cadence.MONTH, "月", "monthly"),
    )
)

# What offices write where there is nothing to report.
NO_DATA = frozenset(
    {
        "",
        "-",
        "--",
        "---",
        "—",
        "——",
        "―",
        "─",
        "/",
        "//",
        "\\",
        "空",
        "缺",
        "暂无",
        "无数据",
        "未报",
        "n/a",
        "na",
        "null",
    }
)
# What offices write where something goes on.
OPEN_END = frozenset({"至今", "今", "现任", "在任", "长期", "现在", "present", "now", "open"})
NONE_TICKED = frozenset({"无", "全无", "均无", "none"})

_FOOTINGS = (
    "合计",
    "总计",
    "小计",
    "累计",
    "共计",
    "平均",
    "合计金额",
    "总计金额",
    "总金额",
    "合计发放",
    "累计发放",
    "共计发放",
    "累计金额",
    "total",
    "subtotal",
    "grandtotal",
    "sum",
    "average",
    "mean",
    "alltogether",
    "totaltobepaid",
    "totaltobegivenback",
)
_NOTES = (
    "注",
    "备注",
    "说明",
    "填表人",
    "填报人",
    "制表",
    "制表人",
    "审核",
    "审核人",
    "负责人",
    "单位负责人",
    "填表日期",
)


def is_footing(text: str) -> bool:
    """Whether the text names a sum over the rows above (合计, 全镇小计, 合计(13人), 共13人, Total) rather than something counted."""
    word = _COUNTED.sub("", folded(text).strip(":()")).strip(":()")
    if not word:
        return _COUNTED.search(folded(text)) is not None
    return word in _FOOTINGS or (word.endswith(_FOOTINGS[:5]) and len(word) <= 8)


# How many the sum is of: (13人), 共13人, : 9户
_COUNTED = re.compile(r"(?:(?<=.)|(?=共))[:(]*共?[0-9]+(?:人|名|户|个|村|笔|项|行|条)(?:次|村|单位)?\)*$")


def is_note(text: str) -> bool:
    """Whether the text opens a line under the table: a note, or who filled it in."""
    word, colon, _ = folded(text).partition(":")
    return bool(colon) and word.rstrip("0123456789") in _NOTES
