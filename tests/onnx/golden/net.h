/* model * /.onnx: a neural network, compiled by vecwrap-onnx for x86-64-avx2.
 *
 * Everything here is re-entrant: no globals, no memory of its own. Arrays are dense and row-major; inputs and outputs may not
 * overlap each other or the workspace. Several threads may run at once, each with outputs and a workspace of its own. */
#ifndef NET_VECWRAP_H
#define NET_VECWRAP_H

#include <stddef.h>
#include <limits.h>

#ifdef __cplusplus
extern "C" {
#endif

/* 64 bits, also where C has no <stdint.h>. */
#if LONG_MAX > 2147483647L
typedef long net_int64;
#elif defined(__GNUC__)
__extension__ typedef long long net_int64;
#else
typedef long long net_int64;
#endif

/* input.1: float32[1,3,224,224] */
#define NET_INPUT_1_RANK 4
#define NET_INPUT_1_SHAPE { 1, 3, 224, 224 }
#define NET_INPUT_1_SIZE 150528UL
#define NET_INPUT_1_BYTES 602112UL

/* ids: int64[1,128] */
#define NET_IDS_RANK 2
#define NET_IDS_SHAPE { 1, 128 }
#define NET_IDS_SIZE 128UL
#define NET_IDS_BYTES 1024UL

/* y: float32[] */
#define NET_Y_RANK 0
#define NET_Y_SHAPE { 1 }
#define NET_Y_SIZE 1UL
#define NET_Y_BYTES 4UL

typedef struct net_inputs {
    const float *input_1; /* input.1: float32[1,3,224,224] */
    const net_int64 *ids; /* ids: int64[1,128] */
} net_inputs;

typedef struct net_outputs {
    float *y; /* y: float32[] */
} net_outputs;

/* What net_run returns. */
enum net_error {
    NET_OK = 0 /* the outputs are written */,
    NET_NULL_STRUCT = 1 /* the pointer to the inputs or to the outputs is NULL */,
    NET_NULL_INPUT = 2 /* a pointer in the inputs is NULL */,
    NET_NULL_OUTPUT = 3 /* a pointer in the outputs is NULL */,
    NET_NULL_WORKSPACE = 4 /* the workspace is NULL, and its size is not 0 */,
    NET_SMALL_WORKSPACE = 5 /* the workspace is smaller than the workspace size */,
    NET_UNALIGNED_WORKSPACE = 6 /* the workspace's address is not a multiple of 64 */,
    NET_BAD_INDEX = 7 /* an index in the inputs is out of range; the outputs are undefined */
};

/* Bytes of workspace that net_run needs. */
#define NET_WORKSPACE_SIZE 4096UL
size_t net_workspace_size(void);

/* Not 0 if this CPU and operating system can run the code; if they cannot, net_run must not be called. */
int net_supported(void);

/* Computes the outputs. The workspace must be 64-byte aligned, of at least net_workspace_size() bytes; what it holds
 * before and after does not matter. Returns 0, or another net_error. */
int net_run(const net_inputs *inputs, net_outputs *outputs, void *workspace, size_t workspace_size);

#ifdef __cplusplus
}
#endif
#endif
