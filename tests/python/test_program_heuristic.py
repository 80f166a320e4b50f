"""Schedules that the heuristic proposes for programs: shared over rows where that pays, the same results in any case."""

import numpy as np
import pytest

import nest_programs
import vecwrap as vw
from vecwrap import _core, native_target


def shared(program: vw.Program) -> vw.Kernel | None:
    sentence = _core.share_rows(program.core, native_target())
    return None if sentence is None else program.schedule(sentence)


def chain(rows: int, columns: int, take: str = "row") -> vw.Program:
    """t = 2 X, then Y = t times what `take` names of t."""
    first = vw.Nest("first")
    i, j = first.dims(i=rows, j=columns)
    X, t = first.tensor("X", (rows, columns)), first.tensor("t", (rows, columns))
    t[i, j] = X[i, j] + X[i, j]
    second = vw.Nest("second")
    count = rows - (take == "next row")
    i, j = second.dims(i=count, j=columns)
    t, Y = second.tensor("t", (rows, columns)), second.tensor("Y", (count, columns))
    Y[i, j] = t[i, j] * {"row": lambda: t[i, j], "next row": lambda: t[i + 1, j], "column": lambda: t[j, i]}[take]()
    return vw.Program("chain", [first, second], ["t"])


@pytest.mark.parametrize("rows,columns", [(1536, 128), (384, 384), (97, 500), (64, 1000)])
@pytest.mark.parametrize("fast_math", [False, True])
def test_softmax_is_one_pass_over_rows(rows: int, columns: int, fast_math: bool) -> None:
    program = nest_programs.softmax(rows, columns, fast_math)
    kernel = shared(program)
    assert kernel is not None and kernel.loop_tree.startswith("for i in 0..") and kernel.workspace_bytes == 0
    assert all(f"  stage {t} " in kernel.loop_tree for t in "mes")
    x = np.random.default_rng(1).standard_normal((rows, columns)).astype("f4")
    got, wanted = np.empty_like(x), np.empty_like(x)
    kernel(x, got)
    program.interpret(x, wanted)
    assert np.allclose(got, wanted, rtol=1e-5) if fast_math else got.tobytes() == wanted.tobytes()


def test_rows_that_are_read_twice_count_as_well() -> None:
    """Nothing of size is passed on, but both nests read X."""
    nests = []
    for name, source, target in (("sum", [], "s"), ("less", ["s"], "Y")):
        nest = vw.Nest(name, fast_math=True)
        i, j = nest.dims(i=512, j=1024)
        X, s = nest.tensor("X", (512, 1024)), nest.tensor("s", (512,))
        if source:
            nest.tensor("Y", (512, 1024))[i, j] = X[i, j] - s[i]
        else:
            s[i] = vw.sum_of(X[i, j])
        nests.append(nest)
    kernel = shared(vw.Program("centred", nests, ["s"]))
    assert kernel is not None and "for i in 0..512 step 2\n" in kernel.loop_tree


@pytest.mark.parametrize("program,why", [
    (chain(16, 64), "everything fits in the first-level cache"),
    (chain(600, 512, "next row"), "rows would be computed twice"),
    (chain(256, 256, "column"), "a row needs all of what is passed on"),
    (nest_programs.mlp(480, 256, 1024, 256), "products want whole tiles")], ids=lambda p: "" if isinstance(p, str) else p.name)
def test_apart(program: vw.Program, why: str) -> None:
    assert shared(program) is None, why
    sentence = _core.propose(program.core, native_target())
    assert "at(" not in str(sentence)
    program.schedule(sentence)


def test_pointwise_chain_is_shared() -> None:
    kernel = shared(chain(600, 512))
    assert kernel is not None
    x = np.random.default_rng(1).standard_normal((600, 512)).astype("f4")
    y = np.empty_like(x)
    kernel(x, y)
    assert (y == 4 * x * x).all()
