// How a kernel's assembly is called: addresses and sizes as one array (docs/rvv.md).
void vecwrap_kernel(const int64_t *arguments);

static void peer(void) {
  const int64_t arguments[3] = {(int64_t)x, (int64_t)w, (int64_t)y};
  vecwrap_kernel(arguments);
}
