"""Loop bodies for the ruler's calibration: by hand in the shapes kernels use, and plain C for clang."""

MARCH = "rv64gcv_zba_zbb"

SHAPES = {  # of a body: what LMULs its registers leave room for
    "m1": ["e32, m1", "e64, m1"],
    "to_m2": ["e32, m1", "e32, m2", "e64, m2"],
    "to_m4": ["e32, m1", "e32, m2", "e32, m4", "e64, m4"],
    "int": ["e8, m1", "e16, m2", "e32, m4"],
    "narrow": ["e8, m1", "e16, m1", "e16, m2"],
}


def gemm(rows: int, step: int) -> str:
    """rows x 1 vector of C: a load of B, then one scalar load and vfmacc.vf a row."""
    lines = ["vle32.v v0, (a0)"]
    for row in range(rows):
        lines += [f"flw fa{row}, {4 * row}(a1)", f"vfmacc.vf v{step * (row + 1)}, fa{row}, v0"]
    return "\n".join(lines)


def gemm_vv(rows: int, step: int) -> str:
    return "vle32.v v0, (a0)\n" + "\n".join(f"vfmacc.vv v{step * (row + 2)}, v{step}, v0" for row in range(rows))


BLOCKS = [
    ("gemm 7x", gemm(7, 4), "to_m4"), ("gemm 4x", gemm(4, 4), "to_m4"), ("gemm 8x", gemm(8, 2), "to_m2"),
    ("gemm vv 4x", gemm_vv(4, 4), "to_m4"), ("gemm vv 1x", gemm_vv(1, 4), "to_m4"),
    ("axpy", "vle32.v v8, (a0)\nvle32.v v16, (a1)\nvfmacc.vf v16, fa0, v8\nvse32.v v16, (a1)", "to_m4"),
    ("scale", "vle32.v v8, (a0)\nvfmul.vf v8, v8, fa0\nvse32.v v8, (a1)", "to_m4"),
    ("dot", "vle32.v v8, (a0)\nvle32.v v16, (a1)\nvfmacc.vv v24, v8, v16", "to_m4"),
    ("dot chain", "vfmacc.vv v24, v8, v16", "to_m4"), ("add chain", "vfadd.vv v8, v8, v16\nvfadd.vv v8, v8, v24", "to_m4"),
    ("sum", "vle32.v v8, (a0)\nvfredusum.vs v24, v8, v24", "to_m4"),
    ("ordered sum", "vle32.v v8, (a0)\nvfredosum.vs v24, v8, v24", "to_m4"),
    ("stencil", "vle32.v v4, (a0)\nvle32.v v8, (a1)\nvle32.v v12, (a2)\nvfadd.vv v16, v4, v8\nvfadd.vv v16, v16, v12\n"
                "vfmul.vf v16, v16, fa0\nvse32.v v16, (a3)", "to_m4"),
    ("conv 3", "vle32.v v4, (a0)\nvle32.v v8, (a1)\nvle32.v v12, (a2)\nvfmacc.vf v24, fa0, v4\nvfmacc.vf v24, fa1, v8\n"
               "vfmacc.vf v24, fa2, v12", "to_m4"),
    ("slide conv", "vle32.v v4, (a0)\nvslide1down.vx v8, v4, a1\nvfmacc.vf v16, fa0, v4\nvfmacc.vf v16, fa1, v8", "to_m4"),
    ("int add", "vle32.v v8, (a0)\nvadd.vv v16, v8, v16\nvse32.v v16, (a1)", "to_m4"),
    ("int mac", "vmacc.vv v24, v8, v16\nvmacc.vx v28, a0, v8", "int"),
    ("widening mac", "vwmacc.vv v16, v4, v8\nvwmacc.vx v24, a0, v8", "narrow"),
    ("widen narrow", "vwadd.vv v16, v4, v8\nvnsrl.wi v12, v16, 2", "narrow"),
    ("compare merge", "vmfgt.vf v0, v8, fa0\nvmerge.vvm v16, v8, v24, v0", "to_m4"),
    ("divide", "vfdiv.vv v8, v16, v24", "m1"), ("square root", "vfsqrt.v v8, v16", "m1"),
    ("strided", "vlse32.v v8, (a0), a1\nvfadd.vv v16, v8, v16", "to_m2"),
    ("convert", "vle32.v v8, (a0)\nvfcvt.f.x.v v16, v8\nvse32.v v16, (a1)", "to_m4"),
    ("scalar fma", "flw fa0, 0(a0)\nflw fa1, 0(a1)\nfmadd.s fa2, fa0, fa1, fa2", "m1"),
    ("scalar chain", "fadd.d fa0, fa0, fa1\nfmul.d fa0, fa0, fa2", "m1"),
    ("address", "add a2, a2, a3\nslli a3, a3, 1\nmul a4, a2, a3\nld a5, 0(a0)\nadd a4, a4, a5", "m1"),
]

