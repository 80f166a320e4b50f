"""SearchResult: everything that a search measured, in order."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field

VERSION = 1  # of the JSON form


@dataclass(frozen=True)
class Evaluation:
    """One measurement of a search.

    time: seconds since the search began. sentence: what was measured. seconds: per run, best batch.
    gflops: 1e9 operations per second (0 for nests that only move data).
    parent, edit: the sentence that it was derived from, and how; empty for a start.
    """

    time: float
    sentence: str
    seconds: float
    gflops: float
    parent: str = ""
    edit: str = ""


@dataclass
class SearchResult:
    """The trajectory of one search.

    strategy, seed: who searched. nest, symbols, target: what for, in text form (a program stands in nest, too).
    peak_gflops: of one core of this machine.
    elapsed: seconds that the search took. stopped: why it ended: "done" (the strategy had nothing left to try), "time" or
    "evaluations" (the budget).
    """

    strategy: str
    seed: int
    nest: str
    symbols: dict[str, int]
    target: str
    cpu: str
    peak_gflops: float
    evaluations: list[Evaluation] = field(default_factory=list)
    elapsed: float = 0.0
    stopped: str = ""

    def best(self) -> Evaluation:
        """The fastest; of equals the earliest. Raises ValueError if nothing was measured."""
        if not self.evaluations:
            raise ValueError(f"the search {self.strategy} measured nothing")
        return min(self.evaluations, key=lambda evaluation: evaluation.seconds)

    def top(self, n: int) -> list[Evaluation]:
        """The n fastest, fastest first; sentences differ."""
        return sorted(self.evaluations, key=lambda evaluation: evaluation.seconds)[:n]

    def curve(self) -> list[Evaluation]:
        """The evaluations that were faster than all before them."""
        steps: list[Evaluation] = []
        for evaluation in self.evaluations:
            if not steps or evaluation.seconds < steps[-1].seconds:
                steps.append(evaluation)
        return steps

    def path(self, sentence: str) -> list[Evaluation]:
        """How a sentence was reached, from the start to it. Raises KeyError if it was not measured."""
        known = {evaluation.sentence: evaluation for evaluation in self.evaluations}
        path = [known[sentence]]
        while path[0].parent:
            path.insert(0, known[path[0].parent])
        return path

    def to_json(self) -> str:
        return json.dumps({"version": VERSION, **asdict(self)}, indent=1) + "\n"

    @staticmethod
    def from_json(text: str) -> SearchResult:
        """Raises ValueError for anything that to_json() of this version did not write."""
        try:
            fields = json.loads(text)
            version = fields.pop("version")
            if version != VERSION:
                raise ValueError(f"version {version} of a search result cannot be read; this build reads {VERSION}")
            evaluations = [Evaluation(**evaluation) for evaluation in fields.pop("evaluations")]
            return SearchResult(**fields, evaluations=evaluations)
        except (AttributeError, KeyError, TypeError) as wrong:
            raise ValueError(f"this is no search result: {wrong!r}") from wrong
