"""What the paper form calls the keys and words of the language. What has no word here goes by its own name, so that what
the language learns later can be written and read before anybody has translated it."""

from __future__ import annotations

from dataclasses import dataclass

from targets.vocabulary import CADENCES, PARTY_KINDS, Vocabulary, Word


@dataclass(frozen=True, slots=True)
class Title:
    """A heading or the name of a sheet in both languages, and what else is understood."""

    zh: str
    en: str
    aliases: tuple[str, ...] = ()

    def called(self, language: str) -> str:
        return self.en if language == "en" else self.zh

    @property
    def spellings(self) -> tuple[str, ...]:
        return (self.zh, self.en, *self.aliases)


def title_of(record: str, key: str) -> Title:
    """What a key of a record is called; the English is the key itself."""
    zh, *aliases = _KEYS.get(f"{record}.{key}") or _KEYS.get(key) or (key,)
    return Title(zh, "parameters" if key == "*" else key.replace("_", " "), (key, *aliases))


# Key, or record and key -> Chinese heading, then what else is understood.
_KEYS: dict[str, tuple[str, ...]] = {
    "id": ("标识", "编号"), "name": ("名称",), "name_en": ("英文名称",), "article": ("条款",),
    "note": ("说明", "备注"), "kind": ("类型",),
    # the contract
    "contract": ("标识", "责任状标识"), "title": ("标题", "责任状名称"), "title_en": ("英文标题",),
    "version": ("版本",), "year": ("年度",), "year_ends": ("年度截止月",),
    "effective_from": ("生效日期",), "effective_until": ("失效日期",), "supersedes": ("取代的版本",),
    "town": ("乡镇",), "assesses": ("考核对象类型", "考核对象"),
    "decimals": ("小数", "小数位数"), "rounding": ("舍入",), "annual_weight": ("全年权重",),
    "total.full": ("总分",), "total.start": ("总分起始分",), "total.cap": ("总分上限",), "total.floor": ("总分下限",),
    "total.bonus_cap": ("加分上限",), "total.min_sections": ("最少部分数",), "total.too_few": ("部分不足",),
    "total.round_to": ("总分舍入到",),
    "ranking.peers": ("排名范围",), "ranking.tie_break": ("同分排序",), "ranking.entry": ("参加排名条件",),
    # indicators
    "unit": ("单位",), "every": ("上报周期",), "numerator": ("分子",), "denominator": ("分母",),
    "Indicator.lowest": ("合理下限",), "Indicator.highest": ("合理上限",), "statistic": ("只统计",),
    "derived": ("由指标计算",), "scores": ("由得分计算",), "past": ("由往年结果计算",), "source": ("数据来源",),
    # sections and items
    "start": ("起始分",), "cap": ("上限",), "floor": ("下限",), "weight": ("权重",), "min_scored": ("最少项目数",),
    "too_few": ("项目不足",), "applies_to": ("适用范围",), "each": ("周期",), "combine": ("合成",), "count": ("次数",),
    "indicator": ("指标",), "points": ("分值",), "direction": ("方向",), "missing": ("缺报",),
    "nothing_to_count": ("无事可计",), "incomplete": ("部分缺报",), "min_denominator": ("最小分母",),
    "period": ("期间",), "spread": ("分摊",), "round_to": ("舍入到",), "assessor": ("评分单位",), "times": ("系数",),
    "method": ("方法", "计分方法"), "target": ("目标", "目标值"), "per": ("每",), "deduct": ("扣分",), "add": ("加分",),
    "incident": ("事件",), "*": ("参数",),
    # what overrides a score, and what is paid
    "severities": ("严重程度",), "when": ("条件",), "reach": ("及于",), "effects": ("后果",), "years": ("年数",),
    "follows_person": ("随人",), "at_most": ("比例上限",), "at_most_count": ("名额上限",), "ties": ("并列",),
    "posts": ("职务",), "personal": ("个人权重",), "Link.contract": ("责任状",), "roles": ("角色",),
    "prorate": ("折算",), "amount": ("金额",), "basis": ("性质",), "pro_rata": ("按任职折算",),
    "refund": ("退还",), "reward_times": ("奖励倍数",), "reward": ("奖励金额",),
    "forfeit_to": ("转入账户",), "by_grade": ("按等次",), "by_rank": ("按名次",),
    "per_point": ("每分金额",), "above": ("起奖分",), "base_rate": ("得分率基数",), "deposit_times": ("押金倍数",),
    "pool": ("奖金总额",), "fixed": ("固定金额",), "monthly": ("按月",), "payees": ("分配",),
}  # fmt: skip

