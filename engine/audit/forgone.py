"""What the money of a year would have been, had something been otherwise: no veto, another outcome, grade or class.

These amounts are due to nobody. They tell which mistake was made when one of them was paid.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from itertools import combinations

from engine.assess import Assessment
from engine.audit.lifted import Lifted, cancels, lifted
from engine.score.derivation import NOTHING, Step
from engine.settle.amounts import amount_of
from engine.settle.court import Court, court_of
from engine.settle.due import Due, nothing_due, to_unit
from engine.settle.held import held_of, part_of_year
from engine.settle.payees import split
from engine.settle.pool import pooled
from engine.settle.prizes import prizes
from engine.settle.year import money_year
from engine.verdict import Verdict, VetoRecord
from rules.diagnostic import Called, Text, listed, say
from rules.money import Award, DepositOutcome, DueKind, RiskDeposit
from rules.quantity import show_money

LOSSES_TOGETHER_MAX = 6


class Loss(StrEnum):
    """Why somebody does not get an amount."""

    VETOED = "vetoed"
    FORFEITED = "forfeited"
    WITHHELD = "withheld"


@dataclass(frozen=True, slots=True)
class Forgone:
    """What the payee would have got of the clause, but for a veto, a warning or the deposit's outcome."""

    loss: Loss
    contract: str
    clause: str
    subject: str
    payee: str
    amount_fen: int
    step: Step
    by: Text | Called = NOTHING
    """The vetoes and warnings that took it, where it was those."""


@dataclass(frozen=True, slots=True)
class Tier:
    """Another outcome, grade or class of a clause: what the payee would get then, and how much more (or less) that is."""

    contract: str
    clause: str
    subject: str
    payee: str
    label: Text | Called
    amount_fen: int
    more_fen: int
    step: Step
    part: DueKind | None = None
    """Of a deposit, where only its refund or its reward is that outcome's: which; `amount_fen` is of that alone."""


def forgone(assessment: Assessment) -> Iterator[Forgone]:
    """What vetoes, warnings and outcomes keep from people, and what is withheld."""
    dues = _by_clause(assessment.dues)
    for due in assessment.dues:
        if due.kind is DueKind.WITHHELD and due.amount_fen:
            yield _withheld(assessment, due)
    for court, free in _both_courts(assessment):
        for number, deposit in enumerate(court.judged.contract.deposits):
            for verdict in court.verdicts():
                standing = _Standing.of(court, deposit, verdict, dues)
                if standing is not None:
                    yield from _of_deposit(standing, _outcome(free.court, number, verdict.subject.code))
        for index, award in enumerate(court.judged.contract.awards):
            yield from _cancelled(court, free, index, award)


def together(losses: Sequence[Forgone], total_fen: int) -> Iterator[tuple[Forgone, ...]]:
    """Losses that come to the total, few first."""
    for size in range(1, min(len(losses), LOSSES_TOGETHER_MAX) + 1):
        for some in combinations(losses, size):
            if sum(one.amount_fen for one in some) == total_fen:
                yield some


def tiers(assessment: Assessment) -> Iterator[Tier]:
    """What other outcomes, grades and classes of a clause come to, where that is another amount."""
    dues = _by_clause(assessment.dues)
    for court in _courts(assessment):
        for deposit in court.judged.contract.deposits:
            for verdict in court.verdicts():
                standing = _Standing.of(court, deposit, verdict, dues)
                if standing is not None:
                    yield from _other_outcomes(standing)
        for index, award in enumerate(court.judged.contract.awards):
            for verdict in _concerned(court, award):
                if not _cancels(verdict) and court.holds(verdict.subject.code, ("awards", index, "when")):
                    own = dues.get((verdict.contract, award.id, verdict.subject.code), [])
                    yield from _other_amounts(court, award, verdict, own)


def _by_clause(dues: Sequence[Due]) -> Mapping[tuple[str, str, str], list[Due]]:
    found: dict[tuple[str, str, str], list[Due]] = defaultdict(list)
    for due in dues:
        found[due.contract, due.clause, due.subject].append(due)
    return found


def _courts(assessment: Assessment) -> Iterator[Court]:
    year = money_year(assessment.judged)
    for number, judged in enumerate(assessment.judged):
        if judged.contract.deposits or judged.contract.awards:
            yield court_of(judged, assessment.judged[:number], year)


@dataclass(frozen=True, slots=True)
class _Free:
    """A contract as it would be settled for those whom no veto hit."""

    court: Court
    lifted: Lifted


def _both_courts(assessment: Assessment) -> Iterator[tuple[Court, _Free]]:
    """Of each contract with money: as it was judged, and without what hit each."""
    free = lifted(assessment.judged)
    before = [one.judged for one in free]
    year = money_year(assessment.judged)
    for number, judged in enumerate(assessment.judged):
        if judged.contract.deposits or judged.contract.awards:
            court = court_of(judged, assessment.judged[:number], year)
            yield court, _Free(court_of(before[number], before[:number], year), free[number])


def _cancels(verdict: Verdict) -> bool:
    return any(effects.cancel_awards for effects in verdict.effects())


