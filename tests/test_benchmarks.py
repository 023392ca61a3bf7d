"""The benchmarks at small size: the invented nation holds together, and the methods compared agree to the hundredth."""

from __future__ import annotations

import sys
import zlib
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from benchmarks.contract import ScoredItem, contracts, scored_items
from benchmarks.process import run_measured
from benchmarks.table import Table
from cli.main import main
from rules.load import load_contracts
from targets.intake import read_csv_tables
from targets.party import code_fault
from targets.snapshot import Records

pl = pytest.importorskip("polars")

from benchmarks.drawing import drawn, mixed  # noqa: E402
from benchmarks.nation import TABLES, observations, town_codes, villages_of, write_nation  # noqa: E402
from benchmarks.rivals import RIVALS, by_fractions, by_hand, decimals  # noqa: E402

PARTIES, ASSIGNMENTS = 500, 1_450


@pytest.fixture(scope="module")
def nation(tmp_path_factory):
    folder = tmp_path_factory.mktemp("nation")
    paths = write_nation(folder, None, PARTIES, assignments=ASSIGNMENTS)
    return {name: pl.read_parquet(path) for name, path in paths.items()}


def test_the_same_seed_gives_the_same_nation_and_another_another(nation, tmp_path):
    again = write_nation(tmp_path / "again", None, PARTIES, assignments=ASSIGNMENTS)
    other = write_nation(tmp_path / "other", None, PARTIES, assignments=ASSIGNMENTS, seed=7)
    assert all(pl.read_parquet(again[name]).equals(nation[name]) for name in TABLES)
    assert not pl.read_parquet(other["data"]).equals(nation["data"])


def test_drawing_is_splitmix64_in_python_and_in_polars():
    # The first outputs for the seed 0 that implementations of it publish.
    assert [mixed(step) for step in range(3)] == [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F]
    rows = pl.DataFrame({"row": range(1_000)})
    key = mixed((2026 << 32) + zlib.crc32(b"stream"))
    numbers = rows.select(drawn(2026, "stream", 997)).to_series()
    assert numbers.to_list() == [mixed(row ^ key) % 997 for row in range(1_000)]


def test_parties_are_villages_of_their_towns(nation):
    parties = nation["parties"]
    assert len(parties) == parties["code"].n_unique() == PARTIES
    assert [code_fault(code, "village") for code in parties["code"]] == [None] * PARTIES
    assert parties["code"].str.head(9).equals(parties["group"], check_names=False)
    assert parties.group_by("group").len()["len"].min() >= 3


def test_towns_come_from_a_list_where_one_is_given(tmp_path):
    listed = tmp_path / "towns.csv"
    listed.write_text(
        "code,name\n110101001,a\n110101002,b\n110102000,rest of a county\n350527101,c\n", encoding="utf-8"
    )
    assert town_codes(listed, 1_000).to_list() == ["110101001", "110101002", "350527101"]
    assert town_codes(listed, 32).to_list() == ["110101001", "110101002"]


def test_villages_that_do_not_fit_the_towns_are_refused():
    with pytest.raises(ValueError, match="5000 villages do not fit 1 towns"):
        villages_of(town_codes(None, 16).head(1), 5_000)


def test_everyone_reports_everything_once(nation):
    data = nation["data"]
    assert data["party"].equals(nation["parties"]["code"], check_names=False)
    for item in scored_items():
        done, due = data[item.numerator], data[item.denominator]
        assert done.dtype == due.dtype == pl.Int64
        assert due.is_between(20, 3_000).all()
        assert ((done >= 0) & (done <= due)).all()


def test_cadres_answer_for_villages_of_one_town(nation):
    cadres, assignments = nation["cadres"], nation["assignments"]
    assert len(assignments) == ASSIGNMENTS
    assert len(cadres) == cadres["code"].n_unique() == ASSIGNMENTS * 7 // 10
    assert nation["tenures"]["cadre"].equals(cadres["code"], check_names=False)
    assert assignments["party"].is_in(nation["parties"]["code"].implode()).all()
    one = assignments.group_by("cadre").agg(
        duties=pl.len(), villages=pl.col("party").n_unique(), towns=pl.col("party").str.head(9).n_unique()
    )
    assert one["cadre"].sort().equals(cadres["code"], check_names=False)
    assert one["duties"].equals(one["villages"], check_names=False)
    assert (one["towns"] == 1).all()
    assert sorted(one["duties"].unique()) == [1, 2, 3]
    assert (assignments["until"].is_null() | (assignments["until"] > assignments["start"])).all()
    changes = assignments.filter(pl.col("until") == date(2026, 6, 30))["cadre"]
    assert set(changes) == set(assignments.filter(pl.col("start") == date(2026, 7, 1))["cadre"]) != set()


