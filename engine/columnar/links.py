"""What cadres take from the parties they answer for, joined to their rows: linked scores, vetoes that reach them,
answers to conditions about the parties, as about those below a party; and what still stands from earlier years."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import narwhals as nw

from engine.columnar.duties import in_roles, weights
from engine.columnar.layers import Width
from engine.columnar.plan import Plan
from engine.columnar.scribe import Total
from engine.columnar.spans import holds_on
from engine.columnar.verdicts import Inherited
from rules.condition import AboutOthers, Children, Condition, Linked, Quantifier
from rules.contract import Contract
from rules.linkage import Link, LinkCombine
from rules.verdict import Effects, Veto, WarningRule
from targets.columns.year import Frame, YearColumns


@dataclass(frozen=True, slots=True)
class Reaching:
    """A veto or warning of a contract judged before, and the cadres it reaches: cadre, party, happened_on."""

    contract: str
    clause: Veto | WarningRule
    frame: Frame


@dataclass(frozen=True, slots=True)
class Judgement:
    """What others look at in a contract judged before: its frame by `subject`, with the final score (in units of
    1 / `final_scale`) and the answers to what is asked of linked parties and of children, by the names of their columns;
    `total` is the score before vetoes."""

    contract: Contract
    frame: Frame
    final: str
    final_range: tuple[int, int]
    final_scale: int
    answers: Mapping[Condition, str]
    reaching: tuple[Reaching, ...]
    total: Total


@dataclass(frozen=True, slots=True)
class Stream:
    """One link's scores: the sum of weight x score (in units of 1 / `scale`) over the sum of weights; under 0: none."""

    link: Link
    over: str
    over_range: tuple[int, int]
    under: str
    under_max: int
    width: Width
    scale: int


@dataclass(frozen=True, slots=True)
class Ties:
    """A contract's rows with all that is joined to them."""

    frame: Frame
    streams: Mapping[Link, Stream]
    linked: Mapping[AboutOthers, str]
    inherited: tuple[Inherited, ...]


def tie(
    base: Frame, year: YearColumns, contract: Contract, plan: Plan, others: Sequence[Judgement],
    asked: Iterable[AboutOthers],
) -> Ties:  # fmt: skip
    """Join everything to the contract's rows, so that its plan reads one frame."""
    streams: dict[Link, Stream] = {}
    by_contract = {other.contract.contract: other for other in others}
    links = dict.fromkeys(link for linkage in contract.linkage for link in linkage.links)
    for number, link in enumerate(links):
        plan.at = f"linked scores {link.contract}"
        if year.assignments is None:
            streams[link] = Stream(link, "", (0, 0), "", 0, Width.PLAIN, 1)
            continue
        found, streams[link] = _stream(year, contract, plan, link, by_contract[link.contract], f"stream {number}")
        base = _joined(base, found, [streams[link].over, streams[link].under])
    linked: dict[AboutOthers, str] = {}
    for number, condition in enumerate(dict.fromkeys(asked)):
        answered = _answers(year, condition, others, f"linked {number}")
        if answered is not None:
            linked[condition] = f"linked {number}"
            base = base.join(answered, on="subject", how="left")
            base = base.with_columns(nw.col(f"linked {number}").fill_null(False))
    base, inherited = _inherit(base, year, contract, plan, others)
    return Ties(base, streams, linked, inherited)


def _joined(base: Frame, counted: Frame, names: Sequence[str]) -> Frame:
    """Integer columns joined by subject; 0 where there is no row."""
    joined = base.join(counted, on="subject", how="left")
    return joined.with_columns(nw.col(name).fill_null(0) for name in names)


def _stream(
    year: YearColumns, contract: Contract, plan: Plan, link: Link, other: Judgement, name: str
) -> tuple[Frame, Stream]:
    """The combined final score of the parties answered for in the link's roles, by cadre."""
    low, high = other.final_range
    scores = other.frame.select(party=nw.col("subject"), score=nw.col(other.final))
    weighted, most = weights(year, contract, link)
    duties = weighted.join(scores, on="party", how="inner")
    over, under = f"{name} over", f"{name} under"
    if link.combine is LinkCombine.WORST:
        found = duties.group_by("cadre").agg(nw.col("score").min().alias(over))
        frame = found.select(nw.col(over), subject=nw.col("cadre"), **{under: nw.lit(1, nw.Int64)})
        return frame, Stream(link, over, (min(0, low), max(0, high)), under, 1, Width.PLAIN, other.final_scale)
    total = most * max(1, year.duties_max or year.assignments_count)
    ranged = (min(0, low * total), max(0, high * total))
    width = max(Width.PLAIN, plan.reaching(*ranged))
    kind = width.kind
    products = duties.with_columns(product=nw.col("weight").cast(kind) * nw.col("score").cast(kind))
    summed = products.group_by("cadre").agg(nw.col("product").sum().alias(over), nw.col("weight").sum().alias(under))
    frame = summed.select(nw.col(over).cast(kind), nw.col(under).cast(nw.Int64), subject=nw.col("cadre"))
    return frame, Stream(link, over, ranged, under, total, width, other.final_scale)


