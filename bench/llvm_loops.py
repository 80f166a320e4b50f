"""Plain loops through LLVM: out[...] += left[...] * right[...] as textual IR, optimised and compiled by llvmlite."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Loops = Sequence[tuple[int, Sequence[int]]]  # outermost first: extent, and elements per step of out, left and right

HEAD = """define void @kernel(ptr noalias %out, ptr noalias readonly %left, ptr noalias readonly %right) {
entry:
  br label %loop0
"""
LOOP = """loop{depth}:
  %i{depth} = phi i64 [ 0, %{before} ], [ %next{depth}, %end{depth} ]
{body}"""
END = """end{depth}:
  %next{depth} = add nuw nsw i64 %i{depth}, 1
  %more{depth} = icmp ult i64 %next{depth}, {extent}
  br i1 %more{depth}, label %loop{depth}, label %{after}
"""
BODY = """  %x = load float, ptr %p.left
  %y = load float, ptr %p.right
  %z = load float, ptr %p.out
  %xy = fmul fast float %x, %y
  %sum = fadd fast float %z, %xy
  store float %sum, ptr %p.out
"""


def address(name: str, strides: Sequence[int]) -> str:
    """%p.NAME = NAME + the sum of stride * index."""
    lines, total = [], "0"
    for depth, stride in enumerate(strides):
        lines += [f"  %{name}.m{depth} = mul nuw nsw i64 %i{depth}, {stride}",
                  f"  %{name}.s{depth} = add nuw nsw i64 {total}, %{name}.m{depth}"]
        total = f"%{name}.s{depth}"
    return "\n".join([*lines, f"  %p.{name} = getelementptr inbounds float, ptr %{name}, i64 {total}\n"])


def text(loops: Loops) -> str:
    depth = len(loops)
    parts = [HEAD]
    for k in range(depth):
        inner = f"  br label %loop{k + 1}\n" if k + 1 < depth else ""
        parts.append(LOOP.format(depth=k, before="entry" if k == 0 else f"loop{k - 1}", body=inner))
    for operand, name in enumerate(("out", "left", "right")):
        parts.append(address(name, [strides[operand] for _, strides in loops]))
    parts += [BODY, f"  br label %end{depth - 1}\n"]
    for k in reversed(range(depth)):
        parts.append(END.format(depth=k, extent=loops[k][0], after=f"end{k - 1}" if k else "done"))
    return "".join([*parts, "done:\n  ret void\n}\n"])


def compile(loops: Loops) -> bytes:
    """An object file for this CPU, at -O3."""
    import llvmlite.binding as llvm
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    machine: Any = llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=llvm.get_host_cpu_features().flatten(), opt=3)
    module = llvm.parse_assembly(text(loops))
    builder = llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options(speed_level=3))
    builder.getModulePassManager().run(module, builder)
    made: bytes = machine.emit_object(module)
    return made
