#include "hello.h"
  .text
  .globl twice
  .type twice, @function
twice:
  lea (%rdi,%rdi), %eax
  ret
  .size twice, .-twice
  .section .note.GNU-stack,"",@progbits
