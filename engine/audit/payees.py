"""Whom each line of a list means: by code, by name, and by the amount where both leave a choice."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import permutations

from engine.audit.entitlement import Entitled, Entitlement
from engine.audit.finding import Evidence, Finding, Kind
from engine.audit.partition import is_whole, placed
from rules.diagnostic import say
from rules.quantity import show_money
from targets.payout import PayoutLine
from targets.vocabulary import folded

# All ways of dealing so many lines out among people of one name are looked at.
DEALT_MAX = 14
RECOVERIES_MAX = 3


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
        if sum(lines_fen) == self.due.total_fen and self._recovered(lines_fen):
            return True
        return self.owes and sum(lines_fen) <= 0 and placed(self.due.amounts_fen, lines_fen) is not None

    def _recovered(self, lines_fen: Sequence[int]) -> bool:
        """Whether a line below 0 took back what another line had too much, and everything is right with the two together."""
        back_fen = [amount_fen for amount_fen in lines_fen if amount_fen < 0]
        if len(back_fen) > RECOVERIES_MAX or placed(self.due.amounts_fen, back_fen) is not None:
            return False
        for index, other in permutations(range(len(lines_fen)), 2):
            together_fen = lines_fen[index] + lines_fen[other]
            if lines_fen[index] < 0 <= together_fen:
                rest = [fen for at, fen in enumerate(lines_fen) if at not in (index, other)]
                if self.is_whole([*rest, together_fen]):
                    return True
        return False

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
        self._codes_by_spelling: dict[str, list[str]] = defaultdict(list)
        for code, name in sorted(entitled.names.items()):
            self._codes_by_name[folded(name)].append(code)
            self._codes_by_spelling[folded(code)].append(code)
        self._codes_are_ours = any(self._code(line) in entitled.names for line in lines)

    def _code(self, line: PayoutLine) -> str:
        """Ours, where only capitals or widths of letters differ and just one is like it; else as it is written."""
        alike = self._codes_by_spelling.get(folded(line.code), []) if line.code not in self._names else []
        return alike[0] if len(alike) == 1 else line.code

    def meant(self, line: PayoutLine) -> tuple[str, ...]:
        """Codes, the likeliest first; none for somebody whom nobody knows."""
        named = next(filter(None, (self._codes_by_name.get(word) for word in _spellings(line.name))), [])
        # A list that names nobody has the code again for the name.
        named = named or [one for one in [line.name] if one in self._names]
        code = self._code(line)
        if code in self._names:
            others = () if self.agrees(line, code) else named
            return (code, *others)
        return tuple(named)

    def agrees(self, line: PayoutLine, code: str) -> bool:
        """Whether the line's code and name both say so, as far as it has them."""
        if line.code and self._codes_are_ours and self._code(line) != code:
            return False
        known = (folded(self._names.get(code, "")), folded(code))
        return not line.name or any(word in known for word in _spellings(line.name))


# Accounts of villages and communities are in the name of their committees: 青塘村民委员会, 荷溪社区居委会.
_COMMITTEES = ("村民委员会", "民委员会", "村委会", "委会", "居民委员会", "居委会")
_NOTED = re.compile(r"(?<=.)\([^()]*\)$")


def _spellings(name: str) -> Iterator[str]:
    """The name; without what stands in brackets behind it, a post or a note; and what either may be the committee of."""
    word = folded(name)
    for spelling in dict.fromkeys((word, _NOTED.sub("", word))):
        if spelling:
            yield spelling
            yield from (
                spelling.removesuffix(ending)
                for ending in _COMMITTEES
                if spelling.endswith(ending) and spelling != ending
            )


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
    dealt = _dealt(all_meant, lines) if len(lines) <= DEALT_MAX else _dealt_in_turn(all_meant, lines)
    for case, some in zip(all_meant, dealt or (), strict=False):
        case.lines += some
    return dealt is not None


def _dealt(cases: Sequence[Case], lines: Sequence[PayoutLine]) -> list[list[PayoutLine]] | None:
    """Lines for each, all of them, so that every sum is right."""
    case, tried = cases[0], set[tuple[int, ...]]()
    everything = (1 << len(lines)) - 1
    for mask in range(everything + 1) if len(cases) > 1 else (everything,):
        some = [line for index, line in enumerate(lines) if mask >> index & 1]
        amounts_fen = tuple(sorted(line.amount_fen for line in some))
        if amounts_fen in tried or not (case.owes or sum(amounts_fen) + case.paid_fen == case.due.total_fen):
            continue
        tried.add(amounts_fen)
        if Case(case.due, case.known, [*case.lines, *some]).clean:
            left = [line for index, line in enumerate(lines) if not mask >> index & 1]
            others = _dealt(cases[1:], left) if len(cases) > 1 else []
            if others is not None:
                return [some, *others]
    return None


def _dealt_in_turn(cases: Sequence[Case], lines: Sequence[PayoutLine]) -> list[list[PayoutLine]] | None:
    """Of too many lines for all choices: the largest first, each to the first whom it fits."""
    tried = [Case(case.due, case.known, list(case.lines)) for case in cases]
    for line in sorted(lines, key=lambda one: -abs(one.amount_fen)):
        fitting = next((case for case in tried if case.takes(line)), None)
        if fitting is None:
            return None
        fitting.lines.append(line)
    given = [new.lines[len(old.lines) :] for new, old in zip(tried, cases, strict=True)]
    return given if all(case.clean for case in tried) else None


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
