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
vxorps ymm0, ymm0, ymm0
vmovaps ymm1, ymm0
vmovaps ymm2, ymm0
vmovaps ymm3, ymm0
mov r10, r9
mov r11, rdi
cmp r11, 32
jl 44
vaddps ymm0, ymm0, ymmword ptr [r10]
vaddps ymm1, ymm1, ymmword ptr [r10 + 32]
vaddps ymm2, ymm2, ymmword ptr [r10 + 64]
vaddps ymm3, ymm3, ymmword ptr [r10 + 96]
add r10, 128
add r11, -32
cmp r11, 32
jge -44
cmp r11, 25
jl 61
lea rbx, [r11 - 24]
lea rax, [rip + 357]
mov rdx, rbx
neg rdx
vmovups ymm15, ymmword ptr [rax + 4*rdx + 32]
vaddps ymm0, ymm0, ymmword ptr [r10]
vaddps ymm1, ymm1, ymmword ptr [r10 + 32]
vaddps ymm2, ymm2, ymmword ptr [r10 + 64]
vmaskmovps ymm4, ymm15, ymmword ptr [r10 + 96]
vaddps ymm4, ymm3, ymm4
vblendvps ymm3, ymm3, ymm4, ymm15
jmp 176
cmp r11, 17
jl 55
lea rbx, [r11 - 16]
lea rax, [rip + 286]
mov rdx, rbx
neg rdx
vmovups ymm15, ymmword ptr [rax + 4*rdx + 32]
vaddps ymm0, ymm0, ymmword ptr [r10]
vaddps ymm1, ymm1, ymmword ptr [r10 + 32]
vmaskmovps ymm4, ymm15, ymmword ptr [r10 + 64]
vaddps ymm4, ymm2, ymm4
vblendvps ymm2, ymm2, ymm4, ymm15
jmp 111
cmp r11, 9
jl 49
lea rbx, [r11 - 8]
lea rax, [rip + 221]
mov rdx, rbx
neg rdx
vmovups ymm15, ymmword ptr [rax + 4*rdx + 32]
vaddps ymm0, ymm0, ymmword ptr [r10]
vmaskmovps ymm4, ymm15, ymmword ptr [r10 + 32]
vaddps ymm4, ymm1, ymm4
vblendvps ymm1, ymm1, ymm4, ymm15
jmp 52
cmp r11, 1
jl 42
lea rbx, [r11]
lea rax, [rip + 163]
mov rdx, rbx
neg rdx
vmovups ymm15, ymmword ptr [rax + 4*rdx + 32]
vmaskmovps ymm4, ymm15, ymmword ptr [r10]
vaddps ymm4, ymm0, ymm4
vblendvps ymm0, ymm0, ymm4, ymm15
jmp 0
vaddps ymm0, ymm0, ymm1
vaddps ymm2, ymm2, ymm3
vaddps ymm0, ymm0, ymm2
vextractf128 xmm3, ymm0, 1
vaddps ymm0, ymm0, ymm3
vpermilpd xmm3, xmm0, 1           # xmm3 = xmm0[1,0]
vaddps ymm0, ymm0, ymm3
vmovshdup xmm3, xmm0              # xmm3 = xmm0[1,1,3,3]
vaddps ymm0, ymm0, ymm3
vmovss dword ptr [rcx], xmm0
add r9, r8
add rcx, 4
add rsi, -1
cmp rsi, 1
jge -388
mov rbx, qword ptr [rbp - 16]
vzeroupper
leave
ret