def _answers(year: YearColumns, condition: AboutOthers, others: Sequence[Judgement], name: str) -> Frame | None:
    """By subject, whether enough of the parties answered for on the last day, or directly below, satisfy the inner
    condition."""
    satisfied, pairs = _satisfied(condition, others), _parties_asked(year, condition)
    if pairs is None or satisfied is None:
        return None
    asked = pairs.join(satisfied, on="party", how="inner")
    counted = asked.group_by("subject").agg(nw.len().alias("all"), nw.col("holds").sum().alias("holding"))
    wanted = condition.linked if isinstance(condition, Linked) else condition.children
    return counted.select("subject", **{name: _enough(wanted)})


def _parties_asked(year: YearColumns, condition: AboutOthers) -> Frame | None:
    """Columns subject, party: whom the condition asks about, each once."""
    if isinstance(condition, Children):
        below = year.parents
        return None if below is None else below.select(subject=nw.col("parent"), party=nw.col("child"))
    if year.assignments is None:
        return None
    answering = in_roles(year.assignments, condition.roles).filter(holds_on(year.last_day))
    pairs = answering.group_by("cadre", "party").agg(nw.len().alias("duties"))
    return pairs.select("party", subject=nw.col("cadre"))


def _satisfied(condition: AboutOthers, others: Sequence[Judgement]) -> Frame | None:
    """Columns party, holds (0 or 1); of a party under several contracts what the last of them says."""
    answers: Frame | None = None
    for other in others:
        if isinstance(condition, Children) and other.contract.contract != condition.contract:
            continue
        if condition.is_ not in other.answers:
            continue
        truth = nw.when(nw.col(other.answers[condition.is_])).then(nw.lit(1, nw.Int64)).otherwise(nw.lit(0, nw.Int64))
        new = other.frame.select(party=nw.col("subject"), holds=truth)
        answers = new if answers is None else nw.concat([answers.join(new, on="party", how="anti"), new])
    return answers


def _enough(wanted: Quantifier | Fraction) -> nw.Expr:
    holding, every = nw.col("holding").cast(nw.Int64), nw.col("all").cast(nw.Int64)
    match wanted:
        case Quantifier.ALL:
            return holding == every
        case Quantifier.ANY:
            return holding > 0
        case share:
            return holding * share.denominator >= every * share.numerator


def _inherit(
    base: Frame, year: YearColumns, contract: Contract, plan: Plan, others: Sequence[Judgement]
) -> tuple[Frame, tuple[Inherited, ...]]:
    """What reaches these subjects from the contracts judged before, and what is in force from earlier years."""
    reaching = [one for other in others for one in other.reaching] if contract.posts else []
    inherited: list[Inherited] = []
    if reaching:
        frames = [
            one.frame.select(subject=nw.col("cadre"), clause=nw.lit(number)) for number, one in enumerate(reaching)
        ]
        names = [f"reached {one.contract} {one.clause.id}" for one in reaching]
        base = _joined(
            base, _tallied(nw.concat(frames), [nw.col("clause") == n for n, _ in enumerate(names)], names), names
        )
        for one, name in zip(reaching, names, strict=True):
            times = plan.column(name, 0, max(1, year.assignments_count))
            effects, is_veto = passed_on(one.clause.effects), isinstance(one.clause, Veto)
            inherited.append(Inherited(one.contract, one.clause.id, is_veto, effects, times))
    known = list(_vetoes_known(contract, others))
    if year.prior_vetoes is not None and known:
        in_force = year.prior_vetoes.filter(nw.col("until_year") >= year.year)
        tests = [(nw.col("contract") == owner) & (nw.col("veto") == veto.id) for owner, veto, _ in known]
        names = [f"prior {owner} {veto.id}" for owner, veto, _ in known]
        base = _joined(base, _tallied(in_force, tests, names), names)
        for (owner, veto, effects), name in zip(known, names, strict=True):
            times = plan.column(name, 0, max(1, year.prior_vetoes_count))
            inherited.append(Inherited(owner, veto.id, True, effects, times, prior=True))
    return base, tuple(inherited)


def _tallied(rows: Frame, tests: Sequence[nw.Expr], names: Sequence[str]) -> Frame:
    """By subject, how many rows pass each test."""
    one, zero = nw.lit(1, nw.Int64), nw.lit(0, nw.Int64)
    marked = rows.with_columns(nw.when(test).then(one).otherwise(zero).alias(name)
                               for test, name in zip(tests, names, strict=True))  # fmt: skip
    summed = marked.group_by("subject").agg(*(nw.col(name).sum() for name in names))
    return summed.select("subject", *(nw.col(name).cast(nw.Int64) for name in names))


def _vetoes_known(contract: Contract, others: Sequence[Judgement]) -> Iterator[tuple[str, Veto, Effects | None]]:
    """Vetoes that an earlier year may have left: the contract's own as they are, others' as they are passed on."""
    for other in (contract, *(one.contract for one in others)):
        for veto in other.vetoes:
            effects = veto.effects if other is contract else passed_on(veto.effects)
            yield other.contract, veto, effects


def passed_on(effects: Effects | None) -> Effects | None:
    """What reaches a linked cadre: no change of the score, which reaches them through linked assessment."""
    if effects is None or not (
        effects.cap_grade or effects.lower_prize or effects.forfeit_deposit is not None or effects.cancel_awards
    ):
        return None
    return effects.model_copy(update={"deduct": None, "replace_score": None})
