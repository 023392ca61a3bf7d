"""Forward chaining over exact integers: the one door to durable-rules 2.0.28.

A caller states rules and facts as plain records and gets back which rule fired for whom. Nothing a user typed
enters the engine: names become small integers on the way in and are put back on the way out. Every measured fault
of the engine and the guard against it is told in docs/decisions/0003-durable-rules.md and held by
tests/test_inference.py; "engine" below is durable-rules and "ours" is this module.
"""

from __future__ import annotations

import ctypes
import itertools
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any, Literal

INTEGER_MAX = 2**63 - 1
# A rule set of 60 rules takes about 1 MB compiled; one assessment asks with a dozen different ones, again and again.
NETWORKS_MAX = 32
TEXT_MAX = 500

# Far inside what the engine holds, because past its own limits it writes outside its arrays or loops for ever:
# a message 255 properties, a match 16 messages, 64 pending branches, 256 rules on one test, 512 tests on one level.
COMPARES_MAX = 8
PATTERNS_MAX = 8
SHEET_PATTERNS_MAX = 16
PORT_USES_MAX = 32
CHANNEL_RADIX = 20
CHANNELS_MAX = 8_000
ENGINE_RULES_MAX = 4_000
# The engine spends about 9 kB on a message whatever it holds, so a town goes through in parts of so many messages.
MESSAGES_MAX = 2_000
# Matches handed to one action at a time; the engine reads it into 16 bits.
BATCH_MAX = 1_000

_OPERATORS = {"<": "$lt", "<=": "$lte", ">": "$gt", ">=": "$gte", "==": "$eq"}
_CATCH_ALL = "seen"
# Every town has a state of its own under this name, alive while it is asked: the engine survives only one at a time.
_SID = "town"
_LOCK = threading.Lock()
_SERIAL = itertools.count()


class RuleEngineFault(Exception):
    """Our error, never the user's: the engine lost, refused or contradicted something. Nothing may be settled on it."""


@dataclass(frozen=True, slots=True)
class Compare:
    """The subject has this measure, and its value stands so to a constant in the measure's own scaled unit."""

    measure: str
    op: Literal["<", "<=", ">", ">=", "=="]
    value: int


@dataclass(frozen=True, slots=True)
class Holds:
    """The node was derived for the subject, with this truth. That nothing was derived is not a Holds(node, False)."""

    node: str
    truth: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """When every antecedent holds for a subject, so does `then`. Raises ValueError when there is no antecedent."""

    name: str
    when: tuple[Compare | Holds, ...]
    then: Holds

    def __post_init__(self) -> None:
        if not self.when:
            raise ValueError(f"rule {self.name!r} has no antecedent")


@dataclass(frozen=True, slots=True)
class Fact:
    """One measured value of one subject, in the measure's own scaled unit, within +-INTEGER_MAX."""

    subject: str
    measure: str
    value: int


@dataclass(frozen=True, slots=True, order=True)
class Firing:
    """A rule that fired for a subject, and what it made hold there."""

    rule: str
    subject: str
    node: str
    truth: bool


_Message = dict[str, int | str]
_Pattern = list[dict[str, Any]]
# A caller's truth, or the inner one that links the parts of a long rule.
_Truth = Holds | int


def available() -> bool:
    """Whether durable-rules runs here: CPython 3.11 or 3.12, built for it, where a C long has 64 bits.

    The engine keeps the constants of its rules in a C long. On Windows that is 32 bits and cuts them silently.
    """
    try:
        import durable.engine  # noqa: F401, PLC0415 (it must be possible to import ours where this is missing)
    except ImportError:
        return False
    return ctypes.sizeof(ctypes.c_long) == 8


def infer(town: str, rules: tuple[Rule, ...], facts: Iterable[Fact]) -> list[Firing]:
    """Every rule that fires, once per subject, sorted. Chains until nothing more follows.

    A Compare on a measure the subject has no fact for does not hold. Equal facts count once.
    Raises ValueError for two rules of one name, RuleEngineFault for all else; then nothing is returned.
    """
    if len({rule.name for rule in rules}) != len(rules):
        raise ValueError("two rules have the same name")
    # Out here, because an error of the caller's own iterable is no fault of ours.
    facts = list(facts)
    with _as_fault(town):
        if not available():
            raise RuleEngineFault("durable-rules does not run on this Python or platform")
        values = _values_by_subject(facts)
        with _LOCK:
            firings = sorted(_network(rules).run(values))
        _check_consistent(firings)
    return firings


@contextmanager
def _as_fault(town: str) -> Iterator[None]:
    """Every error becomes a fault that names the town; after one, no compiled network is trusted again."""
    try:
        yield
    except Exception as error:
        _network.cache_clear()
        raise RuleEngineFault(f"town {town!r}: {str(error)[:TEXT_MAX] or type(error).__name__}") from error


def _values_by_subject(facts: Iterable[Fact]) -> dict[str, dict[str, int]]:
    values: dict[str, dict[str, int]] = {}
    for fact in facts:
        _check_integer(fact.value, fact)
        measured = values.setdefault(fact.subject, {})
        if measured.setdefault(fact.measure, int(fact.value)) != fact.value:
            raise RuleEngineFault(f"{fact} contradicts the value {measured[fact.measure]}")
    return values


