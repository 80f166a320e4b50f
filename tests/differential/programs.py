"""Random C programs full of loop nests: some can be raised, many must not be, all must behave the same.

Every function works on windows of one pool that may overlap, with extents from below zero upwards and leading
dimensions from negative to padded. A call prints a hash of the whole pool, NaNs counted as one value.
"""

import random
from dataclasses import dataclass, field

POOL = 1 << 18
CENTER = POOL // 2
EXTENTS = [-1, 0, 1, 2, 3, 5, 7, 8, 9, 13, 16, 17, 24, 31, 33, 40, 48, 49, 64, 65]

HEADER = """#include <stdint.h>
#include <stdio.h>
#include <stddef.h>
typedef {T} T;
typedef {I} I;
typedef struct {{ I m, n, k, lda, ldb, ldc; T *a, *b, *c; T alpha, beta; }} Job;
static T pool[{pool}];
static void fill(unsigned seed, int kind) {{
  for (int i = 0; i < {pool}; i++) {{
    seed = seed * 1664525u + 1013904223u;
    T v = (T)(int)(seed >> 8) / (T)7654321 - (T)1.09;
    if (kind == 1 && (seed >> 8) % 7 == 0) v = 0;
    if (kind == 2 && (seed >> 8) % 997 == 0) v = (seed >> 16) % 2 ? (T)1e38 * (T)1e38 : -(T)0.0;
    pool[i] = v;
  }}
}}
static unsigned long long hash(void) {{
  unsigned long long h = 1469598103934665603ull;
  for (int i = 0; i < {pool}; i++) {{
    union {{ T v; {U} u; }} x;
    x.v = pool[i];
    h = (h ^ (x.v != x.v ? 7 : x.u)) * 1099511628211ull;
  }}
  return h;
}}
"""


@dataclass
class Dim:
    """A loop: its counter, its bound and the text that opens and closes it."""

    name: str
    bound: str


ELEMENT = """template <class P> static inline auto &at(P *p, I ld, I row, I column) { return p[row * ld + column]; }
"""


@dataclass
class Program:
    """A source text, its language (c or c++) and the flags it is to be compiled with."""

    source: str
    language: str = "c"
    flags: list[str] = field(default_factory=list)


