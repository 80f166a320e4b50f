"""Which reductions may run in another order: under fast-math, or of integers, those that join acc with others in one way."""

from __future__ import annotations

import numpy as np
import pytest
import vecwrap as vw

UPDATES = {
    "sum": (lambda acc, x: acc + x, True),
    "sum on the left": (lambda acc, x: x + acc, True),
    "difference": (lambda acc, x: acc - x, True),
    "sum of two": (lambda acc, x: acc + x + x * x, True),
    "sum of some": (lambda acc, x: vw.where(vw.compare("une", x, 0.0), acc + x, acc), True),
    "sums and differences": (lambda acc, x: vw.where(vw.compare("ogt", x, 0.0), acc + x, acc - x), True),
    "largest": (vw.maximum, True),
    "smallest": (lambda acc, x: vw.minimum(x, acc), True),
    "largest of two": (lambda acc, x: vw.maximum(vw.maximum(acc, x), -x), True),
    "alternating": (lambda acc, x: x - acc, False),
    "by Horner's rule": (lambda acc, x: acc * 2.0 + x, False),
    "last": (lambda acc, x: vw.where(vw.compare("une", x, 0.0), x, acc), False),
    "clamp": (lambda acc, x: vw.minimum(vw.maximum(acc, x), -x), False),
    "distance": (lambda acc, x: abs(acc - x), False),
    "until": (lambda acc, x: vw.where(vw.compare("olt", acc, 9.0), acc + x, acc), False),
    "sums and products": (lambda acc, x: vw.where(vw.compare("ogt", x, 0.0), acc + x, acc * x), False),
}


def reduction(update, dtype: str, fast_math: bool = True) -> vw.Nest:
    nest = vw.Nest("reduction", dtype, fast_math=fast_math)
    i, p, k = nest.dims(i=20, p=3, k=5)
    X, Y = nest.tensor("X", (i, p, k)), nest.tensor("Y", (i,))
    Y[i] = vw.fold(0.0, lambda acc: update(acc, X[i, p, k]))
    return nest


@pytest.mark.parametrize("dtype,kind", [("f32", np.float32), ("i32", np.int32)])
@pytest.mark.parametrize("name", UPDATES)
@pytest.mark.parametrize("sentence", ["v1 reorder(i,k,p)", "v1 reorder(p,k,i)",
                                      "v1 split(i,16) reorder(k,p,i,i.1) tile(i.1) vectorize(i.1)"])
def test_what_depends_on_the_order_is_not_reordered(name, sentence, dtype, kind):
    update, free = UPDATES[name]
    nest = reduction(update, dtype)
    x = np.random.default_rng(1).integers(-3, 4, (20, 3, 5)).astype(kind)
    y, want = np.zeros((2, 20), kind)
    nest.interpret(x, want)
    try:
        nest.schedule(sentence)(x, y)
        assert free or sentence == "v1 reorder(p,k,i)"
        assert (y == want).all()
    except vw.Refusal as refusal:
        assert refusal.name == "reduction-order" and not free


@pytest.mark.parametrize("name", UPDATES)
def test_strict_floats_are_never_reordered(name):
    with pytest.raises(vw.Refusal) as refusal:
        reduction(UPDATES[name][0], "f32", fast_math=False).schedule("v1 reorder(i,k,p)")
    assert refusal.value.name == "reduction-order"
