"""The nest DSL: what a declaration becomes, what it computes, and what it refuses."""

import numpy as np
import pytest
import vecwrap as vw

RANDOM = np.random.default_rng(1)


def normal(*shape, dtype="f4"):
    return RANDOM.standard_normal(shape).astype(dtype)


def gemm(dtype="f32", **options):
    nest = vw.Nest("gemm", dtype, **options)
    m, n, k = nest.dims(m="m", n="n", k="k")
    a, b, c = nest.tensor("A", (m, k)), nest.tensor("B", (k, n)), nest.tensor("C", (m, n))
    c[m, n] += a[m, k] * b[k, n]
    return nest


def test_text_of_a_constant_gemm():
    nest = vw.Nest("gemm", "f32")
    m, n, k = nest.dims(m=4, n=8, k=2)
    a, b, c = nest.tensor("A", (m, k)), nest.tensor("B", (k, n)), nest.tensor("C", (m, n))
    c[m, n] += a[m, k] * b[k, n]
    assert nest.text == """nest gemm f32 strict
dim m 4
dim n 8
dim k 2 reduce
tensor A B C
access a0 C + 0 : m*32 n*4
access a1 A + 0 : m*8 k*4
access a2 B + 0 : n*4 k*32
%0 = load a0
%1 = load a1
%2 = load a2
%3 = acc
%4 = fma %1 %2 %3
init %0
update %4
final %3
out a0
"""


@pytest.mark.parametrize("contract,ops", [(True, ["fma"]), (False, ["mul", "add"])])
def test_contraction(contract, ops):
    text = gemm(contract=contract).text
    assert [op for op in ("fma", "mul", "add") if f" {op} " in text] == ops


def test_contraction_takes_the_left_product_as_clang_does():
    nest = vw.Nest()
    (i,) = nest.dims(i=4)
    a, b, c = (nest.tensor(name, (i,)) for name in "ABC")
    c[i] = a[i] * a[i] - b[i] * b[i]
    assert "%0 = load a0\n%1 = mul %0 %0\n%2 = load a1\n%3 = neg %1\n%4 = fma %2 %2 %3\n" in nest.text


def test_kernel_interpreter_and_numpy_agree():
    nest = gemm("f64")
    a, b, c = (RANDOM.integers(-9, 9, shape).astype("f8") for shape in ((17, 5), (5, 23), (17, 23)))
    want = c + a @ b
    for run in (nest.interpret, nest.schedule(nest.heuristic())):
        got = c.copy()
        run(a, b, got)
        assert (got == want).all()


def test_arrays_by_name_and_extents_from_shapes():
    nest = gemm()
    a, b, c = normal(3, 4), normal(4, 5), np.zeros((3, 5), "f4")
    kernel = nest.schedule("v1")
    kernel(C=c, B=b, A=a)
    np.testing.assert_allclose(c, a @ b, rtol=1e-5)


@pytest.mark.parametrize("view", [lambda x: x, lambda x: x[::-1], lambda x: x[:, ::-1], lambda x: x[::2, 1::3]],
                         ids=["dense", "rows reversed", "columns reversed", "every other"])
def test_run_time_strides_take_any_view(view):
    nest = vw.Nest("add", "f32")
    i, j = nest.dims(i="i", j="j")
    a = nest.tensor("A", (i, j), strides=(None, None))
    c = nest.tensor("C", (i, j), strides=(None, None))
    c[i, j] = a[i, j] + 1.0
    source, target = view(normal(8, 12)), view(np.zeros((8, 12), "f4"))
    nest.schedule("v1")(source, target)
    assert (target == source + 1).all()


