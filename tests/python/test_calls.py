"""Calls with arrays that look like the last call's are checked by comparing: they do, and refuse, what the first call does."""

import numpy as np
import pytest
import vecwrap as vw

SENTENCE = "v1 split(i,8) reorder(i,j,i.1) tile(i.1)"


def scaled() -> tuple[vw.Nest, vw.Kernel]:
    nest = vw.Nest("scaled")
    i, j = nest.dims(i="m", j="n")
    a, s = nest.tensor("A", (i, j), strides=(None, None)), nest.tensor("S", (j,))
    b = nest.tensor("B", (i, j), strides=(None, None))
    b[i, j] = a[i, j] * s[j]
    return nest, nest.schedule(SENTENCE)


def arrays(m: int = 5, n: int = 4) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(m * n)
    return rng.random((m, n), np.float32), rng.random(n, np.float32), np.zeros((m, n), np.float32)


def test_other_arrays_that_look_the_same():
    _, kernel = scaled()
    for _ in range(3):
        a, s, b = arrays()
        a += np.random.default_rng().random(a.shape, np.float32)
        kernel(a, s, b)
        assert (b == a * s).all()


def test_shapes_and_strides_may_change_between_calls():
    _, kernel = scaled()
    for m, n in [(5, 4), (5, 4), (7, 3), (3, 7), (5, 4)]:
        a, s, b = arrays(m, n)
        for given in (a, np.asfortranarray(a), a[::-1], a.repeat(2, 1)[:, ::2]):
            for out in (b, np.asfortranarray(b), b[:, ::-1]):
                out[:] = 0
                kernel(given, s, out)
                kernel(given, s, out)
                assert (out == given * s).all()


@pytest.mark.parametrize("change,message", [
    (lambda a, s, b: (a.astype("f8"), s, b), "A: expected dtype float32, got float64"),
    (lambda a, s, b: (a.astype(">f4"), s, b), "A: expected dtype float32, got >f4"),
    (lambda a, s, b: (a.tolist(), s, b), "A: expected a numpy array, got list"),
    (lambda a, s, b: (a[0], s, b), "A: expected 2 axes, got 1"),
    (lambda a, s, b: (a, s[:-1], b), "axis 0 has size 3, expected n = 4"),
    (lambda a, s, b: (a, s, a), "the output B overlaps A"),
    (lambda a, s, b: (a, b.reshape(-1)[4:8], b), "the output B overlaps S"),
    (lambda a, s, b: (a, s), "tensor B is missing"),
    (lambda a, s, b: (a, s, b, b), "4 arrays for 3 tensors"),
])
def test_what_does_not_fit_is_refused_after_a_good_call_as_before_it(change, message):
    _, kernel = scaled()
    for _ in range(2):
        with pytest.raises(vw.ArgumentError, match=message):
            kernel(*change(*arrays()))
        kernel(*arrays())


def test_read_only_and_misaligned_arrays_are_refused():
    _, kernel = scaled()
    a, s, b = arrays()
    kernel(a, s, b)
    b.flags.writeable = False
    with pytest.raises(vw.ArgumentError, match="read-only"):
        kernel(a, s, b)
    moved = np.frombuffer(bytearray(a.nbytes + 2), np.uint8)[2:2 + a.nbytes].view(np.float32).reshape(a.shape)
    with pytest.raises(vw.ArgumentError, match="not aligned"):
        kernel(moved, s, arrays()[2])


def test_arrays_that_lie_between_each_others_elements_still_run():
    _, kernel = scaled()
    a, s, b = arrays()
    kernel(a, s, b)
    both = np.zeros((*a.shape, 2), np.float32)
    both[..., 0] = a
    for _ in range(3):
        kernel(both[..., 0], s, both[..., 1])
    assert (both[..., 1] == a * s).all() and (both[..., 0] == a).all()


def test_numbers_are_taken_anew_at_each_call():
    nest = vw.Nest("times")
    i, = nest.dims(i="n")
    x, y, factor = nest.tensor("X", (i,)), nest.tensor("Y", (i,)), nest.scalar("factor")
    y[i] = x[i] * factor
    kernel = nest.schedule("v1")
    a, b = np.arange(5, dtype=np.float32), np.zeros(5, np.float32)
    for number in (2.0, 3.0, np.array(4, np.float32), np.array(5, np.float32)):
        kernel(a, b, number)
        assert (b == a * np.float32(number)).all()


def test_programs_with_temporaries():
    first, second = vw.Nest("double"), vw.Nest("add")
    i, = first.dims(i="n")
    x, t = first.tensor("X", (i,)), first.tensor("T", (i,))
    t[i] = x[i] * 2.0
    j, = second.dims(i="n")
    t, z, y = second.tensor("T", (j,)), second.tensor("Z", (j,)), second.tensor("Y", (j,))
    y[j] = t[j] + z[j]
    kernel = vw.Program("both", [first, second], ["T"]).schedule()
    for n in (4, 4, 9, 9):
        x, z, y = np.arange(n, dtype=np.float32), np.ones(n, np.float32), np.zeros(n, np.float32)
        for _ in range(2):
            kernel(x, z, y)
            assert (y == 2 * x + z).all()
        with pytest.raises(vw.ArgumentError, match="overlaps"):
            kernel(x, z, z)
