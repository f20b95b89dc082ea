"""Fuzzing: `python -m tests.plans.fuzz --cases 20000 --seed 7` asks so many questions on both ways.

Whatever differs is shrunk and printed so that it can be pasted into a test; then the exit
status is 1.
"""

import argparse
import asyncio
import re
import sys
import tempfile
import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from pprint import pformat
from random import Random

from typing_extensions import override

from aether.adapters.neo4j import statements
from aether.adapters.neo4j.graph import Neo4jGraph
from aether.domain.viewers import Viewer
from tests import engines
from tests.engines import Engines
from tests.graph.graphs import CYPHER, bolt, migrated
from tests.plans import worlds
from tests.plans.documents import Case, Writer, cursors_in
from tests.plans.paths import Answer, Paths, Question, answered
from tests.plans.shrinking import smallest
from tests.plans.worlds import World

CASES_PER_WORLD = 500
CURSORS_MOST = 200
_PARTICULAR = re.compile(r"\w+: (?=\w+ *[({\n])|\"[^\"]*\"|\d+|query \w*|\s")
ENOUGH = 12
"""How many differences one looks at in one run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A question whose answers differ."""

    world: int
    by: Viewer
    question: Question
    execution: Answer
    plan: Answer

    @property
    def kind(self) -> str:
        """Its document without ids and aliases: two of a kind have one cause."""
        return _PARTICULAR.sub("", self.question.document)

    @override
    def __str__(self) -> str:
        """This, to be pasted into a test."""
        return (
            f"world={self.world} by={self.by}\n{pformat(self.question, width=150)}\n"
            f"{self.question.document}\n"
            f"execution: {self.execution.data}\n           {self.execution.errors}\n"
            f"plan:      {self.plan.data}\n           {self.plan.errors}\n"
        )


@dataclass(slots=True, kw_only=True)
class Fuzz:
    """Asks questions to one world: what is answered in two ways, or by a defect of ours, is found.

    Attributes:
        viewers: How many people ask the same.
        clean: How many answers had no errors.
        planned: How many of those came by a plan.
        found: What differs, each in its own way.
    """

    paths: Paths
    world: World
    random: Random
    viewers: int
    asked: int = 0
    clean: int = 0
    planned: int = 0
    known: set[str] = field(default_factory=set)
    found: list[Difference] = field(default_factory=list)
    _cursors: list[str] = field(default_factory=list)

    async def run(self, cases: int) -> Sequence[Difference]:
        """The differences among so many questions, shrunk."""
        while self.asked < cases and len(self.known) < ENOUGH:
            written = Writer(
                schema=self.paths.described, world=self.world, random=self.random, cursors=self._cursors
            ).case()
            for by in self.random.sample(self.world.viewers, self.viewers):
                answer = await self._ask(written.question, by)
                if (further := self._further(written, answer)) is not None:
                    await self._ask(further, by)
        return self.found

    async def _ask(self, question: Question, by: Viewer) -> Answer:
        self.asked += 1
        before = answered()["plan"]
        expected, found = await self.paths.both(question, by=by)
        self.clean += not expected.errors
        self.planned += not expected.errors and answered()["plan"] > before
        if found != expected or found.broken:
            difference = await self._difference(question, by)
            if difference.kind not in self.known:
                self.known.add(difference.kind)
                self.found.append(difference)
                print(f"--- difference\n{difference}", flush=True)
        return expected

    async def _difference(self, question: Question, by: Viewer) -> Difference:
        async def differs(it: Question) -> bool:
            expected, found = await self.paths.both(it, by=by)
            return found != expected or found.broken

        small = await smallest(question, differs)
        expected, found = await self.paths.both(small, by=by)
        return Difference(
            world=self.world.seed,
            by=by,
            question=small,
            execution=expected,
            plan=found,
        )

    def _further(self, asked: Case, answer: Answer) -> Question | None:
        """The same question, beginning behind cursors that its answer gave."""
        variables = dict(asked.question.variables or {})
        given = False
        for name, path in asked.pages.items():
            cursors = cursors_in(answer.value, path)
            self._cursors = [*self._cursors, *cursors[:3]][-CURSORS_MOST:]
            if cursors and self.random.random() < 0.8:
                variables[name], given = self.random.choice(cursors), True
        question = asked.question
        return (
            Question(document=question.document, variables=variables, operation=question.operation)
            if given
            else None
        )


async def fuzz(name: str, *, cases: int, seed: int, viewers: int) -> bool:
    """Ask so many questions on the engine *name*; whether all were answered alike."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        started = Engines(Path(folder))
        try:
            engine = await started.get(name)
            async with migrated(engine) as driver:
                graph = Neo4jGraph(
                    driver, statements.load(CYPHER), database=engine.database, bolt=bolt(engine)
                )
                return await _fuzz(Paths(graph, Path(folder)), name, cases=cases, seed=seed, viewers=viewers)
        finally:
            await started.stop()


async def _fuzz(paths: Paths, name: str, *, cases: int, seed: int, viewers: int) -> bool:
    began, known = time.monotonic(), set[str]()
    asked = clean = planned = 0
    for number in range(seed, seed + -(-cases // CASES_PER_WORLD)):
        world = await worlds.build(paths.ports.graph, number)
        one = Fuzz(paths=paths, world=world, random=Random(number), viewers=viewers, known=known)
        await one.run(min(CASES_PER_WORLD, cases - asked))
        asked, clean, planned = asked + one.asked, clean + one.clean, planned + one.planned
        spent = time.monotonic() - began
        print(
            f"{name}: world {number}, {asked:,} cases, {clean:,} without errors, {planned:,} by plans,"
            f" {len(known)} differences, {spent:.0f} s",
            flush=True,
        )
        if len(known) >= ENOUGH:
            break
    return not known


async def main() -> int:
    """Fuzz every engine there is."""
    parser = argparse.ArgumentParser(description="Ask many questions on both ways, and compare the answers.")
    parser.add_argument("--cases", type=int, default=2_000, help="how many questions")
    parser.add_argument("--seed", type=int, default=1, help="decides on worlds and questions")
    parser.add_argument("--viewers", type=int, default=3, help="how many people ask the same; most: 20")
    parser.add_argument("--engine", choices=engines.names(), help="only this one")
    given = parser.parse_args()
    warnings.filterwarnings("ignore", message="coroutine")  # execution drops what it began beside an error
    names = [given.engine] if given.engine else engines.names()
    alike = [await fuzz(name, cases=given.cases, seed=given.seed, viewers=given.viewers) for name in names]
    return 0 if all(alike) else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
