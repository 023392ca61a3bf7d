"""The finance office's list of payments: not one of our tables, so its columns may have many names and others beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from targets.tables.layout import Column, Layout, Reads
from targets.vocabulary import folded

_AMOUNTS = (
    "实发金额", "实发", "实发数", "发放金额", "发放数", "应付金额", "实付金额", "实付", "支付金额", "付款金额", "转账金额",
    "交易金额", "兑现金额", "打款金额", "金额合计", "合计金额", "paid", "payment", "to be paid",
)  # fmt: skip
_UNITS = ("元", "人民币元", "万元", "yuan", "cny", "rmb")


def _with_units(headings: tuple[str, ...]) -> tuple[str, ...]:
    return (*headings, *(f"{heading}({unit})" for heading in headings for unit in _UNITS))


PAYOUTS = Layout(
    "payouts",
    "发放名单",
    "Payouts",
    "财务实际发放的名单。",
    "What the finance office really paid.",
    (
        Column(
            "code", "编码", "code", Reads.CODE,
            "人员或单位的编码。", "Code of the cadre or party.",
            ("代码", "编号", "工号", "人员编码", "人员编号", "人员代码", "干部编码", "职工编号",
             "收款人编码", "对象代码", "单位代码", "payee code", "code of the payee", "staff no"),
        ),
        Column(
            "name", "姓名", "name", Reads.NAME,
            "收款人姓名或户名。", "Name of the payee.",
            ("名称", "收款人", "收款人姓名", "收款人名称", "收款方", "收款户名", "户名", "账户名称",
             "领款人", "人员姓名", "干部姓名", "职工姓名", "收款单位", "payee", "name of the payee", "account name"),
        ),
        Column(
            "amount", "金额", "amount", Reads.VALUE,
            "实际发放的金额。", "What was paid.",
            _with_units(_AMOUNTS) + _with_units(("金额",))[1:] + _with_units(("amount",))[1:], required=True,
        ),
        Column(
            "purpose", "事由", "purpose", Reads.TEXT,
            "为什么付。", "What for.",
            ("用途", "摘要", "项目", "款项", "款项性质", "发放项目", "发放事由", "资金用途", "what for", "kind of payment"),
        ),
        Column(
            "voucher", "凭证号", "voucher", Reads.TEXT,
            "财务的凭证号。", "Number of the finance office's voucher.",
            ("凭证", "凭证编号", "凭证字号", "记账凭证号", "voucher no"),
        ),
    ),
)  # fmt: skip


def mapped(headings: Mapping[str, str]) -> Layout:
    """The layout in which each of these fields stands under that heading and under no other."""
    first = tuple(
        replace(column, zh=headings[column.field], en=headings[column.field], aliases=(), required=True)
        for column in PAYOUTS.columns
        if column.field in headings
    )
    # A heading that is mapped is that field's, whatever else it might be taken for.
    return replace(PAYOUTS, columns=(*first, *(one for one in PAYOUTS.columns if one.field not in headings)))


def field_called(word: str) -> str | None:
    """The field that somebody calls so: 金额, amount."""
    return next((one.field for one in PAYOUTS.columns if folded(word) in map(folded, one.spellings)), None)
