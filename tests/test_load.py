"""Loading a contract: whatever the file holds, every fault is told at its place, and nothing but `Refused` escapes."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from bad_contracts.cases import HERE, Case, Fault, cases_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rules.codes import CODES, Severity
from rules.condition import KEYS
from rules.diagnostic import Diagnostic, Refused
from rules.load import load_contract, load_contracts, parse_contract
from rules.shape import FAULTS_MAX, UNFORESEEN
from rules.source import DEPTH_MAX, SCALAR_CHARACTERS_MAX, SOURCE_BYTES_MAX

VILLAGE = (HERE / "village.yaml").read_text(encoding="utf-8")
RICH = (HERE / "rich.yaml").read_text(encoding="utf-8")
CASES = list(cases_of("shape", "quantities"))


@pytest.mark.parametrize("case", CASES, ids=[case.title for case in CASES])
def test_each_fault_of_shape_stands_under_its_carets(case: Case) -> None:
    assert faults_in(case.text) == case.faults


def faults_in(text: str) -> set[Fault]:
    return {(one.code, one.span.line, one.span.column, one.span.width) for one in told(text)}


def told(text: str) -> tuple[Diagnostic, ...]:
    """Everything that is said about a contract, lints included."""
    try:
        return parse_contract("x.yaml", text).warnings
    except Refused as refused:
        return refused.diagnostics


@pytest.mark.parametrize("name", ["village", "cadre", "rich"])
def test_the_contracts_that_the_corpus_changes_are_sound(name: str) -> None:
    assert load_contract(HERE / f"{name}.yaml").warnings == ()


# --- files that are no contract ------------------------------------------------------------------------------------

_HEAD = b"contract: roads\n"
RUBBISH: list[tuple[str, bytes, str, int, int]] = [
    ("empty", b"", "DX004", 0, 0),
    ("blank lines", b"\n\n   \n", "DX004", 0, 0),
    ("a comment", b"# to be written\n", "DX004", 0, 0),
    ("a byte order mark", b"\xef\xbb\xbf", "DX004", 0, 0),
    ("a line of dashes", b"---\n", "DX110", 2, 1),
    ("a word", b"roads\n", "DX111", 1, 1),
    ("a list", b"- roads\n", "DX111", 1, 1),
    ("an image", b"\x89PNG\r\n\x1a\n\x00\x00", "DX002", 1, 1),
    ("a workbook", b"PK\x03\x04\x14\x00", "DX004", 1, 3),
    ("a NUL", _HEAD + b"title: a\x00b\n", "DX004", 2, 9),
    ("a NUL written out", _HEAD + b'title: "a\\0b"\n', "DX004", 2, 8),
    ("a bell in the second line", _HEAD + b"title: \x07\n", "DX004", 2, 8),
    ("a colour of the terminal", _HEAD + b'title: "\\e[31m"\n', "DX004", 2, 8),
    ("half a character", _HEAD + b'title: "\\ud800"\n', "DX004", 2, 8),
    ("a character beyond Unicode", _HEAD + b'title: "\\U00110000"\n', "DX004", 2, 6),
    ("text read from right to left", _HEAD + "title: \u202eabc\n".encode(), "DX004", 2, 8),
    ("GBK", "contract: roads\ntitle: 道路".encode("gbk"), "DX002", 2, 8),
    ("UTF-16", "contract: roads\n".encode("utf-16"), "DX002", 1, 1),
    ("UTF-8 cut short", _HEAD + "title: 道".encode()[:-1], "DX002", 2, 8),
    ("a tab for an indent", b"total:\n\tfull: 100\n", "DX004", 2, 1),
    ("an open bracket", b"assesses: [village\n", "DX004", 2, 1),
    ("an open quote", b'title: "Roads\n', "DX004", 2, 1),
    ("a colon too many", b"title: Roads: 2026\n", "DX004", 1, 13),
    ("a list as a key", b"? [a, b]\n: 1\n", "DX004", 1, 3),
    ("two documents", _HEAD + b"---\n" + _HEAD, "DX006", 2, 1),
    ("an anchor", b"contract: &a roads\n", "DX006", 1, 11),
    ("an alias", b"contract: *a\n", "DX006", 1, 11),
    ("a tag", b"contract: !!python/object:os.system roads\n", "DX006", 1, 11),
    ("a date by tag", b"effective_from: !!timestamp 2026-01-01\n", "DX006", 1, 17),
    ("a version of YAML to come", b"%YAML 2.0\n---\ncontract: roads\n", "DX004", 1, 1),
    ("a version of YAML without end", b"%YAML " + b"9" * 5000 + b".1\n---\n", "DX004", 1, 1),
    ("ten thousand brackets", b"[" * 10_000, "DX003", 1, DEPTH_MAX + 2),
    ("ten thousand braces", b"{a: " * 10_000, "DX003", 1, 4 * DEPTH_MAX + 2),
    ("ten thousand dashes", b"- " * 10_000, "DX003", 1, 2 * DEPTH_MAX + 3),
    ("a hundred thousand parts", b"[" + b"a," * 100_001 + b"]", "DX003", 1, 2 * 99_999 + 2),
    ("a scalar of a whole book", _HEAD + b"note: " + b"x" * (SCALAR_CHARACTERS_MAX + 1), "DX003", 2, 7),
    ("a quantity of a whole book", _HEAD + b"year: " + b"9" * SCALAR_CHARACTERS_MAX, "DX106", 2, 7),
    ("a percentage of percentages", _HEAD + b"annual_weight: 1" + b"%" * (SCALAR_CHARACTERS_MAX - 1), "DX106", 2, 16),
    ("a megabyte of comments", b"# roads\n" * (SOURCE_BYTES_MAX // 8 + 1), "DX003", 0, 0),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "code", "line", "column"), [r[1:] for r in RUBBISH], ids=[r[0] for r in RUBBISH])
def test_rubbish_is_refused_at_its_place(tmp_path: Path, raw: bytes, code: str, line: int, column: int) -> None:
    path = tmp_path / "contract.yaml"
    path.write_bytes(raw)
    with pytest.raises(Refused) as refused:
        load_contract(path)
    assert (code, line, column) in {(d.code, d.span.line, d.span.column) for d in refused.value.diagnostics}


def test_an_alias_bomb_is_only_a_few_aliases(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 20)]
    path = tmp_path / "bomb.yaml"
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(Refused) as refused:
        load_contract(path)
    assert {d.code for d in refused.value.diagnostics} == {"DX006"}


@pytest.mark.parametrize("path", ["nowhere.yaml", ".", "a\0b.yaml"])
def test_a_file_that_cannot_be_read(path: str) -> None:
    with pytest.raises(Refused) as refused:
        load_contract(Path(path))
    assert [d.code for d in refused.value.diagnostics] == ["DX001"]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_endings_and_byte_order_marks_move_no_place(tmp_path: Path, ending: str, mark: str) -> None:
    path = tmp_path / "contract.yaml"
    text = mark + VILLAGE.replace("method: proportional, target: 12", "method: proportion, target: 12")
    path.write_bytes(text.replace("\n", ending).encode())
    with pytest.raises(Refused) as refused:
        load_contract(path)
    assert [(d.code, d.span.line, d.span.column) for d in refused.value.diagnostics] == [("DX104", 27, 27)]


def test_thousands_of_faults_are_cut_short_and_soon_told() -> None:
    text = "".join(f"key{number}: 1\n" for number in range(20_000))
    with pytest.raises(Refused) as refused:
        parse_contract("x.yaml", text)
    assert 0 < len(refused.value.diagnostics) <= FAULTS_MAX


# --- what the diagnostics say --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "instead", "hint"),
    [
        ("version: 1", "versoin: 1", "did you mean version?"),
        ("kind: ratio", "kind: ration", "did you mean ratio?"),
        ("method: proportional", "method: proportionate", "did you mean proportional?"),
        ("id: mended,", "id: mended, decimal: 2,", "did you mean decimals?"),
        ("indicator: patrols", "indicator: patrol", "did you mean patrols?"),
        ("assesses: [village]", "assesses: village", "write it as a list: [village]"),
        ("assesses: [village]", "assesses: {qqqqqqqq}", None),
    ],
)
def test_the_nearest_known_word_is_the_hint(written: str, instead: str, hint: str | None) -> None:
    first = next(one for one in told(VILLAGE.replace(written, instead, 1)) if one.severity is Severity.ERROR)
    assert (None if first.hint is None else str(first.hint)) == hint


def test_nothing_that_was_written_can_move_the_cursor_of_a_terminal() -> None:
    text = VILLAGE.replace("kind: ratio", 'kind: "ra\\ntio' + "x" * 200 + '"')
    found = str(told(text)[0].found)
    assert found.isprintable()
    assert len(found) <= 60


def test_faults_come_in_the_order_of_the_file_and_once() -> None:
    text = VILLAGE.replace("kind: ratio", "kind: share").replace("method: proportional", "method: percent")
    spans = [one.span for one in told("titel: Roads\n" + text)]
    assert spans == sorted(set(spans))
    assert len(spans) == 5


def test_the_faults_of_all_files_are_told_together(tmp_path: Path) -> None:
    good, bad, worse = tmp_path / "a.yaml", tmp_path / "b.yaml", tmp_path / "c.yaml"
    good.write_text(VILLAGE, encoding="utf-8")
    bad.write_text(VILLAGE.replace("kind: ratio", "kind: share"), encoding="utf-8")
    worse.write_text("", encoding="utf-8")
    with pytest.raises(Refused) as refused:
        load_contracts([good, bad, worse])
    told_of = [(Path(d.span.path).name, d.code) for d in refused.value.diagnostics]
    assert told_of == [("b.yaml", "DX103"), ("c.yaml", "DX004")]


def test_contracts_keep_the_order_in_which_they_are_given(tmp_path: Path) -> None:
    one, two = tmp_path / "one.yaml", tmp_path / "two.yaml"
    one.write_text(VILLAGE, encoding="utf-8")
    two.write_text((HERE / "cadre.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    assert [loaded.contract.contract for loaded in load_contracts([two, one])] == ["roads/cadre", "roads"]


def test_a_contract_may_link_to_one_that_is_not_given() -> None:
    assert parse_contract("cadre.yaml", (HERE / "cadre.yaml").read_text(encoding="utf-8")).warnings == ()


# --- anything at all -----------------------------------------------------------------------------------------------

_WORDS = sorted(
    {*KEYS, *RICH.replace(":", " ").replace(",", " ").replace("[", " ").replace("{", " ").split()}
    | {"", "~", "none", "by_party", "last_year", "1/0", "-1", "1e3", "９５％", "¥1,000", "2026-02-30", "<<", "\u2028"}
)  # fmt: skip
_SCALARS = st.sampled_from(_WORDS) | st.text(max_size=8)
_TREES = st.recursive(
    _SCALARS,
    lambda below: st.lists(below, max_size=4) | st.dictionaries(st.sampled_from(_WORDS), below, max_size=4),
    max_leaves=12,
)
_UNHURRIED = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@given(st.text())
@_UNHURRIED
def test_any_text_is_a_contract_or_refused(text: str) -> None:
    assert all(sound(one) for one in told(text))


@given(st.binary(max_size=300))
@_UNHURRIED
def test_any_bytes_are_a_contract_or_refused(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    path = tmp_path_factory.mktemp("bytes") / "contract.yaml"
    path.write_bytes(raw)
    with pytest.raises(Refused):
        load_contract(path)


@given(_TREES)
@_UNHURRIED
def test_any_tree_is_a_contract_or_refused(tree: object) -> None:
    assert all(sound(one) for one in told(_as_yaml(tree)))


@given(st.data())
@settings(_UNHURRIED, max_examples=300)
def test_a_contract_with_anything_in_any_place_is_sound_or_refused(data: st.DataObject) -> None:
    tree = yaml.load(RICH, Loader=yaml.BaseLoader)
    for _ in range(data.draw(st.integers(1, 3))):
        location = data.draw(st.sampled_from(list(_locations(tree, ()))))
        _mutate(tree, location, data)
    assert all(sound(one) for one in told(_as_yaml(tree)))


def sound(one: Diagnostic) -> bool:
    """A known code, a place within the text, and a sentence of our own."""
    return one.code in CODES and one.span.line >= 0 and one.expected is not UNFORESEEN and bool(str(one.found))


def _as_yaml(tree: object) -> str:
    written = io.StringIO()
    yaml.dump(tree, written, Dumper=yaml.SafeDumper, allow_unicode=True, sort_keys=False, width=10_000)
    return written.getvalue()


def _locations(node: object, at: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    if at:
        yield at
    steps = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for step, below in steps:
        yield from _locations(below, (*at, step))


def _mutate(tree: Any, location: tuple[Any, ...], data: st.DataObject) -> None:
    """Put something else there, take it away, or call it otherwise."""
    parent = tree
    for step in location[:-1]:
        parent = parent[step]
    last = location[-1]
    match data.draw(st.sampled_from(["replace", "remove", "rename", "move"])):
        case "remove":
            del parent[last]
        case "rename" if isinstance(parent, dict):
            parent[data.draw(st.sampled_from(_WORDS))] = parent.pop(last)
        case "move":
            other = tree
            for step in data.draw(st.sampled_from(list(_locations(tree, ())))):
                other = other[step]
            parent[last] = yaml.safe_load(_as_yaml(other)) if other is not parent else "itself"
        case _:
            parent[last] = data.draw(_TREES)