@pytest.mark.parametrize("strides", [(1, 9), (20, 1), (-5, 1), (None, 1), ("lda", 1)])
def test_declared_strides(strides):
    nest = vw.Nest("copy", "f64")
    i, j = nest.dims(i=9, j=5)
    a, c = nest.tensor("A", (i, j), strides=strides), nest.tensor("C", (i, j))
    c[i, j] = a[i, j] * 2.0
    source = {(1, 9): normal(5, 9, dtype="f8").T, (20, 1): normal(9, 20, dtype="f8")[:, :5],
              (-5, 1): normal(9, 5, dtype="f8")[::-1]}.get(strides, normal(9, 5, dtype="f8"))
    target = np.zeros((9, 5))
    nest.schedule("v1 tile(j) vectorize(j)" if strides[1] == 1 else "v1")(source, target)
    assert (target == source * 2).all()


def test_column_major():
    nest = vw.Nest("copy", "f32")
    i, j = nest.dims(i=3, j=4)
    a, c = nest.tensor("A", (i, j), order="F"), nest.tensor("C", (i, j))
    c[i, j] = -a[i, j]
    source, target = np.asfortranarray(normal(3, 4)), np.zeros((3, 4), "f4")
    nest.schedule("v1")(source, target)
    assert (target == -source).all()


@pytest.mark.parametrize("symbolic", [False, True])
def test_convolution(symbolic):
    nest = vw.Nest("conv", "f64")
    y, x, p, q = nest.dims(y="h" if symbolic else 5, x="w" if symbolic else 7, p=3, q=3)
    image = nest.tensor("X", (None, None) if symbolic else (12, 16))
    weight, out = nest.tensor("W", (p, q)), nest.tensor("Y", (y, x))
    out[y, x] = vw.sum_of(image[y * 2 + p, x * 2 + q] * weight[p, q])
    a, w, c = RANDOM.integers(-9, 9, (12, 16)).astype("f8"), RANDOM.integers(-9, 9, (3, 3)).astype("f8"), np.zeros((5, 7))
    nest.schedule("v1")(a, w, c)
    windows = np.lib.stride_tricks.sliding_window_view(a, (3, 3))[::2, ::2][:5, :7]
    assert (c == (windows * w).sum((2, 3))).all()


def test_stencil_with_run_time_strides():
    """Offsets along an axis of unknown stride become pointers of their own."""
    nest = vw.Nest("stencil", "f64")
    y, x = nest.dims(y="h", x="w")
    a = nest.tensor("A", (None, None), strides=("lda", 1))
    b = nest.tensor("B", (None, None), strides=("ldb", 1))
    b[y + 1, x + 1] = a[y, x + 1] + a[y + 2, x + 1] + a[y + 1, x] + a[y + 1, x + 2]
    source, target = RANDOM.integers(-9, 9, (9, 20)).astype("f8"), np.zeros((9, 18))
    nest.schedule("v1 split(x,16) tile(x.1) vectorize(x.1)")(source, target, h=7, w=16)
    want = source[:-2, 1:-1] + source[2:, 1:-1] + source[1:-1, :-2] + source[1:-1, 2:]
    assert (target[1:-1, 1:-1] == want[:, :16]).all()
    assert not target[0].any() and not target[:, 0].any() and not target[:, -1].any()


def test_fold_and_functions():
    nest = vw.Nest("softcap", "f32")
    i, k = nest.dims(i=6, k=11)
    x, y = nest.tensor("X", (i, k)), nest.tensor("Y", (i,))
    y[i] = vw.sqrt(vw.absolute(vw.fold(-np.inf, lambda acc: vw.maximum(acc, x[i, k])))) / 2.0
    source, target = normal(6, 11), np.zeros(6, "f4")
    nest.schedule("v1")(source, target)
    np.testing.assert_array_equal(target, np.sqrt(np.abs(source.max(1))) / np.float32(2))


def test_where_and_comparisons():
    nest = vw.Nest("clip", "f32")
    (i,) = nest.dims(i=40)
    x, y = nest.tensor("X", (i,)), nest.tensor("Y", (i,))
    y[i] = vw.where(vw.compare("uno", x[i], x[i]), 0.0, vw.minimum(vw.maximum(x[i], -1.0), 1.0))
    source, target = normal(40), np.zeros(40, "f4")
    source[::7] = np.nan
    nest.schedule("v1 tile(i) vectorize(i)")(source, target)
    np.testing.assert_array_equal(target, np.clip(np.nan_to_num(source), -1, 1))


