"""Random C programs over integers of all widths and signs, and over elements that are converted as they are read or stored.

Three element types (A, B, C), arithmetic in a fourth (T). Overflow of signed numbers is undefined, so a program is of one of
these kinds: everything wraps (-fwrapv), or T is unsigned, or numbers are small, or T is a floating-point type.
"""

from programs import CENTER, EXTENTS, FLAGS, MACHINES, POOL, Program, Writer

HEADER = """#include <stdint.h>
#include <stdio.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
typedef {A} A;
typedef {B} B;
typedef {C} C;
typedef {T} T;
typedef {I} I;
typedef struct {{ I m, n, k, lda, ldb, ldc; A *a; B *b; C *c; T alpha, beta; }} Job;
static char *pool;
static unsigned next(unsigned *seed) {{ return *seed = *seed * 1664525u + 1013904223u; }}
static void fill(unsigned seed, int small) {{
  enum {{ THIRD = {pool} / 3 * 8 }};
  if (!small)
    for (int i = 0; i < {pool} * 8; i++) pool[i] = (char)(next(&seed) >> 24);
  A *a = (A *)pool;
  B *b = (B *)(pool + THIRD);
  C *c = (C *)(pool + 2 * THIRD);
  for (int i = 0; small && i < THIRD / (int)sizeof *a; i++) a[i] = (A)((int)((next(&seed) >> 16) % {range}) - {low});
  for (int i = 0; small && i < THIRD / (int)sizeof *b; i++) b[i] = (B)((int)((next(&seed) >> 16) % {range}) - {low});
  for (int i = 0; small && i < THIRD / (int)sizeof *c; i++) c[i] = (C)((int)((next(&seed) >> 16) % {range}) - {low});
}}
static unsigned long long hash(void) {{
  unsigned long long h = 1469598103934665603ull, x;
  for (int i = 0; i < {pool}; i++) {{
    memcpy(&x, pool + i * 8, 8);
    h = (h ^ x) * 1099511628211ull;
    h ^= h >> 29;
  }}
  return h;
}}
"""

SIGNED, UNSIGNED = ["int8_t", "int16_t", "int32_t"], ["uint8_t", "uint16_t", "uint32_t"]
ANY = SIGNED + UNSIGNED
SUMS = [*["+= {a} * {b};"] * 4, "-= {a} * {b};", "+= {a} + {b};", "+= {a} - {b};", "+= {a} * {a};", "+= {alpha} * {a} * {b};",
        "+= ({a} - {b}) * ({a} - {b});"]
CHOICES = ["{acc} = {a} > {acc} ? {a} : {acc};", "{acc} = {b} < {acc} ? {b} : {acc};", "if ({a} >= {acc}) {acc} = {a};",
           "{acc} += {a} < {b} ? {a} : {b};", "{acc} += {a} > 0 ? {a} : -{a};"]
BITS = ["{acc} += {a} & {b};", "{acc} += {a} ^ {b};", "{acc} |= {a};", "{acc} += {a} >> 3;", "{acc} += ({a} * {b}) >> 4;",
        "{acc} += {a} << 2;", "{acc} ^= {b};", "{acc} += {a} > {b};", "{acc} += {a} == {b};", "{acc} += {a} != {b} ? {a} : 7;",
        "{acc} += {a} / 7;", "{acc} += ({a} + {b}) % 10;", "{acc} += {a} / -3;", "{acc} &= {a} | {b};",
        "{acc} += {a} >> ({b} & 7);",
        "{acc} += (uint8_t){a};", "{acc} += (int16_t)({a} + {b});", "{acc} += (long long){a} * {b};"]
ENDS = [*["{out} = {acc};"] * 4, "{out} += {acc};", "{out} = {alpha} * {acc} + {beta} * {out};", "{out} = {acc} > 0 ? {acc} : 0;",
        "{out} = {acc} + {beta};", "{out} += {alpha} * {acc};"]
CLAMPED = "{out} = {acc} > 100 ? 100 : {acc} < {low} ? {low} : {acc};"
SHIFTED = ["{out} = ({acc} + 8) >> 4;", "{out} = {acc} & 0x7f;", "{out} = {acc} < 0 ? -{acc} : {acc};", "{out} = {acc} > 7;"]


