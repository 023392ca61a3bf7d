"""A seeded forger: takes a town's clean history and plants one fault of a wanted kind in it, by the town's own numbers.

A fault that happens to be another one too (a slip that comes to the amount of another grade) is not planted: the forger
gives up (None) and is asked again. What is too close to tell is decided here by arithmetic on the amounts, not by the audit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import combinations
from random import Random

import faulty_ledgers
from audit_histories import History, clean
from audit_towns import SHAPES, Town, paid_out

from engine.audit.finding import Kind
from rules.diagnostic import Span
from rules.money import DueKind
from targets.payout import PayoutLine


def faulty(kind: Kind, town: Town, dice: Random) -> History | None:
    history = clean(town, dice)
    if history.lines and not all(line.code for line in history.lines):
        # Names alone leave a choice between namesakes; whoever plants a fault among them plants two.
        history = replace(history, lines=tuple(paid_out(town, town.paid, dice.choice(list(SHAPES)), dice)))
    return FORGERS[kind](history, dice)


def _listed(history: History, lines: Iterable[PayoutLine]) -> History:
    numbered = tuple(replace(line, place=Span("list.csv", line=n)) for n, line in enumerate(lines, 2))
    return replace(history, lines=numbered)


def _changed(history: History, old: PayoutLine, *new: PayoutLine) -> History:
    at = history.lines.index(old)
    return _listed(history, [*history.lines[:at], *new, *history.lines[at + 1 :]])


# --- what is near something else ---


def _sums(amounts: Sequence[int], most: int = 9) -> set[int]:
    """What some of the amounts come to."""
    return {sum(some) for size in range(1, min(len(amounts), most) + 1) for some in combinations(amounts[:most], size)}


def _of(history: History, code: str) -> list[PayoutLine]:
    return [line for line in history.lines if line.code == code]


def _parts(town: Town, code: str) -> list[int]:
    return [due.amount_fen for due in town.paid if due.payee == code]


def _steps(town: Town) -> set[int]:
    """Every difference between two amounts of the contracts' tables: by so much a wrong tier is wrong."""
    cadre, village = town.contracts[1], town.contracts[0]
    deposit = cadre.deposits[0].amount
    tables = [[round_half_up(deposit * share, 100) for share in (0, 40, 70, 100, 140, 170, 200)]]
    tables.append([0, *(cadre.awards[0].by_grade or {}).values()])
    grades = list((village.awards[0].by_grade or {}).values())
    tables += [[0, *(amount * share // 100 for amount in grades)] for share in (40, 25, 35, 75, 60, 100)]
    tables.append([0, *(slots.amount for slots in village.awards[1].by_rank or ())])
    near = {one - other + fen for table in tables for one in table for other in table for fen in (-1, 0, 1)}
    return near - {0}


def round_half_up(over: int, under: int) -> int:
    return (2 * over + under) // (2 * under)


def _lost(town: Town, code: str) -> list[int]:
    """What somebody does not get of a deposit or by being withheld, and what a cancelled award would be."""
    dues = [one for one in town.assessment.dues if code in (one.subject, one.payee)]
    lost = [one.amount_fen for one in dues if one.kind in (DueKind.FORFEIT, DueKind.WITHHELD) and one.amount_fen]
    return lost + [one.amount_fen for one in town.entitled.of(code).forgone]


def _is_swap(one: int, other: int) -> bool:
    first, second = sorted((str(one), str(other)), key=len)
    first = first.zfill(len(second))
    return any(
        first[:n] + first[n + 1] + first[n] + first[n + 2 :] == second and first[n] != first[n + 1]
        for n in range(len(second) - 1)
    )


def _ambiguous(history: History, code: str, lines: Sequence[int], *, but: Kind | None = None) -> bool:
    """Whether somebody paid so could have met another fault than the one of kind `but`."""
    town, parts = history.town, _parts(history.town, code)
    over = sum(lines) - sum(parts)
    reasons = {
        Kind.PAID_TWICE: over > 0 and over in _sums(lines),
        Kind.VETOED: over > 0 and over in _sums(_lost(town, code)),
        Kind.WRONG_TIER: over in _steps(town),
        Kind.TRANSPOSED: any(_is_swap(line, line - over) for line in lines if line > over),
        Kind.NOT_PAID: over < 0 and -over in _sums(parts),
    }
    return any(reasons[kind] for kind in reasons if kind is not but)


# --- the list ---


def _some_line(history: History, dice: Random) -> PayoutLine:
    return dice.choice([line for line in history.lines if line.amount_fen > 200])


def _with(history: History, line: PayoutLine, amount_fen: int, but: Kind | None = None) -> History | None:
    """That line with another amount, where this is plainly the fault it is meant to be."""
    lines = [one.amount_fen for one in _of(history, line.code)]
    lines[lines.index(line.amount_fen)] = amount_fen
    if amount_fen <= 0 or amount_fen == line.amount_fen or _ambiguous(history, line.code, lines, but=but):
        return None
    return _changed(history, line, replace(line, amount_fen=amount_fen))


def _overpaid(history: History, dice: Random) -> History | None:
    line = _some_line(history, dice)
    return _with(history, line, line.amount_fen + dice.choice((1, 100, 10_000, dice.randrange(1, 99_999))))


def _underpaid(history: History, dice: Random) -> History | None:
    line = _some_line(history, dice)
    return _with(history, line, line.amount_fen - dice.choice((1, 100, dice.randrange(1, line.amount_fen))))


def _twice(history: History, dice: Random) -> History | None:
    line = _some_line(history, dice)
    times = dice.choice((1, 1, 2))
    at = dice.randrange(len(history.lines) + 1)
    return _listed(history, [*history.lines[:at], *[line] * times, *history.lines[at:]])


def _wrong_payee(history: History, dice: Random) -> History | None:
    """One's line under another's code and name: of somebody who is due nothing like it, or of nobody."""
    line, names = _some_line(history, dice), history.town.entitled.names
    code = dice.choice([*names, "G777"])
    own = _parts(history.town, code)
    amount = line.amount_fen
    if code == line.code or sum(own) < 0 or (own and not _of(history, code)):
        return None
    if amount in _sums(own) or amount in _sums(_lost(history.town, code)):
        return None
    name = names.get(code, "无此人")
    return _changed(history, line, replace(line, code=code, name=name))


def _not_entitled(history: History, dice: Random) -> History | None:
    names = history.town.entitled.names
    due_something = {due.payee for due in history.town.paid}
    code = dice.choice([*(code for code in names if code not in due_something), "G777", ""])
    amount = dice.randrange(1_000, 300_000)
    if _ambiguous(history, code, [amount], but=Kind.PAID_TWICE):
        return None
    line = replace(history.town.line(code, amount), name=names.get(code, "查无此人"))
    return _listed(history, [*history.lines, line])


def _lost_yet_paid(history: History, code: str, amount: int, dice: Random) -> History | None:
    """In a line of its own, or on top of another."""
    own = _of(history, code)
    top = dice.choice(own) if own and dice.random() < 0.5 else None
    lines = [one.amount_fen for one in own]
    if top is not None:
        lines[lines.index(top.amount_fen)] += amount
    else:
        lines.append(amount)
    owes = sum(_parts(history.town, code)) - sum(one.amount_fen for one in own)
    if owes or sum(lines) - sum(_parts(history.town, code)) in _sums(lines[:-1] if top is None else lines):
        return None
    if amount in _parts(history.town, code):
        return None
    if top is not None:
        return _changed(history, top, replace(top, amount_fen=top.amount_fen + amount))
    return _listed(history, [*history.lines, history.town.line(code, amount)])


def _vetoed(history: History, dice: Random) -> History | None:
    """What a veto takes of a deposit, or an award that it cancels: of a fixed amount, or of the grade that was earned."""
    village, cadre = history.town.contracts
    parties, verdicts = (one.verdicts for one in history.town.assessment.judged)
    hit = [code for code, one in verdicts.items() if one.vetoed]
    code = dice.choice(hit)
    subject = verdicts[code].subject
    dues = [one for one in history.town.assessment.dues if one.subject == code]
    amounts = [one.amount_fen for one in dues if one.kind is DueKind.FORFEIT]
    if subject.post in ("secretary", "clerk"):
        amounts.append(cadre.awards[1].fixed or 0)
    grade = next(one for one, least in (("excellent", 90), ("good", 75), ("plain", 0)) if verdicts[code].score >= least)
    amounts.append((cadre.awards[0].by_grade or {})[grade])
    party = parties[subject.party]
    if party.vetoed and party.score >= 80:
        shared = (village.awards[0].by_grade or {})["excellent" if party.score >= 90 else "good"]
        amounts.append(shared * {"secretary": 40, "director": 25}.get(subject.post, 0) // 100)
    amount = dice.choice([one for one in amounts if one])
    return _lost_yet_paid(history, code, amount, dice)


def _forfeited(history: History, dice: Random) -> History | None:
    verdicts = history.town.assessment.judged[1].verdicts
    dues = [
        one
        for one in history.town.assessment.dues
        if (one.kind is DueKind.FORFEIT and not verdicts[one.subject].vetoed) or one.kind is DueKind.WITHHELD
    ]
    due = dice.choice(dues)
    code = due.subject if due.kind is DueKind.FORFEIT else due.payee
    vetoed_too = [one.amount_fen for one in history.town.assessment.dues if one.subject == code == one.payee]
    if due.kind is DueKind.WITHHELD and due.amount_fen in vetoed_too:
        return None
    return _lost_yet_paid(history, code, due.amount_fen, dice)


def _wrong_tier(history: History, dice: Random) -> History | None:
    """Another grade's or prize's amount, or the deposit as under another outcome; paid in any shape."""
    town, (village, cadre) = history.town, history.town.contracts
    due = dice.choice(town.paid)
    amounts: list[int] = []
    if due.clause == "own_award":
        amounts = list((cadre.awards[0].by_grade or {}).values())
    elif due.clause == "prize":
        amounts = [slots.amount for slots in village.awards[1].by_rank or ()]
    elif due.kind is DueKind.REFUND and not town.assessment.judged[1].verdicts[due.subject].vetoed:
        amounts = [round_half_up(cadre.deposits[0].amount * share, 100) for share in (70, 100)]
    amounts = [amount for amount in amounts if amount != due.amount_fen]
    if not amounts:
        return None
    changed = replace(due, amount_fen=dice.choice(amounts))
    dues = [changed if one is due else one for one in town.paid]
    lines = paid_out(town, dues, dice.choice(list(SHAPES)), dice)
    paid = [line.amount_fen for line in lines if line.code == due.payee]
    if sum(_parts(town, due.payee)) <= 0 or not paid or _ambiguous(history, due.payee, paid, but=Kind.WRONG_TIER):
        return None
    return _listed(history, lines)


def _not_paid(history: History, dice: Random) -> History | None:
    """All of somebody's lines, or one of several, left out."""
    line = _some_line(history, dice)
    own = _of(history, line.code)
    if len(own) == 1 or dice.random() < 0.5:
        return _listed(history, [one for one in history.lines if one.code != line.code])
    if sum(one.amount_fen for one in own if one is not line) <= -line.amount_fen:
        return None
    return _listed(history, [one for one in history.lines if one is not line])


def _name_and_code(history: History, dice: Random) -> History | None:
    line, names = _some_line(history, dice), history.town.entitled.names
    if not line.name:
        return None
    if dice.random() < 0.5:
        name = dice.choice([*names.values(), f"{line.name}芳", "查无此人"])
        return None if name == line.name else _changed(history, line, replace(line, name=name))
    code = dice.choice([*names, "G777"])
    namesakes = [one for one, name in names.items() if name == line.name]
    if code in namesakes or line.amount_fen in _sums(_parts(history.town, code)) or len(namesakes) > 1:
        return None
    return _changed(history, line, replace(line, code=code))


def _digits(history: History, dice: Random) -> History | None:
    line = _some_line(history, dice)
    text = str(line.amount_fen)
    at = dice.randrange(len(text) - 1)
    slip = int(text[:at] + text[at + 1] + text[at] + text[at + 2 :])
    return None if len(str(slip)) < len(text) else _with(history, line, slip, but=Kind.TRANSPOSED)


def _in_parts(history: History, dice: Random) -> History | None:
    line = _some_line(history, dice)
    first = dice.randrange(1, line.amount_fen)
    amounts = [first, line.amount_fen - first]
    if amounts[1] > 1 and dice.random() < 0.3:
        cut = dice.randrange(1, amounts[1])
        amounts[1:] = [cut, amounts[1] - cut]
    if set(amounts) & _sums(_parts(history.town, line.code)):
        return None
    return _changed(history, line, *(replace(line, amount_fen=amount) for amount in amounts))


Forger = Callable[[History, Random], History | None]
FORGERS: dict[Kind, Forger] = {
    Kind.OVERPAID: _overpaid,
    Kind.UNDERPAID: _underpaid,
    Kind.PAID_TWICE: _twice,
    Kind.WRONG_PAYEE: _wrong_payee,
    Kind.NOT_ENTITLED: _not_entitled,
    Kind.VETOED: _vetoed,
    Kind.FORFEITED: _forfeited,
    Kind.WRONG_TIER: _wrong_tier,
    Kind.NOT_PAID: _not_paid,
    Kind.NAME_AND_CODE: _name_and_code,
    Kind.TRANSPOSED: _digits,
    Kind.SPLIT: _in_parts,
    **faulty_ledgers.FORGERS,
}