def _lost(loss: Loss, due: Due) -> Forgone:
    return Forgone(loss, due.contract, due.clause, due.subject, due.payee, due.amount_fen, due.step)


def _withheld(assessment: Assessment, due: Due) -> Forgone:
    """With the vetoes and warnings that cancel the payee's awards, under whatever contract."""
    records = [
        record
        for judged in assessment.judged
        for record in (
            *(_hits(judged.verdicts[due.payee]) if due.payee in judged.verdicts else ()),
            *(one for one in judged.reaching if one.subject == due.payee),
        )
        if record.effects is not None and record.effects.cancel_awards
    ]
    steps = {id(one.step): one.step for one in records}
    return _lost(Loss.WITHHELD, replace(due, step=replace(due.step, steps=(*due.step.steps, *steps.values()))))


@dataclass(frozen=True, slots=True)
class _Standing:
    """A deposit of one cadre as it was decided, for the share of the year that it was held."""

    deposit: RiskDeposit
    verdict: Verdict
    outcome: int
    refund: Due
    amount_fen: int
    reward_fen: int
    share: Fraction

    @classmethod
    def of(
        cls, court: Court, deposit: RiskDeposit, verdict: Verdict, dues: Mapping[tuple[str, str, str], list[Due]]
    ) -> _Standing | None:
        own = dues.get((verdict.contract, deposit.id, verdict.subject.code), [])
        refund = next((due for due in own if due.kind is DueKind.REFUND), None)
        if refund is None or len(refund.step.at) < 4:
            return None
        held = held_of(court.judged.facts, deposit, verdict.subject)
        reward_fen = sum(due.amount_fen for due in own if due.kind is DueKind.REWARD)
        share = Fraction(held.part, held.whole)
        return cls(deposit, verdict, int(refund.step.at[3]), refund, held.amount_fen, reward_fen, share)

    def refund_by(self, outcome: DepositOutcome) -> int:
        """What that outcome gives back, were there no veto."""
        return self.amount_fen if outcome.refund == 1 else to_unit(outcome.refund * self.amount_fen, self.deposit)

    def reward_by(self, outcome: DepositOutcome) -> int:
        if outcome.reward is not None:
            return part_of_year(self.deposit, outcome.reward, self.share)
        return to_unit((outcome.reward_times or Fraction(0)) * self.amount_fen, self.deposit)

    def tier(self, outcome: DepositOutcome, amount_fen: int, more_fen: int, part: DueKind | None = None) -> Tier:
        contract, code = self.verdict.contract, self.verdict.subject.code
        return Tier(
            contract, self.deposit.id, code, code, outcome.label, amount_fen, more_fen, self.refund.step, part
        )  # fmt: skip

    def lost(self, loss: Loss, amount_fen: int) -> Forgone:
        verdict, code, step = self.verdict, self.verdict.subject.code, self.refund.step
        hits = _hits(verdict) if loss is Loss.VETOED else []
        there = {id(one) for one in step.walk()}
        steps = (*step.steps, *(one.step for one in hits if id(one.step) not in there))
        return Forgone(
            loss, verdict.contract, self.deposit.id, code, code, amount_fen, replace(step, steps=steps), _names(hits)
        )


def _of_deposit(standing: _Standing, free: int) -> Iterator[Forgone]:
    """`free` is the outcome without a veto. Of somebody who is vetoed, all that is not given back counts as the veto's."""
    verdict, outcome = standing.verdict, standing.deposit.outcomes[free]
    by_outcome_fen = max(standing.refund_by(outcome), standing.refund.amount_fen)
    taken_fen = by_outcome_fen - standing.refund.amount_fen
    if taken_fen > 0:
        yield standing.lost(Loss.VETOED, taken_fen)
    forfeited_fen = standing.amount_fen - by_outcome_fen
    if forfeited_fen > 0:
        yield standing.lost(Loss.VETOED if verdict.vetoed else Loss.FORFEITED, forfeited_fen)
    reward_fen = standing.reward_by(outcome) - standing.reward_fen
    if reward_fen > 0:
        yield standing.lost(Loss.VETOED, reward_fen)


def _outcome(court: Court, number: int, code: str) -> int:
    """The first whose condition holds; the last has none."""
    outcomes = court.judged.contract.deposits[number].outcomes
    held = (n for n, _ in enumerate(outcomes) if court.holds(code, ("deposits", number, "outcomes", n, "when")))
    return next(held, len(outcomes) - 1)


def _hits(verdict: Verdict) -> list[VetoRecord]:
    """What keeps money from somebody; of vetoes that do neither, all, since conditions may ask for them."""
    records = (*verdict.warnings, *verdict.vetoes)
    return [one for one in records if cancels(one)] or list(verdict.vetoes)


def _names(records: Sequence[VetoRecord]) -> Text | Called:
    return listed(dict.fromkeys(one.name for one in records)) if records else NOTHING


