"""The rule engine behind its door: what it concludes, and each fault of durable-rules 2.0.28 that the door keeps out.

For every fault two things are shown: `raw`, the engine used in the plain way, does the wrong thing; `infer` does not.
"""

from __future__ import annotations

import ctypes
import itertools
import multiprocessing
import operator
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import inference
from engine.inference import Compare, Fact, Firing, Holds, Rule, RuleEngineFault, available, infer

needs_the_engine = pytest.mark.skipif(
    not available(), reason="durable-rules 2.0.28 runs on CPython 3.11 and 3.12 only, where a C long has 64 bits"
)

PASSED = Holds("达标", True)
FAILED = Holds("达标", False)
VETOED = Holds("一票否决", True)
EXCELLENT = Holds("优秀", True)

# Points carry two decimals, so 60.00 points are 6000.
CONTRACT = (
    Rule("达到及格线", (Compare("得分", ">=", 6000),), PASSED),
    Rule("未达及格线", (Compare("得分", "<", 6000),), FAILED),
    Rule("弄虚作假", (Compare("虚报次数", ">", 0),), VETOED),
    Rule("连续两年落后", (FAILED, Compare("上年名次", ">=", 9)), VETOED),
    Rule("高分且无否决", (PASSED, Compare("得分", ">=", 9000), Compare("虚报次数", "==", 0)), EXCELLENT),
)


@needs_the_engine
def test_a_town_is_judged() -> None:
    """Every rule that fired is named, though two of them say the same of Liang village. He village was not reported."""
    facts = [
        *(Fact("李村", "得分", 9250), Fact("李村", "虚报次数", 0), Fact("李村", "上年名次", 1)),
        *(Fact("梁村", "得分", 5999), Fact("梁村", "虚报次数", 2), Fact("梁村", "上年名次", 9)),
        *(Fact("何村", "虚报次数", 0), Fact("何村", "上年名次", 9)),
    ]
    assert infer("青石镇", CONTRACT, facts) == [
        Firing("弄虚作假", "梁村", "一票否决", True),
        Firing("未达及格线", "梁村", "达标", False),
        Firing("达到及格线", "李村", "达标", True),
        Firing("连续两年落后", "梁村", "一票否决", True),
        Firing("高分且无否决", "李村", "优秀", True),
    ]


@needs_the_engine
@pytest.mark.parametrize("value", [0, -1, 2**31, 2**53 + 1, 2**63 - 1, -(2**63) + 1])
def test_integers_compare_exactly(value: int) -> None:
    """One below, the same, one above; the neighbour past the range is left out."""
    for op, holds in OPERATORS.items():
        rules = (Rule("r", (Compare("m", op, value),), PASSED),)
        for near in (value - 1, value, value + 1):
            if abs(near) < 2**63:
                assert bool(infer("t", rules, [Fact("s", "m", near)])) == holds(near, value)


@needs_the_engine
def test_no_name_reaches_the_engine() -> None:
    """Names that mean something to the engine, to JSON or to us, and all at once."""
    names = ["镇'\"\\", "a.b", "$all", "x$state", "sid", "id", "", " ", "a0", "seen", "\ud800", "\n"]
    rules = tuple(Rule(name, (Compare(name, "==", 1),), Holds(name, True)) for name in names)
    facts = [Fact(name, measure, 1) for name in names for measure in names]
    assert infer(names[0], rules, facts) == sorted(Firing(r, s, r, True) for r in names for s in names)


@needs_the_engine
def test_the_order_of_facts_and_rules_changes_nothing() -> None:
    facts = [Fact(f"村{n}", m, v) for n in range(9) for m, v in (("得分", n * 1250), ("虚报次数", n % 2))]
    expected = infer("t", CONTRACT, facts)
    assert infer("t", CONTRACT[::-1], reversed(facts)) == expected
    assert infer("t", CONTRACT, facts) == expected


@needs_the_engine
def test_rules_in_a_circle_come_to_rest() -> None:
    a, b = Holds("a", True), Holds("b", True)
    rules = (Rule("start", (Compare("m", "==", 1),), a), Rule("ab", (a,), b), Rule("ba", (b,), a))
    assert [firing.rule for firing in infer("t", rules, [Fact("s", "m", 1)])] == ["ab", "ba", "start"]


