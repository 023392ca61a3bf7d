"""Every sentence has its Chinese: nothing missing, nothing left over, every argument kept, the same word for the same thing.

`make messages` collects the templates and compiles the catalogue; what is new is translated in the .po by hand.
"""

from __future__ import annotations

import ast
import locale
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from string import Formatter

import pytest
from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from cli.language import Language, Speech, choose
from rules.codes import CODES
from rules.diagnostic import Text, say

ROOT = Path(__file__).parents[1]
PACKAGES = ("rules", "targets", "engine", "cli")
CATALOGUE = ROOT / "cli" / "locale" / "zh" / "LC_MESSAGES" / "duixian.po"
PAGES = ROOT / "docs" / "diagnostics"
COLLECTED = ("say", "N_", "_error", "_warning")
SPOKEN = "speech"

# Written the same in both languages.
SAME_IN_BOTH: frozenset[str] = frozenset()

# The agreed words (design, section 2): whatever sentence has the one in English has the other in Chinese. A word of the
# contract language or of a command stays as it is.
GLOSSARY = {
    "contracts?": "责任状",
    "part(y|ies)": "考核对象|包村|parties",
    "cadres?": "干部",
    "posts?": "职务|posts",
    "indicators?": "指标",
    "items?": "考核项目|item",
    "final score": "最终得分",
    "full points": "满分",
    "bonus(es)?": "加分",
    "incidents?": "事件|incident",
    "veto(es)?": "否决|veto",
    "grades?": "等次",
    "ranks?": "名次|rank",
    "deposits?": "抵押金",
    "refund(ed)?": "退还",
    "awards?": "奖",
    "roles?": "角色",
    "checklist": "清单|checklist",
    "numerators?": "分子",
    "denominators?": "分母",
    "workspace": "工作区",
    "exempt": "不考核",
    "peers": "本组",
    "statistics?": "统计|statistic",
    "publi(shed|city)": "公示",
    "appeals?": "申诉",
    "seal(ed)?": "封存",
}

# --- the catalogue against the source ---


def test_the_collector_sees_every_sentence_of_the_source() -> None:
    unseen = {f"{place}: {template}" for place, template in literals() if template not in collected()}
    assert unseen == set(), "take it out of the f-string, and hand it to N_ before speech says it"


def test_every_sentence_is_a_literal() -> None:
    wrong = [place for path in sources() for place in not_literal(path.read_text("utf-8"), named(path))]
    assert wrong == [], "the collector cannot find what is put together while the program runs"


def test_every_template_has_its_chinese() -> None:
    assert [template for template in sorted(templates()) if not chinese().get(template)] == []


def test_nothing_is_left_over_from_sentences_that_are_gone() -> None:
    assert sorted(chinese().keys() - templates()) == []
    assert list(catalogue().obsolete) == []
    assert [message.id for message in catalogue() if message.id and message.fuzzy] == []


def test_there_are_as_many_sentences_as_a_whole_program_has() -> None:
    assert len(chinese()) > 500


def test_both_sides_name_the_same_arguments() -> None:
    differing = [template for template, said in chinese().items() if fields(template) != fields(said)]
    assert differing == []


def test_nothing_is_left_in_english() -> None:
    same = {template for template, said in chinese().items() if said == template and has_words(template)}
    assert same == SAME_IN_BOTH


def test_every_diagnostic_has_a_chinese_title() -> None:
    assert [code for code, about in CODES.items() if not has_chinese(chinese().get(about.title, ""))] == []


@pytest.mark.parametrize("page", sorted(PAGES.glob("DX*.md")), ids=lambda page: page.stem)
def test_a_diagnostic_is_called_the_same_on_its_page(page: Path) -> None:
    heading = page.read_text("utf-8").partition("\n")[0]
    assert heading == f"# {page.stem} {chinese().get(CODES[page.stem].title)} / {CODES[page.stem].title}"


def test_the_compiled_catalogue_is_the_written_one() -> None:
    with CATALOGUE.with_suffix(".mo").open("rb") as file:
        compiled = read_mo(file)
    assert strings(compiled) == chinese(), "run `make messages`"
    assert compiled.charset == catalogue().charset == "utf-8"
    assert compiled.num_plurals == 1


# --- the Chinese itself ---


@pytest.mark.parametrize("english", GLOSSARY)
def test_the_same_word_is_used_for_the_same_thing(english: str) -> None:
    """Titles of diagnostics are shorter than that; the pages of the codes spell them out."""
    word, titles = re.compile(rf"\b{english}\b"), {about.title for about in CODES.values()}
    other = {
        template: said
        for template, said in chinese().items()
        if template not in titles and word.search(FIELD.sub("", template)) and not re.search(GLOSSARY[english], said)
    }
    assert other == {}


def test_sentences_are_punctuated_in_full_width() -> None:
    half_width = re.compile(
        r"[\u4e00-\u9fff”）][,;:!?]|[,;!?][\u4e00-\u9fff“]|[\u4e00-\u9fff]\.(?!\w)|[\u4e00-\u9fff]\("
    )
    assert [said for said in chinese().values() if half_width.search(said)] == []


def test_brackets_and_quotation_marks_close() -> None:
    pairs = (("（", "）"), ("“", "”"), ("《", "》"), ("(", ")"))
    assert [said for said in chinese().values() if any(said.count(a) != said.count(b) for a, b in pairs)] == []


# --- saying it ---


