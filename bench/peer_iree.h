// How a dispatch of IREE's static libraries is called without its runtime: the structures of
// iree/hal/local/executable_library.h, version 6. HEADER (WORKGROUPS, QUERY) is what rvv_iree.py wrote beside the object.
#include HEADER

typedef struct {
  uint32_t size_x, size_y;
  uint16_t size_z, constant_count;
  uint32_t count_x, count_y;
  uint16_t count_z;
  uint8_t max_concurrency, binding_count;
  const uint32_t *constants;
  void *const *bindings;
  const size_t *binding_lengths;
} dispatch_state;

typedef struct {
  uint32_t x, y;
  uint16_t z, reserved;
  uint32_t processor;
  void *local_memory;
  uint32_t local_memory_size;
} workgroup_state;

typedef int (*dispatch_function)(const void *environment, const dispatch_state *, const workgroup_state *);

typedef struct {
  const void *header;
  struct { uint32_t count; const void *symbols; } imports;
  struct { uint32_t count; const dispatch_function *functions; } exports;
} library;

const library *QUERY(uint32_t version, const void *environment);

static const uint64_t environment[64]; // no imports, no processor data
static void *const bindings[3] = {x, w, y};
static const size_t lengths[3] = {sizeof x, sizeof w, sizeof y};
static const uint32_t counts[3] = {WORKGROUPS};
static const dispatch_state state = {1, 1, 1, 0, counts[0], counts[1], counts[2], 1, 3, 0, bindings, lengths};

static void peer(void) {
  dispatch_function run = QUERY(6, environment)->exports.functions[0];
  for (uint32_t c = 0; c < counts[2]; c++)
    for (uint32_t b = 0; b < counts[1]; b++)
      for (uint32_t a = 0; a < counts[0]; a++)
        if (run(environment, &state, &(workgroup_state){.x = a, .y = b, .z = c}))
          abort();
}
