"""A payout list against what everybody is entitled to and against the ledger: one fault, one finding.

What explains more comes first (docs/decisions/0011-ledger.md): whom a line means; for each payee whether the sums are
equal; of differences, a line that comes again, what a veto or an outcome keeps from them; then a whole line that is
somebody else's; then another tier, a transposition; the rest is too much, too little, or not on the list at all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence

from engine.audit.entitlement import Entitled
from engine.audit.finding import Finding, Kind
from engine.audit.forgone import Loss, Tier, together
from engine.audit.partition import placed, subsets, transposed
from engine.audit.payees import Case, cases_of, line_evidence
from engine.audit.table import Shelf, Table, part_evidence
from engine.settle.due import Due
from rules.diagnostic import Text, listed, say
from rules.money import DueKind
from rules.quantity import show_money
from targets.ledger import Voucher
from targets.payout import PayoutLine


def reconcile(
    lines: Sequence[PayoutLine], entitled: Entitled, vouchers: Sequence[Voucher] = (), runs: Collection[str] = ()
) -> tuple[Finding, ...]:
    """Every fault of the list. `runs` are those whose vouchers carry out these entitlements; without any, no ledger is asked."""
    cases, findings = cases_of(lines, entitled)
    table = Table(
        tuple(cases.values()), Shelf(vouchers, runs, entitled), tuple(lines), entitled.carried.run, entitled.titles
    )
    findings += table.of_each(_split)
    findings += _exchanged(table)
    findings += _wrong_payees(table, in_place=True)
    findings += table.of_each(_paid_again)
    findings += table.of_each(_paid_twice)
    findings += table.of_each(_lost_yet_paid)
    findings += _wrong_payees(table)
    findings += table.of_each(_wrong_tier)
    findings += table.of_each(_transposed)
    findings += table.of_each(_too_much)
    findings += table.of_each(_too_little)
    findings += _not_in_ledger(table, entitled)
    return tuple(sorted(findings, key=lambda one: (one.kind, one.subject, str(one.told))))


def unposted(entitled: Entitled, vouchers: Sequence[Voucher], runs: Collection[str]) -> tuple[Finding, ...]:
    """What no voucher carries out, where no list is at hand: everybody counts as paid."""
    everybody = [Case(due, known=True) for due in entitled.by_payee.values()]
    table = Table(tuple(everybody), Shelf(vouchers, runs, entitled), titles=entitled.titles)
    return tuple(_not_in_ledger(table, entitled, listed=False))


def _split(table: Table, case: Case) -> Finding | None:
    if case.over_fen:
        return None
    told = say("the right sum, {amount}, in {number} lines that are no parts of it", amount=show_money(case.paid_fen),
               number=len(case.lines))  # fmt: skip
    return table.finding(Kind.SPLIT, case, told)


def _paid_again(table: Table, case: Case) -> Finding | None:
    """What the settlement before a correction carried out: just so much too much, or that is all that was paid."""
    before_fen = [due.amount_fen for due in case.due.before]
    if case.over_fen <= 0 or not before_fen:
        return None
    ways = ((case.over_fen, [case.over_fen], False), (case.paid_fen, case.lines_fen, False))
    for amount_fen, lines_fen, whole in ((case.paid_fen, case.lines_fen, True), *ways):
        if placed(before_fen, lines_fen, whole=whole) is not None:
            told = say(
                "{amount} that run {run} carried out already was paid again",
                amount=show_money(amount_fen), run=table.run_before[:12],
            )  # fmt: skip
            return table.finding(Kind.PAID_TWICE, case, told, case.due.before)
    return None


def _paid_twice(table: Table, case: Case) -> Finding | None:
    """Lines that pay what the others pay already."""
    if case.over_fen <= 0:
        return None
    amounts_fen = case.due.amounts_fen
    for chosen in subsets(case.lines_fen, case.over_fen):
        again = [case.lines_fen[index] for index in chosen]
        rest = [line for index, line in enumerate(case.lines_fen) if index not in chosen]
        if case.is_whole(rest) and _repeats(amounts_fen, again, rest):
            told = say("{amount} came twice", amount=show_money(case.over_fen))
            return table.finding(Kind.PAID_TWICE, case, told)
    return None


def _repeats(amounts_fen: Sequence[int], again: Sequence[int], rest: Sequence[int]) -> bool:
    """Whether each is a line of the rest once more, or they pay some of the same parts in another way."""
    return all(line in rest for line in again) or placed(amounts_fen, again) is not None


def _lost_yet_paid(table: Table, case: Case) -> Finding | None:
    if case.over_fen <= 0:
        return None
    for some in together(case.due.forgone, case.over_fen):
        if any(one.loss is Loss.VETOED for one in some):
            names = listed(dict.fromkeys(one.by for one in some if one.loss is Loss.VETOED))
            told = say("{amount} that {names} takes was paid", amount=show_money(case.over_fen), names=names)
            return table.finding(Kind.VETOED, case, told, some)
        told = say("{amount} that is forfeited or withheld was paid", amount=show_money(case.over_fen))
        return table.finding(Kind.FORFEITED, case, told, some)
    return None


def _exchanged(table: Table) -> list[Finding]:
    """Two who got each other's whole sum, or one line of it: one finding, about who got too much."""
    open_cases = [case for case in table.cases if not case.explained and not case.clean]
    found = []
    for case in (one for one in open_cases if one.over_fen > 0):
        for other in (one for one in open_cases if not one.explained):
            amounts_fen = _each_others(case, other)
            if amounts_fen is not None:
                told = say(
                    "{wrong} got {paid}, which is due to {right}, who got {other}",
                    wrong=_called(case), paid=show_money(amounts_fen[0]), right=_called(other),
                    other=show_money(amounts_fen[1]),
                )  # fmt: skip
                found.append(table.finding(Kind.WRONG_PAYEE, case, told, other.due.parts, [*case.lines, *other.lines]))
                case.explained = other.explained = True
                break
    return found


