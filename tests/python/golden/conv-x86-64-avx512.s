push rbp
mov rbp, rsp
sub rsp, 80
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
mov rdi, qword ptr [rax + 16]
lea r8, [rsp]
mov rax, qword ptr [rbp - 56]
mov qword ptr [rbp - 64], rax
mov rax, rsi
mov qword ptr [rbp - 72], rax
mov rsi, r8
mov r11d, 3
mov rax, qword ptr [rbp - 64]
mov rbx, rax
mov rax, qword ptr [rbp - 72]
mov r12, rax
mov r13, rsi
mov r14d, 3
mov r15, r12
mov rcx, rdi
mov r9, r13
mov r10d, 16
vmovss xmm0, dword ptr [r15]
vmovss dword ptr [r9], xmm0
add r15, 36
add rcx, 4
add r9, 4
add r10, -1
cmp r10, 1
jge -36
add rbx, 4
add r12, 4
add r13, 64
add r14, -1
cmp r14, 1
jge -77
add qword ptr [rbp - 64], 52
add qword ptr [rbp - 72], 12
add rsi, 192
add r11, -1
cmp r11, 1
jge -131
mov rax, qword ptr [rbp - 56]
mov qword ptr [rbp - 80], rax
mov rsi, rdi
mov edi, 4
mov rax, qword ptr [rbp - 80]
mov r9, rax
mov r10, rsi
mov r11d, 6
vpxord zmm0, zmm0, zmm0
vpxord zmm1, zmm1, zmm1
vpxord zmm2, zmm2, zmm2
mov rbx, r9
mov r12, r8
mov r13d, 3
mov r14, rbx
mov r15, r12
mov ecx, 3
vmovups zmm3, zmmword ptr [r15]
vfmadd231ps zmm0, zmm3, dword ptr [r14]{1to16} # zmm0 = (zmm3 * mem) + zmm0
vfmadd231ps zmm1, zmm3, dword ptr [r14 + 8]{1to16} # zmm1 = (zmm3 * mem) + zmm1
vfmadd231ps zmm2, zmm3, dword ptr [r14 + 16]{1to16} # zmm2 = (zmm3 * mem) + zmm2
add r14, 4
add r15, 64
add rcx, -1
cmp rcx, 1
jge -48
add rbx, 52
add r12, 192
add r13, -1
cmp r13, 1
jge -84
vpxord zmm3, zmm3, zmm3
vmaxps zmm0, zmm0, zmm3
vmovups zmmword ptr [r10], zmm0
vmaxps zmm1, zmm1, zmm3
vmovups zmmword ptr [r10 + 64], zmm1
vmaxps zmm3, zmm2, zmm3
vmovups zmmword ptr [r10 + 128], zmm3
add r9, 24
add r10, 192
add r11, -3
cmp r11, 3
jge -183
add qword ptr [rbp - 80], 104
add rsi, 384
add rdi, -1
cmp rdi, 1
jge -225
mov rbx, qword ptr [rbp - 16]
mov r12, qword ptr [rbp - 24]
mov r13, qword ptr [rbp - 32]
mov r14, qword ptr [rbp - 40]
mov r15, qword ptr [rbp - 48]
vzeroupper
leave
ret
