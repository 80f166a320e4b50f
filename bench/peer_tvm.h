// How TVM's code is called: its packed convention (tvm/ffi/c_api.h). It checks shapes, types and alignment itself.
#include <tvm/ffi/c_api.h>

int __tvm_ffi_operator(void *self, const TVMFFIAny *args, int32_t count, TVMFFIAny *result);

void TVMFFIErrorSetRaisedFromCStrParts(const char *kind, const char **parts, int32_t count) {
  for (int32_t i = 0; i < count; i++)
    fprintf(stderr, "%s: %s\n", kind, parts[i] ? parts[i] : "");
}

#ifdef GEMM
#define RANK 2
static int64_t shapes[3][RANK] = {{BATCH * M, K}, {K, N}, {BATCH * M, N}}, strides[3][RANK] = {{K, 1}, {N, 1}, {N, 1}};
#else
#define RANK 4
#define DENSE(A, B, C) {(A) * (B) * (C), (B) * (C), C, 1}
static int64_t shapes[3][RANK] = {{BATCH, C, H, W}, {OC, CG, R, S}, {BATCH, OC, OH, OW}};
static int64_t strides[3][RANK] = {DENSE(C, H, W), DENSE(CG, R, S), DENSE(OC, OH, OW)};
#endif
#define TENSOR(DATA, PLACE) \
  {.data = DATA, .device = {kDLCPU, 0}, .ndim = RANK, .dtype = {kDLFloat, 32, 1}, .shape = shapes[PLACE], .strides = strides[PLACE]}
static DLTensor tensors[3] = {TENSOR(x, 0), TENSOR(w, 1), TENSOR(y, 2)};
#define ARGUMENT(PLACE) {.type_index = kTVMFFIDLTensorPtr, .v_ptr = &tensors[PLACE]}
static const TVMFFIAny arguments[3] = {ARGUMENT(0), ARGUMENT(1), ARGUMENT(2)};

static void peer(void) {
  TVMFFIAny result = {0};
  if (__tvm_ffi_operator(0, arguments, 3, &result))
    abort();
}
