"""A small town from the draft to the seal, as the office types it: published, objected to, corrected, compared, sealed."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from test_commands import CONTRACT, TABLES

from cli import sources
from cli.main import main
from targets.ledger import EntryKind
from targets.workspace import open_workspace

VILLAGES = CONTRACT.replace("effects: {cap_grade", "reach: {party: true, linked: [secretary]}, effects: {cap_grade")
CADRES = """\
contract: water/cadre
title: 包村干部责任状
title_en: Cadres
version: 1
year: 2026
posts: [{id: resident, name: 包村干部, name_en: Resident cadre}]
roles: [secretary]
linkage:
  - {posts: [resident], links: [{contract: water/village, roles: [secretary], weight: 100%}]}
grades:
  - {id: good, name: 达标, name_en: Good, when: {score: {at_least: 90}}}
  - {id: fail, name: 不达标, name_en: Fail}
awards:
  - {id: bonus, name: 包村奖, name_en: Bonus, by_grade: {good: ¥1000}}
"""
FILES = TABLES | {
    "cadres": "code,name,post,party,start\nG01,张三,resident,乙村,2026-01-01\n",
    "assignments": "cadre,party,role,start\n张三,乙村,secretary,2026-01-01\n",
}
# 甲村 says it held three meetings in the third quarter, 11 of 12: 40 - 2 = 38. 乙村's is found to be no fraud.
CORRECTION = {
    "data": "party,indicator,period,value\n甲村,meetings,2026Q3,3\n",
    "incidents": TABLES["incidents"].replace("属实", "不属实"),
}
JIA, YI = "899901101201", "899901101202"


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with everything imported, on a day in January."""
    monkeypatch.setattr(sources, "today", lambda: date(2027, 1, 20))
    folder = tmp_path / "town"
    assert main(["init", "-w", str(folder)]) == 0
    for shipped in (folder / "contracts").glob("*.yaml"):
        shipped.unlink()
    (folder / "contracts" / "villages.yaml").write_text(VILLAGES, encoding="utf-8")
    (folder / "contracts" / "cadres.yaml").write_text(CADRES, encoding="utf-8")
    bring(folder, FILES)
    return folder


def bring(folder: Path, tables: dict[str, str]) -> None:
    paths = [folder.parent / f"{name}.csv" for name in tables]
    for path, text in zip(paths, tables.values(), strict=True):
        path.write_text(text, encoding="utf-8")
    assert main(["import", *map(str, paths), "-w", str(folder)]) == 0


Typed = Callable[..., tuple[int, Any]]


@pytest.fixture
def typed(town: Path, capsys: pytest.CaptureFixture[str]) -> Typed:
    """A command with --json: its exit code and what it says."""

    def run(*arguments: str) -> tuple[int, Any]:
        capsys.readouterr()
        code = main([*arguments, "-w", str(town), "--lang", "en", "--json"])
        return code, json.loads(capsys.readouterr().out)

    return run


def faults(answer: Any) -> list[tuple[str, str]]:
    return [(one["code"], one["found"]) for one in answer["diagnostics"]]


def test_the_whole_way_to_the_seal(town: Path, typed: Typed, capsys: pytest.CaptureFixture[str]) -> None:
    _, first = typed("assess")
    code, published = typed("publish", "--from", "2027-01-08", "--until", "2027-01-14", "--who", "考核办")
    assert (code, published["run"], published["state"]) == (0, first["run"], "published")
    assert published["period"] == ["2027-01-08", "2027-01-14"]

    _, filed = typed("appeal", "甲村", "--claim", "三季度开了三次例会", "--on", "2027-01-12", "--who", "甲村")
    assert (filed["appeal"], filed["subject"], filed["decision"]) == (1, JIA, None)
    code, answer = typed("seal")
    assert (code, faults(answer)) == (2, [("DX714", f"appeal 1 of {JIA}, not decided")])

    code, decided = typed("decide", "1", "--upheld", "--ground", "补交会议记录", "--on", "2027-01-15")
    assert (code, decided["decision"]["upheld"]) == (0, True)
    code, answer = typed("seal")
    assert (code, faults(answer)) == (2, [("DX714", f"appeal 1 of {JIA}, upheld")])

    bring(town, CORRECTION)
    capsys.readouterr()
    assert main(["assess", "-w", str(town), "--lang", "en"]) == 0
    assert f"supersedes run {first['run']}" in capsys.readouterr().err

    moved_and_why(typed("diff")[1])
    typed("publish", "--from", "2027-01-16", "--until", "2027-01-19")
    code, sealed = typed("seal", "--who", "镇长")
    assert (code, sealed["state"], sealed["supersedes"]) == (0, "sealed", first["run"])

    _, listed = typed("runs")
    assert [(one["run"], one["state"]) for one in listed["runs"]] == [
        (first["run"], "published"),
        (sealed["run"], "sealed"),
    ]
    [voucher] = open_workspace(town).store.books.vouchers()
    assert (voucher.entry.kind, voucher.entry.run, voucher.who) == (EntryKind.SEAL, sealed["run"], "镇长")


