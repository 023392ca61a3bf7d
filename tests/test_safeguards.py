"""What a contract may not do: tried by every trick in tests/safeguards/refused, with every innocent name beside it.

Each entry of the corpus is a text in one field of an ordinary contract (a plain line stands for the indicator's name).
Whole contracts, one for each route to a score, are in tests/safeguards/routes.md.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.codes import CODES
from rules.contract import Contract
from rules.diagnostic import Refused
from rules.load import load_contracts, parse_contract
from rules.safeguards import check, check_together, personal_record, refused_subject
from rules.source import Tree, parse_source

CORPUS = Path(__file__).parent / "safeguards"
ORDINARY = (CORPUS / "ordinary.yaml").read_text(encoding="utf-8")
RULES = Path(__file__).parents[1] / "rules"
PAGES = Path(__file__).parents[1] / "docs" / "diagnostics"


def contract_with(texts: dict[str, str]) -> object:
    """The ordinary contract in which the texts stand in the named fields."""
    if not texts.keys().isdisjoint({"numerator", "denominator"}):
        texts = {"indicator_kind": "ratio", **texts}
    return _filled(parse_source("ordinary.yaml", ORDINARY).plain, texts)


def _filled(node: object, texts: dict[str, str]) -> object:
    if isinstance(node, dict):
        return {key: _filled(value, texts) for key, value in node.items()}
    if isinstance(node, list):
        return [_filled(value, texts) for value in node]
    place = re.fullmatch(r"<(\w+)\|(.*)>", str(node))
    return texts.get(place[1], place[2]) if place else node


def codes_of(texts: dict[str, str]) -> set[str]:
    plain = contract_with(texts)
    contract = Contract.model_validate(plain, by_alias=True, by_name=False)
    return {fault.code for fault in check(contract, Tree("contract.yaml", plain, {}, {}))}


def _entries(folder: str) -> Iterator[tuple[str, dict[str, str], str]]:
    for path in sorted((CORPUS / folder).glob("*.yaml")):
        page = yaml.safe_load(path.read_text(encoding="utf-8"))
        by_code = page["cases"] if folder == "refused" else {"": page["cases"]}
        for code, entries in by_code.items():
            for entry in entries:
                texts = entry if isinstance(entry, dict) else {"name": str(entry)}
                yield path.stem, texts, code


def _shown(entry: object) -> str:
    return "/".join(entry.values()) if isinstance(entry, dict) else str(entry)


REFUSED, INNOCENT = [*_entries("refused")], [*_entries("innocent")]


def test_the_corpus_is_large_enough_to_mean_something() -> None:
    assert len(REFUSED) >= 120
    assert len(INNOCENT) >= 120


@pytest.mark.parametrize(("trick", "texts", "code"), REFUSED, ids=_shown)
def test_an_attempt_is_refused(trick: str, texts: dict[str, str], code: str) -> None:
    assert code in codes_of(texts), trick


@pytest.mark.parametrize(("group", "texts", "_code"), INNOCENT, ids=_shown)
def test_an_innocent_text_passes(group: str, texts: dict[str, str], _code: str) -> None:
    assert codes_of(texts) == set(), group


# Routes: whole contracts, read from tests/safeguards/routes.md


HEAD = "contract: c\ntitle: 责任状\nversion: 1\nyear: 2026\n"
SECTIONS = "\nsections:\n  - {id: s, name: 工作, items: [{id: i, name: 例会, points: 100, scoring: {method: mark}}]}\n"

MEETINGS = """
indicators:
  - {id: meetings, name: 例会, kind: count}
sections:
  - id: s
    name: 工作
    items:
      - {id: i, name: 例会, indicator: meetings, points: 100, scoring: {method: proportional, target: 12}}
