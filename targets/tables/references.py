"""Columns that several tables share: references to parties and cadres, posts, first and last days."""

from __future__ import annotations

from targets.tables.layout import Column, Reads

CODES = ("代码", "编码", "行政区划代码", "区划代码", "统计用区划代码", "code")
NAMES = (
    "名称",
    "村名",
    "单位名称",
    "考核对象",
    "村(社区)",
    "村社区",
    "村/社区",
    "单位",
    "行政村",
    "村别",
    "被考核单位",
    "name",
)
PEOPLE = ("姓名", "干部", "干部姓名", "责任人")


def reference(
    field: str, en: str, reads: Reads, zh: tuple[str, str], aliases: tuple[str, ...] = ()
) -> tuple[Column, Column]:
    """A column of codes and, beside it, the column of names that says the same to people."""
    people = reads is Reads.CADRE
    names = PEOPLE if people else (*NAMES, *PEOPLE) if reads is Reads.SUBJECT else NAMES
    about_zh = f"{'干部' if people else '考核对象'}的代码；名称不重复时也可直接填名称。"
    about_en = f"Code of the {reads.value}; a name will do where no other has the same."
    beside_zh, beside_en = (
        f"{zh[0]}对应的名称，供核对；两者不一致时不予导入。",
        f"The name that belongs to the {en}; a mismatch is refused.",
    )
    return (
        Column(field, zh[0], en, reads, about_zh, about_en, aliases, required=True),
        Column(f"{field}_name", zh[1], f"{en} name", Reads.BESIDE, beside_zh, beside_en, names),
    )


_OF_PARTY = ("村代码", "单位代码", "party code")
# A bare 代码 says whose code it is only where nobody else is referred to.
SUBJECT = reference("subject", "party", Reads.SUBJECT, ("对象代码", "对象名称"), (*CODES, *_OF_PARTY))
PARTY = reference("party", "party", Reads.PARTY, ("对象代码", "对象名称"), _OF_PARTY)
CADRE = reference("cadre", "cadre", Reads.CADRE, ("干部代码", "干部姓名"), ("干部编号", "工号", "cadre code"))

START = Column(
    "start",
    "开始日期",
    "start",
    Reads.DAY,
    "第一天（含）。",
    "First day, included.",
    ("开始", "起始日期", "起", "任职日期", "任职时间", "任职开始", "包村开始", "进入日期", "from"),
    required=True,
)
UNTIL = Column(
    "until",
    "结束日期",
    "until",
    Reads.OPEN_DAY,
    "最后一天（含）；仍在继续的留空或填“至今”。",
    "Last day, included; empty while it lasts.",
    ("结束", "截止日期", "止", "离任日期", "任职结束", "包村结束", "退出日期", "to"),
)
POST = Column(
    "post",
    "职务",
    "post",
    Reads.POST,
    "责任状所列的职务。",
    "A post that a contract names.",
    ("岗位", "现任职务"),
    required=True,
)