def test_scalars_are_numbers_or_arrays():
    nest = vw.Nest("scale", "f64")
    (i,) = nest.dims(i="n")
    y, alpha = nest.tensor("Y", (i,)), nest.scalar("alpha")
    y[i] *= alpha
    kernel = nest.schedule("v1")
    for value in (3, 3.0, np.array(3.0)):
        target = np.ones(5)
        kernel(target, value)
        assert (target == 3).all()


def test_subtracting_update():
    nest = vw.Nest("minus", "f64")
    i, k = nest.dims(i=3, k=4)
    a, y = nest.tensor("A", (i, k)), nest.tensor("Y", (i,))
    y[i] -= a[i, k] * a[i, k]
    source, target = RANDOM.integers(-9, 9, (3, 4)).astype("f8"), np.full(3, 10.0)
    nest.schedule("v1")(source, target)
    assert (target == 10 - (source**2).sum(1)).all()


def test_time_and_reports():
    nest = gemm()
    kernel = nest.schedule(nest.heuristic())
    a, b, c = normal(32, 32), normal(32, 32), np.zeros((32, 32), "f4")
    timing = kernel.time(a, b, c, batches=3, seconds=0.01)
    assert 0 < timing.best <= timing.median
    assert timing.gflops == pytest.approx(2 * 32**3 / timing.best / 1e9)
    assert "for m in" in kernel.loop_tree and kernel.vector_program.startswith("vprogram f32")
    assert kernel.code[:4] == bytes.fromhex("554889e5")  # push rbp; mov rbp,rsp
    assert kernel.stack_bytes > 0


def test_assembly(monkeypatch):
    kernel = gemm().schedule("v1")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(vw.ToolError, match="llvm-mc-22 not found: install it"):
        kernel.assembly


def test_refusals_carry_name_and_detail():
    with pytest.raises(vw.Refusal) as caught:
        gemm().schedule("v1 vectorize(z)")
    assert caught.value.name == "unknown-loop" and "'z'" in caught.value.detail
    assert str(caught.value) == f"{caught.value.name}: {caught.value.detail}"
    for sentence, name in (("v0", "unknown-sentence-version"), ("v1 tile(k)", "tile-reduction"), ("v1 warp(i)", "unknown-step")):
        with pytest.raises(vw.Refusal) as caught:
            gemm().schedule(sentence)
        assert caught.value.name == name
    with pytest.raises(vw.Refusal, match="unknown-target"):
        gemm().schedule("v1", "z80")


def test_sentences_are_values():
    sentence = vw.Sentence(" v1  split(i,4)   tile(i.1) ")
    assert str(sentence) == "v1 split(i,4) tile(i.1)"
    assert sentence.steps == [("split", ["i"], 4), ("tile", ["i.1"], 0)]
    assert sentence == vw.Sentence(str(sentence)) and len({sentence, vw.Sentence(str(sentence))}) == 1


def bad_rank(i, k, a, y):
    y[i] = a[i] + 1.0


def bad_missing_reduction(i, k, a, y):
    y[i] = a[i, k]


def bad_two_reductions(i, k, a, y):
    y[i] = vw.sum_of(a[i, k]) + vw.sum_of(a[i, k] * 2.0)


def bad_nothing_to_reduce(i, k, a, y):
    a[i, k] = vw.sum_of(y[i])


def bad_index_as_value(i, k, a, y):
    y[i] += a[i, k] * i


def bad_index_product(i, k, a, y):
    y[i] += a[i * k, k]


def bad_truth(i, k, a, y):
    y[i] = max(a[i, k], 0.0)


def bad_shifted_read(i, k, a, y):
    y[i + 1] = y[i] + vw.sum_of(a[i, k])


def bad_output_in_reduction(i, k, a, y):
    y[i] += a[i, k] * y[i]


