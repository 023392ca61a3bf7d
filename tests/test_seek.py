"""The inverse questions: levels found by halving, against a look at every one; a target and a prize that are known beforehand."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
from drawn_years import TRIALS, VISITS, binomial, poisson_at_least, villages
from hypothesis import given
from hypothesis import strategies as st
from test_simulate import CHANCE, FRAUDS, KNOWN, VILLAGES, engine, needs_both
from test_whatif_commands import town

from cli.main import main
from engine.simulate.answers import Answers
from engine.simulate.seek import Grid, item_of, passing, seek
from engine.simulate.simulate import Sampling, simulate
from rules.load import parse_contract

__all__ = ["town"]

YEARS = 4000


@given(st.integers(1, 60), st.booleans(), st.data())
def test_halving_finds_what_a_look_at_every_level_finds(size: int, falls: bool, data: st.DataObject) -> None:
    """What is measured only falls, or only rises."""
    values = sorted(data.draw(st.lists(st.integers(0, 20), min_size=size, max_size=size)), reverse=falls)
    wanted = Fraction(data.draw(st.integers(0, 21)))
    grid = Grid(Fraction(3), Fraction(3) + Fraction(size - 1, 4), Fraction(1, 4))
    found = seek(lambda level: Fraction(values[int((level - 3) * 4)]), wanted, grid)
    holding = [grid.level(number) for number, value in enumerate(values) if value >= wanted]
    assert grid.size == size
    if len(holding) in (0, size):
        assert found.level == (grid.level(size - 1) if holding else None)
    else:
        assert found.level == (holding[-1] if falls else holding[0])
    assert len(found.tried) <= 2 + size.bit_length()


def test_the_item_that_a_path_leads_into() -> None:
    contract = parse_contract("water.yaml", VISITS.format(visits="{method: all_or_nothing, target: 95%}")).contract
    assert item_of(contract, "items.visits.scoring.target") == "visits"
    assert item_of(contract, "sections.work.items.meetings.scoring.target") == "meetings"
    assert item_of(contract, "items.visit.scoring.target") is None
    assert item_of(contract, "awards.prize.by_grade.good") is None
    assert item_of(contract, "items") is None


def drawn(text: str, seed: int) -> Answers:
    contract = parse_contract("water.yaml", text).contract
    (answers,) = simulate(villages(VILLAGES), [[contract]], Sampling(YEARS, seed), engine(), KNOWN)
    return answers


@needs_both
@pytest.mark.parametrize("seed", [1, 2])
def test_the_target_that_four_villages_of_five_meet(seed: int) -> None:
    """Of 40 visits each is made with 93 %: 36 or more with 0.85, 37 or more with 0.69. So 90 % is met by four of five."""
    at_least = [sum(binomial(TRIALS, CHANCE)[made:]) for made in range(TRIALS + 1)]
    assert at_least[36] > 0.8 + 0.01
    assert at_least[37] < 0.8 - 0.01

    def measure(level: Fraction) -> Fraction:
        text = VISITS.format(visits=f"{{method: all_or_nothing, target: {level}}}")
        return passing(drawn(text, seed), "water/village", "visits")

    found = seek(measure, Fraction(4, 5), Grid(Fraction(8, 10), Fraction(1), Fraction(1, 40)))
    assert found.level == Fraction(36, 40)


@needs_both
def test_the_prize_that_the_budget_bears() -> None:
    """A village is good with some chance; of four, q or fewer are in 95 years of 100. The prize is the budget over q, in steps of
    100 yuan."""
    good = sum(binomial(TRIALS, CHANCE)[38:]) * (1 - poisson_at_least(FRAUDS, 1))
    chances = binomial(VILLAGES, good)
    many = next(number for number in range(VILLAGES + 1) if sum(chances[: number + 1]) >= 0.95)
    assert all(abs(sum(chances[: number + 1]) - 0.95) > 0.01 for number in range(VILLAGES + 1))
    budget_fen, step_fen = 5_000_00, 100_00

    def measure(level: Fraction) -> Fraction:
        text = VISITS.format(visits="{method: all_or_nothing, target: 95%}")
        return drawn(text.replace("¥1,000", f"¥{int(level) // 100}"), 1).within(budget_fen)

    found = seek(measure, Fraction(19, 20), Grid(Fraction(100_00), Fraction(6_000_00), Fraction(step_fen)))
    assert found.level == budget_fen // many // step_fen * step_fen


# --- as the office types it ---

Typed = Callable[..., tuple[int, str, str]]


@pytest.fixture
def typed(town: Path, capsys: pytest.CaptureFixture[str]) -> Typed:
    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(["seek", *arguments, "-w", str(town), "--draws", "200"])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


@needs_both
def test_the_office_asks_which_prize_fits(typed: Typed) -> None:
    arguments = ("awards.good.by_grade.good", "--between", "100元,3000元", "--step", "50元", "--budget", "2000元")
    code, out, _ = typed(*arguments, "--json")
    told = json.loads(out)
    assert code == 0
    assert (Fraction(told["wanted"]), told["found"][0]) == (Fraction(19, 20), "¥")
    shares = [Fraction(one["comes_to"]) for one in told["tried"]]
    assert shares == sorted(shares, reverse=True)
    assert typed(*arguments, "--json")[1] == out
    code, out, err = typed(*arguments, "--lang", "zh")
    assert told["found"] in out
    assert told["found"] in err


@needs_both
def test_the_office_asks_which_target_is_met(typed: Typed) -> None:
    arguments = ("items.visits.scoring.target", "--between", "80%,100%", "--step", "1%", "--passing", "50%")
    told = json.loads(typed(*arguments, "--json")[1])
    assert told["found"].endswith("%")
    assert told["contract"] == "water/village"
    assert typed(*arguments[:-1], "100%", "--lang", "en")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("items.visits.scoring.target", "--between", "80%", "--step", "1%", "--passing", "50%"), "DX711"),
        (("items.visits.scoring.target", "--between", "80%,90%", "--step", "0%", "--passing", "50%"), "DX711"),
        (("items.visits.scoring.target", "--between", "90%,80%", "--step", "1%", "--passing", "50%"), "DX711"),
        (("items.visits.scoring.target", "--between", "80%,90%", "--step", "1%"), "DX711"),
        (("items.visits.scoring.target", "--between", "80%,90%", "--step", "1%", "--passing", "120%"), "DX711"),
        (("items.visits.scoring.target", "--between", "¥1,000,¥2,000", "--step", "¥1", "--budget", "¥9"), "DX711"),
        (("awards.good.by_grade.good", "--between", "80%,90%", "--step", "1%", "--passing", "50%"), "DX711"),
        (("awards.best.by_grade.good", "--between", "1元,9元", "--step", "1元", "--budget", "50元"), "DX281"),
        (
            (
                "items.visits.scoring.target",
                "--between",
                "80%,90%",
                "--step",
                "1%",
                "--passing",
                "50%",
                "--contract",
                "x",
            ),
            "DX712",
        ),
    ],
)
def test_what_is_refused(typed: Typed, arguments: tuple[str, ...], code: str) -> None:
    exit_code, out, _ = typed(*arguments, "--json")
    assert (exit_code, [one["code"] for one in json.loads(out)["diagnostics"]]) == (2, [code])
