"""Whom each line of a list means: by code, by name, and by the amount where both leave a choice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from engine.audit.entitlement import Entitled, Entitlement
from engine.audit.finding import Evidence, Finding, Kind
from engine.audit.partition import is_whole, placed
from rules.diagnostic import say
from rules.quantity import show_money
from targets.payout import PayoutLine
from targets.vocabulary import folded

CHOICES_MAX = 4096


@dataclass(slots=True)
class Case:
    """A payee with what is due and the lines that pay it. `explained` once a finding accounts for the difference."""

    due: Entitlement
    known: bool
    lines: list[PayoutLine] = field(default_factory=list)
    explained: bool = False

    @property
    def paid_fen(self) -> int:
        return sum(self.lines_fen)

    @property
    def lines_fen(self) -> list[int]:
        return [line.amount_fen for line in self.lines]

    @property
    def owes(self) -> bool:
        """Whether nothing is due on balance: then nobody has to be on the list, and what is owed may be asked elsewhere."""
        return self.due.total_fen <= 0

    @property
    def entitled_fen(self) -> int:
        """What these lines should come to: the total; of who owes on balance, what the list asks back of it."""
        total_fen, paid_fen = self.due.total_fen, self.paid_fen
        if not self.owes or not any(self.lines_fen):
            return total_fen
        asked_fen = self._asked_fen()
        debts_fen = [amount_fen for amount_fen in self.due.amounts_fen if amount_fen < 0]
        # Paid as a whole, or less all or some of what is owed: whichever tells what was paid.
        for taken_fen in (asked_fen, total_fen, *debts_fen):
            if paid_fen > taken_fen and self.due.known_excess(paid_fen - taken_fen):
                return taken_fen
        return asked_fen

    def _asked_fen(self) -> int:
        """Lines below 0 that are parts of a debt are that; what it leaves uncollected is not this list's business."""
        back_fen = [amount_fen for amount_fen in self.lines_fen if amount_fen < 0]
        if self.is_whole(self.lines_fen):
            return self.paid_fen
        if len(back_fen) < len(self.lines_fen) and placed(self.due.amounts_fen, back_fen) is not None:
            return sum(back_fen)
        return min(0, max(self.paid_fen, self.due.total_fen))

    @property
    def over_fen(self) -> int:
        """Above 0: too much was paid."""
        return self.paid_fen - self.entitled_fen

    @property
    def clean(self) -> bool:
        """Nobody is asked on this list for what they owe back: no line, and nothing due, is as it should be."""
        if not any(self.lines_fen):
            return self.owes
        return self.is_whole(self.lines_fen) or (self.owes and not self.over_fen)

    def is_whole(self, lines_fen: Sequence[int]) -> bool:
        """Whether such lines are a partition of what is due; of a debt, parts of it."""
        if any(is_whole(amounts_fen, lines_fen) for amounts_fen in self.due.groupings()):
            return True
        return self.owes and sum(lines_fen) <= 0 and placed(self.due.amounts_fen, lines_fen) is not None

    def takes(self, *lines: PayoutLine) -> bool:
        """Whether these lines too are parts of what is due."""
        return placed(self.due.amounts_fen, [*self.lines_fen, *(line.amount_fen for line in lines)]) is not None


def cases_of(lines: Sequence[PayoutLine], entitled: Entitled) -> tuple[dict[str, Case], list[Finding]]:
    """A case for everybody who is due something or stands on the list, and the lines whose name and code disagree."""
    reader = _Reader(entitled, lines)
    cases = {payee: Case(due, known=True) for payee, due in entitled.by_payee.items()}
    findings: list[Finding] = []
    unsure: list[tuple[PayoutLine, tuple[str, ...]]] = []
    for line in lines:
        meant = reader.meant(line)
        if len(meant) > 1 or (meant and not reader.agrees(line, meant[0])):
            unsure.append((line, meant))
        else:
            _case(cases, entitled, meant[0] if meant else "", line).lines.append(line)
    alike: dict[tuple[str, ...], list[PayoutLine]] = defaultdict(list)
    for line, meant in unsure:
        if reader.agrees(line, meant[0]):
            alike[meant].append(line)
        else:
            findings.append(_give_one(cases, entitled, line, meant))
    for meant, some in alike.items():
        if not _settled_by_amounts(cases, entitled, some, meant):
            findings += [one for line in some if (one := _give_alike(cases, entitled, line, meant)) is not None]
    return cases, findings


