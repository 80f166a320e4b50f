"""A progress bar where rich is installed and somebody looks; nothing otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Update = Callable[[float, str], None]  # (fraction of the budget that is spent, what to say)


@contextmanager
def progress_bar(title: str, wanted: bool) -> Iterator[Update]:
    """Yields what moves the bar."""
    if not wanted:
        yield lambda fraction, text: None
        return
    try:
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
    except ImportError:
        yield lambda fraction, text: None
        return
    columns = TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TextColumn("{task.fields[text]}")
    with Progress(*columns) as bar:
        task = bar.add_task(title, total=1.0, text="")
        yield lambda fraction, text: bar.update(task, completed=min(fraction, 1.0), text=text)