def _each_others(case: Case, other: Case) -> tuple[int, int] | None:
    """What each of the two got that is due to the other: all of it, or one line."""
    if not case.lines or not other.lines or case.over_fen + other.over_fen:
        return None
    if other.is_whole(case.lines_fen) and case.is_whole(other.lines_fen):
        return case.paid_fen, other.paid_fen
    for one in dict.fromkeys(case.lines_fen):
        another = one - case.over_fen
        if (
            another in other.lines_fen
            and case.is_whole(_instead(case.lines_fen, one, another))
            and other.is_whole(_instead(other.lines_fen, another, one))
        ):
            return one, another
    return None


def _instead(lines_fen: Sequence[int], gone: int, come: int) -> list[int]:
    at = lines_fen.index(gone)
    return [*lines_fen[:at], come, *lines_fen[at + 1 :]]


def _wrong_payees(table: Table, *, in_place: bool = False) -> list[Finding]:
    """Whole lines too much here, that are just what is missing there; `in_place` where they stand in the other's place too."""
    open_cases = [case for case in table.cases if not case.explained and not case.clean]
    missing = [case for case in open_cases if case.over_fen < 0]
    found = []
    for case in open_cases:
        for stray in _stray_lines(case):
            owed = _owed(stray, [one for one in missing if not one.explained])
            if in_place and not all(_stands_for(table, case, right, line) for right, some in owed for line in some):
                continue
            if owed:
                found += [_strayed(table, case, right, lines) for right, lines in owed]
                for one in (case, *(right for right, _ in owed)):
                    one.explained = True
                break
    return found


def _stands_for(table: Table, case: Case, right: Case, line: PayoutLine) -> bool:
    """Whether the list, which goes by codes just there, has this line where the other's would stand and not where it says;
    among lines of the other's own, that much is plain."""
    at = next(index for index, one in enumerate(table.lines) if one is line)
    before = table.payee_of(table.lines[at - 1]) if at else ""
    after = table.payee_of(table.lines[at + 1]) if at + 1 < len(table.lines) else "\U0010ffff"
    if right.due.payee in (before, after):
        return True
    return before < right.due.payee < after and not before <= case.due.payee <= after


def _strayed(table: Table, case: Case, right: Case, lines: Sequence[PayoutLine]) -> Finding:
    told = say(
        "{amount} is due to {right} and was paid to {wrong}",
        amount=show_money(sum(line.amount_fen for line in lines)), right=_called(right), wrong=_called(case),
    )  # fmt: skip
    return table.finding(Kind.WRONG_PAYEE, case, told, right.due.parts, [*lines, *right.lines])


def _stray_lines(case: Case) -> Iterator[list[PayoutLine]]:
    """Lines without which everything would be right; all of them where nothing is due on balance."""
    if case.over_fen <= 0:
        return
    if case.over_fen == case.paid_fen:
        yield case.lines
    for chosen in subsets(case.lines_fen, case.over_fen):
        rest = [amount_fen for index, amount_fen in enumerate(case.lines_fen) if index not in chosen]
        if case.is_whole(rest):
            yield [case.lines[index] for index in chosen]


def _owed(stray: Sequence[PayoutLine], missing: Sequence[Case]) -> list[tuple[Case, Sequence[PayoutLine]]]:
    """Who did not get these lines: one, all of them; or each of them another one. Empty where some are nobody's."""
    alone = next((one for one in missing if _lacks(one, stray)), None)
    if alone is not None:
        return [(alone, stray)]
    found: list[tuple[Case, Sequence[PayoutLine]]] = []
    for line in stray if len(stray) > 1 else ():
        right = next(
            (one for one in missing if _lacks(one, [line]) and all(one is not known for known, _ in found)), None
        )
        if right is None:
            return []
        found.append((right, [line]))
    return found


