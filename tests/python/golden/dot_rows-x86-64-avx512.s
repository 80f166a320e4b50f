push rbp
mov rbp, rsp
sub rsp, 56
mov qword ptr [rbp - 16], rbx
mov qword ptr [rbp - 24], r12
mov qword ptr [rbp - 32], r13
mov qword ptr [rbp - 40], r14
mov qword ptr [rbp - 48], r15
mov qword ptr [rbp - 8], rdi
mov rax, qword ptr [rbp - 8]
mov rcx, qword ptr [rax]
mov rax, qword ptr [rbp - 8]
mov rax, qword ptr [rax + 8]
mov qword ptr [rbp - 56], rax
mov rax, qword ptr [rbp - 8]
mov rdi, qword ptr [rax + 16]
mov rax, qword ptr [rbp - 8]
mov r8, qword ptr [rax + 24]
mov rax, qword ptr [rbp - 8]
mov r9, qword ptr [rax + 32]
imul r10, r9, 3
imul r11, r9, 5
imul rbx, r9, 7
imul r12, r9, 8
mov r13, rcx
mov rcx, rdi
mov edi, 16
vpxord xmm0, xmm0, xmm0
vpxord xmm1, xmm1, xmm1
vpxord xmm2, xmm2, xmm2
vpxord xmm3, xmm3, xmm3
vpxord xmm4, xmm4, xmm4
vpxord xmm5, xmm5, xmm5
vpxord xmm6, xmm6, xmm6
vpxord xmm7, xmm7, xmm7
mov r14, r13
mov rax, qword ptr [rbp - 56]
mov r15, rax
mov rsi, r8
cmp rsi, 2
jl 135
vmovsd xmm8, qword ptr [r15]
vfmadd231sd xmm0, xmm8, qword ptr [r14] # xmm0 = (xmm8 * mem) + xmm0
vfmadd231sd xmm1, xmm8, qword ptr [r14 + r9] # xmm1 = (xmm8 * mem) + xmm1
vfmadd231sd xmm2, xmm8, qword ptr [r14 + 2*r9] # xmm2 = (xmm8 * mem) + xmm2
vfmadd231sd xmm3, xmm8, qword ptr [r14 + r10] # xmm3 = (xmm8 * mem) + xmm3
vfmadd231sd xmm4, xmm8, qword ptr [r14 + 4*r9] # xmm4 = (xmm8 * mem) + xmm4
vfmadd231sd xmm5, xmm8, qword ptr [r14 + r11] # xmm5 = (xmm8 * mem) + xmm5
vfmadd231sd xmm6, xmm8, qword ptr [r14 + 2*r10] # xmm6 = (xmm8 * mem) + xmm6
vfmadd231sd xmm7, xmm8, qword ptr [r14 + rbx] # xmm7 = (xmm8 * mem) + xmm7
vmovsd xmm8, qword ptr [r15 + 8]
vfmadd231sd xmm0, xmm8, qword ptr [r14 + 8] # xmm0 = (xmm8 * mem) + xmm0
vfmadd231sd xmm1, xmm8, qword ptr [r14 + r9 + 8] # xmm1 = (xmm8 * mem) + xmm1
vfmadd231sd xmm2, xmm8, qword ptr [r14 + 2*r9 + 8] # xmm2 = (xmm8 * mem) + xmm2
vfmadd231sd xmm3, xmm8, qword ptr [r14 + r10 + 8] # xmm3 = (xmm8 * mem) + xmm3
vfmadd231sd xmm4, xmm8, qword ptr [r14 + 4*r9 + 8] # xmm4 = (xmm8 * mem) + xmm4
vfmadd231sd xmm5, xmm8, qword ptr [r14 + r11 + 8] # xmm5 = (xmm8 * mem) + xmm5
vfmadd231sd xmm6, xmm8, qword ptr [r14 + 2*r10 + 8] # xmm6 = (xmm8 * mem) + xmm6
vfmadd231sd xmm7, xmm8, qword ptr [r14 + rbx + 8] # xmm7 = (xmm8 * mem) + xmm7
add r14, 16
add r15, 16
add rsi, -2
cmp rsi, 2
jge -135
cmp rsi, 1
jl 74
vmovsd xmm8, qword ptr [r15]
vfmadd231sd xmm0, xmm8, qword ptr [r14] # xmm0 = (xmm8 * mem) + xmm0
vfmadd231sd xmm1, xmm8, qword ptr [r14 + r9] # xmm1 = (xmm8 * mem) + xmm1
vfmadd231sd xmm2, xmm8, qword ptr [r14 + 2*r9] # xmm2 = (xmm8 * mem) + xmm2
vfmadd231sd xmm3, xmm8, qword ptr [r14 + r10] # xmm3 = (xmm8 * mem) + xmm3
vfmadd231sd xmm4, xmm8, qword ptr [r14 + 4*r9] # xmm4 = (xmm8 * mem) + xmm4
vfmadd231sd xmm5, xmm8, qword ptr [r14 + r11] # xmm5 = (xmm8 * mem) + xmm5
vfmadd231sd xmm6, xmm8, qword ptr [r14 + 2*r10] # xmm6 = (xmm8 * mem) + xmm6
vfmadd231sd xmm7, xmm8, qword ptr [r14 + rbx] # xmm7 = (xmm8 * mem) + xmm7
add r14, 8
add r15, 8
add rsi, -1
cmp rsi, 1
jge -74
vmovsd qword ptr [rcx], xmm0
vmovsd qword ptr [rcx + 8], xmm1
vmovsd qword ptr [rcx + 16], xmm2
vmovsd qword ptr [rcx + 24], xmm3
vmovsd qword ptr [rcx + 32], xmm4
vmovsd qword ptr [rcx + 40], xmm5
vmovsd qword ptr [rcx + 48], xmm6
vmovsd qword ptr [rcx + 56], xmm7
add r13, r12
add rcx, 64
add rdi, -8
cmp rdi, 8
jge -350
mov rbx, qword ptr [rbp - 16]
mov r12, qword ptr [rbp - 24]
mov r13, qword ptr [rbp - 32]
mov r14, qword ptr [rbp - 40]
mov r15, qword ptr [rbp - 48]
vzeroupper
leave
ret
