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
jl 361
mov rax, qword ptr [rbp - 96]
mov r15, rax
mov rax, qword ptr [rbp - 112]
mov rsi, rax
mov rax, qword ptr [rbp - 104]
mov r11, rax
cmp r11, 8
jl 137
vpxord zmm0, zmm0, zmm0
vpxord zmm1, zmm1, zmm1
mov r10, r8
mov rcx, r15
mov rdi, rbx
vmovupd zmm2, zmmword ptr [rcx]
vfmadd231pd zmm0, zmm2, qword ptr [r10]{1to8} # zmm0 = (zmm2 * mem) + zmm0
vfmadd231pd zmm1, zmm2, qword ptr [r10 + r12]{1to8} # zmm1 = (zmm2 * mem) + zmm1
add r10, 8
add rcx, r13
add rdi, -1
cmp rdi, 1
jge -40
mov rax, qword ptr [rbp - 128]
vbroadcastsd zmm2, qword ptr [rax]
vmulpd zmm3, zmm2, zmmword ptr [rsi]
vbroadcastsd zmm4, qword ptr [r9]
vfmadd231pd zmm3, zmm4, zmm0        # zmm3 = (zmm4 * zmm0) + zmm3
vmovupd zmmword ptr [rsi], zmm3
vmulpd zmm2, zmm2, zmmword ptr [rsi + r14]
vfmadd231pd zmm2, zmm4, zmm1        # zmm2 = (zmm4 * zmm1) + zmm2
vmovupd zmmword ptr [rsi + r14], zmm2
add r15, 64
add rsi, 64
add r11, -8
cmp r11, 8
jge -137
cmp r11, 1
jl 149
lea rcx, [r11]
mov edx, 4294967295
bzhi eax, edx, ecx
kmovd k1, eax
vpxord zmm0, zmm0, zmm0
vpxord zmm1, zmm1, zmm1
mov rcx, r8
mov rdi, r15
mov r10, rbx
vmovupd zmm2 {k1} {z}, zmmword ptr [rdi]
vfmadd231pd zmm0, zmm2, qword ptr [rcx]{1to8} # zmm0 = (zmm2 * mem) + zmm0
vfmadd231pd zmm1, zmm2, qword ptr [rcx + r12]{1to8} # zmm1 = (zmm2 * mem) + zmm1
add rcx, 8
add rdi, r13
add r10, -1
cmp r10, 1
jge -40
mov rax, qword ptr [rbp - 128]
vbroadcastsd zmm2, qword ptr [rax]
vmovupd zmm3 {k1} {z}, zmmword ptr [rsi]
vmulpd zmm3, zmm2, zmm3
vbroadcastsd zmm4, qword ptr [r9]
vfmadd231pd zmm3, zmm4, zmm0        # zmm3 = (zmm4 * zmm0) + zmm3
vmovupd zmmword ptr [rsi] {k1}, zmm3
vmovupd zmm3 {k1} {z}, zmmword ptr [rsi + r14]
vmulpd zmm3, zmm2, zmm3
vfmadd231pd zmm3, zmm4, zmm1        # zmm3 = (zmm4 * zmm1) + zmm3
vmovupd zmmword ptr [rsi + r14] {k1}, zmm3
jmp 0
mov rdx, qword ptr [rbp - 88]
add r8, rdx
mov rdx, qword ptr [rbp - 80]
add qword ptr [rbp - 112], rdx
add qword ptr [rbp - 120], -2
mov rax, qword ptr [rbp - 120]
cmp rax, 2
jge -361
mov rax, qword ptr [rbp - 120]
cmp rax, 1
jl 249
mov rax, qword ptr [rbp - 96]
mov rcx, rax
mov rax, qword ptr [rbp - 112]
mov rsi, rax
mov rax, qword ptr [rbp - 104]
mov rdi, rax
cmp rdi, 8
jl 98
vpxord zmm0, zmm0, zmm0
mov r10, r8
mov r11, rcx
mov r15, rbx
vbroadcastsd zmm1, qword ptr [r10]
vfmadd231pd zmm0, zmm1, zmmword ptr [r11] # zmm0 = (zmm1 * mem) + zmm0
add r10, 8
add r11, r13
add r15, -1
cmp r15, 1
jge -33
mov rax, qword ptr [rbp - 128]
vbroadcastsd zmm1, qword ptr [rax]
vmulpd zmm1, zmm1, zmmword ptr [rsi]
vfmadd231pd zmm1, zmm0, qword ptr [r9]{1to8} # zmm1 = (zmm0 * mem) + zmm1
vmovupd zmmword ptr [rsi], zmm1
add rcx, 64
add rsi, 64
add rdi, -8
cmp rdi, 8
jge -98
cmp rdi, 1
jl 98
lea r10, [rdi]
mov edx, 4294967295
bzhi eax, edx, r10d
kmovd k1, eax
vpxord zmm0, zmm0, zmm0
mov rdi, r8
mov r10, rcx
mov rcx, rbx
vmovupd zmm1 {k1} {z}, zmmword ptr [r10]
vfmadd231pd zmm0, zmm1, qword ptr [rdi]{1to8} # zmm0 = (zmm1 * mem) + zmm0
add rdi, 8
add r10, r13
add rcx, -1
cmp rcx, 1
jge -33
vmovupd zmm1 {k1} {z}, zmmword ptr [rsi]
mov rax, qword ptr [rbp - 128]
vmulpd zmm1, zmm1, qword ptr [rax]{1to8}
vfmadd231pd zmm1, zmm0, qword ptr [r9]{1to8} # zmm1 = (zmm0 * mem) + zmm1
vmovupd zmmword ptr [rsi] {k1}, zmm1
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