def _check_integer(value: int, source: Fact | str) -> None:
    if not isinstance(value, int) or abs(value) > INTEGER_MAX:
        raise RuleEngineFault(f"{source}: {value!r} is not an integer within +-(2**63 - 1)")


def _check_consistent(firings: Iterable[Firing]) -> None:
    held: dict[tuple[str, str], Firing] = {}
    for firing in firings:
        other = held.setdefault((firing.node, firing.subject), firing)
        if other.truth != firing.truth:
            raise RuleEngineFault(f"a truth and its contrary: {other} and {firing}")


@lru_cache(maxsize=NETWORKS_MAX)
def _network(rules: tuple[Rule, ...]) -> _Network:
    return _Network(_Plan(rules))


class _Network:
    """One rule set compiled into the engine, in a host of its own. Not for two threads at once."""

    def __init__(self, plan: _Plan) -> None:
        import durable.engine  # noqa: PLC0415
        import durable_rules_engine  # noqa: PLC0415

        # The engine times an action by the wall clock: set forward, it would drop the rest of a town in silence.
        durable.engine._unix_now = time.monotonic
        self._plan = plan
        self._part = _Part([])
        self._name = f"rules-{next(_SERIAL)}"
        actions = {name: self._action(partial(self._conclude, name)) for name in plan.outcomes}
        actions[_CATCH_ALL] = self._action(self._witness)
        self._host = _quiet_host(durable.engine.Host, actions, {self._name: plan.definition()})
        handle = self._host.get_ruleset(self._name)._handle
        weakref.finalize(self, durable_rules_engine.delete_ruleset, handle).atexit = False
        # The first state of a ruleset holds a pointer which is set by its first action only, yet freed by deletion.
        self._assert([{"k": -1}])
        self._host.delete_state(self._name, _SID)

    def run(self, values: dict[str, dict[str, int]]) -> Iterator[Firing]:
        """The firings for these values by subject and measure, one part of the subjects after the other."""
        subjects = list(values)
        size = max(1, MESSAGES_MAX // self._plan.messages_per_subject)
        for start in range(0, len(subjects), size):
            part = _Part(subjects[start : start + size])
            messages = [
                message
                for number, subject in enumerate(part.subjects)
                for message in self._plan.sheet_messages(number, values[subject])
            ]
            if messages:
                self._exchange(part, messages)
            yield from part.firings

    def _exchange(self, part: _Part, messages: list[_Message]) -> None:
        """Tells the engine these messages, lets it conclude, and makes sure that it saw every one."""
        self._part = part
        try:
            self._assert(messages)
            state = self._host.get_state(self._name, _SID)
            if "exception" in state:
                raise part.broken_by or RuleEngineFault(state["exception"])
            if sorted(part.seen) != list(range(part.sent)):
                raise RuleEngineFault(f"{part.sent} facts were sent, {len(part.seen)} were seen")
        finally:
            self._host.delete_state(self._name, _SID)

    def _assert(self, messages: list[_Message]) -> None:
        # Of an empty batch the engine makes a wild pointer.
        assert messages
        for message in messages:
            # The engine knows an id by a 32-bit hash of it only, in which small decimal numbers do not collide.
            message |= {"sid": _SID, "id": str(self._part.sent)}
            self._part.sent += 1
        self._host.assert_facts(self._name, messages)

    def _action(self, work: Callable[[list[Any]], None]) -> Callable[[Any], None]:
        def act(closure: Any) -> None:
            try:
                work(closure.m)
            except BaseException as error:
                # The engine keeps only the text of it, were it a KeyboardInterrupt.
                self._part.broken_by = error
                raise

        return act

    def _conclude(self, name: str, matches: list[Any]) -> None:
        part, (truth, rule) = self._part, self._plan.outcomes[name]
        news: list[_Message] = []
        for match in matches:
            number = match["a0"]["s"]
            if (name, number) in part.fired:
                raise RuleEngineFault(f"{name} fired twice for one subject")
            part.fired.add((name, number))
            if rule is not None:
                subject = part.subjects[number]
                part.firings.append(Firing(rule.name, subject, rule.then.node, rule.then.truth))
            if (truth, number) not in part.held:
                part.held.add((truth, number))
                news += self._plan.port_messages(number, truth)
        if news:
            self._assert(news)

    def _witness(self, matches: list[Any]) -> None:
        self._part.seen += [int(match["id"]) for match in matches]


@dataclass(slots=True)
class _Part:
    """Some subjects of a town on their way through the engine, which knows each by its position."""

    subjects: list[str]
    sent: int = 0
    seen: list[int] = field(default_factory=list)
    fired: set[tuple[str, int]] = field(default_factory=set)
    held: set[tuple[_Truth, int]] = field(default_factory=set)
    firings: list[Firing] = field(default_factory=list)
    broken_by: BaseException | None = None


def _quiet_host(base: Any, actions: dict[str, Callable[[Any], None]], rulesets: dict[str, Any]) -> Any:
    """A host without the stock one's two timer threads, which would run our actions behind our back."""

    class Host(base):  # type: ignore[misc]
        def _run(self) -> None:
            pass

        def get_action(self, action_name: str) -> Callable[[Any], None]:
            return actions[action_name]

    return Host(rulesets)


class _Plan:
    """What the engine is told of a rule set: its rules as data, in which every name is a number.

    A message travels in one channel. A sheet is a channel that brings a subject's values of the measures which a few
    rules compare; a port is one that brings a derived truth to a few of the rules which wait for it.
    """

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self.outcomes: dict[str, tuple[_Truth, Rule | None]] = {}
        self._engine_rules: dict[str, dict[str, Any]] = {}
        self._channels = itertools.count()
        self._sheets: list[_Sheet] = []
        self._ports: dict[_Truth, list[_Port]] = {}
        for rule in rules:
            self._add_rule(rule)
        if len(self._engine_rules) > ENGINE_RULES_MAX or next(self._channels) > CHANNELS_MAX:
            raise RuleEngineFault(f"{len(rules)} rules are more than the engine holds")

    @property
    def messages_per_subject(self) -> int:
        """At most so many: every sheet, and every port of every truth."""
        return len(self._sheets) + sum(map(len, self._ports.values())) or 1

    def definition(self) -> dict[str, Any]:
        """The ruleset in the engine's own form.

        The catch-all is last because the engine serves its agenda in this order: once it has seen the last message,
        nothing that follows from any is left undone.
        """
        catch_all = {"all": [{"m": {"$ex": {"k": 1}}}], "cap": BATCH_MAX, "run": _CATCH_ALL}
        return self._engine_rules | {_CATCH_ALL: catch_all}

    def sheet_messages(self, number: int, values: dict[str, int]) -> Iterator[_Message]:
        for sheet in self._sheets:
            known: _Message = {name: values[each] for each, name in sheet.names.items() if each in values}
            if known:
                yield _address(sheet.channel) | {"s": number} | known

    def port_messages(self, number: int, truth: _Truth) -> list[_Message]:
        return [_address(port.channel) | {"s": number} for port in self._ports.get(truth, ())]

    def _add_rule(self, rule: Rule) -> None:
        """A rule of many antecedents becomes a chain, each link waiting for the truth of the one before."""
        compares = [each for each in dict.fromkeys(rule.when) if isinstance(each, Compare)]
        for compare in compares:
            _check_integer(compare.value, f"rule {rule.name!r}, {compare}")
        chunks = [compares[start : start + COMPARES_MAX] for start in range(0, len(compares), COMPARES_MAX)]
        patterns = [self._sheet_pattern(chunk) for chunk in chunks]
        patterns += [self._port_pattern(each) for each in dict.fromkeys(rule.when) if isinstance(each, Holds)]
        while len(patterns) > PATTERNS_MAX:
            link = len(self._engine_rules)
            self._add_engine_rule(patterns[:PATTERNS_MAX], link, None)
            patterns = [self._port_pattern(link), *patterns[PATTERNS_MAX:]]
        self._add_engine_rule(patterns, rule.then, rule)

    def _sheet_pattern(self, compares: list[Compare]) -> _Pattern:
        if not self._sheets or self._sheets[-1].patterns == SHEET_PATTERNS_MAX:
            self._sheets.append(_Sheet(next(self._channels)))
        sheet = self._sheets[-1]
        sheet.patterns += 1
        names = [sheet.names.setdefault(each.measure, f"m{len(sheet.names)}") for each in compares]
        tests = [{_OPERATORS[each.op]: {name: int(each.value)}} for name, each in zip(names, compares, strict=True)]
        return [*_tests_of(sheet.channel), *tests]

    def _port_pattern(self, truth: _Truth) -> _Pattern:
        ports = self._ports.setdefault(truth, [])
        if not ports or ports[-1].uses == PORT_USES_MAX:
            ports.append(_Port(next(self._channels)))
        ports[-1].uses += 1
        return _tests_of(ports[-1].channel)

    def _add_engine_rule(self, patterns: list[_Pattern], truth: _Truth, rule: Rule | None) -> None:
        name = f"r{len(self._engine_rules)}"
        same_subject = {"s": {"a0": "s"}}
        joined = [patterns[0], *([*pattern, same_subject] for pattern in patterns[1:])]
        self._engine_rules[name] = {
            "all": [{f"a{place}": {"$and": tests}} for place, tests in enumerate(joined)],
            "cap": BATCH_MAX,
            # Two patterns may be met by one message: without this the engine would want a second one.
            "dist": 0,
            "run": name,
        }
        self.outcomes[name] = truth, rule


@dataclass(slots=True)
class _Sheet:
    channel: int
    patterns: int = 0
    names: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Port:
    channel: int
    uses: int = 0


def _address(channel: int) -> _Message:
    """Two digits, so that no level of the engine's tests is wide: it walks a level from end to end."""
    return {"k": channel // CHANNEL_RADIX, "c": channel % CHANNEL_RADIX}


def _tests_of(channel: int) -> _Pattern:
    return [{name: digit} for name, digit in _address(channel).items()]
