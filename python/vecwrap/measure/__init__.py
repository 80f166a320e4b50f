"""Runners: measure a kernel on this machine, after its result was checked against the reference semantics.

>>> from vecwrap import _core
>>> from vecwrap.measure import Runner
>>> nest = _core.Nest.parse('''nest scale f32 strict
... dim i 1024
... tensor X Y
... access a0 X + 0 : i*4
... access a1 Y + 0 : i*4
... %0 = load a0
... %1 = add %0 %0
... final %1
... out a1
... ''')
>>> Runner().measure(nest, "v1 split(i,64) tile(i.1) vectorize(i.1)").checked
'interpreter'
"""

from .affinity import pinned
from .cache import DiskCache
from .errors import WrongResult
from .measurement import Measurement
from .operands import Core, Operands, Work, core_of, nests_of
from .peak import peak_gflops
from .runner import Runner

__all__ = [
    "Core", "DiskCache", "Measurement", "Operands", "Runner", "Work", "WrongResult", "core_of", "nests_of",
    "peak_gflops", "pinned",
]