"""


def _routes() -> Iterator[tuple[str, str]]:
    page = (CORPUS / "routes.md").read_text(encoding="utf-8")
    for name, block in re.findall(r"^## (.+?)\n\n```yaml\n(.*?)```", page, re.MULTILINE | re.DOTALL):
        party = "" if "assesses:" in block else "assesses: [village]\n"
        yield name, HEAD + party + block + ("" if "\nsections:" in f"\n{block}" else SECTIONS)


def marked_lines(text: str) -> set[tuple[str, int]]:
    """The codes that the text expects, by line."""
    lines = enumerate(text.splitlines(), 1)
    return {(code, number) for number, line in lines for code in re.findall(r"# (DX\d{3})$", line)}


def reported_lines(text: str) -> set[tuple[str, int]]:
    tree = parse_source("contract.yaml", text)
    contract = Contract.model_validate(tree.plain, by_alias=True, by_name=False)
    return {(fault.code, fault.span.line) for fault in check(contract, tree)}


@pytest.mark.parametrize(("name", "text"), [*_routes()], ids=lambda value: value if "\n" not in value else "")
def test_a_route_is_refused_where_it_stands(name: str, text: str) -> None:
    assert reported_lines(text) == marked_lines(text), name


def _routes_across() -> Iterator[tuple[str, tuple[str, ...]]]:
    page = (CORPUS / "together.md").read_text(encoding="utf-8")
    for chapter in page.split("\n## ")[1:]:
        blocks = re.findall(r"^```yaml\n(.*?)```", chapter, re.MULTILINE | re.DOTALL)
        head = HEAD.removeprefix("contract: c\n")
        texts = (head + block + ("" if "\nsections:" in block else MEETINGS) for block in blocks)
        yield chapter.partition("\n")[0], tuple(texts)


@pytest.mark.parametrize(
    ("name", "texts"), [*_routes_across()], ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_route_across_contracts_is_refused_where_it_stands(name: str, texts: tuple[str, ...]) -> None:
    loaded = [parse_contract(f"{number}.yaml", text) for number, text in enumerate(texts)]
    faults = check_together([(one.contract, one.tree) for one in loaded])
    marked = {(f"{number}.yaml", *mark) for number, text in enumerate(texts) for mark in marked_lines(text)}
    assert {(fault.span.path, fault.code, fault.span.line) for fault in faults} == marked, name


def test_contracts_that_are_loaded_together_are_held_against_each_other(tmp_path: Path) -> None:
    name, texts = next(_routes_across())
    paths = [tmp_path / f"{number}.yaml" for number in range(len(texts))]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text, encoding="utf-8")
    with pytest.raises(Refused) as refused:
        load_contracts(paths)
    assert "DX409" in {fault.code for fault in refused.value.diagnostics}, name


# What the diagnostics say


def test_a_refusal_says_what_was_found_why_and_the_way_out() -> None:
    tree = parse_source("contract.yaml", HEAD + "assesses: [village]\nstates: [结扎村]\n")
    (fault,) = check(Contract.model_validate(tree.plain), tree)
    assert (fault.code, str(fault.span)) == ("DX401", "contract.yaml:6:10")
    assert str(fault.found) == "结扎村, which is about sterilisation"
    assert "Cairo Programme of Action, para 7.12" in str(fault.expected)
    assert "Tiahrt" in str(fault.expected)
    assert "statistic: true" in str(fault.hint)


@pytest.mark.parametrize(
    ("words", "ground"),
    [
        (["births"], "Tiahrt amendment, 1998"),
        (["孕检率"], "Population and Family Planning Law of China, art. 4"),
        (["社会抚养费"], "abolished in August 2021"),
        (["越级上访"], "Constitution of China, art. 41"),
        (["身份证号"], "Personal Information Protection Law"),
    ],
)
def test_every_subject_names_its_ground(words: list[str], ground: str) -> None:
    found = refused_subject(words)
    assert found is not None
    assert ground in str(found.because)


def test_a_target_outside_the_contract_is_judged_by_the_same_words() -> None:
    assert refused_subject(["meetings", "例会"]) is None
    assert refused_subject(["newborn_visit_rate", "新生儿访视率"]) is None
    assert refused_subject(["petitions", "信访件按期办结率"]) is None
    assert refused_subject([]) is None
    for words in (["m", "结扎"], ["births"], ["population_growth"], ["人口自然增长率"], ["信访"], ["jiezha"]):
        assert refused_subject(words) is not None, words


# Records of residents in cells


@pytest.mark.parametrize(
    "text",
    [
        "110101199003071234", "11010119900307123X", "11010119900307123x", "１１０１０１１９９００３０７１２３４",
        "110101 19900307 1234", "110101-19900307-1234", "1 1 0 1 0 1 1 9 9 0 0 3 0 7 1 2 3 4", "110101900307123",
        "联系人 13800138001", "138 0013 8001", "电话:13800138001.",
        "138-0013-8001", "+86 13912345678", "李某", "张某某", "身份证号", "居民姓名", "育龄妇女名单", "证号:110101199003071234",
    ],
)  # fmt: skip
def test_a_personal_record_is_told(text: str) -> None:
    assert personal_record(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "village-01", "110101001001", "某某村", "周某日", "12345", "2026-03-05", "1,380,013,800", "13800000000", "¥13912345678",
        "13912345678元", "139123456.78", "13912345678.00", "110101201313451234", "李家村", "居民小组", "王村", "20260305", "95%",
        "123456789012345678", "1380013800138001", "99 100 101",
    ],
)  # fmt: skip
def test_figures_places_and_dates_are_no_personal_record(text: str) -> None:
    assert not personal_record(text)


# However a refused word is disguised or buried


REFUSED_WORDS = (
    "结扎", "人工流产", "上环率", "引产数", "孕检率", "环检率", "社会抚养费", "计划生育率", "出生人数", "政策符合率", "越级上访",
    "sterilisation", "abortions", "contraceptive", "vasectomy", "intrauterine",
)  # fmt: skip
WIDE = {chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)}
DISGUISES = (
    st.sampled_from(["\u200b", "\u200d", "\ufeff", "\u2060", "\u00ad"]).map(lambda sign: lambda letter: letter + sign),
    st.sampled_from([" ", "·", "-", "_", ".", "、", "~", "*", "\u3000"]).map(lambda sign: lambda letter: letter + sign),
    st.just(lambda letter: WIDE.get(letter, letter)),
    st.just(str.upper),
    st.just(lambda letter: letter),
)


@settings(deadline=None)
@given(st.data(), st.sampled_from(REFUSED_WORDS))
def test_signs_spaces_width_and_case_do_not_hide_a_word(data: st.DataObject, word: str) -> None:
    disguised = "".join(data.draw(st.one_of(DISGUISES))(letter) for letter in word)
    assert refused_subject([disguised]) is not None, disguised


@settings(deadline=None, max_examples=50)
@given(st.lists(st.sampled_from(["add", "subtract", "both"]), min_size=1, max_size=12), st.booleans())
def test_no_chain_of_derivations_launders_births(links: list[str], pinyin_ids: bool) -> None:
    """`births` is wrapped again and again; the last indicator of the chain stays refused, and so does each link."""
    prefix = "jia" if pinyin_ids else "step"
    lines = [
        "  - {id: births, name: 出生人数, kind: count, statistic: true}",
        "  - {id: plain, name: 例会, kind: count}",
    ]
    source = "births"
    for number, link in enumerate(links):
        derived = {"add": f"{{add: [{source}]}}", "subtract": f"{{add: [plain], subtract: [{source}]}}"}
        derived["both"] = f"{{add: [plain, {source}], subtract: [plain]}}"
        lines.append(f"  - {{id: {prefix}{number}, name: 合成{number}, kind: number, derived: {derived[link]}}}")
        source = f"{prefix}{number}"
    item = f"{{id: i, name: 合成, indicator: {source}, points: 100, scoring: {{method: all_or_nothing, target: 3}}}}"
    text = HEAD + "assesses: [village]\nindicators:\n" + "\n".join(lines)
    text += f"\nsections:\n  - {{id: s, name: 工作, items: [{item}]}}\n"
    codes = [code for code, _ in sorted(reported_lines(text))]
    assert codes == ["DX404", *["DX405"] * len(links)]


# No switch


def test_no_setting_turns_the_safeguards_off() -> None:
    """Two parameters, no defaults, and nothing in the modules that reads an environment, an argument or a file."""
    assert list(inspect.signature(check).parameters) == ["contract", "tree"]
    assert list(inspect.signature(refused_subject).parameters) == ["words"]
    assert list(inspect.signature(personal_record).parameters) == ["text"]
    for path in sorted(RULES.glob("safeguard*.py")):
        text = path.read_text(encoding="utf-8")
        reaches_out = r"environ|getenv|argv|ContextVar|\bopen\(|read_text|import (?:os|sys)\b|\bglobal\b"
        assert not re.search(reaches_out, text), path
        assert not re.search(r"\b(?:disabled?|enabled?|skip|bypass|override|allow_all)\s*[:=]", text), path


def test_nothing_elsewhere_mentions_a_way_round() -> None:
    for folder in ("rules", "targets", "engine", "cli"):
        for path in (RULES.parent / folder).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"(?:no|skip|without|disable|ignore)[-_]?safeguards?", text, re.IGNORECASE), path


# The pages


def test_every_code_has_a_page_whose_example_reports_what_it_marks() -> None:
    for code in sorted(code for code in CODES if code.startswith("DX4")):
        page = (PAGES / f"{code}.md").read_text(encoding="utf-8")
        assert re.match(rf"# {code} .+ / .+\n", page), code
        wrong, right = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
        assert code in {marked for marked, _ in marked_lines(wrong)}, code
        assert reported_lines(wrong) == marked_lines(wrong), code
        assert reported_lines(right) == set(), code
