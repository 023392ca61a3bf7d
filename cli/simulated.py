"""What drawn years say, as rows of text: for tables, files and JSON alike. Decimals are rounded half up and shown as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from cli.language import Speech
from cli.names import Names, names_of
from engine.simulate.answers import P5, P50, P95, Answers, ContractAnswers
from engine.simulate.bins import bins_of
from engine.simulate.drivers import Fairness, fairness
from engine.simulate.tally import Spread
from rules.period import Cadence
from rules.quantity import Rounding, round_to, show, show_money
from targets.snapshot import Records

N_ = str
CADRES_SHOWN = 20
PARTY_COLUMNS = (
    N_("code"), N_("name"), N_("expected score"), N_("nine years of ten"), N_("expected rank"), N_("rank, nine years of ten"),
    N_("chance of a veto"),
)  # fmt: skip
ITEM_COLUMNS = (
    N_("contract"), N_("code"), N_("name"), N_("item"), N_("period"), N_("chance of the target"), N_("years scored"),
)  # fmt: skip
PAYOUT_COLUMNS = (
    N_("code"), N_("name"), N_("expected payout"), N_("one year of twenty no more than"), N_("worst year"), N_("best year"),
)  # fmt: skip
DRIVER_COLUMNS = (N_("contract"), N_("item"), N_("period"), N_("goes with it"))
FAIRNESS_COLUMNS = (
    N_("contract"), N_("parties"), N_("how many"), N_("smallest"), N_("largest"), N_("mean expected score"),
    N_("chance of the best grade"),
)  # fmt: skip
DRIVERS_SHOWN = 10
YEARS_COLUMNS = (N_("cost of a year, from"), N_("share of the years"), "")
BLOCKS, YUAN_FEN = 40, 100
COST_COLUMNS = (
    N_("money"), N_("mean"), N_("one year of twenty no more than"), N_("half the years no more than"),
    N_("nineteen years of twenty no more than"),
)  # fmt: skip
DUES = {
    "reward": N_("rewards"), "award": N_("awards"), "paid_in": N_("paid in towards awards"), "refund": N_("refunds"),
    "forfeit": N_("forfeited"), "withheld": N_("withheld"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Words:
    speech: Speech
    names: Names
    cadres: frozenset[str]


@dataclass(frozen=True, slots=True)
class Table:
    """`columns` are templates; `right` those of numbers. `for_files`: too long for a terminal; `shown_max` (0: all) is how
    many of its rows are shown there."""

    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    right: tuple[int, ...] = ()
    for_files: bool = False
    shown_max: int = 0


def words_of(speech: Speech, answers: Answers, records: Records) -> Words:
    names = names_of(speech, [one.contract for one in answers.contracts], records)
    return Words(speech, names, frozenset(cadre.code for cadre in records.cadres))


def tables(
    words: Words, answers: Answers, budget_fen: int | None, sizes: Mapping[str, Fraction] | None = None
) -> dict[str, Table]:
    """By the name of their file. `sizes` of parties, by code, are what fairness is told by."""
    speech, found = words.speech, dict[str, Table]()
    for one in answers.contracts:
        grades = (*(speech.name(band) for band in one.contract.grades), speech(N_("no grade")))
        columns = (*PARTY_COLUMNS, *grades)
        title = f"{speech.name(one.contract)} · {_luck(speech, one)}"
        rows = [_subject(words, one, number) for number in _best_first(one)]
        file = one.contract.contract.replace("/", "-")
        found[file] = Table(
            title, columns, rows, tuple(range(2, len(columns))), shown_max=CADRES_SHOWN if one.contract.posts else 0
        )
    found["targets"] = Table(
        speech(N_("chance of each target")), ITEM_COLUMNS, list(_targets(words, answers)), (5, 6), for_files=True
    )
    found["drivers"] = Table(
        speech(N_("what the differences between years go with")),
        DRIVER_COLUMNS,
        list(_drivers(words, answers)),
        (3,),
        shown_max=DRIVERS_SHOWN,
    )
    rows = list(_fairness(words, answers, sizes or {}))
    if rows:
        found["fairness"] = Table(speech(N_("small and large parties")), FAIRNESS_COLUMNS, rows, (2, 3, 4, 5, 6))
    for file, title, cadres in (
        ("cadres", N_("payouts to cadres"), True),
        ("parties", N_("payouts to parties"), False),
    ):
        rows = list(_payouts(words, answers, cadres=cadres))
        if rows:
            found[file] = Table(speech(title), PAYOUT_COLUMNS, rows, (2, 3, 4, 5), shown_max=CADRES_SHOWN)
    found["cost"] = Table(
        _cost_title(speech, answers, budget_fen), COST_COLUMNS, list(_cost(words, answers)), (1, 2, 3, 4)
    )
    found["years"] = Table(speech(N_("how many years cost how much")), YEARS_COLUMNS, list(_years(answers)), (0, 1))
    return found


def _luck(speech: Speech, one: ContractAnswers) -> str:
    if one.reliability is None:
        return speech(N_("nobody differs"))
    told = speech(N_("{share} of the differences in score are luck"))
    return told.format(share=percent(1 - one.reliability))


def _best_first(one: ContractAnswers) -> list[int]:
    return sorted(range(len(one.codes)), key=lambda number: (-one.expected_score(number), one.codes[number]))


def _subject(words: Words, one: ContractAnswers, number: int) -> tuple[str, ...]:
    code = one.codes[number]
    low, high = one.score_interval(number)
    best, last = one.rank_interval(number)
    grades = (percent(chance) for chance in one.grade_chances(number))
    return (
        code, words.names.person(code), decimal(one.expected_score(number)), f"{decimal(low)} – {decimal(high)}",
        decimal(one.rank(number).mean, 1), f"{best} – {last}", percent(one.veto_chance(number)), *grades,
    )  # fmt: skip


def _targets(words: Words, answers: Answers) -> Iterator[tuple[str, ...]]:
    for one in answers.contracts:
        names = {item.id: words.speech.name(item) for item in one.contract.item_by_id.values()}
        for key in one.tally.met:
            window = "" if key.window.cadence is Cadence.YEAR else str(key.window)
            for number, code in enumerate(one.codes):
                chance = one.target_chance(number, key)
                if chance is not None:
                    yield (
                        words.names.contract(one.contract.contract), code, words.names.person(code), names[key.item],
                        window, percent(chance), str(int(one.tally.there[key][number])),
                    )  # fmt: skip


def _drivers(words: Words, answers: Answers) -> Iterator[tuple[str, ...]]:
    """The largest first, of all contracts together."""
    found = [(share, one.contract, key) for one in answers.contracts for key, share in one.tally.goes_with.items()]
    found.sort(key=lambda each: (-each[0], each[1].contract, each[2].item, str(each[2].window)))
    for share, contract, key in found:
        window = "" if key.window.cadence is Cadence.YEAR else str(key.window)
        name = words.speech.name(contract.item_by_id[key.item])
        yield (words.speech.name(contract), name, window, percent(share))


def _fairness(words: Words, answers: Answers, sizes: Mapping[str, Fraction]) -> Iterator[tuple[str, ...]]:
    """The smaller and the larger half, then how size goes with the score and with its luck."""
    speech = words.speech
    for one in answers.contracts:
        found = fairness(one, sizes)
        if found is None:
            continue
        title = speech.name(one.contract)
        for name, half in ((N_("the smaller half"), found.small), (N_("the larger half"), found.large)):
            yield (
                title, speech(name), str(half.parties), show(half.least), show(half.most), decimal(half.score),
                percent(half.best),
            )  # fmt: skip
        for name, together in (
            (N_("correlation of size and expected score"), found.score_by_size),
            (N_("correlation of size and luck"), found.luck_by_size),
        ):
            yield (title, speech(name), "", "", "", "-" if together is None else f"{together:+.2f}", "")


def _payouts(words: Words, answers: Answers, *, cadres: bool) -> Iterator[tuple[str, ...]]:
    """The most at stake first: whoever can lose most against what is to be expected."""
    spreads = {
        code: answers.payout(number) for number, code in enumerate(answers.people) if (code in words.cadres) is cadres
    }
    moving = {code: spread for code, spread in spreads.items() if spread.values.any()}
    for code, spread in sorted(moving.items(), key=lambda one: (int(one[1].values[0]) - one[1].mean, one[0])):
        yield (
            code, words.names.person(code), money(spread.mean), money(spread.quantile(P5)), money(spread.values[0]),
            money(spread.values[-1]),
        )  # fmt: skip


def _cost_title(speech: Speech, answers: Answers, budget_fen: int | None) -> str:
    title = speech(N_("what it costs the town in a year"))
    if budget_fen is None:
        return title
    told = speech(N_("the budget of {budget} holds in {share} of the years"))
    return f"{title} · {told.format(budget=show_money(budget_fen), share=percent(answers.within(budget_fen)))}"


def _cost(words: Words, answers: Answers) -> Iterator[tuple[str, ...]]:
    yield (words.speech(N_("cost: rewards and awards, less what is paid in")), *_spread(answers.cost()))
    for kind, name in DUES.items():
        spread = answers.money(kind)
        if spread.values.any():
            yield (words.speech(name), *_spread(spread))


def _years(answers: Answers) -> Iterator[tuple[str, ...]]:
    """A bar of blocks for each round amount; the longest fills the line."""
    parts = bins_of(answers.costs(), YUAN_FEN)
    most = max((part.years for part in parts), default=1)
    for part in parts:
        blocks = "█" * (BLOCKS * part.years // most) or ("▏" if part.years else "")
        yield (money(part.low), percent(Fraction(part.years, answers.years)), blocks)


def _spread(spread: Spread) -> tuple[str, ...]:
    return money(spread.mean), *(money(spread.quantile(share)) for share in (P5, P50, P95))


def as_json(
    words: Words, answers: Answers, budget_fen: int | None, sizes: Mapping[str, Fraction] | None = None
) -> dict[str, Any]:
    """Exact numbers as text: decimals where there is one, else fractions; money in fen."""
    found: dict[str, Any] = {
        "draws": answers.years, "seed": answers.seed,
        "contracts": [_contract_as_json(words, one, sizes or {}) for one in answers.contracts],
        "payouts": [
            {"code": code, "name": words.names.person(code), **_fen(answers.payout(number))}
            for number, code in enumerate(answers.people)
            if answers.payout(number).values.any()
        ],
        "cost": _fen(answers.cost()),
        "money": {kind: _fen(answers.money(kind)) for kind in DUES},
    }  # fmt: skip
    if budget_fen is not None:
        found["budget"] = {"fen": str(budget_fen), "held": show(answers.within(budget_fen))}
    return found


def _contract_as_json(words: Words, one: ContractAnswers, sizes: Mapping[str, Fraction]) -> dict[str, Any]:
    grades = [band.id for band in one.contract.grades]
    subjects = []
    for number, code in enumerate(one.codes):
        low, high = one.score_interval(number)
        best, last = one.rank_interval(number)
        chances = dict(zip((*grades, ""), one.grade_chances(number), strict=True))
        met = [(key, one.target_chance(number, key)) for key in one.tally.met]
        subjects.append(
            {
                "code": code, "name": words.names.person(code), "expected_score": show(one.expected_score(number)),
                "score_p5": show(low), "score_p95": show(high), "expected_rank": show(one.rank(number).mean),
                "rank_p5": best, "rank_p95": last, "veto": show(one.veto_chance(number)),
                "grades": {grade: show(chance) for grade, chance in chances.items()},
                "targets": [
                    {"item": key.item, "period": str(key.window), "chance": show(chance)}
                    for key, chance in met
                    if chance is not None
                ],
            }
        )  # fmt: skip
    luck = None if one.reliability is None else decimal(one.reliability, 6)
    drivers = [
        {"item": key.item, "period": str(key.window), "share": show(share)}
        for key, share in one.tally.goes_with.items()
    ]
    return {
        "contract": one.contract.contract, "reliability": luck, "subjects": subjects, "goes_with": drivers,
        "fairness": _fairness_as_json(fairness(one, sizes)),
    }  # fmt: skip


def _fairness_as_json(found: Fairness | None) -> dict[str, Any] | None:
    if found is None:
        return None
    halves = {
        name: {
            "parties": half.parties, "least": show(half.least), "most": show(half.most), "score": show(half.score),
            "best_grade": show(half.best),
        }
        for name, half in (("smaller", found.small), ("larger", found.large))
    }  # fmt: skip
    together = {"score_by_size": found.score_by_size, "luck_by_size": found.luck_by_size}
    return halves | {name: None if one is None else f"{one:.6f}" for name, one in together.items()}


def _fen(spread: Spread) -> dict[str, str]:
    quantiles = {name: str(spread.quantile(share)) for name, share in (("p5", P5), ("p50", P50), ("p95", P95))}
    return {"mean_fen": show(spread.mean), **quantiles, "least": str(spread.values[0]), "most": str(spread.values[-1])}


def decimal(value: Fraction, places: int = 2) -> str:
    return show(round_to(Fraction(value), places, Rounding.HALF_UP), places)


def percent(share: Fraction) -> str:
    return f"{decimal(share * 100, 1)}%"


def money(fen: Fraction | int) -> str:
    return show_money(int(round_to(Fraction(int(fen) if not isinstance(fen, Fraction) else fen), 0)))
