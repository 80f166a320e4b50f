push rbp
mov rbp, rsp
sub rsp, 64
mov qword ptr [rbp - 16], rbx
mov qword ptr [rbp - 24], r12
mov qword ptr [rbp - 32], r13
mov qword ptr [rbp - 40], r14
mov qword ptr [rbp - 48], r15
mov qword ptr [rbp - 8], rdi
mov rax, qword ptr [rbp - 8]
mov rcx, qword ptr [rax + 16]
mov rax, qword ptr [rbp - 8]
mov rsi, qword ptr [rax]
mov rax, qword ptr [rbp - 8]
mov rdi, qword ptr [rax + 24]
mov rax, qword ptr [rbp - 8]
mov r8, qword ptr [rax + 32]
mov rax, qword ptr [rbp - 8]
mov r9, qword ptr [rax + 40]
mov rax, qword ptr [rbp - 8]
mov rax, qword ptr [rax + 48]
mov qword ptr [rbp - 56], rax
mov rax, qword ptr [rbp - 8]
mov r11, qword ptr [rax + 56]
mov rax, qword ptr [rbp - 8]
mov rax, qword ptr [rax + 64]
mov qword ptr [rbp - 64], rax
mov r12, rcx
mov rcx, rsi
mov rsi, rdi
mov rdi, r8
mov r8, r9
mov r9, r12
mov r13, rcx
mov r14, rsi
mov r15, rdi
mov rax, qword ptr [rbp - 56]
mov r10, rax
cmp r10, 16
jl 118
vmovups ymm0, ymmword ptr [r9 + 4]
vaddps ymm0, ymm0, ymmword ptr [r9]
vaddps ymm0, ymm0, ymmword ptr [r9 + 8]
vaddps ymm0, ymm0, ymmword ptr [r13 + 4]
vaddps ymm0, ymm0, ymmword ptr [r14 + 4]
vbroadcastss ymm1, dword ptr [rip + 383]
vmulps ymm0, ymm1, ymm0
vmovups ymmword ptr [r15 + 4], ymm0
vmovups ymm0, ymmword ptr [r9 + 36]
vaddps ymm0, ymm0, ymmword ptr [r9 + 32]
vaddps ymm0, ymm0, ymmword ptr [r9 + 40]
vaddps ymm0, ymm0, ymmword ptr [r13 + 36]
vaddps ymm0, ymm0, ymmword ptr [r14 + 36]
vmulps ymm0, ymm1, ymm0
vmovups ymmword ptr [r15 + 36], ymm0
add r9, 64
add r13, 64
add r14, 64
add r15, 64
add r10, -16
cmp r10, 16
jge -118
cmp r10, 9
jl 132
lea rbx, [r10 - 8]
lea rax, [rip + 290]
mov rdx, rbx
neg rdx
vmovups ymm15, ymmword ptr [rax + 4*rdx + 32]
vmovups ymm0, ymmword ptr [r9 + 4]
vaddps ymm0, ymm0, ymmword ptr [r9]
vaddps ymm0, ymm0, ymmword ptr [r9 + 8]
vaddps ymm0, ymm0, ymmword ptr [r13 + 4]
vaddps ymm0, ymm0, ymmword ptr [r14 + 4]
vbroadcastss ymm1, dword ptr [rip + 232]
vmulps ymm0, ymm1, ymm0
vmovups ymmword ptr [r15 + 4], ymm0
vmaskmovps ymm0, ymm15, ymmword ptr [r9 + 36]
vmaskmovps ymm2, ymm15, ymmword ptr [r9 + 32]
vaddps ymm2, ymm0, ymm2
vmaskmovps ymm0, ymm15, ymmword ptr [r9 + 40]
vaddps ymm0, ymm2, ymm0
vmaskmovps ymm2, ymm15, ymmword ptr [r13 + 36]
vaddps ymm2, ymm0, ymm2
vmaskmovps ymm0, ymm15, ymmword ptr [r14 + 36]
vaddps ymm0, ymm2, ymm0
vmulps ymm0, ymm1, ymm0
vmaskmovps ymmword ptr [r15 + 36], ymm15, ymm0
jmp 101
cmp r10, 1
jl 91
lea rbx, [r10]
lea rax, [rip + 149]
mov rdx, rbx
neg rdx
vmovups ymm15, ymmword ptr [rax + 4*rdx + 32]
vmaskmovps ymm0, ymm15, ymmword ptr [r9 + 4]
vmaskmovps ymm1, ymm15, ymmword ptr [r9]
vaddps ymm1, ymm0, ymm1
vmaskmovps ymm0, ymm15, ymmword ptr [r9 + 8]
vaddps ymm0, ymm1, ymm0
vmaskmovps ymm1, ymm15, ymmword ptr [r13 + 4]
vaddps ymm1, ymm0, ymm1
vmaskmovps ymm0, ymm15, ymmword ptr [r14 + 4]
vaddps ymm0, ymm1, ymm0
vbroadcastss ymm1, dword ptr [rip + 75]
vmulps ymm0, ymm1, ymm0
vmaskmovps ymmword ptr [r15 + 4], ymm15, ymm0
jmp 0
add r12, r11
add rcx, r11
add rsi, r11
mov rdx, qword ptr [rbp - 64]
add rdi, rdx
add r8, -1
cmp r8, 1
jge -420
mov rbx, qword ptr [rbp - 16]
mov r12, qword ptr [rbp - 24]
mov r13, qword ptr [rbp - 32]
mov r14, qword ptr [rbp - 40]
mov r15, qword ptr [rbp - 48]
vzeroupper
leave
ret
