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
cmp rsi, 16
jl 407
vmovups xmm0, xmmword ptr [rbx]
vmovups xmm4, xmmword ptr [rbx + 16]
vmovups xmm1, xmmword ptr [rbx + 32]
vmovups xmm5, xmmword ptr [rbx + 48]
vmovups xmm2, xmmword ptr [rbx + 64]
vmovups xmm6, xmmword ptr [rbx + 80]
vmovups xmm3, xmmword ptr [rbx + 96]
vmovups xmm7, xmmword ptr [rbx + 112]
vinsertf32x4 zmm0, zmm0, xmmword ptr [rbx + 128], 1
vinsertf32x4 zmm4, zmm4, xmmword ptr [rbx + 144], 1
vinsertf32x4 zmm1, zmm1, xmmword ptr [rbx + 160], 1
vinsertf32x4 zmm5, zmm5, xmmword ptr [rbx + 176], 1
vinsertf32x4 zmm2, zmm2, xmmword ptr [rbx + 192], 1
vinsertf32x4 zmm6, zmm6, xmmword ptr [rbx + 208], 1
vinsertf32x4 zmm3, zmm3, xmmword ptr [rbx + 224], 1
vinsertf32x4 zmm7, zmm7, xmmword ptr [rbx + 240], 1
vinsertf32x4 zmm0, zmm0, xmmword ptr [rbx + 256], 2
vinsertf32x4 zmm4, zmm4, xmmword ptr [rbx + 272], 2
vinsertf32x4 zmm1, zmm1, xmmword ptr [rbx + 288], 2
vinsertf32x4 zmm5, zmm5, xmmword ptr [rbx + 304], 2
vinsertf32x4 zmm2, zmm2, xmmword ptr [rbx + 320], 2
vinsertf32x4 zmm6, zmm6, xmmword ptr [rbx + 336], 2
vinsertf32x4 zmm3, zmm3, xmmword ptr [rbx + 352], 2
vinsertf32x4 zmm7, zmm7, xmmword ptr [rbx + 368], 2
vinsertf32x4 zmm0, zmm0, xmmword ptr [rbx + 384], 3
vinsertf32x4 zmm4, zmm4, xmmword ptr [rbx + 400], 3
vinsertf32x4 zmm1, zmm1, xmmword ptr [rbx + 416], 3
vinsertf32x4 zmm5, zmm5, xmmword ptr [rbx + 432], 3
vinsertf32x4 zmm2, zmm2, xmmword ptr [rbx + 448], 3
vinsertf32x4 zmm6, zmm6, xmmword ptr [rbx + 464], 3
vinsertf32x4 zmm3, zmm3, xmmword ptr [rbx + 480], 3
vinsertf32x4 zmm7, zmm7, xmmword ptr [rbx + 496], 3
vunpcklps zmm8, zmm0, zmm2        # zmm8 = zmm0[0],zmm2[0],zmm0[1],zmm2[1],zmm0[4],zmm2[4],zmm0[5],zmm2[5],zmm0[8],zmm2[8],zmm0[9],zmm2[9],zmm0[12],zmm2[12],zmm0[13],zmm2[13]
vunpckhps zmm9, zmm0, zmm2        # zmm9 = zmm0[2],zmm2[2],zmm0[3],zmm2[3],zmm0[6],zmm2[6],zmm0[7],zmm2[7],zmm0[10],zmm2[10],zmm0[11],zmm2[11],zmm0[14],zmm2[14],zmm0[15],zmm2[15]
vunpcklps zmm2, zmm1, zmm3        # zmm2 = zmm1[0],zmm3[0],zmm1[1],zmm3[1],zmm1[4],zmm3[4],zmm1[5],zmm3[5],zmm1[8],zmm3[8],zmm1[9],zmm3[9],zmm1[12],zmm3[12],zmm1[13],zmm3[13]
vunpckhps zmm0, zmm1, zmm3        # zmm0 = zmm1[2],zmm3[2],zmm1[3],zmm3[3],zmm1[6],zmm3[6],zmm1[7],zmm3[7],zmm1[10],zmm3[10],zmm1[11],zmm3[11],zmm1[14],zmm3[14],zmm1[15],zmm3[15]
vunpcklps zmm3, zmm8, zmm2        # zmm3 = zmm8[0],zmm2[0],zmm8[1],zmm2[1],zmm8[4],zmm2[4],zmm8[5],zmm2[5],zmm8[8],zmm2[8],zmm8[9],zmm2[9],zmm8[12],zmm2[12],zmm8[13],zmm2[13]
vunpckhps zmm1, zmm8, zmm2        # zmm1 = zmm8[2],zmm2[2],zmm8[3],zmm2[3],zmm8[6],zmm2[6],zmm8[7],zmm2[7],zmm8[10],zmm2[10],zmm8[11],zmm2[11],zmm8[14],zmm2[14],zmm8[15],zmm2[15]
vunpcklps zmm2, zmm9, zmm0        # zmm2 = zmm9[0],zmm0[0],zmm9[1],zmm0[1],zmm9[4],zmm0[4],zmm9[5],zmm0[5],zmm9[8],zmm0[8],zmm9[9],zmm0[9],zmm9[12],zmm0[12],zmm9[13],zmm0[13]
vunpckhps zmm8, zmm9, zmm0        # zmm8 = zmm9[2],zmm0[2],zmm9[3],zmm0[3],zmm9[6],zmm0[6],zmm9[7],zmm0[7],zmm9[10],zmm0[10],zmm9[11],zmm0[11],zmm9[14],zmm0[14],zmm9[15],zmm0[15]
vunpcklps zmm0, zmm4, zmm6        # zmm0 = zmm4[0],zmm6[0],zmm4[1],zmm6[1],zmm4[4],zmm6[4],zmm4[5],zmm6[5],zmm4[8],zmm6[8],zmm4[9],zmm6[9],zmm4[12],zmm6[12],zmm4[13],zmm6[13]
vunpckhps zmm9, zmm4, zmm6        # zmm9 = zmm4[2],zmm6[2],zmm4[3],zmm6[3],zmm4[6],zmm6[6],zmm4[7],zmm6[7],zmm4[10],zmm6[10],zmm4[11],zmm6[11],zmm4[14],zmm6[14],zmm4[15],zmm6[15]
vunpcklps zmm6, zmm5, zmm7        # zmm6 = zmm5[0],zmm7[0],zmm5[1],zmm7[1],zmm5[4],zmm7[4],zmm5[5],zmm7[5],zmm5[8],zmm7[8],zmm5[9],zmm7[9],zmm5[12],zmm7[12],zmm5[13],zmm7[13]
vunpckhps zmm4, zmm5, zmm7        # zmm4 = zmm5[2],zmm7[2],zmm5[3],zmm7[3],zmm5[6],zmm7[6],zmm5[7],zmm7[7],zmm5[10],zmm7[10],zmm5[11],zmm7[11],zmm5[14],zmm7[14],zmm5[15],zmm7[15]
vunpcklps zmm7, zmm0, zmm6        # zmm7 = zmm0[0],zmm6[0],zmm0[1],zmm6[1],zmm0[4],zmm6[4],zmm0[5],zmm6[5],zmm0[8],zmm6[8],zmm0[9],zmm6[9],zmm0[12],zmm6[12],zmm0[13],zmm6[13]
vunpckhps zmm5, zmm0, zmm6        # zmm5 = zmm0[2],zmm6[2],zmm0[3],zmm6[3],zmm0[6],zmm6[6],zmm0[7],zmm6[7],zmm0[10],zmm6[10],zmm0[11],zmm6[11],zmm0[14],zmm6[14],zmm0[15],zmm6[15]
vunpcklps zmm6, zmm9, zmm4        # zmm6 = zmm9[0],zmm4[0],zmm9[1],zmm4[1],zmm9[4],zmm4[4],zmm9[5],zmm4[5],zmm9[8],zmm4[8],zmm9[9],zmm4[9],zmm9[12],zmm4[12],zmm9[13],zmm4[13]
vunpckhps zmm0, zmm9, zmm4        # zmm0 = zmm9[2],zmm4[2],zmm9[3],zmm4[3],zmm9[6],zmm4[6],zmm9[7],zmm4[7],zmm9[10],zmm4[10],zmm9[11],zmm4[11],zmm9[14],zmm4[14],zmm9[15],zmm4[15]
vmovups zmmword ptr [rcx], zmm3
vmovups zmmword ptr [rcx + r8], zmm1
vmovups zmmword ptr [rcx + 2*r8], zmm2
vmovups zmmword ptr [rcx + r9], zmm8
vmovups zmmword ptr [rcx + 4*r8], zmm7
vmovups zmmword ptr [rcx + r10], zmm5
vmovups zmmword ptr [rcx + 2*r9], zmm6
vmovups zmmword ptr [rcx + r11], zmm0
add rbx, 512
add rcx, 64
add rsi, -16
cmp rsi, 16
jge -407
cmp rsi, 1
jl 738
lea rdi, [rsi]
mov edx, 4294967295
bzhi eax, edx, edi
kmovd k1, eax
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
vinsertf32x4 zmm0, zmm0, xmmword ptr [rdi], 1
vinsertf32x4 zmm4, zmm4, xmmword ptr [rdi + 16], 1
mov edx, 5
mov rdi, rsi
cmp rdi, rdx
cmovg rdi, rdx
imul r12, rdi, 32
lea rdi, [rbx + r12]
vinsertf32x4 zmm1, zmm1, xmmword ptr [rdi], 1
vinsertf32x4 zmm5, zmm5, xmmword ptr [rdi + 16], 1
mov edx, 6
mov rdi, rsi
cmp rdi, rdx
cmovg rdi, rdx
imul r12, rdi, 32
lea rdi, [rbx + r12]
vinsertf32x4 zmm2, zmm2, xmmword ptr [rdi], 1
vinsertf32x4 zmm6, zmm6, xmmword ptr [rdi + 16], 1
mov edx, 7
mov rdi, rsi
cmp rdi, rdx
cmovg rdi, rdx
imul r12, rdi, 32
lea rdi, [rbx + r12]
vinsertf32x4 zmm3, zmm3, xmmword ptr [rdi], 1
vinsertf32x4 zmm7, zmm7, xmmword ptr [rdi + 16], 1
mov edx, 8
mov rdi, rsi
cmp rdi, rdx
cmovg rdi, rdx
imul r12, rdi, 32
lea rdi, [rbx + r12]
vinsertf32x4 zmm0, zmm0, xmmword ptr [rdi], 2
vinsertf32x4 zmm4, zmm4, xmmword ptr [rdi + 16], 2
mov edx, 9
mov rdi, rsi
cmp rdi, rdx
cmovg rdi, rdx
imul r12, rdi, 32
lea rdi, [rbx + r12]
vinsertf32x4 zmm1, zmm1, xmmword ptr [rdi], 2
vinsertf32x4 zmm5, zmm5, xmmword ptr [rdi + 16], 2
mov edx, 10
mov rdi, rsi
cmp rdi, rdx
cmovg rdi, rdx
imul r12, rdi, 32
lea rdi, [rbx + r12]
vinsertf32x4 zmm2, zmm2, xmmword ptr [rdi], 2
vinsertf32x4 zmm6, zmm6, xmmword ptr [rdi + 16], 2
mov edx, 11
mov rdi, rsi
cmp rdi, rdx
cmovg rdi, rdx
imul r12, rdi, 32
lea rdi, [rbx + r12]
vinsertf32x4 zmm3, zmm3, xmmword ptr [rdi], 2
vinsertf32x4 zmm7, zmm7, xmmword ptr [rdi + 16], 2
mov edx, 12
mov rdi, rsi
cmp rdi, rdx
cmovg rdi, rdx
imul r12, rdi, 32
lea rdi, [rbx + r12]
vinsertf32x4 zmm0, zmm0, xmmword ptr [rdi], 3
vinsertf32x4 zmm4, zmm4, xmmword ptr [rdi + 16], 3
mov edx, 13
mov rdi, rsi
cmp rdi, rdx
cmovg rdi, rdx
imul r12, rdi, 32
lea rdi, [rbx + r12]
vinsertf32x4 zmm1, zmm1, xmmword ptr [rdi], 3
vinsertf32x4 zmm5, zmm5, xmmword ptr [rdi + 16], 3
mov edx, 14
mov rdi, rsi
cmp rdi, rdx
cmovg rdi, rdx
imul r12, rdi, 32
lea rdi, [rbx + r12]
vinsertf32x4 zmm2, zmm2, xmmword ptr [rdi], 3
vinsertf32x4 zmm6, zmm6, xmmword ptr [rdi + 16], 3
mov edx, 15
mov rdi, rsi
cmp rdi, rdx
cmovg rdi, rdx
imul rsi, rdi, 32
lea rdi, [rbx + rsi]
vinsertf32x4 zmm3, zmm3, xmmword ptr [rdi], 3
vinsertf32x4 zmm7, zmm7, xmmword ptr [rdi + 16], 3
vunpcklps zmm8, zmm0, zmm2        # zmm8 = zmm0[0],zmm2[0],zmm0[1],zmm2[1],zmm0[4],zmm2[4],zmm0[5],zmm2[5],zmm0[8],zmm2[8],zmm0[9],zmm2[9],zmm0[12],zmm2[12],zmm0[13],zmm2[13]
vunpckhps zmm9, zmm0, zmm2        # zmm9 = zmm0[2],zmm2[2],zmm0[3],zmm2[3],zmm0[6],zmm2[6],zmm0[7],zmm2[7],zmm0[10],zmm2[10],zmm0[11],zmm2[11],zmm0[14],zmm2[14],zmm0[15],zmm2[15]
vunpcklps zmm2, zmm1, zmm3        # zmm2 = zmm1[0],zmm3[0],zmm1[1],zmm3[1],zmm1[4],zmm3[4],zmm1[5],zmm3[5],zmm1[8],zmm3[8],zmm1[9],zmm3[9],zmm1[12],zmm3[12],zmm1[13],zmm3[13]
vunpckhps zmm0, zmm1, zmm3        # zmm0 = zmm1[2],zmm3[2],zmm1[3],zmm3[3],zmm1[6],zmm3[6],zmm1[7],zmm3[7],zmm1[10],zmm3[10],zmm1[11],zmm3[11],zmm1[14],zmm3[14],zmm1[15],zmm3[15]
vunpcklps zmm3, zmm8, zmm2        # zmm3 = zmm8[0],zmm2[0],zmm8[1],zmm2[1],zmm8[4],zmm2[4],zmm8[5],zmm2[5],zmm8[8],zmm2[8],zmm8[9],zmm2[9],zmm8[12],zmm2[12],zmm8[13],zmm2[13]
vunpckhps zmm1, zmm8, zmm2        # zmm1 = zmm8[2],zmm2[2],zmm8[3],zmm2[3],zmm8[6],zmm2[6],zmm8[7],zmm2[7],zmm8[10],zmm2[10],zmm8[11],zmm2[11],zmm8[14],zmm2[14],zmm8[15],zmm2[15]
vunpcklps zmm2, zmm9, zmm0        # zmm2 = zmm9[0],zmm0[0],zmm9[1],zmm0[1],zmm9[4],zmm0[4],zmm9[5],zmm0[5],zmm9[8],zmm0[8],zmm9[9],zmm0[9],zmm9[12],zmm0[12],zmm9[13],zmm0[13]
vunpckhps zmm8, zmm9, zmm0        # zmm8 = zmm9[2],zmm0[2],zmm9[3],zmm0[3],zmm9[6],zmm0[6],zmm9[7],zmm0[7],zmm9[10],zmm0[10],zmm9[11],zmm0[11],zmm9[14],zmm0[14],zmm9[15],zmm0[15]
vunpcklps zmm0, zmm4, zmm6        # zmm0 = zmm4[0],zmm6[0],zmm4[1],zmm6[1],zmm4[4],zmm6[4],zmm4[5],zmm6[5],zmm4[8],zmm6[8],zmm4[9],zmm6[9],zmm4[12],zmm6[12],zmm4[13],zmm6[13]
vunpckhps zmm9, zmm4, zmm6        # zmm9 = zmm4[2],zmm6[2],zmm4[3],zmm6[3],zmm4[6],zmm6[6],zmm4[7],zmm6[7],zmm4[10],zmm6[10],zmm4[11],zmm6[11],zmm4[14],zmm6[14],zmm4[15],zmm6[15]
vunpcklps zmm6, zmm5, zmm7        # zmm6 = zmm5[0],zmm7[0],zmm5[1],zmm7[1],zmm5[4],zmm7[4],zmm5[5],zmm7[5],zmm5[8],zmm7[8],zmm5[9],zmm7[9],zmm5[12],zmm7[12],zmm5[13],zmm7[13]
vunpckhps zmm4, zmm5, zmm7        # zmm4 = zmm5[2],zmm7[2],zmm5[3],zmm7[3],zmm5[6],zmm7[6],zmm5[7],zmm7[7],zmm5[10],zmm7[10],zmm5[11],zmm7[11],zmm5[14],zmm7[14],zmm5[15],zmm7[15]
vunpcklps zmm7, zmm0, zmm6        # zmm7 = zmm0[0],zmm6[0],zmm0[1],zmm6[1],zmm0[4],zmm6[4],zmm0[5],zmm6[5],zmm0[8],zmm6[8],zmm0[9],zmm6[9],zmm0[12],zmm6[12],zmm0[13],zmm6[13]
vunpckhps zmm5, zmm0, zmm6        # zmm5 = zmm0[2],zmm6[2],zmm0[3],zmm6[3],zmm0[6],zmm6[6],zmm0[7],zmm6[7],zmm0[10],zmm6[10],zmm0[11],zmm6[11],zmm0[14],zmm6[14],zmm0[15],zmm6[15]
vunpcklps zmm6, zmm9, zmm4        # zmm6 = zmm9[0],zmm4[0],zmm9[1],zmm4[1],zmm9[4],zmm4[4],zmm9[5],zmm4[5],zmm9[8],zmm4[8],zmm9[9],zmm4[9],zmm9[12],zmm4[12],zmm9[13],zmm4[13]
vunpckhps zmm0, zmm9, zmm4        # zmm0 = zmm9[2],zmm4[2],zmm9[3],zmm4[3],zmm9[6],zmm4[6],zmm9[7],zmm4[7],zmm9[10],zmm4[10],zmm9[11],zmm4[11],zmm9[14],zmm4[14],zmm9[15],zmm4[15]
vmovups zmmword ptr [rcx] {k1}, zmm3
vmovups zmmword ptr [rcx + r8] {k1}, zmm1
vmovups zmmword ptr [rcx + 2*r8] {k1}, zmm2
vmovups zmmword ptr [rcx + r9] {k1}, zmm8
vmovups zmmword ptr [rcx + 4*r8] {k1}, zmm7
vmovups zmmword ptr [rcx + r10] {k1}, zmm5
vmovups zmmword ptr [rcx + 2*r9] {k1}, zmm6
vmovups zmmword ptr [rcx + r11] {k1}, zmm0
jmp 0
mov rbx, qword ptr [rbp - 16]
mov r12, qword ptr [rbp - 24]
vzeroupper
leave
ret
