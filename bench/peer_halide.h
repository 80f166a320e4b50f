// How Halide's code is called: buffers (HalideRuntime.h), innermost dimension first.
#include <HalideRuntime.h>

int operator_(halide_buffer_t *x, halide_buffer_t *w, halide_buffer_t *y);

#ifdef GEMM
#define RANK 2
static halide_dimension_t dimensions[3][RANK] = {
    {{0, K, 1}, {0, BATCH * M, K}}, {{0, N, 1}, {0, K, N}}, {{0, N, 1}, {0, BATCH * M, N}}};
#else
#define RANK 4
#define DENSE(A, B, C, D) {{0, D, 1}, {0, C, D}, {0, B, (C) * (D)}, {0, A, (B) * (C) * (D)}}
static halide_dimension_t dimensions[3][RANK] = {DENSE(BATCH, C, H, W), DENSE(OC, CG, R, S), DENSE(BATCH, OC, OH, OW)};
#endif
#define BUFFER(DATA, PLACE) \
  {.host = (uint8_t *)DATA, .type = {halide_type_float, 32, 1}, .dimensions = RANK, .dim = dimensions[PLACE]}
static halide_buffer_t buffers[3] = {BUFFER(x, 0), BUFFER(w, 1), BUFFER(y, 2)};

static void peer(void) {
  if (operator_(&buffers[0], &buffers[1], &buffers[2]))
    abort();
}
