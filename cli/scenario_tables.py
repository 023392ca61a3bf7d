"""What-if as rows of text: scenarios side by side, who moves in each and why, and the same as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from cli import differing, dues
from cli.differing import NOTHING, Words
from engine.whatif import Mover, Picture, Way, WhatIf
from rules.contract import Contract
from rules.money import DueKind
from rules.overlay import Overlaid
from rules.quantity import round_to, show, show_money
from rules.scenario import Change, LoadedScenarios
from rules.wording import as_written, quoted

if TYPE_CHECKING:
    from rules.load import Loaded

N_ = str
WAYS: Mapping[Way, str] = {Way.BETTER: N_("better off"), Way.WORSE: N_("worse off"), Way.EQUAL: ""}
MOVER_COLUMNS = (N_("scenario"), N_("contract"), N_("better or worse off"), *differing.MOVED_COLUMNS)
CLAUSE_COLUMNS = (N_("contract"), N_("what for"), N_("kind of amount"))


@dataclass(frozen=True, slots=True)
class Compared:
    """The scenarios of a file with what each comes to; `contracts` are those in force."""

    scenarios: LoadedScenarios
    contracts: Sequence[Loaded]
    base: Picture
    found: Sequence[tuple[Overlaid, WhatIf]]

    def pictures(self) -> list[Picture]:
        """The base, then the scenarios."""
        return [self.base, *(one.after for _, one in self.found)]

    def judged(self) -> list[str]:
        """The contracts under which anybody is assessed anywhere."""
        return list(dict.fromkeys(name for picture in self.pictures() for name in picture.spreads))

    def contracts_of(self, name: str) -> list[Contract]:
        """The contract as it is, then as each scenario has it."""
        sides = [self.contracts, *(laid.contracts for laid, _ in self.found)]
        return [one.contract for side in sides for one in side if one.contract.contract == name]


def headings(words: Words, compared: Compared) -> tuple[str, ...]:
    return ("", words.speech(N_("as it is")), *(words.speech.name(laid.scenario) for laid, _ in compared.found))


def standing_rows(words: Words, compared: Compared, contract: str) -> Iterator[tuple[str, ...]]:
    """Of one contract: how many in each grade, the scores, and how many are better and worse off."""
    speech, versions = words.speech, compared.contracts_of(contract)
    spreads = [picture.spreads.get(contract) for picture in compared.pictures()]
    grades = {grade.id: grade for version in reversed(versions) for grade in version.grades}
    for grade in [*dict.fromkeys(grade.id for version in versions for grade in version.grades), ""]:
        counts = [spread.grades.get(grade, 0) if spread else 0 for spread in spreads]
        if grade or any(counts):
            yield (speech.name(grades[grade]) if grade else speech(N_("no grade")), *map(str, counts))
    for title, scores in (
        (N_("mean of the final scores"), [one.mean if one else None for one in spreads]),
        (N_("lowest final score"), [one.lowest if one else None for one in spreads]),
        (N_("highest final score"), [one.highest if one else None for one in spreads]),
    ):
        yield (speech(title), *(_score(score, versions[0].decimals) for score in scores))
    for way in (Way.BETTER, Way.WORSE):
        going = [sum(one.moved.contract == contract for one in found.going(way)) for _, found in compared.found]
        yield (speech(WAYS[way]), NOTHING, *map(str, going))


def _score(score: Fraction | None, decimals: int) -> str:
    return NOTHING if score is None else show(round_to(score, decimals), decimals)


def money_rows(words: Words, compared: Compared) -> Iterator[tuple[str, ...]]:
    """Sums by kind, what the year costs, and that against the budget."""
    speech, pictures = words.speech, compared.pictures()
    for kind in DueKind:
        sums = [picture.of_kind_fen(kind) for picture in pictures]
        if any(sums):
            yield (speech(dues.KINDS[kind]), *map(show_money, sums))
    costs = [picture.cost_fen for picture in pictures]
    yield (speech(N_("cost: rewards and awards, less what is paid in")), *map(show_money, costs))
    budget = compared.scenarios.file.budget
    if budget is not None:
        yield (
            speech(N_("left of the budget of {budget}")).format(budget=show_money(budget)),
            *(show_money(budget - one) for one in costs),
        )


def clause_rows(words: Words, compared: Compared) -> Iterator[tuple[str, ...]]:
    """Clause by clause; see `CLAUSE_COLUMNS`."""
    pictures = compared.pictures()
    for contract, clause, kind in sorted({key for picture in pictures for key in picture.dues_fen}):
        sums = [picture.dues_fen.get((contract, clause, kind), 0) for picture in pictures]
        named = words.part(contract, ["deposits", "awards"], clause)
        yield (words.title(contract), named, words.speech(dues.KINDS[kind]), *map(show_money, sums))


def mover_rows(words: Words, compared: Compared, laid: Overlaid, found: WhatIf) -> Iterator[tuple[str, ...]]:
    """Those whose grade moves first, then those who get more or less, then the others; see `MOVER_COLUMNS`."""
    told = [change_text(words, compared.contracts, change) for change in laid.scenario.changes]
    for one in sorted(found.movers, key=_weight):
        moved = one.moved
        way = words.speech(WAYS[one.way])
        row = differing.moved_row(words, moved, _why(words, one, told))
        yield (words.speech.name(laid.scenario), words.title(moved.contract), way, *row)


def _weight(one: Mover) -> tuple[bool, bool, bool, str, str]:
    old, new = one.moved.before, one.moved.after
    grade = old is not None and new is not None and old.grade == new.grade
    score = old is not None and new is not None and old.final_score == new.final_score
    return grade, one.received_fen[0] == one.received_fen[1], score, one.moved.contract, one.moved.code


def _why(words: Words, one: Mover, told: Sequence[str]) -> Iterator[str]:
    yield from (told[number] for number in one.changes)
    yield from (differing.through(words, code) for code in one.moved.through)
    if one.others_moved:
        yield words.speech(N_("others moved"))


def change_text(words: Words, contracts: Sequence[Loaded], change: Change) -> str:
    """`items.visits.scoring.target: 95% → 92%`"""
    from rules.clause_path import Found, find

    if change.key == "add":
        entry = change.add.get("id", "") if isinstance(change.add, dict) else change.add
        return f"{change.at}: + {as_written(entry)}"
    plain = next(one.tree for one in contracts if one.contract.contract == change.contract)
    place = find(plain.plain, change.at)
    old = words.speech(quoted(plain.at(place.at))) if isinstance(place, Found) and place.written else NOTHING
    return f"{change.at}: {old} → {NOTHING if change.key == 'remove' else words.speech(quoted(change.to))}"


def as_json(words: Words, compared: Compared) -> dict[str, object]:
    """The same in every language, except for what the changes are called; amounts in whole fen, scores as exact text."""
    file = compared.scenarios.file
    return {
        "scenarios": file.scenarios, "title": file.title, "budget_fen": file.budget,
        "base": _picture_as_json(compared.base),
        "compare": [
            {
                "id": laid.scenario.id, "name": laid.scenario.name, "name_en": laid.scenario.name_en,
                "changes": [_change_as_json(words, compared.contracts, change) for change in laid.scenario.changes],
                **_picture_as_json(found.after),
                **{way.value: len(found.going(way)) for way in (Way.BETTER, Way.WORSE)},
                "moved": [_mover_as_json(one) for one in found.movers],
            }
            for laid, found in compared.found
        ],
    }  # fmt: skip


def _picture_as_json(picture: Picture) -> dict[str, object]:
    return {
        "contracts": {
            name: {
                "grades": {grade: count for grade, count in spread.grades.items() if grade},
                "without_grade": spread.grades.get("", 0), "subjects": spread.subjects,
                "mean": show(spread.mean), "lowest": show(spread.lowest), "highest": show(spread.highest),
            }
            for name, spread in picture.spreads.items()
        },
        "dues": [
            {"contract": contract, "clause": clause, "due": kind.value, "amount_fen": amount_fen}
            for (contract, clause, kind), amount_fen in sorted(picture.dues_fen.items())
        ],
        "cost_fen": picture.cost_fen,
    }  # fmt: skip


def _change_as_json(words: Words, contracts: Sequence[Loaded], change: Change) -> dict[str, object]:
    return {
        "contract": change.contract,
        "at": change.at,
        "key": change.key,
        "told": change_text(words, contracts, change),
    }


def _mover_as_json(one: Mover) -> dict[str, object]:
    why = {"changes": list(one.changes), "through": list(one.moved.through), "others_moved": one.others_moved}
    received = {"received_before_fen": one.received_fen[0], "received_after_fen": one.received_fen[1]}
    return {**differing.moved_as_json(one.moved), **received, "way": one.way.value, "why": why}
