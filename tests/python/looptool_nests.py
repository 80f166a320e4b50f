"""Nests that the tests of tuning, searching and measuring share."""

from vecwrap import _core


def gemm(m=24, n=40, k=16, type="f32", reassoc=False):
    """C = C + A*B, row-major. Extents are numbers or names of symbols; strides are constant."""
    size, (columns, depth) = (4 if type == "f32" else 8), (x if isinstance(x, int) else 64 for x in (n, k))
    nest = _core.Nest("gemm", type, reassoc)
    for name in dict.fromkeys(x for x in (m, n, k) if isinstance(x, str)):
        nest.add_symbol(name)
    for name, extent in (("m", m), ("n", n), ("k", k)):
        nest.add_dim(name, extent, name == "k")
    a, b, c = (nest.load(nest.add_access(nest.add_tensor(name), [s * size for s in strides])) for name, strides in
               (("A", [depth, 0, 1]), ("B", [0, 1, columns]), ("C", [columns, 1, 0])))
    accumulator = nest.acc()
    nest.out, nest.init, nest.update, nest.final = 2, c, nest.add("fma", a, b, accumulator), accumulator
    assert nest.validate() == ""
    return nest


def scale(extent=64):
    """Y = X + X."""
    nest = _core.Nest("scale")
    nest.add_dim("i", extent)
    x = nest.load(nest.add_access(nest.add_tensor("X"), [4]))
    nest.out = nest.add_access(nest.add_tensor("Y"), [4])
    nest.final = nest.add("add", x, x)
    return nest


def lookup(rows=12, columns=8):
    """Y[i, j] = X[index[i], j], the indices i64."""
    nest = _core.Nest("lookup")
    nest.add_dim("i", rows)
    nest.add_dim("j", columns)
    index = nest.add_access(nest.add_tensor("index", "i64"), [8, 0])
    x = nest.load(nest.add_access(nest.add_tensor("X"), [0, 4], index=index, scale=columns * 4))
    nest.out = nest.add_access(nest.add_tensor("Y"), [columns * 4, 4])
    nest.final = nest.add("add", x, x)
    return nest