# Held out: nothing in the model was chosen by looking at these.
C_LOOPS = {
    "axpy": "void f(int n, float a, float *restrict x, float *restrict y) { for (int i = 0; i < n; i++) y[i] += a * x[i]; }",
    "dot": "float f(int n, float *x, float *y) { float s = 0; for (int i = 0; i < n; i++) s += x[i] * y[i]; return s; }",
    "ddot": "double f(int n, double *x, double *y) { double s = 0; for (int i = 0; i < n; i++) s += x[i] * y[i]; return s; }",
    "stencil": "void f(int n, float *restrict x, float *restrict y) { for (int i = 1; i < n; i++)"
               " y[i] = x[i-1] + x[i] + x[i+1]; }",
    "stencil 5": "void f(int n, double *restrict x, double *restrict y) { for (int i = 2; i < n; i++)"
                 " y[i] = 0.1 * x[i-2] + 0.2 * x[i-1] + 0.4 * x[i] + 0.2 * x[i+1] + 0.1 * x[i+2]; }",
    "dscale": "void f(int n, double a, double *restrict x, double *restrict y) { for (int i = 0; i < n; i++) y[i] = a * x[i]; }",
    "relu": "void f(int n, float *restrict x, float *restrict y) { for (int i = 0; i < n; i++) y[i] = x[i] > 0 ? x[i] : 0; }",
    "clamp": "void f(int n, float *x) {"
             " for (int i = 0; i < n; i++) { float v = x[i]; v = v < 0 ? 0 : v; x[i] = v > 6 ? 6 : v; } }",
    "divide": "void f(int n, float *restrict x, float *restrict y) { for (int i = 0; i < n; i++) y[i] = y[i] / x[i]; }",
    "root": "void f(int n, float *restrict x) { for (int i = 0; i < n; i++) x[i] = __builtin_sqrtf(x[i]); }",
    "polynomial": "void f(int n, float *restrict x) { for (int i = 0; i < n; i++) { float v = x[i];"
                  " x[i] = (((0.1f * v + 0.2f) * v + 0.3f) * v + 0.4f) * v + 0.5f; } }",
    "iadd": "void f(int n, int *restrict x, int *restrict y) { for (int i = 0; i < n; i++) y[i] += x[i]; }",
    "imul": "void f(int n, int *restrict x, int *restrict y) { for (int i = 0; i < n; i++) y[i] = y[i] * x[i] + 3; }",
    "int8 dot": "int f(int n, signed char *x, signed char *y) { int s = 0;"
                " for (int i = 0; i < n; i++) s += x[i] * y[i]; return s; }",
    "int16 dot": "int f(int n, short *x, short *y) { int s = 0; for (int i = 0; i < n; i++) s += x[i] * y[i]; return s; }",
    "byte sum": "int f(int n, unsigned char *x) { int s = 0; for (int i = 0; i < n; i++) s += x[i]; return s; }",
    "to float": "void f(int n, int *restrict x, float *restrict y) { for (int i = 0; i < n; i++) y[i] = x[i]; }",
    "to double": "void f(int n, float *restrict x, double *restrict y) { for (int i = 0; i < n; i++) y[i] = x[i]; }",
    "complex": "void f(int n, float *restrict x, float *restrict y) { for (int i = 0; i < n; i++) {"
               " float a = x[2*i], b = x[2*i+1]; y[2*i] = a * a - b * b; y[2*i+1] = 2 * a * b; } }",
    "every fourth": "void f(int n, float *restrict x, float *restrict y) { for (int i = 0; i < n; i++) y[i] = x[4 * i]; }",
    "maximum": "float f(int n, float *x) { float m = x[0]; for (int i = 0; i < n; i++) m = x[i] > m ? x[i] : m; return m; }",
    "shifts": "void f(int n, unsigned *x) { for (int i = 0; i < n; i++) x[i] = (x[i] << 3) ^ (x[i] >> 5); }",
}