def _lacks(case: Case, stray: Sequence[PayoutLine]) -> bool:
    return case.is_whole([*case.lines_fen, *(line.amount_fen for line in stray)])


def _called(case: Case) -> str:
    return f"{case.due.name} ({case.due.payee})" if case.known else case.due.payee


def _wrong_tier(table: Table, case: Case) -> Finding | None:
    """Not where all that was paid are parts of what is due: then whole amounts are missing, whatever else pays as much."""
    if not case.lines or (case.over_fen < 0 and case.takes()):
        return None
    for tier in case.due.tiers:
        if tier.more_fen == case.over_fen:
            return table.finding(Kind.WRONG_TIER, case, _as_under(tier), [tier])
    return None


def _as_under(tier: Tier) -> Text:
    amount, more = show_money(tier.amount_fen), show_money(tier.more_fen)
    match tier.part:
        case DueKind.REFUND:
            return say(
                "refunded as under {tier}: {amount}, a difference of {more}", tier=tier.label, amount=amount, more=more
            )
        case DueKind.REWARD:
            return say(
                "rewarded as under {tier}: {amount}, a difference of {more}", tier=tier.label, amount=amount, more=more
            )
        case _:
            return say(
                "paid as under {tier}: {amount}, a difference of {more}", tier=tier.label, amount=amount, more=more
            )


def _transposed(table: Table, case: Case) -> Finding | None:
    for index, line in enumerate(case.lines_fen):
        meant_fen = line - case.over_fen
        written = [*case.lines_fen[:index], meant_fen, *case.lines_fen[index + 1 :]]
        if transposed(line, meant_fen) and case.is_whole(written):
            told = say("{paid} instead of {due}", paid=show_money(line), due=show_money(meant_fen))
            return table.finding(Kind.TRANSPOSED, case, told)
    return None


def _too_much(table: Table, case: Case) -> Finding | None:
    if case.over_fen <= 0:
        return None
    if case.due.parts:
        told = say("{amount} more than is due", amount=show_money(case.over_fen))
        return table.finding(Kind.OVERPAID, case, told)
    told = say("nothing is due to {name}", name=_called(case))
    if not case.known:
        told = say("the records know nobody called {name}", name=_called(case))
    return table.finding(Kind.NOT_ENTITLED, case, told, case.due.forgone)


def _too_little(table: Table, case: Case) -> Finding | None:
    left = placed(case.due.amounts_fen, case.lines_fen)
    if left is None:
        told = say("{amount} less than is due", amount=show_money(-case.over_fen))
        return table.finding(Kind.UNDERPAID, case, told)
    missing = [case.due.parts[index] for index in sorted(left)]
    told = say("{amount} is due and stands nowhere on the list", amount=show_money(-case.over_fen))
    return table.finding(Kind.NOT_PAID, case, told, missing)


def _not_in_ledger(table: Table, entitled: Entitled, *, listed: bool = True) -> list[Finding]:
    """By clause and subject, since a voucher is of those; all at once where the run was never settled."""
    shelf = table.shelf
    paid = [case for case in table.cases if case.due.parts and (not listed or (case.lines and case.over_fen >= 0))]
    if not shelf.asked or not paid:
        return []
    if not shelf.numbers and not shelf.unreadable:
        total_fen = sum(case.due.total_fen for case in paid)
        told = say("the ledger has no voucher of this run: it was never settled")
        paid_fen = sum(case.paid_fen for case in paid)
        return [Finding(Kind.NOT_IN_LEDGER, entitled.run, told, total_fen, paid_fen)]
    groups: dict[tuple[str, str, str], list[tuple[Case, Due]]] = defaultdict(list)
    for case in paid:
        for part in case.due.parts:
            if not shelf.of([part]):
                groups[part.contract, part.clause, part.subject].append((case, part))
    lost = shelf.cut_off or len(groups) <= shelf.unreadable
    return [] if lost else [_without_voucher(table, group, listed) for group in groups.values()]


def _without_voucher(table: Table, group: Sequence[tuple[Case, Due]], listed: bool) -> Finding:
    part = group[0][1]
    amount_fen = sum(one.amount_fen for _, one in group)
    evidence = [line_evidence(line) for case, _ in group for line in case.lines]
    evidence += [part_evidence(one, table.titles) for _, one in group]
    told = say(
        "no voucher carries out {clause} of {contract} for {subject}",
        clause=part.step.title, contract=table.titles.get(part.contract, part.contract), subject=part.subject,
    )  # fmt: skip
    return Finding(
        Kind.NOT_IN_LEDGER, part.subject, told, amount_fen, amount_fen if listed else 0, tuple(evidence), part.step
    )
