push rbp
mov rbp, rsp
sub rsp, 48
mov qword ptr [rbp - 16], rbx
mov qword ptr [rbp - 8], rdi
mov rax, qword ptr [rbp - 8]
mov rcx, qword ptr [rax]
mov rax, qword ptr [rbp - 8]
mov rsi, qword ptr [rax + 8]
mov rax, qword ptr [rbp - 8]
mov rdi, qword ptr [rax + 16]
mov rax, qword ptr [rbp - 8]
mov r8, qword ptr [rax + 24]
mov r9, rcx
mov rcx, rsi
mov esi, 8
vpxord zmm0, zmm0, zmm0
vmovaps zmm1, zmm0
vmovaps zmm2, zmm0
vmovaps zmm3, zmm0
mov r10, r9
mov r11, rdi
cmp r11, 64
jl 48
vaddps zmm0, zmm0, zmmword ptr [r10]
vaddps zmm1, zmm1, zmmword ptr [r10 + 64]
vaddps zmm2, zmm2, zmmword ptr [r10 + 128]
vaddps zmm3, zmm3, zmmword ptr [r10 + 192]
add r10, 256
add r11, -64
cmp r11, 64
jge -48
cmp r11, 49
jl 62
lea rbx, [r11 - 48]
mov edx, 4294967295
bzhi eax, edx, ebx
kmovd k1, eax
vaddps zmm0, zmm0, zmmword ptr [r10]
vaddps zmm1, zmm1, zmmword ptr [r10 + 64]
vaddps zmm2, zmm2, zmmword ptr [r10 + 128]
vmovups zmm4 {k1} {z}, zmmword ptr [r10 + 192]
vaddps zmm4, zmm3, zmm4
vmovaps zmm3 {k1}, zmm4
jmp 173
cmp r11, 33
jl 55
lea rbx, [r11 - 32]
mov edx, 4294967295
bzhi eax, edx, ebx
kmovd k1, eax
vaddps zmm0, zmm0, zmmword ptr [r10]
vaddps zmm1, zmm1, zmmword ptr [r10 + 64]
vmovups zmm4 {k1} {z}, zmmword ptr [r10 + 128]
vaddps zmm4, zmm2, zmm4
vmovaps zmm2 {k1}, zmm4
jmp 108
cmp r11, 17
jl 48
lea rbx, [r11 - 16]
mov edx, 4294967295
bzhi eax, edx, ebx
kmovd k1, eax
vaddps zmm0, zmm0, zmmword ptr [r10]
vmovups zmm4 {k1} {z}, zmmword ptr [r10 + 64]
vaddps zmm4, zmm1, zmm4
vmovaps zmm1 {k1}, zmm4
jmp 50
cmp r11, 1
jl 40
lea rbx, [r11]
mov edx, 4294967295
bzhi eax, edx, ebx
kmovd k1, eax
vmovups zmm4 {k1} {z}, zmmword ptr [r10]
vaddps zmm4, zmm0, zmm4
vmovaps zmm0 {k1}, zmm4
jmp 0
vaddps zmm0, zmm0, zmm1
vaddps zmm2, zmm2, zmm3
vaddps zmm0, zmm0, zmm2
vextractf64x4 ymm3, zmm0, 1
vaddps zmm0, zmm0, zmm3
vextractf32x4 xmm3, ymm0, 1
vaddps zmm0, zmm0, zmm3
vpermilpd xmm3, xmm0, 1           # xmm3 = xmm0[1,0]
vaddps zmm0, zmm0, zmm3
vmovshdup xmm3, xmm0              # xmm3 = xmm0[1,1,3,3]
vaddps zmm0, zmm0, zmm3
vmovss dword ptr [rcx], xmm0
add r9, r8
add rcx, 4
add rsi, -1
cmp rsi, 1
jge -424
mov rbx, qword ptr [rbp - 16]
vzeroupper
leave
ret