def moved_and_why(answer: Any) -> None:
    """甲村 by its appeal and its figure; 乙村 by what was found; 张三 through 乙村, and his money with it."""
    moved = {one["name"]: one for one in answer["moved"]}
    assert list(moved) == ["张三", "甲村", "乙村"]
    jia, yi, cadre = moved["甲村"], moved["乙村"], moved["张三"]
    assert (jia["before"]["final_score"], jia["after"]["final_score"]) == ("94.74", "96.74")
    assert jia["items"] == [{"item": "meetings", "period": "2026", "before": "36.00", "after": "38.00"}]
    [figure] = jia["why"]["records"]
    assert (figure["key"], figure["before"], figure["after"]) == (
        ["meetings", "2026Q3"],
        {"value": "2"},
        {"value": "3"},
    )
    assert (jia["why"]["appeals"], yi["why"]["appeals"], cadre["why"]["appeals"]) == ([1], [], [])
    assert (yi["vetoes_lost"], yi["before"]["grade"], yi["after"]["grade"]) == (["fraud"], "fail", "good")
    assert yi["why"]["records"][0]["after"] == {"state": "rejected"}
    assert (cadre["why"]["through"], cadre["why"]["records"]) == ([YI], [])
    [due] = cadre["dues"]
    assert (due["clause"], due["before_fen"], due["after_fen"]) == ("bonus", 0, 100_000)
    assert (answer["contracts"], len(answer["records"])) == ([], 2)


def test_a_cadre_moves_in_money_through_the_village(town: Path, typed: Typed) -> None:
    """Without the bonus for good: the village's score, and his with it, falls below 90."""
    bring(town, CORRECTION)
    typed("assess")
    typed("publish")
    bring(
        town, {"data": "party,indicator,period,value\n" + "".join(f"乙村,meetings,2026Q{q},0\n" for q in range(1, 5))}
    )
    _, after = typed("assess")
    [cadre] = [one for one in typed("diff", after["run"][:12])[1]["moved"] if one["name"] == "张三"]
    [due] = cadre["dues"]
    assert (due["clause"], due["payee"], due["before_fen"], due["after_fen"]) == ("bonus", "G01", 100_000, 0)
    assert (cadre["before"]["grade"], cadre["after"]["grade"]) == ("good", "fail")
    assert cadre["why"]["through"] == [YI]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["94.74 → 96.74", "Meetings 2026: 36.00 → 38.00", "Meetings held 2026Q3: 2 → 3", "Fail → Good",
                "− Veto: falsified figures", "i1: substantiated → rejected", "through 乙村", "→ ¥1,000.00", "records that differ"]),
        ("zh", ["94.74 → 96.74", "例会 2026: 36.00 → 38.00", "例会次数 2026Q3: 2 → 3", "不达标 → 达标",
                "− 弄虚作假一票否决", "i1: 属实 → 不属实", "因 乙村 变动", "¥0.00 → ¥1,000.00", "不同的记录"]),
    ],
)  # fmt: skip
def test_people_read_who_moved_and_why(
    town: Path, typed: Typed, capsys: pytest.CaptureFixture[str], language: str, said: list[str]
) -> None:
    typed("assess")
    typed("publish")
    bring(town, CORRECTION)
    typed("assess")
    capsys.readouterr()
    assert main(["diff", "-w", str(town), "--lang", language]) == 0
    out = capsys.readouterr().out
    assert [words for words in said if words not in out] == []