def test_what_cannot_be_meant_is_refused() -> None:
    with pytest.raises(ValueError, match="'空' has no antecedent"):
        Rule("空", (), PASSED)
    with pytest.raises(ValueError, match="the same name"):
        infer("t", (CONTRACT[0], CONTRACT[0]), [])


@needs_the_engine
@pytest.mark.parametrize(
    ("rules", "facts", "match"),
    [
        (CONTRACT, [Fact("李村", "得分", 1), Fact("李村", "得分", 2)], "青石镇.*李村.*contradicts the value 1"),
        (CONTRACT, [Fact("李村", "得分", 0.5)], "李村.*0.5 is not an integer"),  # type: ignore[arg-type]
        (
            (*CONTRACT, Rule("相反", (Compare("得分", ">", 0),), FAILED)),
            [Fact("李村", "得分", 7000)],
            "contrary.*李村.*达标.*李村.*达标",
        ),
    ],
)
def test_contradictions_are_faults(rules: tuple[Rule, ...], facts: list[Fact], match: str) -> None:
    """A caller asked both and got both, or sent two values of one measure: that is our error, and nobody's verdict."""
    with pytest.raises(RuleEngineFault, match=match):
        infer("青石镇", rules, facts)


# --- the fault table of the design, row by row ------------------------------------------------------------------------


@needs_the_engine
def test_row_1_states_alive() -> None:
    """Raw: the 1,025th living sid of a ruleset is a MemoryError. Ours: a town's state is deleted when it is done."""
    host = raw({"r": {"all": [{"m": {"x": 1}}], "run": nothing}})
    for sid in range(1024):
        host.assert_fact("raw", {"sid": str(sid), "id": "1", "x": 1})
    with pytest.raises(MemoryError):
        host.assert_fact("raw", {"sid": "one more", "id": "1", "x": 1})

    for town in range(1100):
        assert len(infer(str(town), CONTRACT, [Fact("李村", "得分", 9000)])) == 1


@needs_the_engine
def test_row_1_states_are_deleted_after_an_error_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inference._network, "cache_clear", lambda: None)
    monkeypatch.setattr(inference._Plan, "port_messages", fail)
    for town in range(1100):
        with pytest.raises(RuleEngineFault):
            infer(str(town), CONTRACT, [Fact("李村", "得分", 9000)])
    monkeypatch.undo()
    assert len(infer("t", CONTRACT, [Fact("李村", "得分", 9000)])) == 1


@needs_the_engine
def test_row_2_equal_facts() -> None:
    """Raw: an equal fact is refused, and an unequal one whose id has the same 32-bit hash. Ours: told once, by number."""
    host = raw({"r": {"all": [{"m": {"$ex": {"x": 1}}}], "run": nothing}})
    host.assert_fact("raw", {"x": 1})
    with pytest.raises(engine().MessageObservedException):
        host.assert_fact("raw", {"x": 1})
    host.assert_fact("raw", {"x": 1, "id": "psqbeq"})
    with pytest.raises(engine().MessageObservedException):
        host.assert_fact("raw", {"x": 2, "id": "vrvtsw"})

    assert len(infer("t", CONTRACT, [Fact("李村", "得分", 9000)] * 3)) == 1
    both_ways = (*CONTRACT, Rule("另一条", (Compare("得分", ">", 0),), PASSED))
    assert len(infer("t", both_ways, [Fact("李村", "得分", 9000), Fact("李村", "虚报次数", 0)])) == 3


def test_row_2_our_names_do_not_collide() -> None:
    """The hash is FNV-1a. Ids run up to the messages of a part, or, where more, the channels; with the state's own id."""
    ids = [str(number) for number in range(max(inference.MESSAGES_MAX, inference.CHANNELS_MAX) + 1)]
    properties = [f"m{n}" for n in range(inference.SHEET_PATTERNS_MAX * inference.COMPARES_MAX)]
    for names in ([*ids, f"sid-{inference._SID}"], [*properties, "id", "sid", "$s", "s", "k", "c"]):
        assert len({fnv_1a(name) for name in names}) == len(names)


