"""The forger at the database and the files of a settled workspace: one row or file changed, as somebody with SQL would."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from audit_workspaces import forge

from engine.audit.finding import Kind
from rules.amend import content_hash
from rules.diagnostic import Refused
from rules.load import parse_contract
from targets.ledger import EntryKind, Voucher

Statement = tuple[str, Sequence[object]]


@dataclass(frozen=True)
class Scene:
    """A copy of the workspace, and what stood in its ledger."""

    folder: Path
    vouchers: tuple[Voucher, ...]
    dice: Random

    @property
    def head(self) -> str:
        return self.vouchers[-1].hash


def edited(scene: Scene) -> bool:
    way = scene.dice.choice((_amounts, _words, _result, _record, _text, _named_otherwise))
    forge(scene.folder, *way(scene))
    return True


def _amounts(scene: Scene) -> list[Statement]:
    voucher = scene.dice.choice([one for one in scene.vouchers if one.entry.postings])
    more, line = scene.dice.randrange(1, 90_000), scene.dice.randrange(len(voucher.entry.postings) // 2) * 2 + 1
    change = "UPDATE posting SET amount_fen = amount_fen + ? WHERE voucher = ? AND line = ?"
    return [(change, (more, voucher.number, line)), (change, (-more, voucher.number, line + 1))]


def _words(scene: Scene) -> list[Statement]:
    voucher, dice = scene.dice.choice(scene.vouchers), scene.dice
    column = dice.choice(("day", "subject", "clause", "contract", "note", "who", "hash", "previous_hash"))
    value = {"day": "2026-01-02", "hash": "f" * 64, "previous_hash": "e" * 64}.get(column, f"x{dice.randrange(99)}")
    return [(f"UPDATE voucher SET {column} = ? WHERE number = ?", (value, voucher.number))]


def _result(scene: Scene) -> list[Statement]:
    digit = scene.dice.randrange(1, 10)
    return [("UPDATE run SET result = replace(result, ?, ?)", ('"amount_fen": ', f'"amount_fen": {digit}'))]


def _record(scene: Scene) -> list[Statement]:
    dice = scene.dice
    return [
        dice.choice(
            (
                (
                    "UPDATE observation SET numerator = numerator + ? WHERE subject = ?",
                    (dice.randrange(1, 9), _code(dice)),
                ),
                ("DELETE FROM incident WHERE id = ?", (f"i{dice.randrange(4)}",)),
                ("UPDATE tenure SET post = ? WHERE cadre = ?", ("nobody", _code(dice))),
                ("UPDATE cadre SET name = ? WHERE code = ?", ("另一人", _code(dice))),
            )
        )
    ]


def _code(dice: Random) -> str:
    return f"G{dice.randrange(1, 19):03d}"


def _text(scene: Scene) -> list[Statement]:
    """A threshold or amount of a contract that is kept with the run."""
    old, new = scene.dice.choice(
        (("at_least: 90", "at_least: 91"), ("refund: 70%", "refund: 71%"), ("share: 40%", "share: 41%"))
    )
    return [("UPDATE contract_text SET text = replace(text, ?, ?)", (old, new))]


def _named_otherwise(scene: Scene) -> list[Statement]:
    column = scene.dice.choice(("contracts_hash", "data_hash", "engine_version", "supersedes"))
    return [(f"UPDATE run SET {column} = ?", ("d" * 64,))]


def broken(scene: Scene) -> bool:
    vouchers = scene.vouchers
    if scene.dice.random() < 0.5:
        number = scene.dice.randrange(1, len(vouchers))
        which, values = "= ?", (number,)
    else:
        first_due = next(one.number for one in vouchers if one.entry.kind is EntryKind.DUE)
        which, values = "> ?", (scene.dice.randrange(first_due, len(vouchers)),)
    forge(
        scene.folder,
        (f"DELETE FROM posting WHERE voucher {which}", values),
        (f"DELETE FROM voucher WHERE number {which}", values),
    )
    return True


def not_sealed(scene: Scene) -> bool:
    forge(
        scene.folder,
        scene.dice.choice(
            (
                ("DELETE FROM run_event WHERE state = 'sealed'", ()),
                ("DELETE FROM run_event WHERE state = 'published'", ()),
                ("DELETE FROM run_check", ()),
                ("UPDATE run_check SET extent = ?", (scene.dice.choice(("none", "one_evaluator", "too_wide")),)),
                (
                    "UPDATE run_event SET last_day = ? WHERE state = 'published'",
                    (f"2027-01-{scene.dice.randrange(20, 31)}",),
                ),
                (
                    "INSERT INTO appeal SELECT 1, run, 'G001', '2027-01-06', '有误', happened_at, '' FROM run_event LIMIT 1",
                    (),
                ),
            )
        ),
    )
    return True


def contract_changed(scene: Scene) -> bool:
    """A number or a name in a file, where it still is a contract and says something else."""
    path = scene.dice.choice(sorted((scene.folder / "contracts").glob("*.yaml")))
    text = path.read_text(encoding="utf-8")
    numbers = list(re.finditer(r"\d+(?=%|元|\.\d\d元|\})", text))
    match = scene.dice.choice(numbers)
    changed = text[: match.start()] + str(int(match[0]) + scene.dice.randrange(1, 9)) + text[match.end() :]
    if scene.dice.random() < 0.3:
        changed = text.replace("name: 工作", "name: 全年工作").replace("name: 履职", "name: 履职尽责")
    try:
        other = content_hash(parse_contract("changed.yaml", changed).contract)
    except Refused:
        return False
    if other == content_hash(parse_contract("same.yaml", text).contract):
        return False
    path.write_text(changed, encoding="utf-8")
    return True


FORGERS: dict[Kind, Callable[[Scene], bool]] = {
    Kind.EDITED: edited,
    Kind.BROKEN_CHAIN: broken,
    Kind.NOT_SEALED: not_sealed,
    Kind.CONTRACT_CHANGED: contract_changed,
}
