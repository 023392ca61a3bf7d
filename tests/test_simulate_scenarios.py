"""Scenarios judged on the same drawn years: what is assumed, what a change does, and how much of the noise falls out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from fractions import Fraction
from math import sqrt
from pathlib import Path

import numpy as np
import pytest
from drawn_years import TRIALS, VISITS, binomial, villages, within_error
from openpyxl import load_workbook
from test_simulate import engine, needs_both
from test_whatif_commands import PAGE, SCENARIOS, town

from cli.main import main
from engine.simulate.answers import Answers
from engine.simulate.assumed import assumptions_of
from engine.simulate.compared import compared, difference
from engine.simulate.model import TOGETHER, Assumptions, BetaBinomial, Fixed, NegativeBinomial, Poisson
from engine.simulate.simulate import Sampling, simulate
from rules.diagnostic import Refused
from rules.load import Loaded, parse_contract
from rules.overlay import overlay
from rules.scenario import LoadedScenarios, parse_scenarios
from targets.observation import Observation
from targets.snapshot import Records

__all__ = ["town"]

YEARS = 4000
WATER = VISITS.format(visits="{method: all_or_nothing, target: 95%}")


def signed() -> Loaded:
    return parse_contract("water.yaml", WATER)


def written(*assumptions: str, changes: str = "", together: str = "") -> LoadedScenarios:
    """A file with one scenario and these assumptions."""
    lines = ["scenarios: s", "title: 试算", *([f"together: {together}"] if together else [])]
    lines += ["assumptions:", *(f"  - {one}" for one in assumptions)] if assumptions else []
    lines += ["compare:", f"  - {{id: other, name: 另一种, changes: [{changes}]}}"]
    return parse_scenarios("s.yaml", "\n".join(lines))


def assumed(*assumptions: str, together: str = "", records: Records | None = None) -> Assumptions:
    known = villages(2).records if records is None else records
    return assumptions_of(written(*assumptions, together=together), [signed().contract], known)


# --- what is assumed ---


def test_assumptions_as_models() -> None:
    """Of everybody, or of whom is named by code or name; the more particular one holds."""
    found = assumed(
        "{indicator: visits, model: beta_binomial, mean: 92%, concentration: 40}",
        "{indicator: visits, of: [村01], model: fixed}",
        "{indicator: meetings, model: negative_binomial, mean: 6, dispersion: 2.5}",
        "{incident: fraud, of: ['899901101200'], model: poisson, rate: 0.1}",
        together="0.3",
    )
    assert found.values == {
        "visits": BetaBinomial(0.92, 40.0), ("899901101201", "visits"): Fixed(), "meetings": NegativeBinomial(6.0, 2.5),
    }  # fmt: skip
    assert found.incidents == {("899901101200", "fraud"): Poisson(0.1)}
    assert found.together == 0.3
    assert assumed().together == TOGETHER
    assert assumptions_of(written(together="0.3"), [signed().contract], Records(), 0.5).together == 0.5


@pytest.mark.parametrize(
    ("assumption", "code", "said"),
    [
        ("{indicator: visit, model: fixed}", "DX285", "the indicator visit"),
        ("{incident: visits, model: fixed}", "DX285", "the incident visits"),
        ("{indicator: visits, of: [村99], model: fixed}", "DX285", "村99, the name of 0"),
        ("{indicator: visits, model: poisson, rate: 3}", "DX286", "poisson of visits"),
        ("{indicator: visits, model: beta_binomial, mean: 1, trials: 50}", "DX286", "beta_binomial of visits"),
        ("{indicator: meetings, model: beta_binomial, mean: 1}", "DX286", "beta_binomial of meetings"),
        ("{incident: fraud, model: beta_binomial, mean: 50%}", "DX286", "beta_binomial of fraud"),
    ],
)
def test_what_is_assumed_of_nothing_or_does_not_fit(assumption: str, code: str, said: str) -> None:
    with pytest.raises(Refused) as refused:
        assumed(assumption)
    [fault] = refused.value.diagnostics
    assert (fault.code, str(fault.found), fault.span.line) == (code, said, 4)


def test_a_decimal_does_not_say_of_how_many_it_is() -> None:
    year = villages(1)
    [one] = [one for one in year.records.observations if one.indicator == "visits"]
    decimal = Observation(one.subject, "visits", one.period, 952, 1000)
    with pytest.raises(Refused, match="DX286"):
        assumed("{indicator: visits, model: beta_binomial, mean: 92%}", records=Records(observations=(decimal,)))


# --- on the same years ---


def drawn(changes: str, seed: int = 1) -> tuple[Answers, Answers]:
    file = written(
        "{indicator: visits, model: beta_binomial, mean: 93%}", "{indicator: meetings, model: poisson, rate: 4.5}",
        changes=changes, together="0",
    )  # fmt: skip
    (laid,) = overlay(file, [signed()])
    sets = [[signed().contract], [one.contract for one in laid.contracts]]
    snapshot = villages(4)
    models = assumptions_of(file, [one for side in sets for one in side], snapshot.records)
    base, other = simulate(snapshot, sets, Sampling(YEARS, seed), engine(), models)
    return base, other


def test_a_difference_and_its_error_by_hand() -> None:
    """1 and 3 more, 2 on average; their variance is 2, that of the mean of two is 1. In halves against wholes: 0.5 and 2 more."""
    found = difference(np.array([1, 3]), np.array([2, 6]))
    assert (found.mean, found.error) == (2, 1.0)
    found = difference(np.array([1, 1]), np.array([3, 6]), Fraction(1), Fraction(1, 2))
    assert (found.mean, found.error) == (Fraction(5, 4), 0.75)


@needs_both
def test_a_prize_doubled_costs_exactly_as_much_again() -> None:
    """Year by year the same villages win: the difference is the cost itself, with the cost's own error and no more."""
    base, other = drawn("{contract: water/village, at: awards.prize.by_grade.good, to: 2000元}")
    change = compared(base, other)
    assert change.cost.mean == base.cost().mean
    assert change.cost.error == pytest.approx(sqrt(float(base.cost().variance) / (YEARS - 1)))
    assert all(one.mean == 0 == one.error for one in change.contracts["water/village"].grades.values())


