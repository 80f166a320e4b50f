push rbp
mov rbp, rsp
sub rsp, 136
mov qword ptr [rbp - 16], rbx
mov qword ptr [rbp - 24], r12
mov qword ptr [rbp - 32], r13
mov qword ptr [rbp - 40], r14
mov qword ptr [rbp - 48], r15
mov qword ptr [rbp - 8], rdi
sub rsp, 576
mov qword ptr [rsp], rax
and rsp, -64
mov rax, qword ptr [rbp - 8]
mov rax, qword ptr [rax]
mov qword ptr [rbp - 56], rax
mov rax, qword ptr [rbp - 8]
mov rsi, qword ptr [rax + 8]
mov rax, qword ptr [rbp - 8]
mov rax, qword ptr [rax + 16]
mov qword ptr [rbp - 96], rax
lea rax, [rsp]
mov qword ptr [rbp - 104], rax
mov rax, qword ptr [rbp - 56]
mov qword ptr [rbp - 64], rax
mov rax, rsi
mov qword ptr [rbp - 72], rax
mov rax, qword ptr [rbp - 104]
mov qword ptr [rbp - 80], rax
mov eax, 3
mov qword ptr [rbp - 88], rax
mov rax, qword ptr [rbp - 64]
mov qword ptr [rbp - 136], rax
mov rax, qword ptr [rbp - 72]
mov qword ptr [rbp - 112], rax
mov rax, qword ptr [rbp - 80]
mov qword ptr [rbp - 120], rax
mov eax, 3
mov qword ptr [rbp - 128], rax
mov rax, qword ptr [rbp - 112]
mov r15, rax
mov rax, qword ptr [rbp - 96]
mov rcx, rax
mov rax, qword ptr [rbp - 120]
mov r9, rax
mov r10d, 16
mov rax, qword ptr [rbp - 136]
mov rsi, rax
mov r11, r15
mov rdi, r9
mov r8d, 1
mov r12, r11
mov r13, rcx
mov r14, rdi
mov ebx, 16
vmovss xmm0, dword ptr [r12]
vmovss dword ptr [r14], xmm0
add r12, 36
add r13, 4
add r14, 4
add rbx, -1
cmp rbx, 1
jge -37
add rsi, 4
add r11, 4
add rdi, 64
add r8, -1
cmp r8, 1
jge -77
add r15, 576
add rcx, 64
add r9, 64
add r10, -16
cmp r10, 16
jge -128
add qword ptr [rbp - 136], 4
add qword ptr [rbp - 112], 4
add qword ptr [rbp - 120], 64
add qword ptr [rbp - 128], -1
mov rax, qword ptr [rbp - 128]
cmp rax, 1
jge -192
add qword ptr [rbp - 64], 52
add qword ptr [rbp - 72], 12
add qword ptr [rbp - 80], 192
add qword ptr [rbp - 88], -1
mov rax, qword ptr [rbp - 88]
cmp rax, 1
jge -265
mov rax, qword ptr [rbp - 56]
mov rcx, rax
mov rax, qword ptr [rbp - 96]
mov rsi, rax
mov edi, 4
mov r8, rcx
mov r9, rsi
mov r10d, 6
vpxord zmm0, zmm0, zmm0
vpxord zmm1, zmm1, zmm1
vpxord zmm2, zmm2, zmm2
mov r11, r8
mov rax, qword ptr [rbp - 104]
mov rbx, rax
mov r12d, 3
mov r13, r11
mov r14, rbx
mov r15d, 3
vmovups zmm3, zmmword ptr [r14]
vfmadd231ps zmm0, zmm3, dword ptr [r13]{1to16} # zmm0 = (zmm3 * mem) + zmm0
vfmadd231ps zmm1, zmm3, dword ptr [r13 + 8]{1to16} # zmm1 = (zmm3 * mem) + zmm1
vfmadd231ps zmm2, zmm3, dword ptr [r13 + 16]{1to16} # zmm2 = (zmm3 * mem) + zmm2
add r13, 4
add r14, 64
add r15, -1
cmp r15, 1
jge -49
add r11, 52
add rbx, 192
add r12, -1
cmp r12, 1
jge -86
vpxord zmm3, zmm3, zmm3
vmaxps zmm0, zmm0, zmm3
vmovups zmmword ptr [r9], zmm0
vmaxps zmm1, zmm1, zmm3
vmovups zmmword ptr [r9 + 64], zmm1
vmaxps zmm3, zmm2, zmm3
vmovups zmmword ptr [r9 + 128], zmm3
add r8, 24
add r9, 192
add r10, -3
cmp r10, 3
jge -189
add rcx, 104
add rsi, 384
add rdi, -1
cmp rdi, 1
jge -226
mov rbx, qword ptr [rbp - 16]
mov r12, qword ptr [rbp - 24]
mov r13, qword ptr [rbp - 32]
mov r14, qword ptr [rbp - 40]
mov r15, qword ptr [rbp - 48]
vzeroupper
leave
ret
