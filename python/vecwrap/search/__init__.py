"""Tuning by hand (Tuner) and by search (STRATEGIES). See docs/search.md.

>>> from vecwrap.search import STRATEGIES, Budget
>>> sorted(STRATEGIES)
['beam2bfs', 'beam2dfs', 'beam4bfs', 'beam4dfs', 'evolution', 'greedy1', 'greedy2', 'heuristic', 'random']
"""

from .actions import Actions
from .beam import Beam2Bfs, Beam2Dfs, Beam4Bfs, Beam4Dfs
from .edit import Edit
from .edits import EDITS
from .evolve import Evolution
from .greedy import Greedy1, Greedy2
from .program import ProgramSchedule
from .result import Evaluation, SearchResult
from .sample import Heuristic, RandomWalk
from .schedule import EditError, Loop, Schedule
from .session import Budget
from .share import PROGRAM_EDITS
from .space import Space
from .strategy import Search, Settings, Strategy
from .tuner import Tuner

SEARCHES: tuple[type[Search], ...] = (Heuristic, Greedy1, Greedy2, Beam2Dfs, Beam4Dfs, Beam2Bfs, Beam4Bfs, RandomWalk, Evolution)
STRATEGIES: dict[str, type[Search]] = {search.name: search for search in SEARCHES}

__all__ = [
    "EDITS", "PROGRAM_EDITS", "STRATEGIES", "Actions", "Budget", "Edit", "EditError", "Evaluation", "Loop", "ProgramSchedule",
    "Schedule", "Search", "SearchResult", "Settings", "Space", "Strategy", "Tuner",
]