class _Reader:
    """Whom a line may mean. Codes none of which we know are those of somebody else's books: names decide then."""

    def __init__(self, entitled: Entitled, lines: Sequence[PayoutLine]) -> None:
        self._names = entitled.names
        self._codes_by_name: dict[str, list[str]] = defaultdict(list)
        for code, name in sorted(entitled.names.items()):
            self._codes_by_name[folded(name)].append(code)
        self._codes_are_ours = any(line.code in entitled.names for line in lines)

    def meant(self, line: PayoutLine) -> tuple[str, ...]:
        """Codes, the likeliest first; none for somebody whom nobody knows."""
        named = next(filter(None, (self._codes_by_name.get(word) for word in _spellings(line.name))), [])
        # A list that names nobody has the code again for the name.
        named = named or [one for one in [line.name] if one in self._names]
        if line.code in self._names:
            others = () if self.agrees(line, line.code) else named
            return (line.code, *others)
        return tuple(named)

    def agrees(self, line: PayoutLine, code: str) -> bool:
        """Whether the line's code and name both say so, as far as it has them."""
        if line.code and self._codes_are_ours and line.code != code:
            return False
        known = (folded(self._names.get(code, "")), folded(code))
        return not line.name or any(word in known for word in _spellings(line.name))


# Accounts of villages and communities are in the name of their committees: 青塘村民委员会, 荷溪社区居委会.
_COMMITTEES = ("村民委员会", "民委员会", "村委会", "委会", "居民委员会", "居委会")


def _spellings(name: str) -> Iterator[str]:
    """The name, and what it may be the committee of; nothing where there is none."""
    word = folded(name)
    if word:
        yield word
        yield from (word.removesuffix(ending) for ending in _COMMITTEES if word.endswith(ending) and word != ending)


def _case(cases: dict[str, Case], entitled: Entitled, code: str, line: PayoutLine) -> Case:
    """Of that code, or, where it is empty, of what the list calls somebody whom nobody knows."""
    key = code or f"{line.code} {line.name}".strip()
    if key not in cases:
        due = entitled.of(code) if code else Entitlement(key, line.name or line.code)
        cases[key] = Case(due, known=bool(code))
    return cases[key]


def _give_one(cases: dict[str, Case], entitled: Entitled, line: PayoutLine, meant: tuple[str, ...]) -> Finding:
    """Name and code disagree: whoever the amount fits has got it, by the code where that leaves a choice."""
    all_meant = [_case(cases, entitled, code, line) for code in meant]
    taken = next((case for case in all_meant if case.takes(line)), all_meant[0])
    taken.lines.append(line)
    return _disagreeing(line, all_meant, taken)


def _give_alike(cases: dict[str, Case], entitled: Entitled, line: PayoutLine, meant: tuple[str, ...]) -> Finding | None:
    """A name that several have, and no code: the only one whom the amount fits, or nobody knows who."""
    all_meant = [_case(cases, entitled, code, line) for code in meant]
    fitting = [case for case in all_meant if case.takes(line)]
    taken = (fitting or all_meant)[0]
    taken.lines.append(line)
    return None if len(fitting) == 1 else _disagreeing(line, all_meant, taken)


def _settled_by_amounts(
    cases: dict[str, Case], entitled: Entitled, lines: Sequence[PayoutLine], meant: tuple[str, ...]
) -> bool:
    """Give these lines, which have no code and a name that all of these share, so that everybody's sum is right."""
    all_meant = [_case(cases, entitled, code, lines[0]) for code in meant]
    if len(meant) ** len(lines) > CHOICES_MAX:
        return False
    for choice in product(range(len(meant)), repeat=len(lines)):
        given = [[line for line, to in zip(lines, choice, strict=True) if to == index] for index in range(len(meant))]
        tried = [Case(case.due, case.known, [*case.lines, *some]) for case, some in zip(all_meant, given, strict=True)]
        if all(case.clean for case in tried):
            for case, some in zip(all_meant, given, strict=True):
                case.lines += some
            return True
    return False


def _disagreeing(line: PayoutLine, meant: Sequence[Case], taken: Case) -> Finding:
    told = say(
        "the line has the code {code} and the name {name}; it may mean {people}",
        code=line.code or "—", name=line.name or "—", people=_people({case.due.payee: case.due.name for case in meant}),
    )  # fmt: skip
    evidence = (line_evidence(line),)
    return Finding(Kind.NAME_AND_CODE, taken.due.payee, told, line.amount_fen, line.amount_fen, evidence)


def _people(names: Mapping[str, str]) -> str:
    return "、".join(f"{name} ({code})" for code, name in names.items())


def line_evidence(line: PayoutLine) -> Evidence:
    """The line as it stands on the list."""
    told = say(
        "on the list: {code} {name} {amount} {purpose}",
        code=line.code, name=line.name, amount=show_money(line.amount_fen), purpose=line.purpose,
    )  # fmt: skip
    return Evidence(told, line.place)
