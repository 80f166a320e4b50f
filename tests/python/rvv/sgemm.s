    .text
    .balign 4
    .globl sgemm
    .type sgemm, @function
    .option push
    .option arch, +v
sgemm:
    .cfi_startproc
    addi sp, sp, -64
    .cfi_def_cfa sp, 64
    sd s1, 0(sp)
    .cfi_offset s1, -64
    sd s2, 8(sp)
    .cfi_offset s2, -56
    sd s3, 16(sp)
    .cfi_offset s3, -48
    sd s4, 24(sp)
    .cfi_offset s4, -40
    sd s5, 32(sp)
    .cfi_offset s5, -32
    sd s6, 40(sp)
    .cfi_offset s6, -24
    sd s7, 48(sp)
    .cfi_offset s7, -16
    li t6, 32
    ld a1, 0(a0)
    ld a2, 8(a0)
    ld a3, 16(a0)
    lui a4, 1
    lui a5, 1
    addiw a5, a5, -2048
    li a6, 4
    li a7, 32
    lui t3, 1
    addiw t3, t3, -512
    li t4, 7
    # for i step 7
    mv t5, a1
    mv a1, a3
    li a3, 128
.Lsgemm_0:
    # for j step 32
    mv s1, a2
    mv s2, a1
    li s3, 128
.Lsgemm_1:
    # tile: 7 accumulators from init
    fmv.w.x ft0, zero
    vsetvli zero, t6, e32, m4, ta, ma
    vfmv.v.f v0, ft0
    vfmv.v.f v4, ft0
    vfmv.v.f v8, ft0
    vfmv.v.f v12, ft0
    vfmv.v.f v16, ft0
    vfmv.v.f v20, ft0
    vfmv.v.f v24, ft0
    add s4, t5, a4
    # for k: unroll(k,4)
    mv s5, t5
    mv s6, s4
    mv s4, s1
    li s7, 128
.Lsgemm_4:
    flw ft0, 0(s5)
    flw ft1, 512(s5)
    flw ft2, 1024(s5)
    flw ft3, 1536(s5)
    flw ft4, -2048(s6)
    flw ft5, -1536(s6)
    flw ft6, -1024(s6)
    vle32.v v28, (s4)
    vfmacc.vf v0, ft0, v28
    vfmacc.vf v4, ft1, v28
    vfmacc.vf v8, ft2, v28
    vfmacc.vf v12, ft3, v28
    vfmacc.vf v16, ft4, v28
    vfmacc.vf v20, ft5, v28
    vfmacc.vf v24, ft6, v28
    flw ft6, 4(s5)
    flw ft5, 516(s5)
    flw ft4, 1028(s5)
    flw ft3, 1540(s5)
    flw ft2, -2044(s6)
    flw ft1, -1532(s6)
    flw ft0, -1020(s6)
    addi t1, s4, 512
    vle32.v v28, (t1)
    vfmacc.vf v0, ft6, v28
    vfmacc.vf v4, ft5, v28
    vfmacc.vf v8, ft4, v28
    vfmacc.vf v12, ft3, v28
    vfmacc.vf v16, ft2, v28
    vfmacc.vf v20, ft1, v28
    vfmacc.vf v24, ft0, v28
    flw ft0, 8(s5)
    flw ft1, 520(s5)
    flw ft2, 1032(s5)
    flw ft3, 1544(s5)
    flw ft4, -2040(s6)
    flw ft5, -1528(s6)
    flw ft6, -1016(s6)
    addi t1, s4, 1024
    vle32.v v28, (t1)
    vfmacc.vf v0, ft0, v28
    vfmacc.vf v4, ft1, v28
    vfmacc.vf v8, ft2, v28
    vfmacc.vf v12, ft3, v28
    vfmacc.vf v16, ft4, v28
    vfmacc.vf v20, ft5, v28
    vfmacc.vf v24, ft6, v28
    flw ft6, 12(s5)
    flw ft5, 524(s5)
    flw ft4, 1036(s5)
    flw ft3, 1548(s5)
    flw ft2, -2036(s6)
    flw ft1, -1524(s6)
    flw ft0, -1012(s6)
    addi t1, s4, 1536
    vle32.v v28, (t1)
    vfmacc.vf v0, ft6, v28
    vfmacc.vf v4, ft5, v28
    vfmacc.vf v8, ft4, v28
    vfmacc.vf v12, ft3, v28
    vfmacc.vf v16, ft2, v28
    vfmacc.vf v20, ft1, v28
    vfmacc.vf v24, ft0, v28
    addi s5, s5, 16
    addi s6, s6, 16
    add s4, s4, a5
    addi s7, s7, -4
    bge s7, a6, .Lsgemm_4
    # final, and store
    vse32.v v0, (s2)
    addi t1, s2, 512
    vse32.v v4, (t1)
    addi t1, s2, 1024
    vse32.v v8, (t1)
    addi t1, s2, 1536
    vse32.v v12, (t1)
    add s4, s2, a4
    addi t1, s4, -2048
    vse32.v v16, (t1)
    addi t1, s4, -1536
    vse32.v v20, (t1)
    addi t1, s4, -1024
    vse32.v v24, (t1)
    addi s1, s1, 128
    addi s2, s2, 128
    addi s3, s3, -32
    bge s3, a7, .Lsgemm_1
    add t5, t5, t3
    add a1, a1, t3
    addi a3, a3, -7
    bge a3, t4, .Lsgemm_0
    # i: the last 2
    # for j step 32
    mv a3, a2
    mv a2, a1
    li a1, 128