def bad_foreign_dim(i, k, a, y):
    (other,) = vw.Nest().dims(o=3)
    y[i] += a[i, other]


def bad_second_assignment(i, k, a, y):
    y[i] += a[i, k]
    y[i] += a[i, k]


BAD = [
    (bad_rank, "A has 2 axes, but 1 indices"),
    (bad_missing_reduction, "Y does not move with k: reduce with"),
    (bad_two_reductions, "one assignment holds one reduction"),
    (bad_nothing_to_reduce, "nothing to reduce over"),
    (bad_index_as_value, "index i is used as a value"),
    (bad_index_product, "not affine"),
    (bad_truth, "no truth value"),
    (bad_shifted_read, "Y is read at another place than it is written"),
    (bad_output_in_reduction, "Y is read while it is being reduced into"),
    (bad_foreign_dim, "dim o belongs to another nest"),
    (bad_second_assignment, "has its assignment already"),
]


@pytest.mark.parametrize("declare,message", BAD, ids=[declare.__name__ for declare, _ in BAD])
def test_declarations_without_meaning(declare, message):
    nest = vw.Nest("bad", "f32")
    i, k = nest.dims(i=4, k=5)
    a, y = nest.tensor("A", (i, k)), nest.tensor("Y", (i,))
    with pytest.raises(vw.NestError, match=message):
        declare(i, k, a, y)


def test_other_declaration_errors():
    nest = vw.Nest("bad", "f32")
    (i,) = nest.dims(i=4)
    nest.tensor("A", (i,))
    for declare, message in [
        (lambda: vw.Nest(dtype="bf16"), "none of f32, f64, i32, i64, f16"),
        (lambda: nest.dims(i=3), "dim i is declared twice"),
        (lambda: nest.dims(z=0), "at least 1"),
        (lambda: nest.tensor("A", (i,)), "tensor A is declared twice"),
        (lambda: nest.tensor("B", (i,), strides=(1, 2)), "1 axes, but 2 strides"),
        (lambda: nest.tensor("B", (i,), order="K"), "neither 'C'"),
        (lambda: nest.text, "no assignment yet"),
    ]:
        with pytest.raises(vw.NestError, match=message):
            declare()


def read_only(array):
    array.flags.writeable = False
    return array


A, B = np.zeros((3, 4), "f4"), np.zeros((4, 5), "f4")
SHARED = np.zeros(100, "f4")
ARGUMENTS = {
    "missing": ([A, B], "tensor C is missing"),
    "too many": ([A, B, A, B], "4 arrays for 3 tensors"),
    "dtype": ([A, B, np.zeros((3, 5))], "C: expected dtype float32, got float64"),
    "rank": ([A, B[0], np.zeros((3, 5), "f4")], "B: expected 2 axes, got 1"),
    "shape": ([A, np.zeros((6, 5), "f4"), np.zeros((3, 5), "f4")], "B: axis 0 has size 6, expected k = 4"),
    "not an array": ([A, B, [1.0]], "C: expected a numpy array, got list"),
    "strides": ([np.zeros((3, 8), "f4")[:, ::2], B, np.zeros((3, 5), "f4")], "A: axis 1 has a stride of 8 bytes, expected 4"),
    "read-only": ([A, B, read_only(np.zeros((3, 5), "f4"))], "read-only"),
    "unaligned": ([np.frombuffer(bytes(50), "f4", 12, 2).reshape(3, 4), B, np.zeros((3, 5), "f4")], "not aligned"),
    "overlap": ([SHARED[:12].reshape(3, 4), B, SHARED[10:25].reshape(3, 5)], "the output C overlaps A"),
    "broadcast output": ([A, B, np.lib.stride_tricks.as_strided(SHARED, (3, 5), (0, 4))], "make elements overlap"),
    "empty": ([A[:0], B, np.zeros((0, 5), "f4")], "dim m has extent 0"),
}