@needs_both
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_lower_target_moves_as_many_as_it_should(seed: int) -> None:
    """Good is who makes 95 %, 38 of 40; at 92.5 %, 37 too. Each of four villages moves with the chance of exactly 37."""
    base, other = drawn("{contract: water/village, at: items.visits.scoring.target, to: 92.5%}", seed)
    change = compared(base, other).contracts["water/village"]
    chance = binomial(TRIALS, 0.93)[37]
    moved = change.grades["good"]
    assert within_error(moved.mean, 4 * chance, YEARS, variance=4 * chance * (1 - chance))
    assert change.grades["fail"].mean == -moved.mean
    # Independent draws would have the noise of both sides: several times as much.
    apart = sqrt(sum(float(one.contracts[0].tally.graded[:, 0].var()) for one in (base, other)) / YEARS)
    assert moved.error < 0.75 * apart
    assert change.score is not None
    assert within_error(change.score.mean, 60 * chance, YEARS, variance=900 * 4 * chance * (1 - chance))


# --- as the office types it ---

Typed = Callable[..., tuple[int, str, str]]


@pytest.fixture
def typed(town: Path, capsys: pytest.CaptureFixture[str]) -> Typed:
    def run(*arguments: str, file: str = "targets.yaml") -> tuple[int, str, str]:
        command = ["simulate", "--scenarios", str(town.parent / file), "-w", str(town), "--draws", "300"]
        code = main([*command, *arguments])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


def test_the_scenarios_of_the_page_on_drawn_years(typed: Typed, town: Path) -> None:
    code, out, _ = typed("--lang", "zh")
    assert code == 0
    for words in ("现行责任状", "巡访目标92%", "多开会、多奖", "增设合格等次", "不超预算 ¥2,500.00 的年份"):
        assert words in out
    first, second = town / "first.json", town / "second.json"
    for path in (first, second):
        assert typed("--json", "--out", str(path))[0] == 0
    assert first.read_bytes() == second.read_bytes()
    told = json.loads(first.read_text("utf-8"))
    assert [one["scenario"] for one in told["scenarios"]] == ["lower", "stricter", "graded"]
    lower = told["scenarios"][0]["change"]["contracts"]["water/village"]
    assert Fraction(lower["grades"]["good"]["mean"]) >= 0
    assert typed("--only", "lower", "--out", str(town / "one.xlsx"))[0] == 0
    book = load_workbook(town / "one.xlsx")
    assert book.sheetnames == ["sides", "changes", "scores"]
    assert book["sides"][2][2].value == "巡访目标92%"


def test_a_page_with_a_picture(typed: Typed, tmp_path: Path) -> None:
    assert typed("--out", str(tmp_path / "sides.html"), "--lang", "zh")[0] == 0
    text = (tmp_path / "sides.html").read_text("utf-8")
    assert text.count("<svg") == 1
    assert "增设合格等次" in text


def test_the_assumptions_of_the_page_hold(typed: Typed, town: Path) -> None:
    [part] = re.findall(r"^```yaml-part\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    (town.parent / "assumed.yaml").write_text(SCENARIOS.replace("compare:", part + "compare:"), encoding="utf-8")
    code, out, _ = typed("--json", file="assumed.yaml")
    assert code == 0
    [base] = json.loads(out)["as_it_is"]["contracts"]
    # 93 of 100 visits are no 95 %, whatever else happens.
    [jia] = [one for one in base["subjects"] if one["name"] == "甲村"]
    assert {one["item"]: one["chance"] for one in jia["targets"]}["visits"] == "0"


def test_what_is_wrong_with_the_file_stands_at_its_line(typed: Typed, town: Path) -> None:
    text = (town.parent / "targets.yaml").read_text("utf-8")
    wrong = text.replace("compare:", "assumptions:\n  - {indicator: visit, model: fixed}\ncompare:")
    (town.parent / "wrong.yaml").write_text(wrong, encoding="utf-8")
    code, out, _ = typed("--json", file="wrong.yaml")
    [fault] = json.loads(out)["diagnostics"]
    assert (code, fault["code"], fault["line"]) == (
        2,
        "DX285",
        wrong.splitlines().index("  - {indicator: visit, model: fixed}") + 1,
    )
    code, out, _ = typed("--json", "--only", "nobody")
    assert (code, [one["code"] for one in json.loads(out)["diagnostics"]]) == (2, ["DX712"])