LEVEL = Title("层次", "level", ("层",))
PAIRS = Title("责任状", "Contract", ("基本信息",))
PAIR_HEADINGS = (Title("项", "what", ("项目",)), Title("值", "value", ("内容",)))

_SHEETS = {
    "posts": Title("职务", "Posts"),
    "states": Title("状态", "States"),
    "roles": Title("角色", "Roles"),
    "accounts": Title("账户", "Accounts"),
    "indicators": Title("指标", "Indicators"),
    "sections": Title("考核项目", "Items", ("考核内容", "评分表")),
    "periodic": Title("定期考核", "Periodic sheets", ("月度考核", "季度考核")),
    "incidents": Title("事件", "Incidents"),
    "warnings": Title("黄牌", "Warnings", ("黄牌警告",)),
    "vetoes": Title("否决", "Vetoes", ("一票否决",)),
    "grades": Title("等次", "Grades"),
    "linkage": Title("关联", "Linked assessment", ("关联考核",)),
    "deposits": Title("押金", "Deposits", ("抵押金", "风险抵押金")),
    "awards": Title("奖励", "Awards"),
}


def sheet_title(key: str) -> Title:
    """What the sheet of a list of the contract is called."""
    return _SHEETS.get(key, Title(key, key.replace("_", " ")))


# Record -> what is put before its headings where a sheet has those of several records.
PREFIXES = {
    "Section": Title("部分", "section"),
    "Item": Title("项目", "item"),
    "PeriodicSheet": Title("定期表", "sheet"),
    "DepositOutcome": Title("结果", "outcome"),
    "Link": Title("来源", "link"),
    "Entry": Title("条目", "entry"),
}

METHODS = Vocabulary(
    (
        Word("proportional", "按完成率", "by completion rate", ("完成率", "按比例")),
        Word("all_or_nothing", "达标得分", "all or nothing", ("达标",)),
        Word("steps", "按档增减", "in steps", ("按档", "按档扣分")),
        Word("tiers", "分段计分", "in tiers", ("分段",)),
        Word("brackets", "累进分段", "in brackets", ("累进",)),
        Word("linear", "线性", "straight line", ("线性插值",)),
        Word("improvement", "按进步", "by improvement", ("进步",)),
        Word("per_event", "每起增减", "per event", ("每起扣", "每起加", "每起扣分", "每起加分", "每起扣/加")),
        Word("rank", "按名次", "by rank", ("名次",)),
        Word("relative", "与本组相比", "against peers", ("相对",)),
        Word("checklist", "清单", "checklist", ("逐项打勾",)),
        Word("mark", "评分", "assessor's mark", ("打分",)),
        Word("best_of", "取最好", "best of", ("取最高",)),
        Word("worst_of", "取最差", "worst of", ("取最低",)),
        Word("sum_of", "相加", "sum of", ("累加",)),
        Word("first_of", "取首个符合", "first that applies", ("按条件",)),
        Word("fixed", "固定分", "fixed points", ("直接给分",)),
        Word("exempt", "不考核", "not assessed", ("免考",)),
    )
)

NO_LIMIT = Vocabulary((Word("none", "不限", "no limit", ("无限制",)),))
NO_WORDS = Vocabulary(())
YES_NO = Vocabulary((Word("true", "是", "yes", ("有", "√", "✓")), Word("false", "否", "no", ("×", "✗"))))
KINDS_OF_PARTY = PARTY_KINDS

