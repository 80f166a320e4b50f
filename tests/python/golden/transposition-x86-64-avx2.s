push rbp
mov rbp, rsp
sub rsp, 48
mov qword ptr [rbp - 16], rbx
mov qword ptr [rbp - 24], r12
mov qword ptr [rbp - 8], rdi
mov rax, qword ptr [rbp - 8]
mov rcx, qword ptr [rax]
mov rax, qword ptr [rbp - 8]
mov rsi, qword ptr [rax + 8]
mov rax, qword ptr [rbp - 8]
mov rdi, qword ptr [rax + 16]
mov rax, qword ptr [rbp - 8]
mov r8, qword ptr [rax + 24]
imul r9, r8, 3
imul r10, r8, 5
imul r11, r8, 7
mov rbx, rcx
mov rcx, rsi
mov rsi, rdi
cmp rsi, 8
jl 254
vmovups xmm0, xmmword ptr [rbx]
vmovups xmm4, xmmword ptr [rbx + 16]
vmovups xmm1, xmmword ptr [rbx + 32]
vmovups xmm5, xmmword ptr [rbx + 48]
vmovups xmm2, xmmword ptr [rbx + 64]
vmovups xmm6, xmmword ptr [rbx + 80]
vmovups xmm3, xmmword ptr [rbx + 96]
vmovups xmm7, xmmword ptr [rbx + 112]
vinsertf128 ymm0, ymm0, xmmword ptr [rbx + 128], 1
vinsertf128 ymm4, ymm4, xmmword ptr [rbx + 144], 1
vinsertf128 ymm1, ymm1, xmmword ptr [rbx + 160], 1
vinsertf128 ymm5, ymm5, xmmword ptr [rbx + 176], 1
vinsertf128 ymm2, ymm2, xmmword ptr [rbx + 192], 1
vinsertf128 ymm6, ymm6, xmmword ptr [rbx + 208], 1
vinsertf128 ymm3, ymm3, xmmword ptr [rbx + 224], 1
vinsertf128 ymm7, ymm7, xmmword ptr [rbx + 240], 1
vunpcklps ymm8, ymm0, ymm2        # ymm8 = ymm0[0],ymm2[0],ymm0[1],ymm2[1],ymm0[4],ymm2[4],ymm0[5],ymm2[5]
vunpckhps ymm9, ymm0, ymm2        # ymm9 = ymm0[2],ymm2[2],ymm0[3],ymm2[3],ymm0[6],ymm2[6],ymm0[7],ymm2[7]
vunpcklps ymm2, ymm1, ymm3        # ymm2 = ymm1[0],ymm3[0],ymm1[1],ymm3[1],ymm1[4],ymm3[4],ymm1[5],ymm3[5]
vunpckhps ymm0, ymm1, ymm3        # ymm0 = ymm1[2],ymm3[2],ymm1[3],ymm3[3],ymm1[6],ymm3[6],ymm1[7],ymm3[7]
vunpcklps ymm3, ymm8, ymm2        # ymm3 = ymm8[0],ymm2[0],ymm8[1],ymm2[1],ymm8[4],ymm2[4],ymm8[5],ymm2[5]
vunpckhps ymm1, ymm8, ymm2        # ymm1 = ymm8[2],ymm2[2],ymm8[3],ymm2[3],ymm8[6],ymm2[6],ymm8[7],ymm2[7]
vunpcklps ymm2, ymm9, ymm0        # ymm2 = ymm9[0],ymm0[0],ymm9[1],ymm0[1],ymm9[4],ymm0[4],ymm9[5],ymm0[5]
vunpckhps ymm8, ymm9, ymm0        # ymm8 = ymm9[2],ymm0[2],ymm9[3],ymm0[3],ymm9[6],ymm0[6],ymm9[7],ymm0[7]
vunpcklps ymm0, ymm4, ymm6        # ymm0 = ymm4[0],ymm6[0],ymm4[1],ymm6[1],ymm4[4],ymm6[4],ymm4[5],ymm6[5]
vunpckhps ymm9, ymm4, ymm6        # ymm9 = ymm4[2],ymm6[2],ymm4[3],ymm6[3],ymm4[6],ymm6[6],ymm4[7],ymm6[7]
vunpcklps ymm6, ymm5, ymm7        # ymm6 = ymm5[0],ymm7[0],ymm5[1],ymm7[1],ymm5[4],ymm7[4],ymm5[5],ymm7[5]
vunpckhps ymm4, ymm5, ymm7        # ymm4 = ymm5[2],ymm7[2],ymm5[3],ymm7[3],ymm5[6],ymm7[6],ymm5[7],ymm7[7]
vunpcklps ymm7, ymm0, ymm6        # ymm7 = ymm0[0],ymm6[0],ymm0[1],ymm6[1],ymm0[4],ymm6[4],ymm0[5],ymm6[5]
vunpckhps ymm5, ymm0, ymm6        # ymm5 = ymm0[2],ymm6[2],ymm0[3],ymm6[3],ymm0[6],ymm6[6],ymm0[7],ymm6[7]
vunpcklps ymm6, ymm9, ymm4        # ymm6 = ymm9[0],ymm4[0],ymm9[1],ymm4[1],ymm9[4],ymm4[4],ymm9[5],ymm4[5]
vunpckhps ymm0, ymm9, ymm4        # ymm0 = ymm9[2],ymm4[2],ymm9[3],ymm4[3],ymm9[6],ymm4[6],ymm9[7],ymm4[7]
vmovups ymmword ptr [rcx], ymm3
vmovups ymmword ptr [rcx + r8], ymm1
vmovups ymmword ptr [rcx + 2*r8], ymm2
vmovups ymmword ptr [rcx + r9], ymm8
vmovups ymmword ptr [rcx + 4*r8], ymm7
vmovups ymmword ptr [rcx + r10], ymm5
vmovups ymmword ptr [rcx + 2*r9], ymm6
vmovups ymmword ptr [rcx + r11], ymm0
add rbx, 256
add rcx, 32
add rsi, -8
cmp rsi, 8
jge -254
cmp rsi, 1
jl 391
lea rdi, [rsi]
lea rax, [rip + 412]
mov rdx, rdi
neg rdx
vmovups ymm15, ymmword ptr [rax + 4*rdx + 32]
vmovups xmm0, xmmword ptr [rbx]
vmovups xmm4, xmmword ptr [rbx + 16]
lea rsi, [rdi - 1]
mov edx, 1
mov rdi, rsi
cmp rdi, rdx
cmovg rdi, rdx
imul r12, rdi, 32
lea rdi, [rbx + r12]
vmovups xmm1, xmmword ptr [rdi]
vmovups xmm5, xmmword ptr [rdi + 16]
mov edx, 2
mov rdi, rsi
cmp rdi, rdx
cmovg rdi, rdx
imul r12, rdi, 32
lea rdi, [rbx + r12]
vmovups xmm2, xmmword ptr [rdi]
vmovups xmm6, xmmword ptr [rdi + 16]
mov edx, 3
mov rdi, rsi
cmp rdi, rdx
cmovg rdi, rdx
imul r12, rdi, 32
lea rdi, [rbx + r12]
vmovups xmm3, xmmword ptr [rdi]
vmovups xmm7, xmmword ptr [rdi + 16]
mov edx, 4
mov rdi, rsi
cmp rdi, rdx
cmovg rdi, rdx
imul r12, rdi, 32
lea rdi, [rbx + r12]
vinsertf128 ymm0, ymm0, xmmword ptr [rdi], 1
vinsertf128 ymm4, ymm4, xmmword ptr [rdi + 16], 1
mov edx, 5
mov rdi, rsi
cmp rdi, rdx
cmovg rdi, rdx
imul r12, rdi, 32
lea rdi, [rbx + r12]
vinsertf128 ymm1, ymm1, xmmword ptr [rdi], 1
vinsertf128 ymm5, ymm5, xmmword ptr [rdi + 16], 1
mov edx, 6
mov rdi, rsi
cmp rdi, rdx
cmovg rdi, rdx
imul r12, rdi, 32
lea rdi, [rbx + r12]
vinsertf128 ymm2, ymm2, xmmword ptr [rdi], 1
vinsertf128 ymm6, ymm6, xmmword ptr [rdi + 16], 1
mov edx, 7
mov rdi, rsi
cmp rdi, rdx
cmovg rdi, rdx
imul rsi, rdi, 32
lea rdi, [rbx + rsi]
vinsertf128 ymm3, ymm3, xmmword ptr [rdi], 1
vinsertf128 ymm7, ymm7, xmmword ptr [rdi + 16], 1
vunpcklps ymm8, ymm0, ymm2        # ymm8 = ymm0[0],ymm2[0],ymm0[1],ymm2[1],ymm0[4],ymm2[4],ymm0[5],ymm2[5]
vunpckhps ymm9, ymm0, ymm2        # ymm9 = ymm0[2],ymm2[2],ymm0[3],ymm2[3],ymm0[6],ymm2[6],ymm0[7],ymm2[7]
vunpcklps ymm2, ymm1, ymm3        # ymm2 = ymm1[0],ymm3[0],ymm1[1],ymm3[1],ymm1[4],ymm3[4],ymm1[5],ymm3[5]
vunpckhps ymm0, ymm1, ymm3        # ymm0 = ymm1[2],ymm3[2],ymm1[3],ymm3[3],ymm1[6],ymm3[6],ymm1[7],ymm3[7]
vunpcklps ymm3, ymm8, ymm2        # ymm3 = ymm8[0],ymm2[0],ymm8[1],ymm2[1],ymm8[4],ymm2[4],ymm8[5],ymm2[5]
vunpckhps ymm1, ymm8, ymm2        # ymm1 = ymm8[2],ymm2[2],ymm8[3],ymm2[3],ymm8[6],ymm2[6],ymm8[7],ymm2[7]
vunpcklps ymm2, ymm9, ymm0        # ymm2 = ymm9[0],ymm0[0],ymm9[1],ymm0[1],ymm9[4],ymm0[4],ymm9[5],ymm0[5]
vunpckhps ymm8, ymm9, ymm0        # ymm8 = ymm9[2],ymm0[2],ymm9[3],ymm0[3],ymm9[6],ymm0[6],ymm9[7],ymm0[7]
vunpcklps ymm0, ymm4, ymm6        # ymm0 = ymm4[0],ymm6[0],ymm4[1],ymm6[1],ymm4[4],ymm6[4],ymm4[5],ymm6[5]
vunpckhps ymm9, ymm4, ymm6        # ymm9 = ymm4[2],ymm6[2],ymm4[3],ymm6[3],ymm4[6],ymm6[6],ymm4[7],ymm6[7]
vunpcklps ymm6, ymm5, ymm7        # ymm6 = ymm5[0],ymm7[0],ymm5[1],ymm7[1],ymm5[4],ymm7[4],ymm5[5],ymm7[5]
vunpckhps ymm4, ymm5, ymm7        # ymm4 = ymm5[2],ymm7[2],ymm5[3],ymm7[3],ymm5[6],ymm7[6],ymm5[7],ymm7[7]
vunpcklps ymm7, ymm0, ymm6        # ymm7 = ymm0[0],ymm6[0],ymm0[1],ymm6[1],ymm0[4],ymm6[4],ymm0[5],ymm6[5]
vunpckhps ymm5, ymm0, ymm6        # ymm5 = ymm0[2],ymm6[2],ymm0[3],ymm6[3],ymm0[6],ymm6[6],ymm0[7],ymm6[7]
vunpcklps ymm6, ymm9, ymm4        # ymm6 = ymm9[0],ymm4[0],ymm9[1],ymm4[1],ymm9[4],ymm4[4],ymm9[5],ymm4[5]
vunpckhps ymm0, ymm9, ymm4        # ymm0 = ymm9[2],ymm4[2],ymm9[3],ymm4[3],ymm9[6],ymm4[6],ymm9[7],ymm4[7]
vmaskmovps ymmword ptr [rcx], ymm15, ymm3
vmaskmovps ymmword ptr [rcx + r8], ymm15, ymm1
vmaskmovps ymmword ptr [rcx + 2*r8], ymm15, ymm2
vmaskmovps ymmword ptr [rcx + r9], ymm15, ymm8
vmaskmovps ymmword ptr [rcx + 4*r8], ymm15, ymm7
vmaskmovps ymmword ptr [rcx + r10], ymm15, ymm5
vmaskmovps ymmword ptr [rcx + 2*r9], ymm15, ymm6
vmaskmovps ymmword ptr [rcx + r11], ymm15, ymm0
jmp 0
mov rbx, qword ptr [rbp - 16]
mov r12, qword ptr [rbp - 24]
vzeroupper
leave
ret
