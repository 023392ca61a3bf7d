"""Deposits and awards: what they hang on, and whether there is something to pay from."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from rules.checks.intervals import ABOVE_ALL, EVERYTHING, Interval, Values, after, before, without
from rules.checks.places import Measure, measures
from rules.checks.reach import needed, scores_there_are
from rules.condition import AllTargetsMet, Children, Condition, Linked, Not
from rules.contract import Contract
from rules.diagnostic import Diagnostic, Span, say
from rules.indicator import Kind
from rules.money import Award
from rules.period import Cadence
from rules.quantity import show, show_percent
from rules.scoring import AllOrNothing, WorstOf
from rules.sheet import Combine, SectionKind
from rules.source import Location, Tree

CLIFF = Fraction(1, 5)


def monthly_without_sheet(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """An award paid by the month's score needs a sheet of every month."""
    if any(sheet.each is Cadence.MONTH for sheet in contract.periodic):
        return
    for index, award in enumerate(contract.awards):
        if award.monthly:
            found, expected = say("a monthly award"), say("a periodic sheet with each: month")
            yield Diagnostic("DX260", tree.span(("awards", index, "monthly")), found, expected)


def multiple_of_no_deposit(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """A multiple of a deposit, for posts that pay none."""
    paying = {post for deposit in contract.deposits for post in deposit.posts}
    for index, award in enumerate(contract.awards):
        posts = award.posts or tuple(post.id for post in contract.posts)
        if contract.posts and award.deposit_times is not None and paying.isdisjoint(posts):
            found, expected = say("a multiple of a deposit that nobody pays"), say("a deposit for one of its posts")
            yield Diagnostic("DX261", tree.span(("awards", index, "deposit_times")), found, expected)


def of_another_kind_of_contract(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """A party's award is split among its posts, or measured by their deposits; a cadre's is their own."""
    strange = ("payees", "deposit_share") if contract.posts else ("deposit_times",)
    for index, award in enumerate(contract.awards):
        for key in strange:
            if getattr(award, key):
                found = (
                    say("{key} in a contract for cadres", key=key)
                    if contract.posts
                    else say("{key} of a party", key=key)
                )
                expected = say("payees and deposit_share where parties are assessed, deposit_times where posts are")
                yield Diagnostic("DX264", tree.key_span(("awards", index, key)), found, expected)


def advances_of_money(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """What was paid in advance is reported as money."""
    for index, award in enumerate(contract.awards):
        indicator = contract.indicator_by_id.get(award.advance or "")
        if indicator is not None and (indicator.kind is not Kind.MONEY or indicator.statistic or indicator.computed):
            found = say("an advance of {name}", name=indicator.label)
            expected = say("a reported indicator with kind: money")
            yield Diagnostic("DX265", tree.span(("awards", index, "advance")), found, expected)


def payees_beyond_award(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """Shares of more than the whole; fixed amounts above a fixed award."""
    for index, award in enumerate(contract.awards):
        shares = sum((payee.share for payee in award.payees if payee.share is not None), Fraction(0))
        amounts_fen = sum(payee.amount for payee in award.payees if payee.amount is not None)
        whole_fen = award.fixed
        if shares > 1 or (whole_fen is not None and shares * whole_fen + amounts_fen > max(whole_fen, 0)):
            found, expected = say("payees who get more than the award"), say("at most 100% of the award")
            yield Diagnostic("DX262", tree.key_span(("awards", index, "payees")), found, expected)


def out_of_reach(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """Outcomes and awards for scores that are not there, or that the outcomes before have taken."""
    scores = scores_there_are(contract)
    for number, deposit in enumerate(contract.deposits):
        left = [scores.of(EVERYTHING)]
        for index, outcome in enumerate(deposit.outcomes):
            if outcome.when is None:
                break  # it is for everybody left
            asked, exactly = needed(outcome.when)
            wanted = scores.of(asked)
            if all(rest.within(wanted).empty for rest in left):
                yield _at_no_score(scores, wanted, tree.span(("deposits", number, "outcomes", index, "when")))
            left = list(without(left, wanted)) if exactly else left
    for at, asked in _asked_of_awards(contract):
        if scores.of(asked).empty:
            yield _at_no_score(scores, scores.of(asked), tree.span(at))


def _asked_of_awards(contract: Contract) -> Iterator[tuple[Location, Interval]]:
    for index, award in enumerate(contract.awards):
        at = ("awards", index)
        if award.when is not None:
            yield (*at, "when"), needed(award.when)[0]
        if award.above is not None:
            yield (*at, "above"), Interval(after(award.above), ABOVE_ALL)
        for number, slots in enumerate(award.by_rank or ()):
            if slots.floor is not None:
                yield (*at, "by_rank", number, "floor"), Interval(before(slots.floor), ABOVE_ALL)


def _at_no_score(scores: Values, wanted: Interval, place: Span) -> Diagnostic:
    if wanted.empty:
        there = scores.describe(scores.of(EVERYTHING))
        return Diagnostic(
            "DX320", place, say("scores that nobody has"), say("some of the scores {values}", values=there)
        )
    found = say("scores that the outcomes before have taken")
    return Diagnostic("DX320", place, found, say("scores that the outcomes before leave"))


def reward_without_condition(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """Money for everybody, whatever was done."""
    for at in _unconditional(contract):
        yield Diagnostic("DX313", tree.key_span(at), say("a reward for everybody"), say("a condition: when"))


def _unconditional(contract: Contract) -> Iterator[Location]:
    for number, deposit in enumerate(contract.deposits):
        for index, outcome in enumerate(deposit.outcomes):
            for key, amount in (("reward", outcome.reward), ("reward_times", outcome.reward_times)):
                if outcome.when is None and amount:
                    yield ("deposits", number, "outcomes", index, key)
    for index, award in enumerate(contract.awards):
        form = _form_for_everybody(award)
        if award.when is None and form is not None:
            yield ("awards", index, form)


def _form_for_everybody(award: Award) -> str | None:
    """Every other form looks at the score, the rank or the grade by itself."""
    return "fixed" if award.fixed is not None else "deposit_times" if award.deposit_times is not None else None


def cliffs(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """One unit of work that moves a fifth of the total, or a whole deposit."""
    for measure, moved in _all_or_nothing(contract):
        if contract.total.full and moved >= CLIFF * contract.total.full:
            found = say("{points} points of the total, all or nothing", points=show(moved))
            expected = say("less than {share} of the total, or a method with steps between", share=show_percent(CLIFF))
            yield Diagnostic("DX309", tree.span((*measure.at, "scoring", "method")), found, expected)
    for number, deposit in enumerate(contract.deposits):
        for index, outcome in enumerate(deposit.outcomes):
            if outcome.when is not None and _hangs_on_every_target(outcome.when):
                found = say("a deposit that hangs on every single target")
                expected = say("outcomes with steps between, or the score")
                span = tree.span(("deposits", number, "outcomes", index, "when"))
                yield Diagnostic("DX309", span, found, expected)


def _all_or_nothing(contract: Contract) -> Iterator[tuple[Measure, Fraction]]:
    """What is earned whole or not at all, and the points of the total that it moves.

    Under `worst_of` such a part is a gate before the others; where there are only gates, they are one cliff together.
    """
    gates: set[Location] = set()
    for measure in measures(contract):
        rule = measure.measured.scoring
        if measure.place.section.kind is not SectionKind.BASE:
            continue
        if isinstance(rule, WorstOf):
            gates.update((*measure.at, "scoring", "parts", index) for index in range(len(rule.parts)))
            lost = [part.scoring.missed for part in rule.parts if isinstance(part.scoring, AllOrNothing)]
            if len(lost) == len(rule.parts):
                top = min(measure.points if part.points is None else part.points for part in rule.parts)
                yield measure, (top - min(lost)) * _weight(contract, measure)
        elif isinstance(rule, AllOrNothing) and measure.at not in gates:
            yield measure, (measure.points - rule.missed) * _weight(contract, measure)


def _weight(contract: Contract, measure: Measure) -> Fraction:
    """How much of a point on the item's sheet arrives in the total."""
    sheet = measure.place.sheet
    if sheet is None:
        factor = contract.annual_weight
    else:
        factor = sheet.weight
        if sheet.combine is not Combine.SUM:
            factor /= sheet.count or sheet.each.per_year
    personal = max((linkage.personal for linkage in contract.linkage), default=Fraction(1))
    return factor * measure.place.section.weight * personal


def _hangs_on_every_target(condition: Condition) -> bool:
    match condition:
        case AllTargetsMet():
            return True
        case Not(not_=inner) | Linked(is_=inner) | Children(is_=inner):
            return _hangs_on_every_target(inner)
        case _:
            return False
