/* Runs the kernels of a batch: their code and jobs from standard input, results to standard output, binary, little-endian.
   Every tensor lies between two pages that fault; a kernel that touches them, or stops otherwise, is one failed job.

   input:  int64 kernels; per kernel: int64 size, its code; then jobs
   job:    int64 kernel, flush (1: buffers end at the page, 0: they begin at it), tensors, symbols, measured
           per tensor: int64 size, low (the address passed is the buffer's minus low), output; then its bytes
           per symbol: int64
   result: int64 signal (0: none); then the bytes of the outputs
   A measured job that ended well runs once more, between the ruler's markers, its caches warm from the first run. */
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define PAGE 4096
#define MOST 64 /* tensors and symbols of one kernel */

typedef void Kernel(const int64_t *);
typedef struct { char *map, *data; int64_t length, size, low, output; } Buffer;

static sigjmp_buf stopped;
static void on_signal(int number) { siglongjmp(stopped, number); }

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static void take(void *to, int64_t size) {
  if (size && fread(to, size, 1, stdin) != 1) fail("the input ends early");
}

static int64_t number(void) {
  int64_t value;
  take(&value, sizeof value);
  return value;
}

static Kernel *code(void) {
  const int64_t size = number();
  char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) fail("mmap");
  take(memory, size);
  if (mprotect(memory, size, PROT_READ | PROT_EXEC)) fail("mprotect");
  __builtin___clear_cache(memory, memory + size);
  return (Kernel *)memory;
}

static Buffer tensor(int64_t at_end) {
  Buffer b;
  b.size = number(), b.low = number(), b.output = number();
  b.length = b.size ? (b.size + PAGE - 1) / PAGE * PAGE : PAGE;
  b.map = mmap(NULL, b.length + 2 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (b.map == MAP_FAILED || mprotect(b.map + PAGE, b.length, PROT_READ | PROT_WRITE)) fail("mmap");
  b.data = b.map + PAGE + (at_end ? b.length - b.size : 0);
  take(b.data, b.size);
  if (!b.output && mprotect(b.map + PAGE, b.length, PROT_READ)) fail("mprotect");
  return b;
}

static int64_t call(Kernel *kernel, const int64_t *arguments) {
  const int number = sigsetjmp(stopped, 1);
  if (!number) kernel(arguments);
  return number;
}

static void measure(Kernel *kernel, const int64_t *arguments) {
  __asm__ volatile("slti x0, x0, 1" ::: "memory");
  kernel(arguments);
  __asm__ volatile("slti x0, x0, 2" ::: "memory");
}

static void job(Kernel *kernel) {
  const int64_t at_end = number(), tensors = number(), symbols = number(), measured = number();
  Buffer buffers[MOST];
  int64_t arguments[2 * MOST], status;
  if (tensors > MOST || symbols > MOST) fail("too many arguments");
  for (int64_t t = 0; t < tensors; ++t) buffers[t] = tensor(at_end), arguments[t] = (int64_t)buffers[t].data - buffers[t].low;
  for (int64_t s = 0; s < symbols; ++s) arguments[tensors + s] = number();
  status = call(kernel, arguments);
  fwrite(&status, sizeof status, 1, stdout);
  for (int64_t t = 0; t < tensors; ++t)
    if (buffers[t].output && buffers[t].size) fwrite(buffers[t].data, buffers[t].size, 1, stdout);
  if (measured && !status) measure(kernel, arguments);
  for (int64_t t = 0; t < tensors; ++t) munmap(buffers[t].map, buffers[t].length + 2 * PAGE);
  fflush(stdout);
}

int main(void) {
  static const int caught[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP};
  const int64_t count = number();
  Kernel **kernels = malloc(count * sizeof *kernels + 1);
  int64_t kernel;
  if (!kernels) fail("malloc");
  for (int64_t k = 0; k < count; ++k) kernels[k] = code();
  for (size_t i = 0; i < sizeof caught / sizeof *caught; ++i) signal(caught[i], on_signal);
  while (fread(&kernel, sizeof kernel, 1, stdin) == 1) job(kernels[kernel]);
  return 0;
}
