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
vmovups zmm0, zmmword ptr [r9]
vmovups zmm1, zmmword ptr [r9 + 64]
vmovups zmm2, zmmword ptr [r9 + 256]
vmovups zmm3, zmmword ptr [r9 + 320]
vmovups zmm4, zmmword ptr [r9 + 512]
vmovups zmm5, zmmword ptr [r9 + 576]
vmovups zmm6, zmmword ptr [r9 + 768]
vmovups zmm7, zmmword ptr [r9 + 832]
mov rbx, rcx
mov r12, r10
mov r13d, 16
vbroadcastss zmm8, dword ptr [rbx]
vmovups zmm9, zmmword ptr [r12]
vfmadd231ps zmm0, zmm8, zmm9        # zmm0 = (zmm8 * zmm9) + zmm0
vmovups zmm10, zmmword ptr [r12 + 64]
vfmadd231ps zmm1, zmm8, zmm10       # zmm1 = (zmm8 * zmm10) + zmm1
vbroadcastss zmm8, dword ptr [rbx + 64]
vfmadd231ps zmm2, zmm8, zmm9        # zmm2 = (zmm8 * zmm9) + zmm2
vfmadd231ps zmm3, zmm8, zmm10       # zmm3 = (zmm8 * zmm10) + zmm3
vbroadcastss zmm8, dword ptr [rbx + 128]
vfmadd231ps zmm4, zmm8, zmm9        # zmm4 = (zmm8 * zmm9) + zmm4
vfmadd231ps zmm5, zmm8, zmm10       # zmm5 = (zmm8 * zmm10) + zmm5
vbroadcastss zmm8, dword ptr [rbx + 192]
vfmadd231ps zmm6, zmm8, zmm9        # zmm6 = (zmm8 * zmm9) + zmm6
vfmadd231ps zmm7, zmm8, zmm10       # zmm7 = (zmm8 * zmm10) + zmm7
vbroadcastss zmm10, dword ptr [rbx + 4]
vmovups zmm8, zmmword ptr [r12 + 256]
vfmadd231ps zmm0, zmm10, zmm8       # zmm0 = (zmm10 * zmm8) + zmm0
vmovups zmm9, zmmword ptr [r12 + 320]
vfmadd231ps zmm1, zmm10, zmm9       # zmm1 = (zmm10 * zmm9) + zmm1
vbroadcastss zmm10, dword ptr [rbx + 68]
vfmadd231ps zmm2, zmm10, zmm8       # zmm2 = (zmm10 * zmm8) + zmm2
vfmadd231ps zmm3, zmm10, zmm9       # zmm3 = (zmm10 * zmm9) + zmm3
vbroadcastss zmm10, dword ptr [rbx + 132]
vfmadd231ps zmm4, zmm10, zmm8       # zmm4 = (zmm10 * zmm8) + zmm4
vfmadd231ps zmm5, zmm10, zmm9       # zmm5 = (zmm10 * zmm9) + zmm5
vbroadcastss zmm10, dword ptr [rbx + 196]
vfmadd231ps zmm6, zmm10, zmm8       # zmm6 = (zmm10 * zmm8) + zmm6
vfmadd231ps zmm7, zmm10, zmm9       # zmm7 = (zmm10 * zmm9) + zmm7
add rbx, 8
add r12, 512
add r13, -2
cmp r13, 2
jge -207
vmovups zmmword ptr [r9], zmm0
vmovups zmmword ptr [r9 + 64], zmm1
vmovups zmmword ptr [r9 + 256], zmm2
vmovups zmmword ptr [r9 + 320], zmm3
vmovups zmmword ptr [r9 + 512], zmm4
vmovups zmmword ptr [r9 + 576], zmm5
vmovups zmmword ptr [r9 + 768], zmm6
vmovups zmmword ptr [r9 + 832], zmm7
add r9, 128
add r10, 128
add r11, -32
cmp r11, 32
jge -357
add r8, 1024
add rcx, 256
add rsi, -4
cmp rsi, 4
jge -397
mov rbx, qword ptr [rbp - 16]
mov r12, qword ptr [rbp - 24]
mov r13, qword ptr [rbp - 32]
vzeroupper
leave
ret