def test_the_intake_takes_the_nation_as_it_is(nation, tmp_path):
    files = {name: tmp_path / f"{name}.csv" for name in TABLES}
    for name, frame in nation.items():
        frame.write_csv(files[name])
    read = read_csv_tables(files, [one.contract for one in load_contracts(contracts())], Records())
    assert len(read.parties) == PARTIES
    assert len(read.assignments) == ASSIGNMENTS
    assert len(read.incidents) == len(nation["incidents"]) > 0


@pytest.mark.parametrize("rival", [by_hand, decimals], ids=["by hand", "decimals"])
def test_exact_methods_agree_with_the_definition_on_every_total(nation, rival):
    expected = by_fractions.totals(nation["data"], scored_items())
    assert rival.totals(nation["data"], scored_items()).to_list() == expected.to_list()


@pytest.mark.parametrize("rival", RIVALS, ids=[rival.called for rival in RIVALS])
def test_whatever_is_installed_is_exact_or_says_that_it_is_not(nation, rival):
    work = rival.prepared(nation["data"], scored_items())
    if work is None:
        pytest.skip(f"{rival.distribution} is not installed")
    differences = work() - by_fractions.totals(nation["data"], scored_items())
    assert differences.abs().max() <= (0 if rival.exact else 1)


#                          done  due   points x done / (due x target)       hundredths
@pytest.mark.parametrize(
    ("done", "due", "expected"),
    [
        (95, 100, 500),  # the target itself
        (100, 100, 500),  # beyond it no more
        (0, 20, 0),
        (19, 80, 125),  # 5 x 19 / 76 = 1.25
        (19, 1600, 6),  # 5 x 19 / 1520 = 0.0625 -> 0.06
        (57, 4000, 8),  # 5 x 57 / 3800 = 0.075, a tie: up
        (56, 4000, 7),  # 0.07368
    ],
)
@pytest.mark.parametrize("rival", [by_fractions, by_hand, decimals], ids=["definition", "by hand", "decimals"])
def test_a_score_is_capped_and_a_tie_goes_up(rival, done, due, expected):
    item = ScoredItem("visits", Fraction(5), Fraction(95, 100))
    frame = pl.DataFrame({item.numerator: [done], item.denominator: [due]})
    assert rival.totals(frame, [item]).to_list() == [expected]


def test_twenty_items_of_five_points_in_different_targets():
    items = scored_items()
    assert len(items) == 20
    assert sum(item.points for item in items) == 100
    assert len({item.target for item in items}) > 5
    assert len(observations(villages_of(town_codes(None, 20), 20), [items[0].indicator]).columns) == 4


def test_the_contracts_are_sound(capsys):
    assert main(["check", "--lang", "en", *map(str, contracts())]) == 0
    assert "sound" in capsys.readouterr().out
    assert all(not one.warnings for one in load_contracts(contracts()))


@pytest.mark.skipif(sys.platform == "win32", reason="needs the resources of a finished process")
def test_peak_memory_is_the_commands_own():
    ballast = bytearray(300 << 20)
    ballast[:: 1 << 12] = b"x" * len(ballast[:: 1 << 12])
    small = run_measured([sys.executable, "-c", "pass"])
    large = run_measured([sys.executable, "-c", "b = bytearray(100 << 20); b[::4096] = b'x' * len(b[::4096])"])
    assert small.peak_bytes < 60 << 20
    assert 100 << 20 < large.peak_bytes < 200 << 20
    assert run_measured([sys.executable, "-c", "raise SystemExit('no such table')"]).complaint == "no such table"


def test_a_table_is_text_and_markdown():
    table = Table("Speed", "Seconds.", ("method", "x"), [("兑现", "1.0"), ("by hand", "12.0")])
    assert table.text().splitlines()[:4] == ["Speed", "method      x", "兑现      1.0", "by hand  12.0"]
    assert "| 兑现 | 1.0 |" in table.markdown()


def test_the_page_names_neither_the_machine_nor_its_folders():
    from benchmarks.machine import this_machine  # noqa: PLC0415

    described = " ".join(" ".join(pair) for pair in this_machine().described())
    assert str(Path.home()) not in described
    assert "Python" in described
