// A RISC-V program that reads machines from its input, executes one instruction on each and writes them back: it expects `cases`,
// a table of addresses, and VLENB. A machine: case, x0-x31, vl, vtype, frm, f0-f31 (the first eight count), v0-v31, memory.
#pragma once

inline constexpr char kRowsProgram[] = R"(
    .globl _start
_start:
    lla s0, state
    lla s1, cases
next:
    mv s2, s0
    lla s3, end
0:  li a0, 0
    mv a1, s2
    sub a2, s3, s2
    li a7, 63
    ecall
    blez a0, done
    add s2, s2, a0
    bne s2, s3, 0b
    lla t0, vectors
    csrr t1, vlenb
    slli t1, t1, 3
    .irp r, 0, 8, 16, 24
    vl8re8.v v\r, (t0)
    add t0, t0, t1
    .endr
    ld t0, 264(s0)
    ld t1, 272(s0)
    vsetvl zero, t0, t1
    ld t0, 280(s0)
    fsrm t0
    .irp r, 0, 1, 2, 3, 4, 5, 6, 7
    fld f\r, 288 + 8 * \r(s0)
    .endr
    .irp r, 10, 11, 12, 13, 14, 15, 16, 17
    ld x\r, 8 + 8 * \r(s0)
    .endr
    lla t0, memory + 4096
    add x15, x15, t0
    ld t0, 0(s0)
    slli t0, t0, 3
    add t0, t0, s1
    ld t0, 0(t0)
    li x31, 1
    jr t0
save:
    csrr t0, vl
    sd t0, 264(s0)
    csrr t0, vtype
    sd t0, 272(s0)
    frrm t0
    sd t0, 280(s0)
    .irp r, 0, 1, 2, 3, 4, 5, 6, 7
    fsd f\r, 288 + 8 * \r(s0)
    .endr
    .irp r, 10, 11, 12, 13, 14, 15, 16, 17, 31
    sd x\r, 8 + 8 * \r(s0)
    .endr
    lla t0, vectors
    csrr t1, vlenb
    slli t1, t1, 3
    .irp r, 0, 8, 16, 24
    vs8r.v v\r, (t0)
    add t0, t0, t1
    .endr
    mv s2, s0
    lla s3, end
0:  li a0, 1
    mv a1, s2
    sub a2, s3, s2
    li a7, 64
    ecall
    add s2, s2, a0
    bne s2, s3, 0b
    j next
done:
    li a0, 0
    li a7, 93
    ecall
    .bss
    .balign 64
state: .zero 544
vectors: .zero 32 * VLENB
memory: .zero 8192
end:
    .text
)";