class IntegerWriter(Writer):
    """Writes one program from a seeded random source."""

    def __init__(self, seed: int, cplusplus: bool = False):
        super().__init__(seed, cplusplus)
        self.kind = self.r.choice(["wraps", "wraps", "unsigned", "small", "small", "float"])
        pick = self.r.choice
        self.type = {"wraps": pick(["int", "int", "unsigned", "short", "int8_t"]), "unsigned": "unsigned", "small": "int",
                     "float": pick(["float", "float", "double"])}[self.kind]
        elements = {"wraps": ANY, "unsigned": ["uint32_t", "uint8_t", "int8_t"], "small": ANY,
                    "float": ["int8_t", "uint8_t", "int16_t", "uint16_t", "int32_t", "float", "_Float16"]}[self.kind]
        self.elements = {"a": pick(elements), "c": pick({"float": ["float", "double", "int32_t", "_Float16"],
                                                        "unsigned": UNSIGNED + ["int8_t"]}.get(self.kind, ANY))}
        self.elements["b"] = self.elements["a"] if self.r.random() < 0.6 else pick(elements)
        if self.kind == "small" and self.r.random() < 0.15:
            self.elements["c"] = "float"
        self.small = self.kind in ("small", "float")
        self.high = 10 if self.kind == "float" else 100  # sums fit into halves
        self.low = 0 if any(e.startswith("u") for e in self.elements.values()) else self.high

    @property
    def whole(self) -> bool:
        """Are all numbers integers, which have bits?"""
        return self.kind != "float" and self.elements["c"] != "float"

    @property
    def flags(self) -> list[str]:
        """What the program's kind needs: windows of different types overlap."""
        return {"wraps": ["-fwrapv", "-fno-strict-aliasing"], "unsigned": ["-fno-strict-aliasing"]}.get(self.kind, [])

    def at(self, array: str, ld: str, row: str, column: str) -> str:
        if self.r.random() < 0.25:
            row, column = column, row
        if self.r.random() < 0.15:
            column = f"{column} + {self.r.choice([1, 3])}"
        if self.cplusplus and self.r.random() < 0.8:
            return f"at({self.v(array)}, {self.v(ld)}, {row}, {column})"
        return f"{self.v(array)}[{row} * {self.v(ld)} + {column}]"

    def update(self, acc: str, a: str, b: str) -> str:
        forms = ["{acc} " + text for text in SUMS] + CHOICES
        if self.whole:
            forms += BITS
        if self.kind in ("wraps", "unsigned"):
            forms.append("{acc} = {acc} * {a} + {b};")
        a, b = ((f"({self.type}){x}" if self.r.random() < 0.3 else x) for x in (a, b))
        return self.r.choice(forms).format(acc=acc, a=a, b=b, alpha=self.v("alpha"))

    def finish(self, acc: str, out: str) -> str:
        forms = [*ENDS, CLAMPED, *SHIFTED] if self.whole else [*ENDS, CLAMPED]
        return self.r.choice(forms).format(acc=acc, out=out, low=-self.low, alpha=self.v("alpha"), beta=self.v("beta"))

    def gemv(self) -> str:
        return super().gemv().replace("const T *p", "const A *p")

    def body(self) -> str:
        kinds = [self.gemm] * 6 + [self.gemv] * 3 + [self.batched] + [self.convolution, self.pointwise] * 2
        return self.r.choice(kinds)()

    def function(self, number: int) -> str:
        qualifier = self.r.choice(["", "", "restrict"]) if not self.cplusplus else ""
        self.restricted[number] = qualifier == "restrict" or self.small
        body = self.body()
        if self.struct:
            return f"__attribute__((noinline)) void f{number}(Job *job) {{ {body} }}\n"
        arguments = ", ".join(f"I {x}_" for x in ("m", "n", "k", "lda", "ldb", "ldc"))
        arrays = f"const A *{qualifier} a_, const B *{qualifier} b_, C *{qualifier} c_"
        return f"__attribute__((noinline)) void f{number}({arguments}, {arrays}, T alpha_, T beta_) {{ {body} }}\n"

    def call(self, number: int) -> str:
        extents = [self.r.choice(EXTENTS if self.r.random() < 0.4 else [16, 17, 24, 31, 33, 48, 64, 65]) for _ in range(3)]
        extents = extents if self.signed else [max(0, e) for e in extents]
        rows = [70, 70, 80, 96] + ([] if self.small else [65, 9, 1, 0, *([-70, -1] if self.signed else [])])
        leading = [self.r.choice(rows) for _ in range(3)]
        apart = self.restricted[number] or self.r.random() < 0.6
        near = [CENTER + self.r.choice([0, 1, 64, 70, 700, 5000]) for _ in range(3)]
        offsets = [30000, 110000, 200000] if apart else near
        arrays = [f"({name.upper()} *)(pool + {offset} * 8)" for name, offset in zip("abc", offsets)]
        scalars = [self.r.choice(["1", "2", "-3", "0"]), self.r.choice(["0", "1"])]
        if self.low == 0:
            scalars[0] = self.r.choice(["1", "2", "0"])
        values = [str(x) for x in extents + leading]
        listed = ", ".join(values + arrays + [f"(T){s}" for s in scalars])
        run = f"Job job = {{{listed}}}; f{number}(&job);" if self.struct else f"f{number}({listed});"
        seed = self.r.randrange(1 << 30)
        return f'  {{ fill({seed}u, {int(self.small)}); {run} printf("f{number} {" ".join(values)} %llx\\n", hash()); }}\n'

    def program(self, functions: int = 6, calls: int = 6) -> str:
        self.restricted: dict[int, bool] = {}
        text = HEADER.format(T=self.type, I=self.index, pool=POOL, range=self.high + 1 + self.low, low=self.low,
                             **{name.upper(): element for name, element in self.elements.items()})
        if self.cplusplus:
            text += "template <class P> static inline auto &at(P *p, I ld, I row, I column) { return p[row * ld + column]; }\n"
        text += "".join(self.function(f) for f in range(functions))
        calls_text = "".join(self.call(f) for f in range(functions) for _ in range(calls))
        return f"{text}int main(void) {{\n  pool = (char *)calloc({POOL}, 8);\n{calls_text}  return 0;\n}}\n"


def integer_program(seed: int) -> Program:
    """The program of this seed, with the flags it is to be compiled with."""
    writer = IntegerWriter(seed, seed % 4 == 3)
    source = writer.program()
    flags = [flag for flag in writer.r.choice(FLAGS) if flag not in writer.flags]
    return Program(source, "c++" if seed % 4 == 3 else "c", flags + writer.r.choice(MACHINES) + writer.flags)
