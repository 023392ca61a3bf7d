"""House rules, each with what to do instead. The last test tests the tester."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("rules", "targets", "engine", "cli")
EXACT = ("rules", "targets", "engine")
FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 60

# Reading a float cell is the one place where a float is met: it becomes text at once, by repr.
FLOAT_IS_MET_IN = frozenset({"targets/intake/shown.py", "targets/intake/xlsx.py"})
# Chance is a real number; what is drawn by it is whole, and no score or money is computed here.
CHANCE_IS_IN = frozenset(
    f"engine/simulate/{name}.py"
    for name in ("assumed", "compared", "drivers", "model", "moments", "fit", "distribution", "sampler", "draw")
)
FLOAT_MAY_BE_IN = FLOAT_IS_MET_IN | CHANCE_IS_IN


def sources(packages: tuple[str, ...] = PACKAGES) -> list[Path]:
    return [path for package in packages for path in sorted((ROOT / package).rglob("*.py"))]


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", sources(), ids=named)
def test_a_file_is_short_enough_to_read_in_one_sitting(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= FILE_LINES_MAX, "split it by reason to change"


@pytest.mark.parametrize("path", sources(), ids=named)
def test_a_function_fits_on_a_screen(path: Path) -> None:
    long = [name for name, lines in functions(path.read_text("utf-8")) if lines > FUNCTION_LINES_MAX]
    assert long == [], "name its parts and call them in order"


@pytest.mark.parametrize("path", [p for p in sources(EXACT) if named(p) not in FLOAT_MAY_BE_IN], ids=named)
def test_no_float_between_cell_and_voucher(path: Path) -> None:
    assert list(floats(path.read_text("utf-8"))) == [], "use Fraction, or scaled integers; round with round_to"


@pytest.mark.parametrize("path", sources(("rules", "engine")), ids=named)
def test_no_clock_and_no_chance_in_what_is_computed(path: Path) -> None:
    text = path.read_text("utf-8")
    for banned in ("datetime.now(", "date.today(", "time.time(", "import random", "os.environ"):
        assert banned not in text, "the day and the seed are arguments"


def test_nobody_writes_a_utils_module() -> None:
    vague = {"utils.py", "util.py", "helpers.py", "helper.py", "common.py", "misc.py"}
    assert [named(path) for path in sources() if path.name in vague] == [], "name the concept it owns"


def functions(text: str) -> Iterator[tuple[str, int]]:
    """Each function with the lines of its body, signature and docstring left out."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            if body:
                yield node.name, (body[-1].end_lineno or 0) - body[0].lineno + 1


def floats(text: str) -> Iterator[str]:
    """Float literals, `float` by name and round(). How alike two words must be (difflib's cutoff) is no quantity."""
    tree = ast.parse(text)
    likeness = {id(word.value) for word in ast.walk(tree) if isinstance(word, ast.keyword) and word.arg == "cutoff"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float) and id(node) not in likeness:
            yield f"line {node.lineno}: {node.value}"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("float", "round"):
            yield f"line {node.lineno}: {node.func.id}()"
        if isinstance(node, ast.Name) and node.id == "float" and not isinstance(node.ctx, ast.Store):
            yield f"line {node.lineno}: float"


def test_the_tester_finds_what_it_looks_for() -> None:
    assert len(list(floats("x = 0.5\ny = float('1')\nz = round(x)"))) == 4
    assert list(floats("x = 1 // 2")) == []
    assert list(floats("get_close_matches(a, b, cutoff=0.6)")) == []
    assert list(functions("def f():\n    '''doc'''\n    a = 1\n    return a\n")) == [("f", 2)]
