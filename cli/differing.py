"""Two runs side by side: diff. Who moved, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import dues, sources
from cli.data import TABLES
from cli.desk import Desk
from cli.language import Speech
from cli.options import JsonOption, LanguageOption, RunArgument, WorkspaceOption
from cli.runs import chosen, stored_result
from rules.diagnostic import Diagnostic, Refused, Span, refuse, say
from rules.quantity import show_money

if TYPE_CHECKING:
    from engine.difference import Difference, Moved, ScoreMove, Side
    from engine.record_changes import RecordChange
    from engine.recorded import StoredVerdict
    from rules.contract import Contract
    from targets.kept import Appeal, KeptRun
    from targets.store import Store

N_ = str
NOTHING = "—"
MOVED_COLUMNS = (
    N_("code"), N_("name"), N_("final score"), N_("rank"), N_("grade"), N_("vetoes"), N_("scores that moved"),
    N_("what is due"), N_("why"),
)  # fmt: skip
RECORD_COLUMNS = (N_("table"), N_("about"), N_("which"), N_("before"), N_("after"))


def diff(
    context: typer.Context,
    run: RunArgument = None,
    other: Annotated[
        str | None, typer.Argument(help=N_("the earlier run; the one that it supersedes when left out"))
    ] = None,
    workspace: WorkspaceOption = sources.WORKSPACE,
    json: JsonOption = False,
    lang: LanguageOption = None,
) -> None:
    from engine.difference import difference
    from targets.workspace import open_workspace

    desk: Desk = context.obj
    store = open_workspace(workspace, to_write=False).store
    after = chosen(store.runs, run)
    before = store.runs.find(other or _superseded(after))
    texts = [_contracts(store, one) for one in (before, after)]
    sides = [_side(store, one, read) for one, read in zip((before, after), texts, strict=True)]
    found = difference(sides[0], sides[1], _appeals_between(store, before, after))
    if desk.as_json:
        desk.machine({"before": before.name, "after": after.name, **_as_json(found)})
        return
    desk.note(desk.speech(N_("from run {before} to run {after}")).format(before=before.name, after=after.name))
    contracts = [contract for read in reversed(texts) for _, contract in read.values()]
    _show(Words(desk.speech, _names(sides), contracts), desk, found)


def _superseded(after: KeptRun) -> str:
    if not after.run.supersedes:
        found = say("run {name}, which supersedes none", name=after.name)
        refuse(Diagnostic("DX711", Span("OTHER"), found, say("the run to hold it against")))
    return after.run.supersedes


def _appeals_between(store: Store, before: KeptRun, after: KeptRun) -> list[Appeal]:
    """Those against the earlier run, and against the runs between the two."""
    corrected = store.runs.supersedes(after.name)
    between = corrected[: corrected.index(before.name)] if before.name in corrected else ()
    return [appeal for name in (before.name, *between) for appeal in store.runs.find(name).appeals]


def _contracts(store: Store, kept: KeptRun) -> dict[str, tuple[str, Contract]]:
    """By id: the hash and the contract. A text that this version of the language no longer takes is left out."""
    from rules.load import parse_contract

    contracts: dict[str, tuple[str, Contract]] = {}
    for text in store.runs.contracts(kept.name):
        with suppress(Refused):
            contract = parse_contract(text.path, text.text).contract
            contracts[contract.contract] = (text.hash, contract)
    return contracts


def _side(store: Store, kept: KeptRun, contracts: Mapping[str, tuple[str, Contract]]) -> Side:
    from engine.difference import Side

    result = stored_result(store.runs, kept.name)
    hashes = {name: hash_ for name, (hash_, _) in contracts.items()}
    return Side(result, store.as_of(batch=kept.run.batch), hashes)


def _names(sides: Sequence[Side]) -> dict[str, str]:
    """Of everybody, by code, as they were called last."""
    names: dict[str, str] = {}
    for side in sides:
        names.update({party.code: party.name for party in side.records.parties})
        names.update({cadre.code: cadre.name for cadre in side.records.cadres})
        names.update(side.result.names())
    return names


@dataclass(frozen=True, slots=True)
class Words:
    """What people, contracts and their parts are called; what has no name is called by its id. Of two versions of a contract the
    first has the word."""

    speech: Speech
    names: Mapping[str, str]
    contracts: Sequence[Contract]

    def person(self, code: str) -> str:
        return self.names.get(code, code)

    def title(self, contract: str) -> str:
        return next((self.speech.name(one) for one in self.contracts if one.contract == contract), contract)

    def part(self, contract: str, kinds: Sequence[str], wanted: str) -> str:
        """Of these lists of the contract, or of all contracts when it is empty."""
        searched = [one for one in self.contracts if contract in ("", one.contract)]
        parts = (part for one in searched for kind in kinds for part in _parts(one, kind))
        return next((self.speech.name(part) for part in parts if part.id == wanted), wanted)


def _parts(contract: Contract, kind: str) -> Iterable[Any]:
    match kind:
        case "sections":
            return contract.all_sections()
        case "items":
            return contract.item_by_id.values()
        case _:
            parts: Iterable[Any] = getattr(contract, kind)
            return parts


def _show(words: Words, desk: Desk, found: Difference) -> None:
    """One table of who moved for each contract, then the records that differ."""
    from itertools import groupby

    speech = desk.speech
    for contract, moved in groupby(found.moved, key=lambda one: one.contract):
        desk.rows(words.title(contract), MOVED_COLUMNS, [moved_row(words, one, _why(words, one)) for one in moved])
    if not found.moved:
        desk.line(speech(N_("Nobody moved.")))
    if found.records:
        desk.rows(speech(N_("records that differ")), RECORD_COLUMNS, [_record_row(words, one) for one in found.records])
    for contract in found.contracts:
        desk.line(speech(N_("contract {title}: not the same")).format(title=words.title(contract)))
    if not found.same_engine:
        before, after = found.engines
        desk.line(
            speech(N_("version of the program: {before} before, {after} after")).format(before=before, after=after)
        )


def moved_row(words: Words, one: Moved, why: Iterable[str]) -> tuple[str, ...]:
    """See `MOVED_COLUMNS`."""
    old, new = one.before, one.after
    grade = [
        words.part(one.contract, ["grades"], side.grade) if side and side.grade else NOTHING for side in (old, new)
    ]
    return (
        one.code, one.name,
        _arrow(*(_score(side.final_score) if side else NOTHING for side in (old, new))),
        _arrow(*(str(side.rank) if side else NOTHING for side in (old, new))),
        _arrow(*grade), "\n".join(_vetoes(words, one)), "\n".join(_scores(words, one)), "\n".join(_dues(words, one)),
        "\n".join(why),
    )  # fmt: skip


def _arrow(before: str, after: str) -> str:
    return before if before == after else f"{before} → {after}"


def _score(score: str | None) -> str:
    return NOTHING if score is None else score


def _vetoes(words: Words, one: Moved) -> Iterator[str]:
    for sign, rules in (("+", one.vetoes_gained), ("−", one.vetoes_lost)):
        for rule in rules:
            yield f"{sign} {words.part('', ['vetoes', 'warnings'], rule)}"


def _scores(words: Words, one: Moved) -> Iterator[str]:
    """Items; sections where no item says why, such as linked ones."""
    kind, moves = ("items", one.items) if one.items else ("sections", one.sections)
    for move in moves:
        name = words.part(one.contract, [kind], move.id)
        yield f"{name} {move.period}: {_arrow(_score(move.before), _score(move.after))}"


def _dues(words: Words, one: Moved) -> Iterator[str]:
    for due in one.dues:
        clause = words.part(one.contract, ["deposits", "awards"], due.clause)
        kind, payee = words.speech(dues.KINDS[due.due]), words.part(one.contract, ["accounts"], words.person(due.payee))
        yield f"{clause} {kind} ({payee}): {_arrow(show_money(due.before_fen), show_money(due.after_fen))}"


def _why(words: Words, one: Moved) -> Iterator[str]:
    speech = words.speech
    for number in one.appeals:
        yield speech(N_("appeal {number} upheld")).format(number=number)
    if one.contract_changed:
        yield speech(N_("the contract is not the same"))
    for change in one.records:
        _, _, which, before, after = _record_row(words, change)
        yield f"{which}: {before} → {after}"
    for code in one.through:
        yield through(words, code)
    if one.others_moved:
        yield speech(N_("others moved"))


def through(words: Words, code: str) -> str:
    return words.speech(N_("through {name}")).format(name=words.person(code))


def _record_row(words: Words, change: RecordChange) -> tuple[str, ...]:
    about = "、".join(words.person(code) for code in change.subjects)
    named = [words.part("", ["indicators", "states", "roles", "posts", "vetoes"], part) for part in change.key]
    which = " ".join(words.person(part) for part in named) or words.speech(TABLES[change.table])
    return words.speech(TABLES[change.table]), about, which, _said(words, change.before), _said(words, change.after)


def _said(words: Words, said: tuple[tuple[str, str], ...] | None) -> str:
    """What it says, without the names of the fields: nobody takes a day for a name."""
    from targets.vocabulary import INCIDENT_STATES

    if said is None:
        return NOTHING
    language = words.speech.language.value
    spoken = (INCIDENT_STATES.called(text, language) if field == "state" else text for field, text in said)
    return "、".join(text for text in spoken if text) or NOTHING


def _as_json(found: Difference) -> dict[str, object]:
    return {
        "moved": [moved_as_json(one) for one in found.moved],
        "records": [_record_as_json(one) for one in found.records],
        "contracts": list(found.contracts),
        "engine_versions": list(found.engines),
    }


def moved_as_json(one: Moved) -> dict[str, object]:
    return {
        "contract": one.contract, "code": one.code, "name": one.name,
        "before": _verdict_as_json(one.before), "after": _verdict_as_json(one.after),
        "vetoes_gained": list(one.vetoes_gained), "vetoes_lost": list(one.vetoes_lost),
        "sections": [_score_as_json("section", move) for move in one.sections],
        "items": [_score_as_json("item", move) for move in one.items],
        "dues": [
            {"clause": due.clause, "due": due.due, "payee": due.payee, "before_fen": due.before_fen, "after_fen": due.after_fen}
            for due in one.dues
        ],
        "why": {
            "records": [_record_as_json(change) for change in one.records], "appeals": list(one.appeals),
            "contract_changed": one.contract_changed, "through": list(one.through), "others_moved": one.others_moved,
        },
    }  # fmt: skip


def _verdict_as_json(verdict: StoredVerdict | None) -> dict[str, object] | None:
    if verdict is None:
        return None
    return {"final_score": verdict.final_score, "rank": verdict.rank, "of": verdict.of, "grade": verdict.grade or None}


def _score_as_json(kind: str, move: ScoreMove) -> dict[str, object]:
    return {kind: move.id, "period": move.period, "before": move.before, "after": move.after}


def _record_as_json(change: RecordChange) -> dict[str, object]:
    before, after = (None if said is None else dict(said) for said in (change.before, change.after))
    return {
        "table": change.table, "subjects": list(change.subjects), "key": list(change.key), "before": before, "after": after,
    }  # fmt: skip