def _other_outcomes(standing: _Standing) -> Iterator[Tier]:
    """Refund and reward of each other outcome together, then one of the two, where somebody took only that from another line."""
    kept_fen, standing_fen = standing.refund.amount_fen, standing.reward_fen
    taken_fen = max(standing.refund_by(standing.deposit.outcomes[standing.outcome]) - kept_fen, 0)
    apart: list[Tier] = []
    for number, outcome in enumerate(standing.deposit.outcomes):
        if number == standing.outcome:
            continue
        refund_fen = min(standing.refund_by(outcome), standing.amount_fen - taken_fen)
        reward_fen = 0 if taken_fen or _cancels(standing.verdict) else standing.reward_by(outcome)
        both_fen = refund_fen + reward_fen
        if both_fen and both_fen != kept_fen + standing_fen:
            yield standing.tier(outcome, both_fen, both_fen - kept_fen - standing_fen)
        # What one of the two leaves out altogether is missing, not another outcome's.
        if refund_fen and refund_fen != kept_fen:
            apart.append(standing.tier(outcome, refund_fen, refund_fen - kept_fen, DueKind.REFUND))
        if reward_fen and reward_fen != standing_fen:
            apart.append(standing.tier(outcome, reward_fen, reward_fen - standing_fen, DueKind.REWARD))
    yield from apart


def _concerned(court: Court, award: Award) -> Iterator[Verdict]:
    for verdict in court.verdicts():
        if not award.posts or verdict.subject.post in award.posts:
            yield verdict


def _cancelled(court: Court, free: _Free, index: int, award: Award) -> Iterator[Forgone]:
    """What each whose awards are cancelled would have got, everything else being as it is; and who has parts of it."""
    at = ("awards", index, "when")
    concerned = list(_concerned(court, award))
    holding = {one.subject.code for one in concerned if court.holds(one.subject.code, at)}
    eligible = [one for one in concerned if one.subject.code in holding and not _cancels(one)]
    for verdict in concerned:
        code = verdict.subject.code
        lost = _cancels(verdict) or (verdict.vetoed and code not in holding)
        if lost and free.court.holds(code, at):
            amount_fen = _amount(free, award, code, eligible)
            hits = _hits(verdict)
            # Payees whom the veto reaches too are kept from it by the same.
            for due in split(court, award, verdict, amount_fen, _cancelled_step(award, index, amount_fen, hits)):
                if due.amount_fen:
                    yield replace(_lost(Loss.VETOED, due), by=_names(hits))


def _amount(free: _Free, award: Award, code: str, eligible: Sequence[Verdict]) -> int:
    if award.by_rank is not None:
        return prizes(award, award.by_rank, free.lifted.beside(eligible, code))[code].amount_fen
    if award.pool is not None:
        return pooled(award.pool, free.lifted.beside(eligible, code))[code].amount_fen
    return amount_of(free.court, award, free.lifted.verdict(code)).amount_fen


def _cancelled_step(award: Award, index: int, amount_fen: int, hits: Sequence[VetoRecord]) -> Step:
    rule = say("a veto or warning cancels awards; without it {amount}", amount=show_money(amount_fen))
    worked = say("cancelled by {names}", names=_names(hits)) if hits else say("nothing")
    steps = tuple(one.step for one in hits)
    return nothing_due(say("{award}", award=award.label), rule, worked, ("awards", index), steps)


def _other_amounts(court: Court, award: Award, verdict: Verdict, own: Sequence[Due]) -> Iterator[Tier]:
    """Split as the award is: an award of a party reaches cadres by their share of it."""
    got_fen: dict[str, int] = defaultdict(int)
    for due in own:
        if due.kind is DueKind.AWARD:
            got_fen[due.payee] += due.amount_fen
    step = next((due.step for due in own if due.kind is DueKind.AWARD), _no_step(award))
    for label, amount_fen in _steps_of(court, award, verdict):
        would_fen: dict[str, int] = defaultdict(int)
        for due in split(court, award, verdict, amount_fen, step):
            if due.kind is DueKind.AWARD:
                would_fen[due.payee] += due.amount_fen
        for payee, share_fen in would_fen.items():
            if share_fen and share_fen != got_fen[payee]:
                yield Tier(
                    verdict.contract, award.id, verdict.subject.code, payee, label, share_fen,
                    share_fen - got_fen[payee], step,
                )  # fmt: skip


def _no_step(award: Award) -> Step:
    return nothing_due(say("{award}", award=award.label), say("nothing"), say("nothing"), ())


def _steps_of(court: Court, award: Award, verdict: Verdict) -> Iterator[tuple[Text | Called, int]]:
    """The grades or classes that the award pays, with what each comes to for this subject."""
    if award.by_grade is not None:
        unpunished = replace(verdict, vetoes=(), warnings=())
        for band in court.judged.contract.grades:
            if band.id in award.by_grade:
                yield band.label, amount_of(court, award, replace(unpunished, grade=band)).amount_fen
    for number, slots in enumerate(award.by_rank or (), 1):
        yield say("class {number}", number=number), to_unit(Fraction(slots.amount), award)
    if award.consolation:
        yield say("consolation"), to_unit(Fraction(award.consolation), award)
