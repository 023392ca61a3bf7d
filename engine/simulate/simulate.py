"""Drawn years judged by the compiled plan, chunk by chunk, under one or several sets of contracts: the same draws for each."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from engine.columnar.judged import judge_year
from engine.simulate.answers import Answers, ContractAnswers, YearsTally
from engine.simulate.count import counted, needed, needed_first
from engine.simulate.draw import BLOCK, Draws
from engine.simulate.model import Assumptions
from engine.simulate.series import town_of
from engine.simulate.years import Years
from rules.contract import Contract
from targets.columns.backend import Backend
from targets.engines import EngineName
from targets.snapshot import Snapshot

# Years judged at a time: fewer, and compiling the plan takes longer than running it; more, and they need more memory.
CHUNK = 2500
# While one chunk's plan is written out another's is run. A connection to DuckDB is for one thread alone.
WORKERS = 2


@dataclass(frozen=True, slots=True)
class Sampling:
    """So many years of a seed, `chunk` of them judged at a time: whole blocks, which changes no answer."""

    years: int
    seed: int = 1
    chunk: int = CHUNK


def simulate(
    snapshot: Snapshot,
    contract_sets: Sequence[Sequence[Contract]],
    sampling: Sampling,
    backend: Backend,
    assumed: Assumptions | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> tuple[Answers, ...]:
    """Answers for each set of contracts. Raises Refused as an assessment does.

    The same seed gives the same answers, however they are chunked; fewer years are the first of more. `progress` is told how many
    years are done, after each chunk.
    """
    town = town_of(snapshot, [contract for contracts in contract_sets for contract in contracts])
    drawn = Draws(town, assumed or Assumptions(), sampling.seed)
    years = [Years(town, drawn, contracts, backend) for contracts in contract_sets]

    def judged(start: int, count: int) -> list[YearsTally]:
        blocks = [drawn.block(number) for number in range(start // BLOCK, -(-(start + count) // BLOCK))]
        tallies = []
        for contracts, own in zip(contract_sets, years, strict=True):
            told = needed if start else needed_first
            verdicts = judge_year(contracts, own.year(blocks, count), backend, told=told)
            tallies.append(counted(verdicts, own, count, backend, first=not start))
        return tallies

    whole: list[YearsTally] = []
    done = 0
    workers = WORKERS if backend.name is EngineName.POLARS else 1
    for count, tallies in _in_order(judged, list(_chunks(sampling.years, sampling.chunk)), workers):
        whole = [before.plus(one) for before, one in zip(whole, tallies, strict=True)] if whole else tallies
        done += count
        progress(done)
    return tuple(
        _answers(contracts, own, tally, sampling)
        for contracts, own, tally in zip(contract_sets, years, whole, strict=True)
    )


def _chunks(years: int, chunk: int) -> Iterator[tuple[int, int]]:
    """Whole blocks each, but for the last."""
    size = max(1, chunk // BLOCK) * BLOCK
    for start in range(0, years, size):
        yield start, min(size, years - start)


def _in_order(
    work: Callable[[int, int], list[YearsTally]], chunks: Sequence[tuple[int, int]], workers: int
) -> Iterator[tuple[int, list[YearsTally]]]:
    """No more of them are in memory than there are workers."""
    waiting: deque[tuple[int, Future[list[YearsTally]]]] = deque()
    left = deque(chunks)
    with ThreadPoolExecutor(workers) as pool:
        try:
            while left or waiting:
                while left and len(waiting) < workers:
                    start, count = left.popleft()
                    waiting.append((count, pool.submit(work, start, count)))
                count, first = waiting.popleft()
                yield count, first.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _answers(contracts: Sequence[Contract], years: Years, tally: YearsTally, sampling: Sampling) -> Answers:
    found = []
    for contract in contracts:
        one = tally.contracts.get(contract.contract)
        if one is not None:
            codes = tuple(years.people[number] for number in years.subjects(contract.contract).tolist())
            found.append(ContractAnswers(contract, codes, sampling.years, one))
    return Answers(sampling.years, sampling.seed, tuple(found), years.people, tally)
