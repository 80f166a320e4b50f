push rbp
mov rbp, rsp
sub rsp, 48
mov qword ptr [rbp - 16], rbx
mov qword ptr [rbp - 24], r12
mov qword ptr [rbp - 32], r13
mov qword ptr [rbp - 8], rdi
mov rax, qword ptr [rbp - 8]
mov rcx, qword ptr [rax + 16]
mov rax, qword ptr [rbp - 8]
mov rsi, qword ptr [rax]
mov rax, qword ptr [rbp - 8]
mov rdi, qword ptr [rax + 8]
mov r8, rcx
mov rcx, rsi
mov esi, 8
mov r9, r8
mov r10, rdi
mov r11d, 64
vmovups ymm0, ymmword ptr [r9]
vmovups ymm1, ymmword ptr [r9 + 32]
vmovups ymm2, ymmword ptr [r9 + 256]
vmovups ymm3, ymmword ptr [r9 + 288]
mov rbx, rcx
mov r12, r10
mov r13d, 16
vbroadcastss ymm4, dword ptr [rbx]
vmovups ymm5, ymmword ptr [r12]
vfmadd231ps ymm0, ymm4, ymm5        # ymm0 = (ymm4 * ymm5) + ymm0
vmovups ymm6, ymmword ptr [r12 + 32]
vfmadd231ps ymm1, ymm4, ymm6        # ymm1 = (ymm4 * ymm6) + ymm1
vbroadcastss ymm4, dword ptr [rbx + 64]
vfmadd231ps ymm2, ymm4, ymm5        # ymm2 = (ymm4 * ymm5) + ymm2
vfmadd231ps ymm3, ymm4, ymm6        # ymm3 = (ymm4 * ymm6) + ymm3
add rbx, 4
add r12, 256
add r13, -1
cmp r13, 1
jge -69
vmovups ymmword ptr [r9], ymm0
vmovups ymmword ptr [r9 + 32], ymm1
vmovups ymmword ptr [r9 + 256], ymm2
vmovups ymmword ptr [r9 + 288], ymm3
add r9, 64
add r10, 64
add r11, -16
cmp r11, 16
jge -161
add r8, 512
add rcx, 128
add rsi, -2
cmp rsi, 2
jge -201
mov rbx, qword ptr [rbp - 16]
mov r12, qword ptr [rbp - 24]
mov r13, qword ptr [rbp - 32]
vzeroupper
leave
ret