@pytest.mark.parametrize(
    ("arguments", "environment", "wanted"),
    [
        (["--lang", "en"], {"LANG": "zh_CN.UTF-8"}, "en"),
        (["assess", "--lang=en"], {"LC_ALL": "zh_CN.UTF-8"}, "en"),
        (["--lang", "zh"], {"LANG": "en_US.UTF-8"}, "zh"),
        (["--lang=zh", "check"], {"LC_ALL": "en_US.UTF-8"}, "zh"),
        ([], {"LANG": "zh_CN.UTF-8"}, "zh"),
        ([], {"LANG": "en_US.UTF-8"}, "en"),
        ([], {"LANG": "de_DE.UTF-8"}, "en"),
        ([], {"LANG": "C"}, "zh"),
        ([], {"LANG": "C.UTF-8"}, "zh"),
        ([], {"LANG": "POSIX"}, "zh"),
        ([], {"LANG": "Chinese_China.936"}, "zh"),
        ([], {"LC_ALL": "en_US.UTF-8", "LANG": "zh_CN.UTF-8"}, "en"),
        ([], {"LC_ALL": "zh_CN.UTF-8", "LANG": "en_US.UTF-8"}, "zh"),
        ([], {"LC_MESSAGES": "zh_CN.UTF-8", "LANG": "en_US.UTF-8"}, "zh"),
        ([], {"LC_ALL": "", "LANG": "en_US.UTF-8"}, "en"),
    ],
)
def test_the_language_is_asked_for_or_that_of_the_locale(
    arguments: Sequence[str], environment: Mapping[str, str], wanted: str
) -> None:
    assert choose(arguments, environment) == wanted


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        (None, "zh"),
        ("Chinese (Simplified)_China", "zh"),
        ("Chinese_China", "zh"),
        ("zh_CN", "zh"),
        ("English_United States", "en"),
        ("en_US", "en"),
    ],
)
def test_without_variables_the_system_is_asked(monkeypatch: pytest.MonkeyPatch, name: str | None, wanted: str) -> None:
    monkeypatch.setattr(locale, "getlocale", lambda: (name, "936"))
    assert choose([], {}) == wanted


@pytest.mark.parametrize(
    ("wanted", "rounded", "points"),
    [
        (Language.EN, "rounded half up to 2 decimals", "points × actual ÷ target"),
        (Language.ZH, "四舍五入，保留 2 位小数", "分值 × 实绩 ÷ 目标"),
    ],
)
def test_a_sentence_inside_a_sentence_is_said_in_the_same_language(wanted: Language, rounded: str, points: str) -> None:
    speech = Speech(wanted)
    assert speech(say("{how} to {decimals} decimals", how=say("rounded half up"), decimals=2)) == rounded
    assert speech("points × actual ÷ target") == points


@pytest.mark.parametrize("wanted", Language)
def test_what_users_typed_is_said_as_it_is(wanted: Language) -> None:
    assert Speech(wanted)(say("{value}", value="{name} 100% {}")) == "{name} 100% {}"
    assert Speech(wanted)(Text("")) == Speech(wanted)("") == ""


# --- looking ---


def sources() -> Iterator[Path]:
    for package in PACKAGES:
        yield from sorted((ROOT / package).rglob("*.py"))


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def collected() -> frozenset[str]:
    """The templates as `make messages` collects them."""
    keywords = dict.fromkeys(COLLECTED)
    found = (one for package in PACKAGES for one in extract_from_dir(ROOT / package, keywords=keywords))
    return frozenset(message for _, _, message, _, _ in found if isinstance(message, str))


@cache
def literals() -> tuple[tuple[str, str], ...]:
    """Place and template of every sentence that is said anywhere, wherever the collector may look for it."""
    return tuple(place for path in sources() for place in said_in(path.read_text("utf-8"), named(path)))


def templates() -> frozenset[str]:
    return collected() | {template for _, template in literals()}


@cache
def catalogue() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return read_po(file)


@cache
def chinese() -> dict[str, str]:
    return strings(catalogue())


def strings(one: Catalog) -> dict[str, str]:
    return {str(message.id): str(message.string) for message in one if message.id}


def calls(text: str, names: Sequence[str]) -> Iterator[tuple[ast.Call, ast.expr]]:
    """Calls of functions and methods with these names, and what each is called with first."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and node.args:
            called = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if called in names:
                yield node, node.args[0]


def said_in(text: str, name: str) -> Iterator[tuple[str, str]]:
    for call, first in calls(text, (*COLLECTED, SPOKEN)):
        if isinstance(first, ast.Constant) and isinstance(first.value, str) and first.value:
            yield f"{name}:{call.lineno}", first.value


def not_literal(text: str, name: str) -> Iterator[str]:
    for call, first in calls(text, COLLECTED):
        if not (isinstance(first, ast.Constant) and isinstance(first.value, str)):
            yield f"{name}:{call.lineno} {ast.unparse(call)}"


FIELD = re.compile(r"{\w+}")


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


def has_words(template: str) -> bool:
    return re.search(r"[^\W\d_]", FIELD.sub("", template)) is not None


def has_chinese(text: str) -> bool:
    return re.search(r"[\u4e00-\u9fff]", text) is not None


def test_the_looking_finds_what_it_looks_for() -> None:
    text = 'a = say("x")\nb = f"{say(\'y\')}"\nc = desk.speech("z")\nd = say(name)\ne = N_("u" if d else "v")\n'
    assert [template for _, template in said_in(text, "a.py")] == ["x", "z", "y"]
    assert list(not_literal(text, "a.py")) == ["a.py:4 say(name)", "a.py:5 N_('u' if d else 'v')"]
    assert fields("{a} of {b}, {a}") == {"a", "b"}
    assert has_words("{a} points")
    assert not has_words("{a} × {b}")