@needs_the_engine
def test_row_3_facts_no_rule_matches() -> None:
    """Raw: refused. Ours: a measure nobody compares, a value nobody is glad of and a truth nobody waits for are fine."""
    host = raw({"r": {"all": [{"m": {"x": 1}}], "run": nothing}})
    with pytest.raises(engine().MessageNotHandledException):
        host.assert_fact("raw", {"x": 2, "id": "1"})

    facts = [Fact("李村", "得分", 6000), Fact("李村", "人口", 812), Fact("李村", "上年名次", 3), Fact("无", "人口", 1)]
    assert infer("t", CONTRACT, facts) == [Firing("达到及格线", "李村", "达标", True)]


@needs_the_engine
def test_row_3_errors_inside_actions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Raw: the rest of the action is skipped and nobody is told. Ours: a fault with its cause, and the next town runs."""
    done: list[str] = []

    def conclude(c: Any) -> None:
        c.assert_fact({"nobody": "waits", "id": "2"})
        done.append("the rest")

    host = raw({"r": {"all": [{"m": {"x": 1}}], "run": conclude}})
    host.assert_fact("raw", {"x": 1, "id": "1"})
    assert not done
    assert "exception" in host.get_state("raw", "0")

    with monkeypatch.context() as broken:
        broken.setattr(inference._Plan, "port_messages", fail)
        with pytest.raises(RuleEngineFault, match=r"青石镇.*out of order") as fault:
            infer("青石镇", CONTRACT, [Fact("李村", "得分", 6000)])
        assert isinstance(fault.value.__cause__, RuntimeError)
        broken.setattr(inference._Plan, "port_messages", interrupt)
        with pytest.raises(KeyboardInterrupt):
            infer("青石镇", CONTRACT, [Fact("李村", "得分", 6000)])
    assert len(infer("青石镇", CONTRACT, [Fact("李村", "得分", 6000)])) == 1


@needs_the_engine
def test_row_3_an_exception_the_engine_alone_saw(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network(CONTRACT)._host, "get_state", lambda *_: {"exception": "timeout expired"})
    with pytest.raises(RuleEngineFault, match="timeout expired"):
        infer("青石镇", CONTRACT, [Fact("李村", "得分", 6000)])


@needs_the_engine
def test_row_4_integers_out_of_range() -> None:
    """Raw: 2**63 is taken for 2**63 - 1, in a fact and in a rule. Ours: a fault that names the fact or the rule."""
    fired: list[int] = []
    host = raw({"r": {"all": [{"m": {"x": 2**63 - 1}}], "run": lambda c: fired.append(c.m.x)}})
    host.assert_fact("raw", {"x": 2**63, "id": "1"})
    assert fired == [2**63]

    for value in (2**63, -(2**63)):
        with pytest.raises(RuleEngineFault, match=f"青石镇.*subject='李村', measure='得分', value={value}"):
            infer("青石镇", CONTRACT, [Fact("李村", "得分", value)])
        with pytest.raises(RuleEngineFault, match=f"rule '过大'.*measure='得分'.*value={value}"):
            infer("青石镇", (Rule("过大", (Compare("得分", ">=", value),), PASSED),), [Fact("李村", "得分", 1)])


@needs_the_engine
def test_row_4_arithmetic_in_conditions() -> None:
    """Raw: 10 > 3 + 4 never fires. Ours: a condition compares with one integer; there is no way to write another."""
    fired: list[int] = []
    sum_of_constants = {"$gt": {"x": {"$add": {"$l": 3, "$r": 4}}}}
    rules = {"r": {"all": [{"m": sum_of_constants}], "run": lambda c: fired.append(c.m.x)}}
    host = raw({**rules, "all": {"all": [{"m": {"$ex": {"x": 1}}}], "run": nothing}})
    host.assert_fact("raw", {"x": 10, "id": "1"})
    assert not fired

    assert len(infer("t", (Rule("r", (Compare("x", ">", 7),), PASSED),), [Fact("s", "x", 10)])) == 1


@needs_the_engine
def test_row_5_the_global_host() -> None:
    """Raw: one name space for the process, and two timer threads. Ours: a host for each rule set, and no thread."""
    script = """if True:
        import threading
        from durable.lang import get_host, m, ruleset, when_all
        for attempt in range(2):
            with ruleset("town"):
                @when_all(m.x == 1)
                def act(c): pass
            try:
                get_host()
            except Exception as error:
                print(error)
        print(threading.active_count())
    """
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert told.split("\n")[:2] == ["Ruleset with name town already registered", "3"]

    before = threading.active_count()
    stricter = (Rule("达到及格线", (Compare("得分", ">=", 8000),), PASSED),)
    assert len(infer("t", CONTRACT, [Fact("李村", "得分", 7000)])) == 1
    assert len(infer("t", stricter, [Fact("李村", "得分", 7000)])) == 0
    assert threading.active_count() == before


# --- faults that the table did not have -------------------------------------------------------------------------------


@needs_the_engine
def test_a_batch_that_breaks_off() -> None:
    """Raw: facts after one that does not parse are dropped without a word. Ours: what was sent is counted as seen."""
    seen: list[str] = []
    host = raw({"r": {"all": [{"m": {"$ex": {"x": 1}}}], "run": lambda c: seen.append(c.m.id)}})
    host.assert_facts("raw", [{"x": 1, "id": "1"}, {"x": float("inf"), "id": "2"}, {"x": 3, "id": "3"}])
    assert seen == ["1"]

    host = network(CONTRACT)._host
    send = host.assert_facts
    host.assert_facts = lambda name, messages: send(name, messages[:1])
    with pytest.raises(RuleEngineFault, match="3 facts were sent, 2 were seen"):
        infer("t", CONTRACT, [Fact("李村", "得分", 5000), Fact("梁村", "得分", 8000)])


@needs_the_engine
def test_a_clock_set_forward(monkeypatch: pytest.MonkeyPatch) -> None:
    """Raw: an action that seems to last ten seconds is the last to run, in silence. Ours: no wall clock is read."""
    clock = itertools.count(step=11)
    monkeypatch.setattr(engine(), "_unix_now", lambda: next(clock))
    seen: list[int] = []
    host = raw({"r": {"all": [{"m": {"$ex": {"x": 1}}}], "run": lambda c: seen.append(c.m.x)}})
    host.assert_facts("raw", [{"x": 1, "id": "1"}, {"x": 2, "id": "2"}])
    assert len(seen) == 1

    inference._network.cache_clear()
    assert len(infer("t", CONTRACT, [Fact("李村", "得分", 5000), Fact("李村", "上年名次", 9)])) == 2


@needs_the_engine
def test_a_failure_before_the_first_action() -> None:
    """Raw: deleting a state in which no action ran frees a pointer that was never set: a crash, or not, by luck.

    So only ours is shown, on a heap left full of ones, in a process of its own.
    """
    script = """if True:
        from engine import inference
        from engine.inference import Compare, Fact, Holds, Rule, infer
        rules = (Rule("r", (Compare("m", ">", 0),), Holds("n", True)),)
        rubbish = [b"\\xff" * 35_000 for _ in range(50)]
        del rubbish
        def fail(name, messages):
            host.get_ruleset(name).assert_facts(messages)
            raise RuntimeError("the disk is full")
        host = inference._network(rules)._host
        host.assert_facts = fail
        try:
            infer("t", rules, [Fact("s", "m", 1)])
        except inference.RuleEngineFault as fault:
            print(fault)
    """
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert told == "town 't': the disk is full\n"


@needs_the_engine
def test_one_fact_for_two_patterns() -> None:
    """Raw: a rule that asks the same thing twice wants two facts, and never fires. Ours: it fires."""
    fired: list[int] = []
    host = raw({"r": {"all": [{"a": {"x": 1}}, {"b": {"x": 1}}], "run": lambda _: fired.append(1)}})
    host.assert_fact("raw", {"x": 1, "id": "1"})
    assert not fired

    twice = (Rule("r", (PASSED, Compare("得分", ">", 0), PASSED, Compare("得分", ">", 0)), EXCELLENT),)
    assert len(infer("t", CONTRACT[:1] + twice, [Fact("李村", "得分", 6000)])) == 2


@needs_the_engine
def test_many_tests_on_one_fact() -> None:
    """Raw: a fact that meets 65 tests is an error. Ours: 300 bands on one measure, 300 rules on one truth, 600 in a row."""
    tests = {f"r{n}": {"all": [{"m": {"$gte": {"x": n}}}], "run": nothing} for n in range(65)}
    host = raw(tests)
    with pytest.raises(Exception, match="error code: 303"):
        host.assert_fact("raw", {"x": 100, "id": "1"})

    bands = tuple(Rule(f"band {n}", (Compare("得分", ">=", n),), PASSED) for n in range(300))
    waiting = tuple(Rule(f"waits {n}", (Compare("得分", ">=", 0), PASSED), Holds(str(n), True)) for n in range(300))
    assert len(infer("t", bands + waiting, [Fact("李村", "得分", 149)])) == 150 + 300
    row = tuple(Rule(f"row {n}", (Holds(str(n), True),), Holds(str(n + 1), True)) for n in range(600))
    assert (
        len(infer("t", (*row, Rule("first", (Compare("m", "==", 1),), Holds("0", True))), [Fact("s", "m", 1)])) == 601
    )


@needs_the_engine
def test_many_antecedents() -> None:
    """Raw: 17 patterns are an error, once 17 facts meet them. Ours: a rule of 520 antecedents, whole or one short."""
    host = raw({"r": {"all": [{f"a{n}": {"x": n}} for n in range(17)], "run": nothing}})
    with pytest.raises(Exception, match="error code: 304"):
        host.assert_facts("raw", [{"x": n, "id": str(n)} for n in range(17)])

    steps = tuple(Rule(f"step {n}", (Compare(f"m{n}", ">", 0),), Holds(str(n), True)) for n in range(260))
    whole = Rule("whole", tuple(each for rule in steps for each in (*rule.when, rule.then)), EXCELLENT)
    facts = [Fact("李村", f"m{n}", 1) for n in range(260)]
    assert len(infer("t", (*steps, whole), facts)) == 261
    assert len(infer("t", (*steps, whole), facts[1:])) == 259


def test_too_many_rules_are_refused() -> None:
    """Past its own limits the engine writes outside its arrays."""
    with pytest.raises(RuleEngineFault):
        infer("t", tuple(Rule(str(n), (PASSED,), PASSED) for n in range(4_001)), [Fact("s", "m", 1)])


@needs_the_engine
def test_a_large_town_and_many_towns_in_little_memory() -> None:
    """The engine takes 9 kB for a fact, and frees what it took only with the state; rule sets it never frees itself.

    In a process of its own: what other tests left behind in this one would be counted too.
    """
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.apply(pages_taken_by_many_towns) < 2_000


def pages_taken_by_many_towns() -> int:
    scores = [Fact(f"村{n}", m, n % 9001) for n in range(3_000) for m in ("得分", "虚报次数", "上年名次")]
    # Number 0 and the 9 of each 3,000 without a past fall out of one rule each; the others are in two or in three.
    assert len(infer("大镇", CONTRACT, scores)) == 3_000 + 2_999 + 2_991

    def towns(count: int) -> Iterator[int]:
        for town in range(count):
            yield len(infer(f"镇{town}", CONTRACT, scores[:90]))
            yield len(infer("t", (Rule("r", (Compare("得分", ">=", town),), PASSED),), scores[:3]))

    assert set(towns(100)) <= {0, 1, 80, 81, 82, 83, 84, 85}
    before = resident_pages()
    assert sum(towns(1_000))
    return resident_pages() - before


@needs_the_engine
def test_threads_and_callers_within_callers() -> None:
    """A town's facts may themselves come from a town; two threads may ask at once; a caller's error stays his own."""

    def verdicts() -> Iterator[Fact]:
        for firing in infer("镇", CONTRACT, [Fact(f"村{n}", "得分", n * 100) for n in range(100)]):
            yield Fact(firing.subject, "得分", 9000 if firing.truth else 0)

    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(len(infer("县", CONTRACT, verdicts())))) for _ in "1234"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [100] * 4

    with pytest.raises(ZeroDivisionError):
        infer("县", CONTRACT, (Fact("村", "得分", 1 // n) for n in (1, 0)))


# --- where it runs ----------------------------------------------------------------------------------------------------


def test_where_the_engine_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """On Windows a C long, in which the engine keeps the constants of its rules, has 32 bits."""
    assert available() == (sys.version_info < (3, 13) and ctypes.sizeof(ctypes.c_long) == 8)
    monkeypatch.setattr(ctypes, "sizeof", lambda _: 4)
    assert not available()
    with pytest.raises(RuleEngineFault, match="does not run on this Python"):
        infer("t", CONTRACT, [])


def test_the_door_opens_without_the_engine() -> None:
    """On Python 3.13 there is no durable-rules, and everything else must still start."""
    script = "import sys, engine.inference; sys.exit('durable' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


# --- the meaning ------------------------------------------------------------------------------------------------------

OPERATORS: dict[Literal["<", "<=", ">", ">=", "=="], Callable[[int, int], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
}


def fixpoint(rules: tuple[Rule, ...], facts: list[Fact]) -> list[Firing]:
    """What infer means, in the plainest Python."""
    values = {(fact.subject, fact.measure): fact.value for fact in facts}
    firings: set[Firing] = set()

    def met(subject: str, each: Compare | Holds) -> bool:
        if isinstance(each, Holds):
            return any((f.subject, f.node, f.truth) == (subject, each.node, each.truth) for f in firings)
        value = values.get((subject, each.measure))
        return value is not None and OPERATORS[each.op](value, each.value)

    while True:
        more = {
            Firing(rule.name, subject, rule.then.node, rule.then.truth)
            for rule, (subject, _) in itertools.product(rules, values)
            if all(met(subject, each) for each in rule.when)
        }
        if more <= firings:
            return sorted(firings)
        firings |= more


INTEGERS = st.integers(-2, 2) | st.sampled_from([2**53, 2**53 + 1, 2**63 - 2, 2**63 - 1, 1 - 2**63])
MEASURES = st.sampled_from(["得分", "名次", "次数"])
COMPARES = st.builds(Compare, MEASURES, st.sampled_from(list(OPERATORS)), INTEGERS)
FACTS = st.lists(
    st.builds(Fact, st.sampled_from("甲乙丙"), MEASURES, INTEGERS), unique_by=lambda fact: (fact.subject, fact.measure)
)


@st.composite
def rule_sets(draw: st.DrawFn) -> tuple[Rule, ...]:
    """Up to 12 rules on 6 nodes, each rule waiting for earlier nodes only."""
    rules = []
    for number in range(draw(st.integers(1, 12))):
        node = draw(st.integers(0, 5))
        earlier = st.builds(Holds, st.sampled_from([str(n) for n in range(node)] or ["none"]), st.booleans())
        when = draw(st.lists(COMPARES | earlier, min_size=1, max_size=20))
        rules.append(Rule(f"规则{number}", tuple(when), Holds(str(node), draw(st.booleans()))))
    return tuple(rules)


@needs_the_engine
@settings(max_examples=400, deadline=None)
@given(rule_sets(), FACTS)
def test_infer_is_the_fixpoint(rules: tuple[Rule, ...], facts: list[Fact]) -> None:
    expected = fixpoint(rules, facts)
    truths = {(firing.subject, firing.node, firing.truth) for firing in expected}
    if any((subject, node, not truth) in truths for subject, node, truth in truths):
        with pytest.raises(RuleEngineFault, match="contrary"):
            infer("镇", rules, facts)
    else:
        assert infer("镇", rules, facts) == expected


# --- the engine, used in the plain way --------------------------------------------------------------------------------


def engine() -> Any:
    import durable.engine  # noqa: PLC0415

    return durable.engine


def raw(rules: dict[str, Any]) -> Any:
    """The rules in a host of the engine, less its timer threads: they would make these tests a matter of luck."""
    quiet = type("Host", (engine().Host,), {"_run": lambda _: None})
    return quiet({"raw": rules})


def network(rules: tuple[Rule, ...]) -> inference._Network:
    """A fresh one, and the one that infer uses next."""
    inference._network.cache_clear()
    return inference._network(rules)


def nothing(_: Any) -> None:
    pass


def fail(*_: Any) -> None:
    raise RuntimeError("out of order")


def interrupt(*_: Any) -> None:
    raise KeyboardInterrupt


def fnv_1a(text: str) -> int:
    hashed = 2166136261
    for byte in text.encode():
        hashed = (hashed ^ byte) * 16777619 % 2**32
    return hashed


def resident_pages() -> int:
    statm = Path("/proc/self/statm")
    if not statm.exists():
        pytest.skip("only Linux tells how much memory is in use")
    return int(statm.read_text().split()[1])
