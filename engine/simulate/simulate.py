"""Drawn years judged by the compiled plan, chunk by chunk, under one or several sets of contracts: the same draws for each."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from engine.columnar.judged import judge_year
from engine.simulate.answers import Answers, ContractAnswers, YearsTally, together
from engine.simulate.count import counted, needed
from engine.simulate.draw import BLOCK, Draws
from engine.simulate.model import Assumptions
from engine.simulate.series import town_of
from engine.simulate.years import Years
from rules.contract import Contract
from targets.columns.backend import Backend
from targets.snapshot import Snapshot

# Years judged at a time: fewer, and compiling the plan takes longer than running it; more, and they need more memory.
CHUNK = 2500
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
    scales: list[dict[str, int]] = [{} for _ in contract_sets]

    def judged(start: int, count: int) -> list[YearsTally]:
        first, last = start // BLOCK, -(-(start + count) // BLOCK)
        blocks = [drawn.block(number) for number in range(first, last)]
        tallies = []
        for number, (contracts, own) in enumerate(zip(contract_sets, years, strict=True)):
            verdicts = judge_year(contracts, own.year(blocks, count), backend, told=needed)
            scales[number].update({one.contract.contract: one.layout.final_scale for one in verdicts})
            tallies.append(counted(verdicts, own, count, backend))
        return tallies

    found: list[list[YearsTally]] = [[] for _ in contract_sets]
    done = 0
    for count, tallies in _in_order(judged, list(_chunks(sampling.years, sampling.chunk))):
        for whole, one in zip(found, tallies, strict=True):
            whole[:] = [together([*whole, one])]
        done += count
        progress(done)
    return tuple(
        _answers(contracts, own, scale, whole[0], sampling)
        for contracts, own, scale, whole in zip(contract_sets, years, scales, found, strict=True)
    )


def _chunks(years: int, chunk: int) -> Iterator[tuple[int, int]]:
    """Whole blocks each, but for the last."""
    size = max(1, chunk // BLOCK) * BLOCK
    for start in range(0, years, size):
        yield start, min(size, years - start)


def _in_order(
    work: Callable[[int, int], list[YearsTally]], chunks: Sequence[tuple[int, int]]
) -> Iterator[tuple[int, list[YearsTally]]]:
    """While one chunk's plan is written out, another's is run; no more are in memory than there are workers."""
    waiting: deque[tuple[int, Future[list[YearsTally]]]] = deque()
    left = deque(chunks)
    with ThreadPoolExecutor(WORKERS) as pool:
        try:
            while left or waiting:
                while left and len(waiting) < WORKERS:
                    start, count = left.popleft()
                    waiting.append((count, pool.submit(work, start, count)))
                count, first = waiting.popleft()
                yield count, first.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _answers(
    contracts: Sequence[Contract], years: Years, scales: dict[str, int], tally: YearsTally, sampling: Sampling
) -> Answers:
    found = []
    for contract in contracts:
        if contract.contract in tally.contracts:
            codes = tuple(years.people[number] for number in years.subjects(contract.contract).tolist())
            found.append(
                ContractAnswers(
                    contract, codes, scales[contract.contract], sampling.years, tally.contracts[contract.contract]
                )
            )
    return Answers(sampling.years, sampling.seed, tuple(found), years.people, tally)
