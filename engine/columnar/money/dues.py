"""What everybody's verdicts come to, once all contracts are judged: dues, a row each. The second opinion on every payout."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import narwhals as nw

from engine.columnar.layers import Width
from engine.columnar.layout import JudgedColumns
from engine.columnar.money.layout import PayeeLayout
from rules.contract import Contract
from rules.money import DueKind
from rules.verdict import Veto, WarningRule
from targets.columns.backend import Backend
from targets.columns.year import Frame, YearColumns

COLUMNS = ("subject", "clause", "due", "payee", "amount_fen")


class Due(NamedTuple):
    """`payee` is a subject's key, or the account that a forfeit goes to; what the subject owes is negative."""

    subject: str
    clause: str
    due: str
    payee: str
    amount_fen: int


def dues_of(judged: Sequence[JudgedColumns], year: YearColumns, backend: Backend) -> dict[str, Frame]:
    """By contract a frame of `COLUMNS`, a row for each subject, clause, due and payee with an amount other than 0.

    `judged` is everybody judged in the year: who gets a payee's part is for the verdicts under every contract to
    say. Subjects and payees are keys, as in the judged frames (codes, behind the world's mark where there are several
    worlds), payees always as text, since accounts stand among them. A contract under which nothing can be due has no frame.
    `taken` gives the rows as Python values, to be held against what the interpreter says:
    `taken(dues_of(judged, year, engine), engine)`.
    """
    dues = {}
    cancelled = _cancelled(judged, year, backend) if any(one.money.payees for one in judged) else None
    for one in judged:
        kind = one.money.width.kind
        rows = [*_of_subjects(one)]
        if one.money.payees and year.holders is not None:
            rows.append(_of_payees(one, year.holders, cancelled))
        if rows:
            amounts = (frame.select(*COLUMNS[:-1], nw.col("amount_fen").cast(kind)) for frame in rows)
            dues[one.contract.contract] = backend.keep(nw.concat(list(amounts)))
    return dues


def taken(dues: Mapping[str, Frame], backend: Backend) -> dict[str, list[Due]]:
    """The dues of each contract, in order."""
    found = {}
    for contract, frame in dues.items():
        columns = backend.take(frame.select(*COLUMNS))
        amounts = map(int, columns["amount_fen"])
        rows = zip(*(columns[name] for name in COLUMNS[:-1]), amounts, strict=True)
        found[contract] = sorted(map(Due._make, rows))
    return found


def _of_subjects(one: JudgedColumns) -> Iterator[Frame]:
    for line in one.money.dues:
        account = nw.lit(line.account, nw.String) if line.due is DueKind.FORFEIT else nw.col("subject").cast(nw.String)
        yield one.frame.filter(nw.col(line.amount) != 0).select(
            "subject", clause=nw.lit(line.clause, nw.String), due=nw.lit(line.due.value, nw.String), payee=account,
            amount_fen=nw.col(line.amount),
        )  # fmt: skip


def _of_payees(one: JudgedColumns, holders: Frame, cancelled: Frame | None) -> Frame:
    """What each holder gets, or what is withheld from them; one row where a payee holds two of the posts."""
    kind = one.money.width.kind
    parts = nw.concat([_parts(one, payee, holders, one.money.width) for payee in one.money.payees])
    award, withheld = nw.lit(DueKind.AWARD.value, nw.String), nw.lit(DueKind.WITHHELD.value, nw.String)
    if cancelled is None:
        due = parts.with_columns(due=award)
    else:
        marked = parts.join(cancelled.with_columns(lost=nw.lit(True)), left_on="payee", right_on="cadre", how="left")
        due = marked.with_columns(due=nw.when(nw.col("lost").fill_null(False)).then(withheld).otherwise(award))
    summed = due.group_by("subject", "clause", "due", "payee").agg(nw.col("amount_fen").sum())
    told = summed.with_columns(nw.col("payee").cast(nw.String), nw.col("amount_fen").cast(kind))
    return told.filter(nw.col("amount_fen") != 0)


def _parts(one: JudgedColumns, payee: PayeeLayout, holders: Frame, width: Width) -> Frame:
    """The odd fen go to the smaller codes."""
    own = holders.filter(nw.col("post") == payee.post)
    numbered = own.with_columns(number=nw.col("cadre").rank("ordinal").over("party").cast(nw.Int64))
    paid = one.frame.select(party=nw.col("subject"), each=nw.col(payee.each), odd=nw.col(payee.odd))
    both = paid.join(numbered.select("party", "cadre", "number"), on="party", how="inner")
    more = nw.when(nw.col("number") <= nw.col("odd")).then(nw.lit(1, nw.Int64)).otherwise(nw.lit(0, nw.Int64))
    kind = width.kind
    amount = nw.col("each").cast(kind) + more.cast(kind)
    clause = nw.lit(payee.clause, nw.String)
    return both.select(clause=clause, subject=nw.col("party"), payee=nw.col("cadre"), amount_fen=amount)


def _cancelled(judged: Sequence[JudgedColumns], year: YearColumns, backend: Backend) -> Frame | None:
    """The cadres (column cadre, each once) whose own awards a veto or warning cancels: under a contract that they are
    assessed by, through a party, or of an earlier year."""
    found = [*_by_verdict(judged), *_through_parties(judged), *_of_earlier_years(judged, year)]
    return backend.keep(nw.concat(found).unique(["cadre"], keep="any")) if found else None


def _by_verdict(judged: Sequence[JudgedColumns]) -> Iterator[Frame]:
    for one in judged:
        cancelled = one.money.cancelled
        if one.contract.posts and cancelled is not False:
            rows = one.frame if cancelled is True else one.frame.filter(nw.col(cancelled))
            yield rows.select(cadre=nw.col("subject"))


def _through_parties(judged: Sequence[JudgedColumns]) -> Iterator[Frame]:
    for one in judged:
        for reaching in one.reaching:
            if _cancels(reaching.clause):
                yield reaching.frame.select("cadre")


def _of_earlier_years(judged: Sequence[JudgedColumns], year: YearColumns) -> Iterator[Frame]:
    if year.prior_vetoes is None:
        return
    in_force = year.prior_vetoes.filter(nw.col("until_year") >= year.year)
    for contract, veto in _cancelling(judged):
        own = in_force.filter((nw.col("contract") == contract.contract) & (nw.col("veto") == veto.id))
        yield own.select(cadre=nw.col("subject"))


def _cancelling(judged: Sequence[JudgedColumns]) -> Iterator[tuple[Contract, Veto]]:
    for one in judged:
        for veto in one.contract.vetoes:
            if _cancels(veto):
                yield one.contract, veto


def _cancels(clause: Veto | WarningRule) -> bool:
    return clause.effects is not None and clause.effects.cancel_awards
