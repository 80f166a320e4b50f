push rbp
mov rbp, rsp
sub rsp, 128
mov qword ptr [rbp - 16], rbx
mov qword ptr [rbp - 24], r12
mov qword ptr [rbp - 32], r13
mov qword ptr [rbp - 40], r14
mov qword ptr [rbp - 48], r15
mov qword ptr [rbp - 8], rdi
mov rax, qword ptr [rbp - 8]
mov rax, qword ptr [rax]
mov qword ptr [rbp - 56], rax
mov rax, qword ptr [rbp - 8]
mov rax, qword ptr [rax + 8]
mov qword ptr [rbp - 96], rax
mov rax, qword ptr [rbp - 8]
mov rax, qword ptr [rax + 32]
mov qword ptr [rbp - 128], rax
mov rax, qword ptr [rbp - 8]
mov rax, qword ptr [rax + 16]
mov qword ptr [rbp - 64], rax
mov rax, qword ptr [rbp - 8]
mov r9, qword ptr [rax + 24]
mov rax, qword ptr [rbp - 8]
mov rax, qword ptr [rax + 40]
mov qword ptr [rbp - 72], rax
mov rax, qword ptr [rbp - 8]
mov rax, qword ptr [rax + 48]
mov qword ptr [rbp - 104], rax
mov rax, qword ptr [rbp - 8]
mov rbx, qword ptr [rax + 56]
mov rax, qword ptr [rbp - 8]
mov r12, qword ptr [rax + 64]
mov rax, qword ptr [rbp - 8]
mov r13, qword ptr [rax + 72]
mov rax, qword ptr [rbp - 8]
mov r14, qword ptr [rax + 80]
imul rax, r12, 2
mov qword ptr [rbp - 88], rax
imul rax, r14, 2
mov qword ptr [rbp - 80], rax
mov rax, qword ptr [rbp - 56]
mov r8, rax
mov rax, qword ptr [rbp - 64]
mov qword ptr [rbp - 112], rax
mov rax, qword ptr [rbp - 72]
mov qword ptr [rbp - 120], rax
mov rax, qword ptr [rbp - 120]
cmp rax, 2
jl 619
mov rax, qword ptr [rbp - 96]
mov r15, rax
mov rax, qword ptr [rbp - 112]
mov rsi, rax
mov rax, qword ptr [rbp - 104]
mov r11, rax
cmp r11, 8
jl 186
vxorps ymm0, ymm0, ymm0
vxorps ymm1, ymm1, ymm1
vxorps ymm2, ymm2, ymm2
vxorps ymm3, ymm3, ymm3
mov r10, r8
mov rcx, r15
mov rdi, rbx
vbroadcastsd ymm4, qword ptr [r10]
vmovupd ymm5, ymmword ptr [rcx]
vfmadd231pd ymm0, ymm4, ymm5        # ymm0 = (ymm4 * ymm5) + ymm0
vmovupd ymm6, ymmword ptr [rcx + 32]
vfmadd231pd ymm1, ymm4, ymm6        # ymm1 = (ymm4 * ymm6) + ymm1
vbroadcastsd ymm4, qword ptr [r10 + r12]
vfmadd231pd ymm2, ymm4, ymm5        # ymm2 = (ymm4 * ymm5) + ymm2
vfmadd231pd ymm3, ymm4, ymm6        # ymm3 = (ymm4 * ymm6) + ymm3
add r10, 8
add rcx, r13
add rdi, -1
cmp rdi, 1
jge -61
mov rax, qword ptr [rbp - 128]
vbroadcastsd ymm6, qword ptr [rax]
vmulpd ymm4, ymm6, ymmword ptr [rsi]
vbroadcastsd ymm5, qword ptr [r9]
vfmadd231pd ymm4, ymm5, ymm0        # ymm4 = (ymm5 * ymm0) + ymm4
vmovupd ymmword ptr [rsi], ymm4
vmulpd ymm4, ymm6, ymmword ptr [rsi + 32]
vfmadd231pd ymm4, ymm5, ymm1        # ymm4 = (ymm5 * ymm1) + ymm4
vmovupd ymmword ptr [rsi + 32], ymm4
vmulpd ymm4, ymm6, ymmword ptr [rsi + r14]
vfmadd231pd ymm4, ymm5, ymm2        # ymm4 = (ymm5 * ymm2) + ymm4
vmovupd ymmword ptr [rsi + r14], ymm4
vmulpd ymm6, ymm6, ymmword ptr [rsi + r14 + 32]
vfmadd231pd ymm6, ymm5, ymm3        # ymm6 = (ymm5 * ymm3) + ymm6
vmovupd ymmword ptr [rsi + r14 + 32], ymm6
add r15, 64
add rsi, 64
add r11, -8
cmp r11, 8
jge -186
cmp r11, 5
jl 203
lea rcx, [r11 - 4]
lea rax, [rip + 907]
mov rdx, rcx
neg rdx
vmovups ymm15, ymmword ptr [rax + 8*rdx + 32]
vxorps ymm0, ymm0, ymm0
vxorps ymm1, ymm1, ymm1
vxorps ymm2, ymm2, ymm2
vxorps ymm3, ymm3, ymm3
mov rcx, r8
mov rdi, r15
mov r10, rbx
vbroadcastsd ymm4, qword ptr [rcx]
vmovupd ymm5, ymmword ptr [rdi]
vfmadd231pd ymm0, ymm4, ymm5        # ymm0 = (ymm4 * ymm5) + ymm0
vmaskmovpd ymm6, ymm15, ymmword ptr [rdi + 32]
vfmadd231pd ymm1, ymm4, ymm6        # ymm1 = (ymm4 * ymm6) + ymm1
vbroadcastsd ymm4, qword ptr [rcx + r12]
vfmadd231pd ymm2, ymm4, ymm5        # ymm2 = (ymm4 * ymm5) + ymm2
vfmadd231pd ymm3, ymm4, ymm6        # ymm3 = (ymm4 * ymm6) + ymm3
add rcx, 8
add rdi, r13
add r10, -1
cmp r10, 1
jge -62
mov rax, qword ptr [rbp - 128]
vbroadcastsd ymm6, qword ptr [rax]
vmulpd ymm4, ymm6, ymmword ptr [rsi]
vbroadcastsd ymm5, qword ptr [r9]
vfmadd231pd ymm4, ymm5, ymm0        # ymm4 = (ymm5 * ymm0) + ymm4
vmovupd ymmword ptr [rsi], ymm4
vmaskmovpd ymm4, ymm15, ymmword ptr [rsi + 32]
vmulpd ymm4, ymm6, ymm4
vfmadd231pd ymm4, ymm5, ymm1        # ymm4 = (ymm5 * ymm1) + ymm4
vmaskmovpd ymmword ptr [rsi + 32], ymm15, ymm4
vmulpd ymm4, ymm6, ymmword ptr [rsi + r14]
vfmadd231pd ymm4, ymm5, ymm2        # ymm4 = (ymm5 * ymm2) + ymm4
vmovupd ymmword ptr [rsi + r14], ymm4
vmaskmovpd ymm4, ymm15, ymmword ptr [rsi + r14 + 32]
vmulpd ymm4, ymm6, ymm4
vfmadd231pd ymm4, ymm5, ymm3        # ymm4 = (ymm5 * ymm3) + ymm4
vmaskmovpd ymmword ptr [rsi + r14 + 32], ymm15, ymm4
jmp 155
cmp r11, 1
jl 145
lea rcx, [r11]
lea rax, [rip + 695]
mov rdx, rcx
neg rdx
vmovups ymm15, ymmword ptr [rax + 8*rdx + 32]
vxorps ymm0, ymm0, ymm0
vxorps ymm1, ymm1, ymm1
mov rcx, r8
mov rdi, r15
mov r10, rbx
vbroadcastsd ymm2, qword ptr [rcx]
vmaskmovpd ymm3, ymm15, ymmword ptr [rdi]
vfmadd231pd ymm0, ymm2, ymm3        # ymm0 = (ymm2 * ymm3) + ymm0
vbroadcastsd ymm2, qword ptr [rcx + r12]
vfmadd231pd ymm1, ymm2, ymm3        # ymm1 = (ymm2 * ymm3) + ymm1
add rcx, 8
add rdi, r13
add r10, -1
cmp r10, 1
jge -47
mov rax, qword ptr [rbp - 128]
vbroadcastsd ymm3, qword ptr [rax]
vmaskmovpd ymm2, ymm15, ymmword ptr [rsi]
vmulpd ymm2, ymm3, ymm2
vbroadcastsd ymm4, qword ptr [r9]
vfmadd231pd ymm2, ymm4, ymm0        # ymm2 = (ymm4 * ymm0) + ymm2
vmaskmovpd ymmword ptr [rsi], ymm15, ymm2
vmaskmovpd ymm2, ymm15, ymmword ptr [rsi + r14]
vmulpd ymm2, ymm3, ymm2
vfmadd231pd ymm2, ymm4, ymm1        # ymm2 = (ymm4 * ymm1) + ymm2
vmaskmovpd ymmword ptr [rsi + r14], ymm15, ymm2
jmp 0
mov rdx, qword ptr [rbp - 88]
add r8, rdx
mov rdx, qword ptr [rbp - 80]
add qword ptr [rbp - 112], rdx
add qword ptr [rbp - 120], -2
mov rax, qword ptr [rbp - 120]
cmp rax, 2
jge -619
mov rax, qword ptr [rbp - 120]
cmp rax, 1
jl 425
mov rax, qword ptr [rbp - 96]
mov rcx, rax
mov rax, qword ptr [rbp - 112]
mov rsi, rax
mov rax, qword ptr [rbp - 104]
mov rdi, rax
cmp rdi, 8
jl 118
vxorps ymm0, ymm0, ymm0
vxorps ymm1, ymm1, ymm1
mov r10, r8
mov r11, rcx
mov r15, rbx
vbroadcastsd ymm2, qword ptr [r10]
vfmadd231pd ymm0, ymm2, ymmword ptr [r11] # ymm0 = (ymm2 * mem) + ymm0
vfmadd231pd ymm1, ymm2, ymmword ptr [r11 + 32] # ymm1 = (ymm2 * mem) + ymm1
add r10, 8
add r11, r13
add r15, -1
cmp r15, 1
jge -37
mov rax, qword ptr [rbp - 128]
vbroadcastsd ymm2, qword ptr [rax]
vmulpd ymm3, ymm2, ymmword ptr [rsi]
vbroadcastsd ymm4, qword ptr [r9]
vfmadd231pd ymm3, ymm4, ymm0        # ymm3 = (ymm4 * ymm0) + ymm3
vmovupd ymmword ptr [rsi], ymm3
vmulpd ymm2, ymm2, ymmword ptr [rsi + 32]
vfmadd231pd ymm2, ymm4, ymm1        # ymm2 = (ymm4 * ymm1) + ymm2
vmovupd ymmword ptr [rsi + 32], ymm2
add rcx, 64
add rsi, 64
add rdi, -8
cmp rdi, 8
jge -118
cmp rdi, 5
jl 135
lea r10, [rdi - 4]
lea rax, [rip + 342]
mov rdx, r10
neg rdx
vmovups ymm15, ymmword ptr [rax + 8*rdx + 32]
vxorps ymm0, ymm0, ymm0
vxorps ymm1, ymm1, ymm1
mov r10, r8
mov r11, rcx
mov r15, rbx
vbroadcastsd ymm2, qword ptr [r10]
vfmadd231pd ymm0, ymm2, ymmword ptr [r11] # ymm0 = (ymm2 * mem) + ymm0
vmaskmovpd ymm3, ymm15, ymmword ptr [r11 + 32]
vfmadd231pd ymm1, ymm2, ymm3        # ymm1 = (ymm2 * ymm3) + ymm1
add r10, 8
add r11, r13
add r15, -1
cmp r15, 1
jge -42
mov rax, qword ptr [rbp - 128]
vbroadcastsd ymm3, qword ptr [rax]
vmulpd ymm2, ymm3, ymmword ptr [rsi]
vbroadcastsd ymm4, qword ptr [r9]
vfmadd231pd ymm2, ymm4, ymm0        # ymm2 = (ymm4 * ymm0) + ymm2
vmovupd ymmword ptr [rsi], ymm2
vmaskmovpd ymm2, ymm15, ymmword ptr [rsi + 32]
vmulpd ymm2, ymm3, ymm2
vfmadd231pd ymm2, ymm4, ymm1        # ymm2 = (ymm4 * ymm1) + ymm2
vmaskmovpd ymmword ptr [rsi + 32], ymm15, ymm2
jmp 119
cmp rdi, 1
jl 109
lea r10, [rdi]
lea rax, [rip + 198]
mov rdx, r10
neg rdx
vmovups ymm15, ymmword ptr [rax + 8*rdx + 32]
vxorps ymm0, ymm0, ymm0
mov rdi, r8
mov r10, rcx
mov rcx, rbx
vbroadcastsd ymm1, qword ptr [rdi]
vmaskmovpd ymm2, ymm15, ymmword ptr [r10]
vfmadd231pd ymm0, ymm1, ymm2        # ymm0 = (ymm1 * ymm2) + ymm0
add rdi, 8
add r10, r13
add rcx, -1
cmp rcx, 1
jge -36
mov rax, qword ptr [rbp - 128]
vbroadcastsd ymm2, qword ptr [rax]
vmaskmovpd ymm1, ymm15, ymmword ptr [rsi]
vmulpd ymm1, ymm2, ymm1
vbroadcastsd ymm2, qword ptr [r9]
vfmadd231pd ymm1, ymm2, ymm0        # ymm1 = (ymm2 * ymm0) + ymm1
vmaskmovpd ymmword ptr [rsi], ymm15, ymm1
jmp 0
add r8, r12
add qword ptr [rbp - 112], r14
add qword ptr [rbp - 120], -1
mov rbx, qword ptr [rbp - 16]
mov r12, qword ptr [rbp - 24]
mov r13, qword ptr [rbp - 32]
mov r14, qword ptr [rbp - 40]
mov r15, qword ptr [rbp - 48]
vzeroupper
leave
ret
