push rbp
mov rbp, rsp
sub rsp, 104
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
mov qword ptr [rbp - 64], rax
lea rax, [rsp]
mov qword ptr [rbp - 96], rax
mov rax, qword ptr [rbp - 56]
mov r9, rax
mov r10, rsi
mov rax, qword ptr [rbp - 96]
mov rsi, rax
mov r11d, 9
mov rbx, r10
mov rax, qword ptr [rbp - 64]
mov r12, rax
mov r13, rsi
mov r14d, 16
vmovups xmm0, xmmword ptr [rbx]
vmovups xmm1, xmmword ptr [rbx + 36]
vmovups xmm2, xmmword ptr [rbx + 72]
vmovups xmm3, xmmword ptr [rbx + 108]
vinsertf32x4 zmm0, zmm0, xmmword ptr [rbx + 144], 1
vinsertf32x4 zmm1, zmm1, xmmword ptr [rbx + 180], 1
vinsertf32x4 zmm2, zmm2, xmmword ptr [rbx + 216], 1
vinsertf32x4 zmm3, zmm3, xmmword ptr [rbx + 252], 1
vinsertf32x4 zmm0, zmm0, xmmword ptr [rbx + 288], 2
vinsertf32x4 zmm1, zmm1, xmmword ptr [rbx + 324], 2
vinsertf32x4 zmm2, zmm2, xmmword ptr [rbx + 360], 2
vinsertf32x4 zmm3, zmm3, xmmword ptr [rbx + 396], 2
vinsertf32x4 zmm0, zmm0, xmmword ptr [rbx + 432], 3
vinsertf32x4 zmm1, zmm1, xmmword ptr [rbx + 468], 3
vinsertf32x4 zmm2, zmm2, xmmword ptr [rbx + 504], 3
vinsertf32x4 zmm3, zmm3, xmmword ptr [rbx + 540], 3
vunpcklps zmm4, zmm0, zmm2        # zmm4 = zmm0[0],zmm2[0],zmm0[1],zmm2[1],zmm0[4],zmm2[4],zmm0[5],zmm2[5],zmm0[8],zmm2[8],zmm0[9],zmm2[9],zmm0[12],zmm2[12],zmm0[13],zmm2[13]
vunpckhps zmm5, zmm0, zmm2        # zmm5 = zmm0[2],zmm2[2],zmm0[3],zmm2[3],zmm0[6],zmm2[6],zmm0[7],zmm2[7],zmm0[10],zmm2[10],zmm0[11],zmm2[11],zmm0[14],zmm2[14],zmm0[15],zmm2[15]
vunpcklps zmm2, zmm1, zmm3        # zmm2 = zmm1[0],zmm3[0],zmm1[1],zmm3[1],zmm1[4],zmm3[4],zmm1[5],zmm3[5],zmm1[8],zmm3[8],zmm1[9],zmm3[9],zmm1[12],zmm3[12],zmm1[13],zmm3[13]
vunpckhps zmm0, zmm1, zmm3        # zmm0 = zmm1[2],zmm3[2],zmm1[3],zmm3[3],zmm1[6],zmm3[6],zmm1[7],zmm3[7],zmm1[10],zmm3[10],zmm1[11],zmm3[11],zmm1[14],zmm3[14],zmm1[15],zmm3[15]
vunpcklps zmm3, zmm4, zmm2        # zmm3 = zmm4[0],zmm2[0],zmm4[1],zmm2[1],zmm4[4],zmm2[4],zmm4[5],zmm2[5],zmm4[8],zmm2[8],zmm4[9],zmm2[9],zmm4[12],zmm2[12],zmm4[13],zmm2[13]
vunpckhps zmm1, zmm4, zmm2        # zmm1 = zmm4[2],zmm2[2],zmm4[3],zmm2[3],zmm4[6],zmm2[6],zmm4[7],zmm2[7],zmm4[10],zmm2[10],zmm4[11],zmm2[11],zmm4[14],zmm2[14],zmm4[15],zmm2[15]
vunpcklps zmm2, zmm5, zmm0        # zmm2 = zmm5[0],zmm0[0],zmm5[1],zmm0[1],zmm5[4],zmm0[4],zmm5[5],zmm0[5],zmm5[8],zmm0[8],zmm5[9],zmm0[9],zmm5[12],zmm0[12],zmm5[13],zmm0[13]
vunpckhps zmm4, zmm5, zmm0        # zmm4 = zmm5[2],zmm0[2],zmm5[3],zmm0[3],zmm5[6],zmm0[6],zmm5[7],zmm0[7],zmm5[10],zmm0[10],zmm5[11],zmm0[11],zmm5[14],zmm0[14],zmm5[15],zmm0[15]
vmovups zmmword ptr [r13], zmm3
vmovups zmmword ptr [r13 + 64], zmm1
vmovups zmmword ptr [r13 + 128], zmm2
vmovups zmmword ptr [r13 + 192], zmm4
add rbx, 576
add r12, 64
add r13, 64
add r14, -16
cmp r14, 16
jge -247
add r9, 16
add r10, 16
add rsi, 256
add r11, -4
cmp r11, 4
jge -295
mov rax, r9
mov qword ptr [rbp - 104], rax
mov rax, r10
mov qword ptr [rbp - 72], rax
mov rax, rsi
mov qword ptr [rbp - 80], rax
mov eax, 1
mov qword ptr [rbp - 88], rax
mov rax, qword ptr [rbp - 72]
mov rbx, rax
mov rax, qword ptr [rbp - 64]
mov r12, rax
mov rax, qword ptr [rbp - 80]
mov r13, rax
mov r14d, 16
mov rax, qword ptr [rbp - 104]
mov r15, rax
mov rcx, rbx
mov rdi, r13
mov r9d, 1
mov r10, rcx
mov rsi, r12
mov r8, rdi
mov r11d, 16
vmovss xmm0, dword ptr [r10]
vmovss dword ptr [r8], xmm0
add r10, 36
add rsi, 4
add r8, 4
add r11, -1
cmp r11, 1
jge -36
add r15, 4
add rcx, 4
add rdi, 64
add r9, -1
cmp r9, 1
jge -77
add rbx, 576
add r12, 64
add r13, 64
add r14, -16
cmp r14, 16
jge -125
add qword ptr [rbp - 104], 4
add qword ptr [rbp - 72], 4
add qword ptr [rbp - 80], 64
add qword ptr [rbp - 88], -1
mov rax, qword ptr [rbp - 88]
cmp rax, 1
jge -186
mov rax, qword ptr [rbp - 56]
mov rcx, rax
mov rax, qword ptr [rbp - 64]
mov rsi, rax
mov edi, 4
mov r8, rcx
mov r9, rsi
mov r10d, 6
vpxord zmm0, zmm0, zmm0
vpxord zmm1, zmm1, zmm1
vpxord zmm2, zmm2, zmm2
mov r11, r8
mov rax, qword ptr [rbp - 96]
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
