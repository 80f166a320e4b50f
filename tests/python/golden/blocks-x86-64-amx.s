push rbp
mov rbp, rsp
sub rsp, 272
mov qword ptr [rbp - 16], rbx
mov qword ptr [rbp - 24], r12
mov qword ptr [rbp - 32], r13
mov qword ptr [rbp - 40], r14
mov qword ptr [rbp - 48], r15
mov qword ptr [rbp - 8], rdi
sub rsp, 3824
mov qword ptr [rsp], rax
sub rsp, 4096
mov qword ptr [rsp], rax
sub rsp, 4096
mov qword ptr [rsp], rax
sub rsp, 3344
mov qword ptr [rsp], rax
and rsp, -64
mov rax, qword ptr [rbp - 8]
mov rax, qword ptr [rax]
mov qword ptr [rbp - 80], rax
mov rax, qword ptr [rbp - 8]
mov rax, qword ptr [rax + 8]
mov qword ptr [rbp - 56], rax
mov rax, qword ptr [rbp - 8]
mov rax, qword ptr [rax + 16]
mov qword ptr [rbp - 64], rax
mov rax, qword ptr [rbp - 8]
mov rax, qword ptr [rax + 24]
mov qword ptr [rbp - 72], rax
mov rax, qword ptr [rbp - 8]
mov rax, qword ptr [rax + 32]
mov qword ptr [rbp - 184], rax
mov r10d, 128
mov rax, qword ptr [rbp - 8]
mov r11, qword ptr [rax + 40]
imul rax, r11, 16
mov qword ptr [rbp - 128], rax
imul r12, r11, 3
imul rax, r11, 5
mov qword ptr [rbp - 208], rax
imul rax, r11, 7
mov qword ptr [rbp - 216], rax
imul rax, r11, 9
mov qword ptr [rbp - 136], rax
imul rax, r11, 18
mov qword ptr [rbp - 104], rax
imul rax, r11, 27
mov qword ptr [rbp - 120], rax
mov r8d, 64
imul rax, r11, 32
mov qword ptr [rbp - 96], rax
mov rax, qword ptr [rbp - 56]
mov qword ptr [rbp - 88], rax
mov rax, qword ptr [rbp - 64]
mov rcx, rax
mov rax, qword ptr [rbp - 72]
mov qword ptr [rbp - 144], rax
lea rax, [rsp + 10240]
mov qword ptr [rbp - 112], rax
mov rax, qword ptr [rbp - 80]
mov qword ptr [rbp - 176], rax
mov rax, qword ptr [rbp - 88]
mov qword ptr [rbp - 152], rax
mov rax, qword ptr [rbp - 184]
mov r15, rax
mov edx, 128
mov rax, r15
cmp rax, rdx
cmovg rax, rdx
mov qword ptr [rbp - 160], rax
lea rax, [rsp + 6144]
mov qword ptr [rbp - 168], rax
mov rax, qword ptr [rbp - 176]
mov rsi, rax
mov rax, qword ptr [rbp - 152]
mov rbx, rax
mov rax, qword ptr [rbp - 168]
mov rdi, rax
mov rax, qword ptr [rbp - 160]
mov r9, rax
cmp r9, 4
jl 218
lea rax, [rbx]
vmovdqu8 xmm0, xmmword ptr [rax]
add rax, 48
vmovdqu8 xmm1, xmmword ptr [rax]
vinserti32x4 zmm0, zmm0, xmm1, 1
add rax, 48
vmovdqu8 xmm1, xmmword ptr [rax]
vinserti32x4 zmm0, zmm0, xmm1, 2
add rax, 48
vmovdqu8 xmm1, xmmword ptr [rax]
vinserti32x4 zmm0, zmm0, xmm1, 3
vmovdqu32 zmm1, zmmword ptr [rip + 6131]
vpermd zmm0, zmm1, zmm0
vpshufb zmm0, zmm0, zmmword ptr [rip + 6179]
vmovups zmmword ptr [rdi], zmm0
lea rax, [rbx + 16]
vmovdqu8 xmm0, xmmword ptr [rax]
add rax, 48
vmovdqu8 xmm1, xmmword ptr [rax]
vinserti32x4 zmm0, zmm0, xmm1, 1
add rax, 48
vmovdqu8 xmm1, xmmword ptr [rax]
vinserti32x4 zmm0, zmm0, xmm1, 2
add rax, 48
vmovdqu8 xmm1, xmmword ptr [rax]
vinserti32x4 zmm0, zmm0, xmm1, 3
vmovdqu32 zmm1, zmmword ptr [rip + 6038]
vpermd zmm0, zmm1, zmm0
vpshufb zmm0, zmm0, zmmword ptr [rip + 6086]
vmovups zmmword ptr [rdi + 64], zmm0
add rsi, 4
add rbx, 192
add rdi, 128
add r9, -4
cmp r9, 4
jge -218
cmp r9, 1
jl 246
lea rax, [rbx]
vmovdqu8 xmm0, xmmword ptr [rax]
cmp r9, 1
jle 71
add rax, 48
vmovdqu8 xmm1, xmmword ptr [rax]
vinserti32x4 zmm0, zmm0, xmm1, 1
cmp r9, 2
jle 44
add rax, 48
vmovdqu8 xmm1, xmmword ptr [rax]
vinserti32x4 zmm0, zmm0, xmm1, 2
cmp r9, 3
jle 17
add rax, 48
vmovdqu8 xmm1, xmmword ptr [rax]
vinserti32x4 zmm0, zmm0, xmm1, 3
vmovdqu32 zmm1, zmmword ptr [rip + 5873]
vpermd zmm0, zmm1, zmm0
vpshufb zmm0, zmm0, zmmword ptr [rip + 5921]
vmovups zmmword ptr [rdi], zmm0
lea rax, [rbx + 16]
vmovdqu8 xmm0, xmmword ptr [rax]
cmp r9, 1
jle 71
add rax, 48
vmovdqu8 xmm1, xmmword ptr [rax]
vinserti32x4 zmm0, zmm0, xmm1, 1
cmp r9, 2
jle 44
add rax, 48
vmovdqu8 xmm1, xmmword ptr [rax]
vinserti32x4 zmm0, zmm0, xmm1, 2
cmp r9, 3
jle 17
add rax, 48
vmovdqu8 xmm1, xmmword ptr [rax]
vinserti32x4 zmm0, zmm0, xmm1, 3
vmovdqu32 zmm1, zmmword ptr [rip + 5750]
vpermd zmm0, zmm1, zmm0
vpshufb zmm0, zmm0, zmmword ptr [rip + 5798]
vmovups zmmword ptr [rdi + 64], zmm0
mov rax, qword ptr [rbp - 176]
mov qword ptr [rbp - 200], rax
mov rax, qword ptr [rbp - 144]
mov rdi, rax
mov rax, qword ptr [rbp - 112]
mov r9, rax
ldtilecfg [rip + 5815]
mov rdx, qword ptr [rbp - 184]
cmp r15, rdx
jne 25
tilezero tmm0
tilezero tmm1
tilezero tmm2
tilezero tmm3
jmp 33
tileloadd tmm0, [r9 + r10]
tileloadd tmm1, [r9 + r10 + 64]
tileloadd tmm2, [r9 + r10 + 2048]
tileloadd tmm3, [r9 + r10 + 2112]
mov rax, qword ptr [rbp - 200]
mov rdx, qword ptr [rbp - 128]
add rax, rdx
mov qword ptr [rbp - 192], rax
mov rax, qword ptr [rbp - 200]
mov rbx, rax
mov rax, qword ptr [rbp - 192]
mov rsi, rax
mov rax, qword ptr [rbp - 168]
mov r13, rax
mov rax, qword ptr [rbp - 160]
mov r14, rax
cmp r14, 64
jl 75
tileloadd tmm4, [rbx + r11]
tileloadd tmm6, [r13 + r10]
tdpbusd tmm0, tmm4, tmm6
tileloadd tmm7, [r13 + r10 + 64]
tdpbusd tmm1, tmm4, tmm7
tileloadd tmm5, [rsi + r11]
tdpbusd tmm3, tmm5, tmm7
tdpbusd tmm2, tmm5, tmm6
add rbx, 64
add rsi, 64
add r13, 2048
add r14, -64
cmp r14, 64
jge -75
cmp r14, 1
jl 595
lea rsi, [rsp + 4096]
mov rdx, -1
bzhi rax, rdx, r14
kmovq k1, rax
vmovdqu8 zmm0 {k1} {z}, zmmword ptr [rbx]
vmovups zmmword ptr [rsi], zmm0
vmovdqu8 zmm1 {k1} {z}, zmmword ptr [rbx + r11]
vmovups zmmword ptr [rsi + 64], zmm1
vmovdqu8 zmm2 {k1} {z}, zmmword ptr [rbx + 2*r11]
vmovups zmmword ptr [rsi + 128], zmm2
vmovdqu8 zmm3 {k1} {z}, zmmword ptr [rbx + r12]
vmovups zmmword ptr [rsi + 192], zmm3
vmovdqu8 zmm4 {k1} {z}, zmmword ptr [rbx + 4*r11]
vmovups zmmword ptr [rsi + 256], zmm4
mov rdx, qword ptr [rbp - 208]
vmovdqu8 zmm5 {k1} {z}, zmmword ptr [rbx + rdx]
vmovups zmmword ptr [rsi + 320], zmm5
vmovdqu8 zmm6 {k1} {z}, zmmword ptr [rbx + 2*r12]
vmovups zmmword ptr [rsi + 384], zmm6
mov rdx, qword ptr [rbp - 216]
vmovdqu8 zmm7 {k1} {z}, zmmword ptr [rbx + rdx]
vmovups zmmword ptr [rsi + 448], zmm7
vmovdqu8 zmm0 {k1} {z}, zmmword ptr [rbx + 8*r11]
vmovups zmmword ptr [rsi + 512], zmm0
mov rdx, qword ptr [rbp - 136]
lea r14, [rbx + rdx]
vmovdqu8 zmm1 {k1} {z}, zmmword ptr [r14]
vmovups zmmword ptr [rsi + 576], zmm1
vmovdqu8 zmm2 {k1} {z}, zmmword ptr [r14 + r11]
vmovups zmmword ptr [rsi + 640], zmm2
vmovdqu8 zmm3 {k1} {z}, zmmword ptr [r14 + 2*r11]
vmovups zmmword ptr [rsi + 704], zmm3
vmovdqu8 zmm4 {k1} {z}, zmmword ptr [r14 + r12]
vmovups zmmword ptr [rsi + 768], zmm4
vmovdqu8 zmm5 {k1} {z}, zmmword ptr [r14 + 4*r11]
vmovups zmmword ptr [rsi + 832], zmm5
mov rdx, qword ptr [rbp - 208]
vmovdqu8 zmm6 {k1} {z}, zmmword ptr [r14 + rdx]
vmovups zmmword ptr [rsi + 896], zmm6
vmovdqu8 zmm7 {k1} {z}, zmmword ptr [r14 + 2*r12]
vmovups zmmword ptr [rsi + 960], zmm7
mov rdx, qword ptr [rbp - 216]
vmovdqu8 zmm0 {k1} {z}, zmmword ptr [r14 + rdx]
vmovups zmmword ptr [rsi + 1024], zmm0
vmovdqu8 zmm1 {k1} {z}, zmmword ptr [r14 + 8*r11]
vmovups zmmword ptr [rsi + 1088], zmm1
mov rdx, qword ptr [rbp - 104]
lea r14, [rbx + rdx]
vmovdqu8 zmm2 {k1} {z}, zmmword ptr [r14]
vmovups zmmword ptr [rsi + 1152], zmm2
vmovdqu8 zmm3 {k1} {z}, zmmword ptr [r14 + r11]
vmovups zmmword ptr [rsi + 1216], zmm3
vmovdqu8 zmm4 {k1} {z}, zmmword ptr [r14 + 2*r11]
vmovups zmmword ptr [rsi + 1280], zmm4
vmovdqu8 zmm5 {k1} {z}, zmmword ptr [r14 + r12]
vmovups zmmword ptr [rsi + 1344], zmm5
vmovdqu8 zmm6 {k1} {z}, zmmword ptr [r14 + 4*r11]
vmovups zmmword ptr [rsi + 1408], zmm6
mov rdx, qword ptr [rbp - 208]
vmovdqu8 zmm7 {k1} {z}, zmmword ptr [r14 + rdx]
vmovups zmmword ptr [rsi + 1472], zmm7
vmovdqu8 zmm0 {k1} {z}, zmmword ptr [r14 + 2*r12]
vmovups zmmword ptr [rsi + 1536], zmm0
mov rdx, qword ptr [rbp - 216]
vmovdqu8 zmm1 {k1} {z}, zmmword ptr [r14 + rdx]
vmovups zmmword ptr [rsi + 1600], zmm1
vmovdqu8 zmm2 {k1} {z}, zmmword ptr [r14 + 8*r11]
vmovups zmmword ptr [rsi + 1664], zmm2
mov rdx, qword ptr [rbp - 120]
lea r14, [rbx + rdx]
vmovdqu8 zmm3 {k1} {z}, zmmword ptr [r14]
vmovups zmmword ptr [rsi + 1728], zmm3
vmovdqu8 zmm4 {k1} {z}, zmmword ptr [r14 + r11]
vmovups zmmword ptr [rsi + 1792], zmm4
vmovdqu8 zmm5 {k1} {z}, zmmword ptr [r14 + 2*r11]
vmovups zmmword ptr [rsi + 1856], zmm5
vmovdqu8 zmm6 {k1} {z}, zmmword ptr [r14 + r12]
vmovups zmmword ptr [rsi + 1920], zmm6
vmovdqu8 zmm7 {k1} {z}, zmmword ptr [r14 + 4*r11]
vmovups zmmword ptr [rsi + 1984], zmm7
lea rsi, [rsp + 4096]
tileloadd tmm4, [rsi + r8]
tileloadd tmm6, [r13 + r10]
tdpbusd tmm0, tmm4, tmm6
tileloadd tmm7, [r13 + r10 + 64]
tdpbusd tmm1, tmm4, tmm7
tileloadd tmm5, [rsi + r8 + 1024]
tdpbusd tmm3, tmm5, tmm7
tdpbusd tmm2, tmm5, tmm6
cmp r15, 129
jge 1428
lea rsi, [rsp]
tilestored [rsi + r10], tmm0
tilestored [rsi + r10 + 64], tmm1
tilestored [rsi + r10 + 2048], tmm2
tilestored [rsi + r10 + 2112], tmm3
lea rsi, [rsp]
vmovups zmm0, zmmword ptr [rsi]
vmovups zmm1, zmmword ptr [rsi + 64]
vmovups zmm2, zmmword ptr [rsi + 128]
vmovups zmm3, zmmword ptr [rsi + 192]
vmovups zmm4, zmmword ptr [rsi + 256]
vmovups zmm5, zmmword ptr [rsi + 320]
vmovups zmm6, zmmword ptr [rsi + 384]
vmovups zmm7, zmmword ptr [rsi + 448]
vmovups zmm8, zmmword ptr [rcx]
vpaddd zmm0, zmm0, zmm8
vmovups zmmword ptr [rdi], zmm0
vmovups zmm0, zmmword ptr [rcx + 64]
vpaddd zmm1, zmm1, zmm0
vmovups zmmword ptr [rdi + 64], zmm1
vpaddd zmm2, zmm2, zmm8
vmovups zmmword ptr [rdi + 192], zmm2
vpaddd zmm3, zmm3, zmm0
vmovups zmmword ptr [rdi + 256], zmm3
vpaddd zmm4, zmm4, zmm8
vmovups zmmword ptr [rdi + 384], zmm4
vpaddd zmm5, zmm5, zmm0
vmovups zmmword ptr [rdi + 448], zmm5
vpaddd zmm8, zmm6, zmm8
vmovups zmmword ptr [rdi + 576], zmm8
vpaddd zmm0, zmm7, zmm0
vmovups zmmword ptr [rdi + 640], zmm0
vmovups zmm0, zmmword ptr [rsi + 512]
vmovups zmm1, zmmword ptr [rsi + 576]
vmovups zmm2, zmmword ptr [rsi + 640]
vmovups zmm3, zmmword ptr [rsi + 704]
vmovups zmm4, zmmword ptr [rsi + 768]
vmovups zmm5, zmmword ptr [rsi + 832]
vmovups zmm6, zmmword ptr [rsi + 896]
vmovups zmm7, zmmword ptr [rsi + 960]
vmovups zmm8, zmmword ptr [rcx]
vpaddd zmm0, zmm0, zmm8
vmovups zmmword ptr [rdi + 768], zmm0
vmovups zmm0, zmmword ptr [rcx + 64]
vpaddd zmm1, zmm1, zmm0
vmovups zmmword ptr [rdi + 832], zmm1
vpaddd zmm2, zmm2, zmm8
vmovups zmmword ptr [rdi + 960], zmm2
vpaddd zmm3, zmm3, zmm0
vmovups zmmword ptr [rdi + 1024], zmm3
vpaddd zmm4, zmm4, zmm8
vmovups zmmword ptr [rdi + 1152], zmm4
vpaddd zmm5, zmm5, zmm0
vmovups zmmword ptr [rdi + 1216], zmm5
vpaddd zmm8, zmm6, zmm8
vmovups zmmword ptr [rdi + 1344], zmm8
vpaddd zmm0, zmm7, zmm0
vmovups zmmword ptr [rdi + 1408], zmm0
vmovups zmm0, zmmword ptr [rsi + 1024]
vmovups zmm1, zmmword ptr [rsi + 1088]
vmovups zmm2, zmmword ptr [rsi + 1152]
vmovups zmm3, zmmword ptr [rsi + 1216]
vmovups zmm4, zmmword ptr [rsi + 1280]
vmovups zmm5, zmmword ptr [rsi + 1344]
vmovups zmm6, zmmword ptr [rsi + 1408]
vmovups zmm7, zmmword ptr [rsi + 1472]
vmovups zmm8, zmmword ptr [rcx]
vpaddd zmm0, zmm0, zmm8
vmovups zmmword ptr [rdi + 1536], zmm0
vmovups zmm0, zmmword ptr [rcx + 64]
vpaddd zmm1, zmm1, zmm0
vmovups zmmword ptr [rdi + 1600], zmm1
vpaddd zmm2, zmm2, zmm8
vmovups zmmword ptr [rdi + 1728], zmm2
vpaddd zmm3, zmm3, zmm0
vmovups zmmword ptr [rdi + 1792], zmm3
vpaddd zmm4, zmm4, zmm8
vmovups zmmword ptr [rdi + 1920], zmm4
vpaddd zmm5, zmm5, zmm0
vmovups zmmword ptr [rdi + 1984], zmm5
vpaddd zmm8, zmm6, zmm8
vmovups zmmword ptr [rdi + 2112], zmm8
vpaddd zmm0, zmm7, zmm0
vmovups zmmword ptr [rdi + 2176], zmm0
vmovups zmm0, zmmword ptr [rsi + 1536]
vmovups zmm1, zmmword ptr [rsi + 1600]
vmovups zmm2, zmmword ptr [rsi + 1664]
vmovups zmm3, zmmword ptr [rsi + 1728]
vmovups zmm4, zmmword ptr [rsi + 1792]
vmovups zmm5, zmmword ptr [rsi + 1856]
vmovups zmm6, zmmword ptr [rsi + 1920]
vmovups zmm7, zmmword ptr [rsi + 1984]
vmovups zmm8, zmmword ptr [rcx]
vpaddd zmm0, zmm0, zmm8
vmovups zmmword ptr [rdi + 2304], zmm0
vmovups zmm0, zmmword ptr [rcx + 64]
vpaddd zmm1, zmm1, zmm0
vmovups zmmword ptr [rdi + 2368], zmm1
vpaddd zmm2, zmm2, zmm8
vmovups zmmword ptr [rdi + 2496], zmm2
vpaddd zmm3, zmm3, zmm0
vmovups zmmword ptr [rdi + 2560], zmm3
vpaddd zmm4, zmm4, zmm8
vmovups zmmword ptr [rdi + 2688], zmm4
vpaddd zmm5, zmm5, zmm0
vmovups zmmword ptr [rdi + 2752], zmm5
vpaddd zmm8, zmm6, zmm8
vmovups zmmword ptr [rdi + 2880], zmm8
vpaddd zmm0, zmm7, zmm0
vmovups zmmword ptr [rdi + 2944], zmm0
vmovups zmm0, zmmword ptr [rsi + 2048]
vmovups zmm1, zmmword ptr [rsi + 2112]
vmovups zmm2, zmmword ptr [rsi + 2176]
vmovups zmm3, zmmword ptr [rsi + 2240]
vmovups zmm4, zmmword ptr [rsi + 2304]
vmovups zmm5, zmmword ptr [rsi + 2368]
vmovups zmm6, zmmword ptr [rsi + 2432]
vmovups zmm7, zmmword ptr [rsi + 2496]
vmovups zmm8, zmmword ptr [rcx]
vpaddd zmm0, zmm0, zmm8
vmovups zmmword ptr [rdi + 3072], zmm0
vmovups zmm0, zmmword ptr [rcx + 64]
vpaddd zmm1, zmm1, zmm0
vmovups zmmword ptr [rdi + 3136], zmm1
vpaddd zmm2, zmm2, zmm8
vmovups zmmword ptr [rdi + 3264], zmm2
vpaddd zmm3, zmm3, zmm0
vmovups zmmword ptr [rdi + 3328], zmm3
vpaddd zmm4, zmm4, zmm8
vmovups zmmword ptr [rdi + 3456], zmm4
vpaddd zmm5, zmm5, zmm0
vmovups zmmword ptr [rdi + 3520], zmm5
vpaddd zmm8, zmm6, zmm8
vmovups zmmword ptr [rdi + 3648], zmm8
vpaddd zmm0, zmm7, zmm0
vmovups zmmword ptr [rdi + 3712], zmm0
vmovups zmm0, zmmword ptr [rsi + 2560]
vmovups zmm1, zmmword ptr [rsi + 2624]
vmovups zmm2, zmmword ptr [rsi + 2688]
vmovups zmm3, zmmword ptr [rsi + 2752]
vmovups zmm4, zmmword ptr [rsi + 2816]
vmovups zmm5, zmmword ptr [rsi + 2880]
vmovups zmm6, zmmword ptr [rsi + 2944]
vmovups zmm7, zmmword ptr [rsi + 3008]
vmovups zmm8, zmmword ptr [rcx]
vpaddd zmm0, zmm0, zmm8
vmovups zmmword ptr [rdi + 3840], zmm0
vmovups zmm0, zmmword ptr [rcx + 64]
vpaddd zmm1, zmm1, zmm0
vmovups zmmword ptr [rdi + 3904], zmm1
vpaddd zmm2, zmm2, zmm8
vmovups zmmword ptr [rdi + 4032], zmm2
vpaddd zmm3, zmm3, zmm0
vmovups zmmword ptr [rdi + 4096], zmm3
vpaddd zmm4, zmm4, zmm8
vmovups zmmword ptr [rdi + 4224], zmm4
vpaddd zmm5, zmm5, zmm0
vmovups zmmword ptr [rdi + 4288], zmm5
vpaddd zmm8, zmm6, zmm8
vmovups zmmword ptr [rdi + 4416], zmm8
vpaddd zmm0, zmm7, zmm0
vmovups zmmword ptr [rdi + 4480], zmm0
vmovups zmm0, zmmword ptr [rsi + 3072]
vmovups zmm1, zmmword ptr [rsi + 3136]
vmovups zmm2, zmmword ptr [rsi + 3200]
vmovups zmm3, zmmword ptr [rsi + 3264]
vmovups zmm4, zmmword ptr [rsi + 3328]
vmovups zmm5, zmmword ptr [rsi + 3392]
vmovups zmm6, zmmword ptr [rsi + 3456]
vmovups zmm7, zmmword ptr [rsi + 3520]
vmovups zmm8, zmmword ptr [rcx]
vpaddd zmm0, zmm0, zmm8
vmovups zmmword ptr [rdi + 4608], zmm0
vmovups zmm0, zmmword ptr [rcx + 64]
vpaddd zmm1, zmm1, zmm0
vmovups zmmword ptr [rdi + 4672], zmm1
vpaddd zmm2, zmm2, zmm8
vmovups zmmword ptr [rdi + 4800], zmm2
vpaddd zmm3, zmm3, zmm0
vmovups zmmword ptr [rdi + 4864], zmm3
vpaddd zmm4, zmm4, zmm8
vmovups zmmword ptr [rdi + 4992], zmm4
vpaddd zmm5, zmm5, zmm0
vmovups zmmword ptr [rdi + 5056], zmm5
vpaddd zmm8, zmm6, zmm8
vmovups zmmword ptr [rdi + 5184], zmm8
vpaddd zmm0, zmm7, zmm0
vmovups zmmword ptr [rdi + 5248], zmm0
vmovups zmm0, zmmword ptr [rsi + 3584]
vmovups zmm1, zmmword ptr [rsi + 3648]
vmovups zmm2, zmmword ptr [rsi + 3712]
vmovups zmm3, zmmword ptr [rsi + 3776]
vmovups zmm4, zmmword ptr [rsi + 3840]
vmovups zmm5, zmmword ptr [rsi + 3904]
vmovups zmm6, zmmword ptr [rsi + 3968]
vmovups zmm7, zmmword ptr [rsi + 4032]
vmovups zmm8, zmmword ptr [rcx]
vpaddd zmm0, zmm0, zmm8
vmovups zmmword ptr [rdi + 5376], zmm0
vmovups zmm0, zmmword ptr [rcx + 64]
vpaddd zmm1, zmm1, zmm0
vmovups zmmword ptr [rdi + 5440], zmm1
vpaddd zmm2, zmm2, zmm8
vmovups zmmword ptr [rdi + 5568], zmm2
vpaddd zmm3, zmm3, zmm0
vmovups zmmword ptr [rdi + 5632], zmm3
vpaddd zmm4, zmm4, zmm8
vmovups zmmword ptr [rdi + 5760], zmm4
vpaddd zmm5, zmm5, zmm0
vmovups zmmword ptr [rdi + 5824], zmm5
vpaddd zmm8, zmm6, zmm8
vmovups zmmword ptr [rdi + 5952], zmm8
vpaddd zmm0, zmm7, zmm0
vmovups zmmword ptr [rdi + 6016], zmm0
jmp 33
tilestored [r9 + r10], tmm0
tilestored [r9 + r10 + 64], tmm1
tilestored [r9 + r10 + 2048], tmm2
tilestored [r9 + r10 + 2112], tmm3
mov rdx, qword ptr [rbp - 96]
add qword ptr [rbp - 200], rdx
add rdi, 6144
add r9, 4096
ldtilecfg [rip + 3546]
mov rdx, qword ptr [rbp - 184]
cmp r15, rdx
jne 15
tilezero tmm0
tilezero tmm1
jmp 13
tileloadd tmm0, [r9 + r10]
tileloadd tmm1, [r9 + r10 + 64]
mov rax, qword ptr [rbp - 200]
mov rsi, rax
mov rax, qword ptr [rbp - 168]
mov rbx, rax
mov rax, qword ptr [rbp - 160]
mov r13, rax
cmp r13, 64
jl 54
tileloadd tmm2, [rsi + r11]
tileloadd tmm3, [rbx + r10]
tdpbusd tmm0, tmm2, tmm3
tileloadd tmm4, [rbx + r10 + 64]
tdpbusd tmm1, tmm2, tmm4
add rsi, 64
add rbx, 2048
add r13, -64
cmp r13, 64
jge -54
cmp r13, 1
jl 186
lea r14, [rsp + 4096]
mov rdx, -1
bzhi rax, rdx, r13
kmovq k1, rax
vmovdqu8 zmm0 {k1} {z}, zmmword ptr [rsi]
vmovups zmmword ptr [r14], zmm0
vmovdqu8 zmm1 {k1} {z}, zmmword ptr [rsi + r11]
vmovups zmmword ptr [r14 + 64], zmm1
vmovdqu8 zmm2 {k1} {z}, zmmword ptr [rsi + 2*r11]
vmovups zmmword ptr [r14 + 128], zmm2
vmovdqu8 zmm3 {k1} {z}, zmmword ptr [rsi + r12]
vmovups zmmword ptr [r14 + 192], zmm3
vmovdqu8 zmm4 {k1} {z}, zmmword ptr [rsi + 4*r11]
vmovups zmmword ptr [r14 + 256], zmm4
mov rdx, qword ptr [rbp - 208]
vmovdqu8 zmm5 {k1} {z}, zmmword ptr [rsi + rdx]
vmovups zmmword ptr [r14 + 320], zmm5
vmovdqu8 zmm6 {k1} {z}, zmmword ptr [rsi + 2*r12]
vmovups zmmword ptr [r14 + 384], zmm6
mov rdx, qword ptr [rbp - 216]
vmovdqu8 zmm7 {k1} {z}, zmmword ptr [rsi + rdx]
vmovups zmmword ptr [r14 + 448], zmm7
lea rsi, [rsp + 4096]
tileloadd tmm2, [rsi + r8]
tileloadd tmm3, [rbx + r10]
tdpbusd tmm0, tmm2, tmm3
tileloadd tmm4, [rbx + r10 + 64]
tdpbusd tmm1, tmm2, tmm4
cmp r15, 129
jge 370
lea rsi, [rsp]
tilestored [rsi + r10], tmm0
tilestored [rsi + r10 + 64], tmm1
lea rsi, [rsp]
vmovups zmm0, zmmword ptr [rsi]
vmovups zmm1, zmmword ptr [rsi + 64]
vmovups zmm2, zmmword ptr [rsi + 128]
vmovups zmm3, zmmword ptr [rsi + 192]
vmovups zmm4, zmmword ptr [rsi + 256]
vmovups zmm5, zmmword ptr [rsi + 320]
vmovups zmm6, zmmword ptr [rsi + 384]
vmovups zmm7, zmmword ptr [rsi + 448]
vmovups zmm8, zmmword ptr [rcx]
vpaddd zmm0, zmm0, zmm8
vmovups zmmword ptr [rdi], zmm0
vmovups zmm0, zmmword ptr [rcx + 64]
vpaddd zmm1, zmm1, zmm0
vmovups zmmword ptr [rdi + 64], zmm1
vpaddd zmm2, zmm2, zmm8
vmovups zmmword ptr [rdi + 192], zmm2
vpaddd zmm3, zmm3, zmm0
vmovups zmmword ptr [rdi + 256], zmm3
vpaddd zmm4, zmm4, zmm8
vmovups zmmword ptr [rdi + 384], zmm4
vpaddd zmm5, zmm5, zmm0
vmovups zmmword ptr [rdi + 448], zmm5
vpaddd zmm8, zmm6, zmm8
vmovups zmmword ptr [rdi + 576], zmm8
vpaddd zmm0, zmm7, zmm0
vmovups zmmword ptr [rdi + 640], zmm0
vmovups zmm0, zmmword ptr [rsi + 512]
vmovups zmm1, zmmword ptr [rsi + 576]
vmovups zmm2, zmmword ptr [rsi + 640]
vmovups zmm3, zmmword ptr [rsi + 704]
vmovups zmm4, zmmword ptr [rsi + 768]
vmovups zmm5, zmmword ptr [rsi + 832]
vmovups zmm6, zmmword ptr [rsi + 896]
vmovups zmm7, zmmword ptr [rsi + 960]
vmovups zmm8, zmmword ptr [rcx]
vpaddd zmm0, zmm0, zmm8
vmovups zmmword ptr [rdi + 768], zmm0
vmovups zmm0, zmmword ptr [rcx + 64]
vpaddd zmm1, zmm1, zmm0
vmovups zmmword ptr [rdi + 832], zmm1
vpaddd zmm2, zmm2, zmm8
vmovups zmmword ptr [rdi + 960], zmm2
vpaddd zmm3, zmm3, zmm0
vmovups zmmword ptr [rdi + 1024], zmm3
vpaddd zmm4, zmm4, zmm8
vmovups zmmword ptr [rdi + 1152], zmm4
vpaddd zmm5, zmm5, zmm0
vmovups zmmword ptr [rdi + 1216], zmm5
vpaddd zmm8, zmm6, zmm8
vmovups zmmword ptr [rdi + 1344], zmm8
vpaddd zmm0, zmm7, zmm0
vmovups zmmword ptr [rdi + 1408], zmm0
jmp 13
tilestored [r9 + r10], tmm0
tilestored [r9 + r10 + 64], tmm1
add qword ptr [rbp - 176], 128
add qword ptr [rbp - 152], 6144
add r15, -128
cmp r15, 1
jge -3700
add qword ptr [rbp - 88], 32
add rcx, 128
add qword ptr [rbp - 144], 128
lea rax, [rsp + 10240]
mov qword ptr [rbp - 224], rax
mov rax, qword ptr [rbp - 80]
mov qword ptr [rbp - 264], rax
mov rax, qword ptr [rbp - 88]
mov qword ptr [rbp - 232], rax
mov rax, qword ptr [rbp - 184]
mov rbx, rax
mov edx, 128
mov rax, rbx
cmp rax, rdx
cmovg rax, rdx
mov qword ptr [rbp - 240], rax
lea rax, [rsp + 6144]
mov qword ptr [rbp - 256], rax
mov rax, qword ptr [rbp - 264]
mov r15, rax
mov rax, qword ptr [rbp - 232]
mov rsi, rax
mov rax, qword ptr [rbp - 256]
mov r9, rax
mov rax, qword ptr [rbp - 240]
mov r13, rax
cmp r13, 4
jl 124
lea rax, [rsi]
vmovdqu8 xmm0, xmmword ptr [rax]
add rax, 48
vmovdqu8 xmm1, xmmword ptr [rax]
vinserti32x4 zmm0, zmm0, xmm1, 1
add rax, 48
vmovdqu8 xmm1, xmmword ptr [rax]
vinserti32x4 zmm0, zmm0, xmm1, 2
add rax, 48
vmovdqu8 xmm1, xmmword ptr [rax]
vinserti32x4 zmm0, zmm0, xmm1, 3
vmovdqu32 zmm1, zmmword ptr [rip + 2361]
vpermd zmm0, zmm1, zmm0
vpshufb zmm0, zmm0, zmmword ptr [rip + 2409]
vmovups zmmword ptr [r9], zmm0
add r15, 4
add rsi, 192
add r9, 128
add r13, -4
cmp r13, 4
jge -124
cmp r13, 1
jl 122
lea rax, [rsi]
vmovdqu8 xmm0, xmmword ptr [rax]
cmp r13, 1
jle 71
add rax, 48
vmovdqu8 xmm1, xmmword ptr [rax]
vinserti32x4 zmm0, zmm0, xmm1, 1
cmp r13, 2
jle 44
add rax, 48
vmovdqu8 xmm1, xmmword ptr [rax]
vinserti32x4 zmm0, zmm0, xmm1, 2
cmp r13, 3
jle 17
add rax, 48
vmovdqu8 xmm1, xmmword ptr [rax]
vinserti32x4 zmm0, zmm0, xmm1, 3
vmovdqu32 zmm1, zmmword ptr [rip + 2197]
vpermd zmm0, zmm1, zmm0
vpshufb zmm0, zmm0, zmmword ptr [rip + 2245]
vmovups zmmword ptr [r9], zmm0
mov rax, qword ptr [rbp - 264]
mov qword ptr [rbp - 272], rax
mov rax, qword ptr [rbp - 144]
mov r9, rax
mov rax, qword ptr [rbp - 224]
mov r13, rax
ldtilecfg [rip + 2388]
mov rdx, qword ptr [rbp - 184]
cmp rbx, rdx
jne 15
tilezero tmm0
tilezero tmm1
jmp 17
tileloadd tmm0, [r13 + r10]
tileloadd tmm1, [r13 + r10 + 2048]
mov rax, qword ptr [rbp - 272]
mov rdx, qword ptr [rbp - 128]
add rax, rdx
mov qword ptr [rbp - 248], rax
mov rax, qword ptr [rbp - 272]
mov r15, rax
mov rax, qword ptr [rbp - 248]
mov r14, rax
mov rax, qword ptr [rbp - 256]
mov rdi, rax
mov rax, qword ptr [rbp - 240]
mov rsi, rax
cmp rsi, 64
jl 57
tileloadd tmm2, [r15 + r11]
tileloadd tmm4, [rdi + r10]
tdpbusd tmm0, tmm2, tmm4
tileloadd tmm3, [r14 + r11]
tdpbusd tmm1, tmm3, tmm4
add r15, 64
add r14, 64
add rdi, 2048
add rsi, -64
cmp rsi, 64
jge -57
cmp rsi, 1
jl 577
lea r14, [rsp + 4096]
mov rdx, -1
bzhi rax, rdx, rsi
kmovq k1, rax
vmovdqu8 zmm0 {k1} {z}, zmmword ptr [r15]
vmovups zmmword ptr [r14], zmm0
vmovdqu8 zmm1 {k1} {z}, zmmword ptr [r15 + r11]
vmovups zmmword ptr [r14 + 64], zmm1
vmovdqu8 zmm2 {k1} {z}, zmmword ptr [r15 + 2*r11]
vmovups zmmword ptr [r14 + 128], zmm2
vmovdqu8 zmm3 {k1} {z}, zmmword ptr [r15 + r12]
vmovups zmmword ptr [r14 + 192], zmm3
vmovdqu8 zmm4 {k1} {z}, zmmword ptr [r15 + 4*r11]
vmovups zmmword ptr [r14 + 256], zmm4
mov rdx, qword ptr [rbp - 208]
vmovdqu8 zmm5 {k1} {z}, zmmword ptr [r15 + rdx]
vmovups zmmword ptr [r14 + 320], zmm5
vmovdqu8 zmm6 {k1} {z}, zmmword ptr [r15 + 2*r12]
vmovups zmmword ptr [r14 + 384], zmm6
mov rdx, qword ptr [rbp - 216]
vmovdqu8 zmm7 {k1} {z}, zmmword ptr [r15 + rdx]
vmovups zmmword ptr [r14 + 448], zmm7
vmovdqu8 zmm0 {k1} {z}, zmmword ptr [r15 + 8*r11]
vmovups zmmword ptr [r14 + 512], zmm0
mov rdx, qword ptr [rbp - 136]
lea rsi, [r15 + rdx]
vmovdqu8 zmm1 {k1} {z}, zmmword ptr [rsi]
vmovups zmmword ptr [r14 + 576], zmm1
vmovdqu8 zmm2 {k1} {z}, zmmword ptr [rsi + r11]
vmovups zmmword ptr [r14 + 640], zmm2
vmovdqu8 zmm3 {k1} {z}, zmmword ptr [rsi + 2*r11]
vmovups zmmword ptr [r14 + 704], zmm3
vmovdqu8 zmm4 {k1} {z}, zmmword ptr [rsi + r12]
vmovups zmmword ptr [r14 + 768], zmm4
vmovdqu8 zmm5 {k1} {z}, zmmword ptr [rsi + 4*r11]
vmovups zmmword ptr [r14 + 832], zmm5
mov rdx, qword ptr [rbp - 208]
vmovdqu8 zmm6 {k1} {z}, zmmword ptr [rsi + rdx]
vmovups zmmword ptr [r14 + 896], zmm6
vmovdqu8 zmm7 {k1} {z}, zmmword ptr [rsi + 2*r12]
vmovups zmmword ptr [r14 + 960], zmm7
mov rdx, qword ptr [rbp - 216]
vmovdqu8 zmm0 {k1} {z}, zmmword ptr [rsi + rdx]
vmovups zmmword ptr [r14 + 1024], zmm0
vmovdqu8 zmm1 {k1} {z}, zmmword ptr [rsi + 8*r11]
vmovups zmmword ptr [r14 + 1088], zmm1
mov rdx, qword ptr [rbp - 104]
lea rsi, [r15 + rdx]
vmovdqu8 zmm2 {k1} {z}, zmmword ptr [rsi]
vmovups zmmword ptr [r14 + 1152], zmm2
vmovdqu8 zmm3 {k1} {z}, zmmword ptr [rsi + r11]
vmovups zmmword ptr [r14 + 1216], zmm3
vmovdqu8 zmm4 {k1} {z}, zmmword ptr [rsi + 2*r11]
vmovups zmmword ptr [r14 + 1280], zmm4
vmovdqu8 zmm5 {k1} {z}, zmmword ptr [rsi + r12]
vmovups zmmword ptr [r14 + 1344], zmm5
vmovdqu8 zmm6 {k1} {z}, zmmword ptr [rsi + 4*r11]
vmovups zmmword ptr [r14 + 1408], zmm6
mov rdx, qword ptr [rbp - 208]
vmovdqu8 zmm7 {k1} {z}, zmmword ptr [rsi + rdx]
vmovups zmmword ptr [r14 + 1472], zmm7
vmovdqu8 zmm0 {k1} {z}, zmmword ptr [rsi + 2*r12]
vmovups zmmword ptr [r14 + 1536], zmm0
mov rdx, qword ptr [rbp - 216]
vmovdqu8 zmm1 {k1} {z}, zmmword ptr [rsi + rdx]
vmovups zmmword ptr [r14 + 1600], zmm1
vmovdqu8 zmm2 {k1} {z}, zmmword ptr [rsi + 8*r11]
vmovups zmmword ptr [r14 + 1664], zmm2
mov rdx, qword ptr [rbp - 120]
lea rsi, [r15 + rdx]
vmovdqu8 zmm3 {k1} {z}, zmmword ptr [rsi]
vmovups zmmword ptr [r14 + 1728], zmm3
vmovdqu8 zmm4 {k1} {z}, zmmword ptr [rsi + r11]
vmovups zmmword ptr [r14 + 1792], zmm4
vmovdqu8 zmm5 {k1} {z}, zmmword ptr [rsi + 2*r11]
vmovups zmmword ptr [r14 + 1856], zmm5
vmovdqu8 zmm6 {k1} {z}, zmmword ptr [rsi + r12]
vmovups zmmword ptr [r14 + 1920], zmm6
vmovdqu8 zmm7 {k1} {z}, zmmword ptr [rsi + 4*r11]
vmovups zmmword ptr [r14 + 1984], zmm7
lea rsi, [rsp + 4096]
tileloadd tmm2, [rsi + r8]
tileloadd tmm4, [rdi + r10]
tdpbusd tmm0, tmm2, tmm4
tileloadd tmm3, [rsi + r8 + 1024]
tdpbusd tmm1, tmm3, tmm4
cmp rbx, 129
jge 691
lea rsi, [rsp]
tilestored [rsi + r8], tmm0
tilestored [rsi + r8 + 1024], tmm1
lea rsi, [rsp]
vmovups zmm0, zmmword ptr [rsi]
vmovups zmm1, zmmword ptr [rsi + 64]
vmovups zmm2, zmmword ptr [rsi + 128]
vmovups zmm3, zmmword ptr [rsi + 192]
vmovups zmm4, zmmword ptr [rsi + 256]
vmovups zmm5, zmmword ptr [rsi + 320]
vmovups zmm6, zmmword ptr [rsi + 384]
vmovups zmm7, zmmword ptr [rsi + 448]
vmovups zmm8, zmmword ptr [rcx]
vpaddd zmm0, zmm0, zmm8
vmovups zmmword ptr [r9], zmm0
vpaddd zmm1, zmm1, zmm8
vmovups zmmword ptr [r9 + 192], zmm1
vpaddd zmm2, zmm2, zmm8
vmovups zmmword ptr [r9 + 384], zmm2
vpaddd zmm3, zmm3, zmm8
vmovups zmmword ptr [r9 + 576], zmm3
vpaddd zmm4, zmm4, zmm8
vmovups zmmword ptr [r9 + 768], zmm4
vpaddd zmm5, zmm5, zmm8
vmovups zmmword ptr [r9 + 960], zmm5
vpaddd zmm6, zmm6, zmm8
vmovups zmmword ptr [r9 + 1152], zmm6
vpaddd zmm8, zmm7, zmm8
vmovups zmmword ptr [r9 + 1344], zmm8
vmovups zmm0, zmmword ptr [rsi + 512]
vmovups zmm1, zmmword ptr [rsi + 576]
vmovups zmm2, zmmword ptr [rsi + 640]
vmovups zmm3, zmmword ptr [rsi + 704]
vmovups zmm4, zmmword ptr [rsi + 768]
vmovups zmm5, zmmword ptr [rsi + 832]
vmovups zmm6, zmmword ptr [rsi + 896]
vmovups zmm7, zmmword ptr [rsi + 960]
vmovups zmm8, zmmword ptr [rcx]
vpaddd zmm0, zmm0, zmm8
vmovups zmmword ptr [r9 + 1536], zmm0
vpaddd zmm1, zmm1, zmm8
vmovups zmmword ptr [r9 + 1728], zmm1
vpaddd zmm2, zmm2, zmm8
vmovups zmmword ptr [r9 + 1920], zmm2
vpaddd zmm3, zmm3, zmm8
vmovups zmmword ptr [r9 + 2112], zmm3
vpaddd zmm4, zmm4, zmm8
vmovups zmmword ptr [r9 + 2304], zmm4
vpaddd zmm5, zmm5, zmm8
vmovups zmmword ptr [r9 + 2496], zmm5
vpaddd zmm6, zmm6, zmm8
vmovups zmmword ptr [r9 + 2688], zmm6
vpaddd zmm8, zmm7, zmm8
vmovups zmmword ptr [r9 + 2880], zmm8
vmovups zmm0, zmmword ptr [rsi + 1024]
vmovups zmm1, zmmword ptr [rsi + 1088]
vmovups zmm2, zmmword ptr [rsi + 1152]
vmovups zmm3, zmmword ptr [rsi + 1216]
vmovups zmm4, zmmword ptr [rsi + 1280]
vmovups zmm5, zmmword ptr [rsi + 1344]
vmovups zmm6, zmmword ptr [rsi + 1408]
vmovups zmm7, zmmword ptr [rsi + 1472]
vmovups zmm8, zmmword ptr [rcx]
vpaddd zmm0, zmm0, zmm8
vmovups zmmword ptr [r9 + 3072], zmm0
vpaddd zmm1, zmm1, zmm8
vmovups zmmword ptr [r9 + 3264], zmm1
vpaddd zmm2, zmm2, zmm8
vmovups zmmword ptr [r9 + 3456], zmm2
vpaddd zmm3, zmm3, zmm8
vmovups zmmword ptr [r9 + 3648], zmm3
vpaddd zmm4, zmm4, zmm8
vmovups zmmword ptr [r9 + 3840], zmm4
vpaddd zmm5, zmm5, zmm8
vmovups zmmword ptr [r9 + 4032], zmm5
vpaddd zmm6, zmm6, zmm8
vmovups zmmword ptr [r9 + 4224], zmm6
vpaddd zmm8, zmm7, zmm8
vmovups zmmword ptr [r9 + 4416], zmm8
vmovups zmm0, zmmword ptr [rsi + 1536]
vmovups zmm1, zmmword ptr [rsi + 1600]
vmovups zmm2, zmmword ptr [rsi + 1664]
vmovups zmm3, zmmword ptr [rsi + 1728]
vmovups zmm4, zmmword ptr [rsi + 1792]
vmovups zmm5, zmmword ptr [rsi + 1856]
vmovups zmm6, zmmword ptr [rsi + 1920]
vmovups zmm7, zmmword ptr [rsi + 1984]
vmovups zmm8, zmmword ptr [rcx]
vpaddd zmm0, zmm0, zmm8
vmovups zmmword ptr [r9 + 4608], zmm0
vpaddd zmm1, zmm1, zmm8
vmovups zmmword ptr [r9 + 4800], zmm1
vpaddd zmm2, zmm2, zmm8
vmovups zmmword ptr [r9 + 4992], zmm2
vpaddd zmm3, zmm3, zmm8
vmovups zmmword ptr [r9 + 5184], zmm3
vpaddd zmm4, zmm4, zmm8
vmovups zmmword ptr [r9 + 5376], zmm4
vpaddd zmm5, zmm5, zmm8
vmovups zmmword ptr [r9 + 5568], zmm5
vpaddd zmm6, zmm6, zmm8
vmovups zmmword ptr [r9 + 5760], zmm6
vpaddd zmm8, zmm7, zmm8
vmovups zmmword ptr [r9 + 5952], zmm8
jmp 17
tilestored [r13 + r10], tmm0
tilestored [r13 + r10 + 2048], tmm1
mov rdx, qword ptr [rbp - 96]
add qword ptr [rbp - 272], rdx
add r9, 6144
add r13, 4096
ldtilecfg [rip + 934]
mov rdx, qword ptr [rbp - 184]
cmp rbx, rdx
jne 10
tilezero tmm0
jmp 7
tileloadd tmm0, [r13 + r10]
mov rax, qword ptr [rbp - 272]
mov rsi, rax
mov rax, qword ptr [rbp - 256]
mov rdi, rax
mov rax, qword ptr [rbp - 240]
mov r14, rax
cmp r14, 64
jl 42
tileloadd tmm1, [rsi + r11]
tileloadd tmm2, [rdi + r10]
tdpbusd tmm0, tmm1, tmm2
add rsi, 64
add rdi, 2048
add r14, -64
cmp r14, 64
jge -42
cmp r14, 1
jl 174
lea r15, [rsp + 4096]
mov rdx, -1
bzhi rax, rdx, r14
kmovq k1, rax
vmovdqu8 zmm0 {k1} {z}, zmmword ptr [rsi]
vmovups zmmword ptr [r15], zmm0
vmovdqu8 zmm1 {k1} {z}, zmmword ptr [rsi + r11]
vmovups zmmword ptr [r15 + 64], zmm1
vmovdqu8 zmm2 {k1} {z}, zmmword ptr [rsi + 2*r11]
vmovups zmmword ptr [r15 + 128], zmm2
vmovdqu8 zmm3 {k1} {z}, zmmword ptr [rsi + r12]
vmovups zmmword ptr [r15 + 192], zmm3
vmovdqu8 zmm4 {k1} {z}, zmmword ptr [rsi + 4*r11]
vmovups zmmword ptr [r15 + 256], zmm4
mov rdx, qword ptr [rbp - 208]
vmovdqu8 zmm5 {k1} {z}, zmmword ptr [rsi + rdx]
vmovups zmmword ptr [r15 + 320], zmm5
vmovdqu8 zmm6 {k1} {z}, zmmword ptr [rsi + 2*r12]
vmovups zmmword ptr [r15 + 384], zmm6
mov rdx, qword ptr [rbp - 216]
vmovdqu8 zmm7 {k1} {z}, zmmword ptr [rsi + rdx]
vmovups zmmword ptr [r15 + 448], zmm7
lea rsi, [rsp + 4096]
tileloadd tmm1, [rsi + r8]
tileloadd tmm2, [rdi + r10]
tdpbusd tmm0, tmm1, tmm2
cmp rbx, 129
jge 183
lea rsi, [rsp]
tilestored [rsi + r8], tmm0
lea rsi, [rsp]
vmovups zmm0, zmmword ptr [rsi]
vmovups zmm1, zmmword ptr [rsi + 64]
vmovups zmm2, zmmword ptr [rsi + 128]
vmovups zmm3, zmmword ptr [rsi + 192]
vmovups zmm4, zmmword ptr [rsi + 256]
vmovups zmm5, zmmword ptr [rsi + 320]
vmovups zmm6, zmmword ptr [rsi + 384]
vmovups zmm7, zmmword ptr [rsi + 448]
vmovups zmm8, zmmword ptr [rcx]
vpaddd zmm0, zmm0, zmm8
vmovups zmmword ptr [r9], zmm0
vpaddd zmm1, zmm1, zmm8
vmovups zmmword ptr [r9 + 192], zmm1
vpaddd zmm2, zmm2, zmm8
vmovups zmmword ptr [r9 + 384], zmm2
vpaddd zmm3, zmm3, zmm8
vmovups zmmword ptr [r9 + 576], zmm3
vpaddd zmm4, zmm4, zmm8
vmovups zmmword ptr [r9 + 768], zmm4
vpaddd zmm5, zmm5, zmm8
vmovups zmmword ptr [r9 + 960], zmm5
vpaddd zmm6, zmm6, zmm8
vmovups zmmword ptr [r9 + 1152], zmm6
vpaddd zmm8, zmm7, zmm8
vmovups zmmword ptr [r9 + 1344], zmm8
jmp 7
tilestored [r13 + r10], tmm0
add qword ptr [rbp - 264], 128
add qword ptr [rbp - 232], 6144
add rbx, -128
cmp rbx, 1
jge -2442
mov rbx, qword ptr [rbp - 16]
mov r12, qword ptr [rbp - 24]
mov r13, qword ptr [rbp - 32]
mov r14, qword ptr [rbp - 40]
mov r15, qword ptr [rbp - 48]
tilerelease
vzeroupper
leave
ret
