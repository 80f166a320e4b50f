/* Fortran's gemm in a loop: every argument is an address. */
typedef void (*gemm)(void *, void *, void *, void *, void *, void *, void *, void *, void *, void *, void *, void *, void *);

void loop_gemm(gemm f, void **a, long runs) {
  for (long i = 0; i < runs; i++)
    f(a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8], a[9], a[10], a[11], a[12]);
}
