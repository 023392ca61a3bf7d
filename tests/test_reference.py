"""docs/language.md says what the models say, of every field and every method; its contracts may be used."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import get_args

import pytest

from rules.load import parse_contract
from rules.scoring import ScoringRule

DOCS = Path(__file__).parents[1] / "docs"
PAGE = DOCS / "language.md"
METHODS = sorted(get_args(rule.model_fields["method"].annotation)[0] for rule in get_args(get_args(ScoringRule)[0]))
_CODE = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_GENERATOR = runpy.run_path(str(DOCS / "generate_language.py"))


def test_the_page_says_what_the_models_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == _GENERATOR["page"](), "run: python docs/generate_language.py"


def test_every_field_has_a_sentence() -> None:
    blocks = _GENERATOR["BLOCK"].finditer(PAGE.read_text(encoding="utf-8"))
    said = [row for block in blocks for row in _GENERATOR["sentences"](block)]
    assert len(said) > 200
    assert [field for field, sentence in said if not sentence] == [], "fill in the last column of docs/language.md"


@pytest.mark.parametrize("method", METHODS)
def test_every_method_has_its_place_an_example_and_a_golden_page(method: str) -> None:
    parts = re.split(r"^### ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    own = [part for part in parts if f"`{method}`" in part.partition("\n")[0]]
    assert len(own) == 1, f"one heading in docs/language.md names {method}"
    assert f"method: {method}" in own[0]
    assert "../tests/contracts/method-" in own[0]


@pytest.mark.parametrize(
    "text", _CODE.findall(PAGE.read_text(encoding="utf-8")), ids=lambda text: text.split("\n")[0][:40]
)
def test_every_example_may_be_used(text: str) -> None:
    parse_contract("language.md", _whole(text))


def _whole(example: str) -> str:
    """The head of the paper, and names where there are ids only; `items` alone are one section."""
    if "contract:" not in example:
        head = "contract: 示例\ntitle: 示例\nversion: 1\nyear: 2026\nassesses: [village]\n"
        example = head + example.replace("\nitems:\n", "\nsections:\n- id: 内容\n  items:\n")
    named = re.sub(r"\{id: ([\w\-]+)(?=[,}])(?!, name:)", r"{id: \1, name: \1", example)
    return re.sub(r"^( *)- id: (\w+)\n(?! *name:)", r"\1- id: \2\n\1  name: \2\n", named, flags=re.MULTILINE)


@pytest.mark.parametrize("page", ["language.md", "cookbook.md", "limits.md"])
def test_every_link_leads_somewhere(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    broken = [link for link in _LINK.findall(_FENCED.sub("", text)) if not _there(DOCS / page, link)]
    assert broken == []


def _there(page: Path, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = (page.parent / path).resolve() if path else page
    if not target.exists():
        return False
    return not anchor or anchor in map(anchor_of, _HEADING.findall(_FENCED.sub("", target.read_text(encoding="utf-8"))))


def anchor_of(heading: str) -> str:
    """As code hosts make it: lower case, hyphens for spaces, no punctuation."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