.Lsgemm_9:
    # tile: 2 accumulators from init
    fmv.w.x ft0, zero
    vfmv.v.f v0, ft0
    vfmv.v.f v4, ft0
    # for k: unroll(k,4)
    mv a4, t5
    mv t3, a3
    li t4, 128
.Lsgemm_12:
    flw ft0, 0(a4)
    flw ft1, 512(a4)
    vle32.v v8, (t3)
    vfmacc.vf v0, ft0, v8
    vfmacc.vf v4, ft1, v8
    flw ft1, 4(a4)
    flw ft0, 516(a4)
    addi t1, t3, 512
    vle32.v v8, (t1)
    vfmacc.vf v0, ft1, v8
    vfmacc.vf v4, ft0, v8
    flw ft0, 8(a4)
    flw ft1, 520(a4)
    addi t1, t3, 1024
    vle32.v v8, (t1)
    vfmacc.vf v0, ft0, v8
    vfmacc.vf v4, ft1, v8
    flw ft1, 12(a4)
    flw ft0, 524(a4)
    addi t1, t3, 1536
    vle32.v v8, (t1)
    vfmacc.vf v0, ft1, v8
    vfmacc.vf v4, ft0, v8
    addi a4, a4, 16
    add t3, t3, a5
    addi t4, t4, -4
    bge t4, a6, .Lsgemm_12
    # final, and store
    vse32.v v0, (a2)
    addi t1, a2, 512
    vse32.v v4, (t1)
    addi a3, a3, 128
    addi a2, a2, 128
    addi a1, a1, -32
    bge a1, a7, .Lsgemm_9
    ld s1, 0(sp)
    .cfi_restore s1
    ld s2, 8(sp)
    .cfi_restore s2
    ld s3, 16(sp)
    .cfi_restore s3
    ld s4, 24(sp)
    .cfi_restore s4
    ld s5, 32(sp)
    .cfi_restore s5
    ld s6, 40(sp)
    .cfi_restore s6
    ld s7, 48(sp)
    .cfi_restore s7
    addi sp, sp, 64
    .cfi_def_cfa sp, 0
    ret
    .cfi_endproc
    .option pop
    .size sgemm, . - sgemm