# Enumeration of the models -> its words.
ENUMERATIONS = {
    "Kind": Vocabulary(
        (
            Word("count", "计数", "a count", ("数量",)),
            Word("ratio", "比率", "a ratio", ("百分比", "率")),
            Word("number", "数值", "a number"),
            Word("money", "金额", "an amount of money"),
            Word("yes_no", "是否", "yes or no"),
            Word("checklist", "清单", "a checklist"),
            Word("mark", "评分", "an assessor's mark"),
        )
    ),
    "Cadence": CADENCES,
    "Direction": Vocabulary(
        (
            Word("higher", "越高越好", "higher is better", ("高", "正向")),
            Word("lower", "越低越好", "lower is better", ("低", "逆向")),
        )
    ),
    "Missing": Vocabulary(
        (
            Word("error", "报错", "an error"),
            Word("zero", "记零分", "no points", ("零分", "0分")),
            Word("full", "记满分", "full points", ("满分",)),
            Word("exempt", "不考核", "not assessed", ("免考",)),
        )
    ),
    "Incomplete": Vocabulary(
        (Word("error", "报错", "an error"), Word("reported", "按已报", "what was reported", ("按已报数",)))
    ),
    "Over": Vocabulary(
        (
            Word("last", "期末", "the last", ("最后一期",)),
            Word("sum", "合计", "their sum", ("累计",)),
            Word("mean", "平均", "their mean"),
        )
    ),
    "Spread": Vocabulary((Word("section", "本部分", "over the section"), Word("total", "总分", "over the total"))),
    "Rounding": Vocabulary(
        (
            Word("half_up", "四舍五入", "half up"),
            Word("half_even", "四舍六入五成双", "half even"),
            Word("up", "进位", "upwards"),
            Word("down", "舍去", "downwards"),
        )
    ),
    "SectionKind": Vocabulary(
        (
            Word("base", "基本", "base", ("基本分",)),
            Word("bonus", "加分", "bonus", ("加分项",)),
            Word("deduction", "扣分", "deduction", ("扣分项",)),
            Word("working", "过程", "working", ("中间计算",)),
        )
    ),
    "TooFew": Vocabulary(
        (
            Word("error", "报错", "an error"),
            Word("zero", "记零分", "no points"),
            Word("exempt", "不考核", "not assessed"),
        )
    ),
    "Combine": Vocabulary(
        (Word("mean", "平均", "their mean"), Word("sum", "合计", "their sum"), Word("best", "取最好几期", "the best"))
    ),
    "LinkCombine": Vocabulary(
        (
            Word("mean", "平均", "their mean"),
            Word("share", "按比例", "by share"),
            Word("worst", "取最差", "the worst"),
        )
    ),
    "Prorate": Vocabulary(
        (Word("days", "按天", "by days"), Word("months", "按月", "by months"), Word("none", "不折算", "not at all"))
    ),
    "Peers": Vocabulary(
        (
            Word("kind", "同类", "the same kind"),
            Word("group", "同组", "the same group"),
            Word("all", "全部", "everybody"),
        )
    ),
    "Ties": Vocabulary((Word("all_in", "都算", "all in"), Word("all_out", "都不算", "all out"))),
    "Basis": Vocabulary(
        (
            Word("deposit", "风险抵押金", "a deposit", ("抵押金",)),
            Word("withheld_pay", "绩效工资预留", "withheld pay"),
        )
    ),
    "ProRata": Vocabulary((Word("month", "按月", "by the month"), Word("day", "按天", "by the day"))),
    "FromData": Vocabulary(
        (
            Word("by_party", "按对象下达", "by party", ("各对象目标",)),
            Word("last_year", "上年实绩", "last year", ("上年",)),
            Word("carried", "结转", "carried", ("结转任务",)),
        )
    ),
}
