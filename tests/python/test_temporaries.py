"""Where temporaries of programs lie: in memory of the kernel's own, from their address on, whatever their layout says."""

import numpy as np
import pytest
import vecwrap as vw
from vecwrap import _core

CHAIN = """program chain
temporary t
nest a f32 strict
{symbol}dim i 5
tensor X t
access a0 X + 0 : i*-4
access a1 t + 0 : i*{stride}
%0 = load a0
%1 = add %0 %0
final %1
out a1
nest b f32 strict
{symbol}dim i 5
tensor t Y
access a0 t + 0 : i*{stride}
access a1 Y + 0 : i*-4
%0 = load a0
%1 = mul %0 %0
final %1
out a1
"""


def test_arguments_run_backwards_and_temporaries_do_not():
    x, y = np.arange(5, dtype="f4"), np.zeros(5, "f4")
    last = [x.ctypes.data + 16, y.ctypes.data + 16]
    program = _core.Program.parse(CHAIN.format(symbol="", stride=4))
    for sentence in ("v1", "v1 nest(a) at(b,i)"):
        kernel = _core.compile(program, vw.Sentence(sentence), vw.find_target("native"))
        _core.Loaded(kernel)(last)
        np.testing.assert_array_equal(y, (x + x) ** 2)
        y[:] = 0
    with pytest.raises(vw.Refusal, match="nest 'a' reaches before the first element of temporary 't'") as refusal:
        _core.Program.parse(CHAIN.format(symbol="", stride=-4))
    assert refusal.value.name == "bad-program"


def test_strides_that_only_the_run_knows_are_checked_then():
    x, y = np.arange(5, dtype="f4"), np.zeros(5, "f4")
    program = _core.Program.parse(CHAIN.format(symbol="symbol s\n", stride="s"))
    args = [x.ctypes.data + 16, y.ctypes.data + 16]
    kernel = _core.compile(program, vw.Sentence("v1"), vw.find_target("native"))
    assert kernel.temporaries == ["t"]
    for stride in (4, 12):
        size, = _core.workspaces(kernel, program, [*args, stride])
        assert size == 4 * stride + 4
        work = np.zeros(size, "u1")
        _core.Loaded(kernel)([*args, stride, work.ctypes.data])
        np.testing.assert_array_equal(y, (x + x) ** 2)
    for run in (_core.interpret, lambda *rest: _core.workspaces(kernel, *rest)):
        with pytest.raises(ValueError, match="program 'chain': temporary 't' has a negative stride, s"):
            run(program, [*args, -4])