@pytest.mark.parametrize("arrays,message", ARGUMENTS.values(), ids=ARGUMENTS)
def test_arguments_that_do_not_fit(arrays, message):
    nest = gemm()
    for run in (nest.schedule("v1"), nest.interpret):
        with pytest.raises(vw.ArgumentError, match=message):
            run(*arrays)


def test_indices_may_not_leave_the_array():
    nest = vw.Nest("shift", "f32")
    (i,) = nest.dims(i="n")
    a, c = nest.tensor("A", (None,)), nest.tensor("C", (None,))
    c[i] = a[i + 2] + a[i - 1]
    with pytest.raises(vw.ArgumentError, match="A: index i \\+ -1 runs from -1 to 4 on axis 0, which has size 9"):
        nest.interpret(np.zeros(9, "f4"), np.zeros(9, "f4"), n=6)
    with pytest.raises(vw.ArgumentError, match="extent n of dim i is in no tensor's shape; pass n="):
        nest.interpret(np.zeros(9, "f4"), np.zeros(9, "f4"))
    with pytest.raises(vw.ArgumentError, match="'q' is neither a tensor nor an extent"):
        nest.interpret(np.zeros(9, "f4"), np.zeros(9, "f4"), n=6, q=1.5)


def test_shared_stride_names_must_agree():
    nest = vw.Nest("two", "f32")
    i, j = nest.dims(i=2, j=3)
    a, c = nest.tensor("A", (i, j), strides=("ld", 1)), nest.tensor("C", (i, j), strides=("ld", 1))
    c[i, j] = a[i, j] + 0.0
    with pytest.raises(vw.ArgumentError, match="stride ld is 12 bytes in A, but 32 in C"):
        nest.interpret(np.zeros((2, 3), "f4"), np.zeros((2, 8), "f4")[:, :3])


def test_functions_take_their_operands():
    nest = vw.Nest("powers")
    i, = nest.dims(i="n")
    X, Y, Z = (nest.tensor(name, (i,)) for name in "XYZ")
    Z[i] = vw.math("pow", X[i], Y[i])
    x, y, z = np.array([2, 9, 0.25], "f4"), np.array([10, 0.5, -1], "f4"), np.empty(3, "f4")
    nest.schedule("v1")(x, y, z)
    assert z.tolist() == [1024, 3, 4]
    with pytest.raises(vw.NestError, match="pow takes 2 operands, not 1"):
        vw.math("pow", X[i])
    with pytest.raises(vw.NestError, match="no function 'gamma'"):
        vw.math("gamma", X[i])


def test_tensors_of_other_types():
    nest = vw.Nest("mixed", "f32")
    i, j, k = nest.dims(i=5, j=40, k=9)
    A, B = nest.tensor("A", (i, k), type="u8"), nest.tensor("B", (k, j), type="f16")
    C = nest.tensor("C", (i, j), type="i32")
    C[i, j] = vw.sum_of(A[i, k] * B[k, j])
    random = np.random.default_rng(1)
    a, b, c = random.integers(0, 255, (5, 9), "u1"), random.integers(-9, 9, (9, 40)).astype("f2"), np.zeros((5, 40), "i4")
    kernel = nest.schedule("v1 split(i,2) split(j,32) reorder(i,j,k,i.1,j.1) tile(i.1,j.1) vectorize(j.1)")
    kernel(a, b, c)
    assert np.array_equal(c, a.astype("i4") @ b.astype("i4"))
    with pytest.raises(vw.ArgumentError, match="B: expected dtype float16, got float32"):
        kernel(a, b.astype("f4"), c)
    with pytest.raises(vw.NestError, match="tensor D: type 'f8' is none of f32, f64"):
        vw.Nest("other").tensor("D", (3,), type="f8")


def test_types_that_the_nest_cannot_hold():
    nest = vw.Nest("wide", "f64")
    i, = nest.dims(i=4)
    X, Y = nest.tensor("X", (i,), type="f16"), nest.tensor("Y", (i,))
    with pytest.raises(vw.NestError, match="f16, which takes a nest of f32"):
        Y[i] = X[i] + 1