def test_another_contract_is_a_reason(town: Path, typed: Typed, capsys: pytest.CaptureFixture[str]) -> None:
    _, first = typed("assess")
    contract = town / "contracts" / "villages.yaml"
    contract.write_text(VILLAGES.replace("deduct: 2", "deduct: 4"), encoding="utf-8")
    _, second = typed("assess")
    assert second["run"] != first["run"]
    code, answer = typed("diff", second["run"][:9])
    assert (code, faults(answer)) == (2, [("DX711", f"run {second['run']}, which supersedes none")])
    _, answer = typed("diff", second["run"][:9], first["run"][:9])
    [jia] = answer["moved"]
    assert (answer["contracts"], jia["name"], jia["why"]["contract_changed"]) == (["water/village"], "甲村", True)
    assert jia["items"][0]["after"] == "32.00"
    capsys.readouterr()
    main(["diff", second["run"], first["run"], "-w", str(town), "--lang", "en"])
    assert "contract Safe water: not the same" in capsys.readouterr().out


def test_the_same_run_moves_nobody(town: Path, typed: Typed, capsys: pytest.CaptureFixture[str]) -> None:
    _, only = typed("assess")
    capsys.readouterr()
    assert main(["diff", only["run"], only["run"], "-w", str(town), "--lang", "en"]) == 0
    assert "Nobody moved." in capsys.readouterr().out


def test_people_read_the_list(town: Path, typed: Typed, capsys: pytest.CaptureFixture[str]) -> None:
    _, only = typed("assess")
    typed("publish", "--from", "2027-01-08")
    typed("appeal", "G01", "--claim", "乙村没有弄虚作假", "--on", "2027-01-09")
    typed("decide", "1", "--rejected", "--ground", "卷宗1", "--on", "2027-01-10")
    capsys.readouterr()
    assert main(["runs", "-w", str(town), "--lang", "zh"]) == 0
    out = capsys.readouterr().out
    for words in (
        only["run"][:12],
        "已公示",
        "2027-01-08 – 2027-01-14",
        "张三",
        "乙村没有弄虚作假",
        "申诉不成立",
        "卷宗1",
    ):
        assert words in out


REFUSED = [
    (("appeal", "甲甲村", "--claim", "例会"), ("DX712", "甲甲村")),
    (("appeal", "甲村", "--claim", "例会", "--on", "2027-01-21"), ("DX711", "2027-01-21")),
    (("appeal", "甲村", "--claim", "例会", "--on", "一月"), ("DX711", "一月")),
    (("appeal", "甲村", "--claim", ""), ("DX716", "an appeal that claims nothing")),
    (("decide", "7", "--upheld", "--ground", "记录"), ("DX716", "appeal 7")),
    (("decide", "7", "--upheld", "--ground", "记录", "--on", "2027-02-01"), ("DX711", "2027-02-01")),
    (("publish", "--from", "2027-01-09", "--until", "2027-01-08"), ("DX717", "published from 2027-01-09 to 2027-01-08")),
    (("publish", "zz"), ("DX708", "zz, which 0 runs begin with")),
    (("seal",), ("DX714", "published until 2027-01-26; today is 2027-01-20")),
]  # fmt: skip


def test_what_is_refused(typed: Typed) -> None:
    """After `publish` without days: from today, seven days."""
    typed("assess")
    assert typed("publish")[1]["period"] == ["2027-01-20", "2027-01-26"]
    for arguments, fault in REFUSED:
        code, answer = typed(*arguments)
        assert (arguments, code, faults(answer)) == (arguments, 2, [fault])


def test_two_of_one_name_are_told_apart_by_code(town: Path, typed: Typed) -> None:
    bring(town, {"cadres": "code,name,post,party,start\nG02,张三,resident,甲村,2026-01-01\n",
                 "assignments": "cadre,party,role,start\nG02,甲村,secretary,2026-01-01\n"})  # fmt: skip
    typed("assess")
    typed("publish")
    code, answer = typed("appeal", "张三", "--claim", "例会")
    assert (code, faults(answer)) == (2, [("DX712", "张三, the name of 2")])
    assert typed("appeal", "G02", "--claim", "例会")[1]["subject"] == "G02"


def test_without_the_second_evaluator_nothing_is_sealed(typed: Typed) -> None:
    _, only = typed("assess", "--no-cross-check")
    typed("publish", "--from", "2027-01-08")
    code, answer = typed("seal")
    assert (code, faults(answer)) == (2, [("DX715", f"run {only['run']}, which no cross-check has confirmed")])
    typed("assess")
    assert typed("seal")[1]["state"] == "sealed"


def test_before_anything_was_assessed(typed: Typed) -> None:
    assert typed("runs") == (0, {"runs": []})
    for command in ("publish", "seal", "diff"):
        code, answer = typed(command)
        assert (code, faults(answer)) == (2, [("DX708", "no run yet")])