class Writer:
    """Writes one program from a seeded random source."""

    def __init__(self, seed: int, cplusplus: bool = False):
        self.r = random.Random(seed)
        self.type = self.r.choice(["float", "double"])
        self.index = self.r.choice(["int", "int", "int", "long", "unsigned", "size_t"])
        self.signed = self.index in ("int", "long")
        self.struct = self.r.random() < 0.25
        self.cplusplus = cplusplus

    def v(self, name: str) -> str:
        return f"job->{name}" if self.struct else f"{name}_"

    def loop(self, d: Dim, body: str) -> str:
        """One of the ways people write a counting loop."""
        i, n = d.name, d.bound
        forms = [f"for (I {i} = 0; {i} < {n}; {i}++) {{ {body} }}"] * 5
        forms.append(f"for (I {i} = 0; {i} < {n}; ++{i}) {body}" if body.startswith(("for", "{")) else forms[0])
        forms.append(f"{{ I {i} = 0; while ({i} < {n}) {{ {body} {i} += 1; }} }}")
        forms.append(f"for (I {i} = 0; {i} < {n}; {i} += 2) {{ {body} }}")
        forms.append(f"if ({n} > 0) {{ I {i} = 0; do {{ {body} {i}++; }} while ({i} < {n}); }}")
        if self.signed:
            forms += [f"for (I {i} = {n} - 1; {i} >= 0; {i}--) {{ {body} }}",
                      f"for (I {i} = 0; {i} <= {n} - 1; {i}++) {{ {body} }}",
                      f"for (I {i} = 1; {i} < {n}; {i}++) {{ {body} }}"]
        return self.r.choice(forms)

    def at(self, array: str, ld: str, row: str, column: str) -> str:
        """An element of a matrix, either way round, sometimes shifted."""
        if self.r.random() < 0.25:
            row, column = column, row
        if self.r.random() < 0.15:
            row = f"({row} + {self.r.choice([1, 2])})"
        if self.r.random() < 0.15:
            column = f"{column} + {self.r.choice([1, 3])}"
        if self.r.random() < 0.1 and not self.cplusplus:
            return f"((T (*)[70]){self.v(array)})[{row}][{column}]"
        if self.cplusplus and self.r.random() < 0.8:
            return f"at({self.v(array)}, {self.v(ld)}, {row}, {column})"
        return f"{self.v(array)}[{row} * {self.v(ld)} + {column}]"

    def update(self, acc: str, a: str, b: str) -> str:
        alpha = self.v("alpha")
        return self.r.choice([f"{acc} += {a} * {b};"] * 4 + [
            f"{acc} -= {a} * {b};", f"{acc} = {acc} + {a} * {b};", f"{acc} = {a} * {b} + {acc};",
            f"{acc} += {alpha} * {a} * {b};", f"{acc} += ({a} - {b}) * ({a} - {b});", f"{acc} += {a} + {b};",
            f"{acc} = {acc} * {a} + {b};", f"{acc} = {a} > {acc} ? {a} : {acc};", f"{acc} += {a} / ({b} + 9);",
            f"{{ T t = {a} * {b}; {acc} += t; }}", f"{acc} += {a} * {a};"])

    def finish(self, acc: str, out: str) -> str:
        alpha, beta = self.v("alpha"), self.v("beta")
        return self.r.choice([f"{out} = {acc};"] * 3 + [
            f"{out} += {acc};", f"{out} = {alpha} * {acc} + {beta} * {out};", f"{out} += {alpha} * {acc};",
            f"{out} = {acc} > 0 ? {acc} : 0;", f"{out} = {acc} + {beta};", f"{out} = {acc} / {alpha};"])

    def gemm(self) -> str:
        i, j, k = (Dim(x, self.v(n)) for x, n in zip("ijk", "mnk"))
        a, b, out = self.at("a", "lda", "i", "k"), self.at("b", "ldb", "k", "j"), self.at("c", "ldc", "i", "j")
        if self.r.random() < 0.5:
            inner = f"T s = {self.r.choice(['0', self.v('beta'), out])}; " + self.loop(k, self.update("s", a, b)) + self.finish("s", out)
            first, second = self.r.sample([i, j], 2)
            return self.loop(first, self.loop(second, inner))
        if self.r.random() < 0.4:
            body = f"T t = {self.v('alpha')} * {a}; "
            row = self.loop(j, f"{out} += t * {b};")
            body += f"if (t != 0) {{ {row} }}" if self.r.random() < 0.6 else row
            nest = self.loop(k, self.loop(i, body)) if self.r.random() < 0.5 else self.loop(i, self.loop(k, body))
        else:
            dims = self.r.sample([i, j, k], 3)
            nest = self.update(out, a, b)
            for d in dims:
                nest = self.loop(d, nest)
        clear = self.r.choice(["", "", f"{out} = 0;", f"{out} *= {self.v('beta')};"])
        return (self.loop(i, self.loop(j, clear)) if clear else "") + nest

    def gemv(self) -> str:
        i, k = Dim("i", self.v("m")), Dim("k", self.v("k"))
        a, x, y = self.at("a", "lda", "i", "k"), f"{self.v('b')}[k]", f"{self.v('c')}[i]"
        form = self.r.randrange(4)
        if form == 0:
            return self.loop(i, "T s = 0; " + self.loop(k, self.update("s", a, x)) + self.finish("s", y))
        if form == 1:
            return self.loop(k, self.loop(i, self.update(y, a, x)))
        step, start = self.v("ldb"), "0"
        if form == 2:
            return self.loop(i, f"T s = 0; I q = {start}; for (I k = 0; k < {k.bound}; k++) {{ s += {a} * {self.v('b')}[q]; "
                                f"q += {step}; }} {self.finish('s', y)}")
        return self.loop(i, f"const T *p = {self.v('a')} + i * {self.v('lda')}; T s = 0; "
                            f"for (I k = 0; k < {k.bound}; k++) s += *p++ * {x}; {self.finish('s', y)}")

    def batched(self) -> str:
        dims = [Dim("l", self.v("k")), Dim("i", self.v("m")), Dim("j", self.v("n"))]
        lda, ldb, ldc = self.v("lda"), self.v("ldb"), self.v("ldc")
        body = (f"T s = 0; for (I k = 0; k < 9; k++) s += {self.v('a')}[l * 100 + i * {lda} + k] * "
                f"{self.v('b')}[l * 200 + k * {ldb} + j]; " + self.finish("s", f"{self.v('c')}[l * 700 + i * {ldc} + j]"))
        for d in reversed(dims):
            body = self.loop(d, body)
        return body

    def convolution(self) -> str:
        stride = self.r.choice([1, 1, 2])
        y, x, o, c = Dim("y", self.v("m")), Dim("x", self.v("n")), Dim("o", self.v("k")), Dim("q", "5")
        source = f"{self.v('a')}[q * 60 + (y * {stride} + dy) * {self.v('lda')} + x * {stride} + dx]"
        weight = f"{self.v('b')}[((o * 5 + q) * 3 + dy) * 3 + dx]"
        body = f"s += {source} * {weight};"
        for tap in self.r.sample(["dy", "dx"], 2):
            body = f"for (int {tap} = 0; {tap} < 3; {tap}++) {{ {body} }}"
        body = self.loop(c, body) if self.r.random() < 0.7 else body.replace("q", "o")
        body = f"T s = {self.r.choice(['0', self.v('beta')])}; {body} " + self.finish("s", f"{self.v('c')}[o * 500 + y * {self.v('ldc')} + x]")
        for d in self.r.sample([y, x, o], 3):
            body = self.loop(d, body)
        return body

    def pointwise(self) -> str:
        i, j = Dim("i", self.v("m")), Dim("j", self.v("n"))
        a, b, c = self.at("a", "lda", "i", "j"), self.at("b", "ldb", "i", "j"), self.at("c", "ldc", "i", "j")
        body = self.r.choice([
            f"{c} = {a} + {b};", f"{c} = {self.v('alpha')} * {a} + {c};", f"{c} = {a} * {b} - {self.v('beta')};",
            f"{c} = {a} > 0 ? {a} : {b};", f"if ({a} > 0) {c} = {b};", f"{c} *= {self.v('beta')};",
            f"{c} = ({self.v('a')}[i * {self.v('lda')} + j + 1] + {self.v('a')}[i * {self.v('lda')} + j]) / 2;",
            f"{c} = {c} + {self.v('c')}[i * {self.v('ldc')} + j + 1];", f"{c} = i > j ? {a} : {b};",
            f"if (i > 3) {c} = {a};", f"{c} += {self.v('a')}[j] * {self.v('b')}[i];"])
        dims = self.r.sample([i, j], 2)
        return self.loop(dims[0], self.loop(dims[1], body))

    def triangular(self) -> str:
        a, lda, c, ldc = self.v("a"), self.v("lda"), self.v("c"), self.v("ldc")
        return self.r.choice([
            f"for (I i = 0; i < {self.v('m')}; i++) for (I j = i; j < {self.v('m')}; j++) {{ T s = 0; "
            f"for (I k = 0; k < {self.v('k')}; k++) s += {a}[i * {lda} + k] * {a}[j * {lda} + k]; {c}[i * {ldc} + j] += {self.v('alpha')} * s; }}",
            f"for (I i = 0; i < {self.v('m')}; i++) for (I k = 0; k < i; k++) for (I j = 0; j < {self.v('n')}; j++) "
            f"{c}[i * {ldc} + j] -= {a}[i * {lda} + k] * {c}[k * {ldc} + j];",
            f"for (I k = 0; k < {self.v('m')}; k++) for (I i = k + 1; i < {self.v('m')}; i++) {{ {c}[i * {ldc} + k] /= {c}[k * {ldc} + k] + 9; "
            f"for (I j = k + 1; j < {self.v('m')}; j++) {c}[i * {ldc} + j] -= {c}[i * {ldc} + k] * {c}[k * {ldc} + j]; }}"])

    def function(self, number: int) -> str:
        kind = self.r.choice([self.gemm] * 6 + [self.gemv] * 3 + [self.batched, self.convolution, self.convolution,
                                                                 self.pointwise, self.pointwise, self.triangular])
        qualifier = self.r.choice(["", "", "restrict"]) if not self.cplusplus else ""
        body = kind()
        if self.struct:
            return f"__attribute__((noinline)) void f{number}(Job *job) {{ {body} }}\n"
        arguments = ", ".join(f"I {x}_" for x in ("m", "n", "k", "lda", "ldb", "ldc"))
        arrays = f"const T *{qualifier} a_, const T *{qualifier} b_, T *{qualifier} c_"
        # restrict promises what overlapping windows would break: call() keeps those apart
        self.restricted[number] = qualifier == "restrict"
        return f"__attribute__((noinline)) void f{number}({arguments}, {arrays}, T alpha_, T beta_) {{ {body} }}\n".replace("((T (*)[70])a_)", "((const T (*)[70])a_)").replace("((T (*)[70])b_)", "((const T (*)[70])b_)")

    def call(self, number: int) -> str:
        extents = [self.r.choice(EXTENTS) for _ in range(3)]
        if self.r.random() < 0.6:
            extents = [self.r.choice([16, 17, 24, 31, 33, 48, 64, 65]) for _ in range(3)]
        if not self.signed:
            extents = [max(0, e) for e in extents]
        leading = [self.r.choice([70, 70, 70, 80, 96, 65, 9, 1, 0] + ([-70, -1] if self.signed else [])) for _ in range(3)]
        apart = self.restricted.get(number) or self.r.random() < 0.6
        near = [CENTER + self.r.choice([0, 1, 64, 70, 700, 5000]) for _ in range(3)]
        offsets = [30000, 90000, 160000] if apart else near
        scalars = [self.r.choice(["1", "2", "-0.5", "0"]), self.r.choice(["0", "1", "0.25"])]
        kind = self.r.choice([0, 0, 1, 2])
        arrays = [f"pool + {o}" for o in offsets]
        values = [str(x) for x in extents + leading]
        if self.struct:
            run = f"Job job = {{{', '.join(values + arrays + scalars)}}}; f{number}(&job);"
        else:
            run = f"f{number}({', '.join(values + arrays + scalars)});"
        return f'  {{ fill({self.r.randrange(1 << 30)}u, {kind}); {run} printf("f{number} {" ".join(values)} %llx\\n", hash()); }}\n'

    def program(self, functions: int = 6, calls: int = 6) -> str:
        self.restricted: dict[int, bool] = {}
        text = HEADER.format(T=self.type, I=self.index, pool=POOL, U="uint32_t" if self.type == "float" else "uint64_t")
        text += ELEMENT if self.cplusplus else ""
        text += "".join(self.function(f) for f in range(functions))
        text += "int main(void) {\n" + "".join(self.call(f) for f in range(functions) for _ in range(calls)) + "  return 0;\n}\n"
        return text


FLAGS = [["-O2"], ["-O3"], ["-O1"], ["-O2", "-fwrapv"], ["-O3", "-ffp-contract=off"], ["-O2", "-fno-strict-aliasing"],
         ["-O3", "-fPIC"], ["-O2", "-flto", "-fuse-ld=lld"], ["-O2", "-flto=thin", "-fuse-ld=lld"], ["-O3", "-g"]]
MACHINES = [["-march=native"], ["-march=native"], ["-march=x86-64-v3"], ["-march=x86-64"]]


def program(seed: int) -> Program:
    """The program of this seed, with the flags it is to be compiled with."""
    chooser = random.Random(seed)
    cplusplus = seed % 4 == 3
    source = Writer(seed, cplusplus).program()
    return Program(source, "c++" if cplusplus else "c", chooser.choice(FLAGS) + chooser.choice(MACHINES))
