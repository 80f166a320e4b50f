"""Evolutionary search. A genome is a sequence of edits from the start, so whatever mutation and crossover make of it is legal."""

from __future__ import annotations

from dataclasses import dataclass

from .edit import Edit
from .program import AnySchedule
from .session import Session
from .strategy import Search

POPULATION = 24
ELITE = 6  # live on unchanged
TOURNAMENT = 3
CROSSOVER = 0.4  # of the children; the others are mutations of one parent
STALE = 50  # generations in a row without a new schedule


@dataclass(frozen=True)
class Individual:
    genome: tuple[Edit, ...]
    schedule: AnySchedule
    seconds: float


class Evolution(Search):
    """Tournament selection, mutation by edits, crossover by one parent's first edits and the other's last ones."""

    name = "evolution"

    def explore(self, session: Session) -> None:
        origin = Individual((), session.start, session.evaluate(session.start))
        population = [origin] + [self.mutate(session, origin) for _ in range(POPULATION - 1)]
        stale = 0
        while stale < STALE:
            known = session.measured
            population = self.generation(session, population)
            stale = 0 if session.measured > known else stale + 1

    def generation(self, session: Session, population: list[Individual]) -> list[Individual]:
        """The fastest, each schedule once, and children."""
        distinct = {individual.schedule: individual for individual in reversed(population)}
        elite = sorted(distinct.values(), key=lambda individual: individual.seconds)[:ELITE]
        return elite + [self.child(session, population) for _ in range(POPULATION - len(elite))]

    def child(self, session: Session, population: list[Individual]) -> Individual:
        parent = self.select(session, population)
        if session.random.random() < CROSSOVER:
            return self.cross(session, parent, self.select(session, population))
        return self.mutate(session, parent)

    def select(self, session: Session, population: list[Individual]) -> Individual:
        return min(session.random.choices(population, k=TOURNAMENT), key=lambda individual: individual.seconds)

    def cross(self, session: Session, first: Individual, second: Individual) -> Individual:
        cut = session.random.randint(0, len(first.genome))
        begin = session.random.randint(0, len(second.genome))
        return self.grow(session, first.genome[:cut] + second.genome[begin:], first)

    def mutate(self, session: Session, parent: Individual) -> Individual:
        """Without one of the edits, half of the time; then one to three random ones at the end."""
        genome = list(parent.genome)
        if genome and session.random.random() < 0.5:
            genome.pop(session.random.randrange(len(genome)))
        return self.grow(session, tuple(genome), parent, extra=session.random.randint(1, 3))

    def grow(self, session: Session, genome: tuple[Edit, ...], parent: Individual, extra: int = 0) -> Individual:
        """Follows the edits as far as `steps` allows, leaves out those that are illegal now, adds random ones."""
        kept: list[Edit] = []
        schedule = session.start
        for edit in genome[:session.steps]:
            edited = session.follow(schedule, edit)
            if edited is not None:
                kept.append(edit)
                schedule = edited
        for _ in range(min(extra, session.steps - len(kept))):
            if (step := session.random_neighbour(schedule)) is not None:
                kept.append(step[0])
                schedule = step[1]
        return Individual(tuple(kept), schedule, session.evaluate(schedule, parent.schedule))
