/* Runs the kernels of a batch: jobs from standard input, results to standard output, both binary, little-endian.
   Every tensor lies between two pages that fault; a kernel that touches them, or stops otherwise, is one failed job.

   job:    int64 kernel, flush (1: buffers end at the page, 0: they begin at it), tensors, symbols
           per tensor: int64 size, low (the address passed is the buffer's minus low), output; then its bytes
           per symbol: int64
   result: int64 signal (0: none); then the bytes of the outputs */
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define PAGE 4096
#define MOST 64 /* tensors and symbols of one kernel */

extern void (*const vecwrap_kernels[])(const int64_t *); /* in the batch's assembly */

typedef struct { char *map, *data; int64_t length, size, low, output; } Buffer;

static sigjmp_buf stopped;
static void on_signal(int number) { siglongjmp(stopped, number); }

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static int64_t number(void) {
  int64_t value;
  if (fread(&value, sizeof value, 1, stdin) != 1) fail("the job ends early");
  return value;
}

static Buffer tensor(int64_t at_end) {
  Buffer b;
  b.size = number(), b.low = number(), b.output = number();
  b.length = b.size ? (b.size + PAGE - 1) / PAGE * PAGE : PAGE;
  b.map = mmap(NULL, b.length + 2 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (b.map == MAP_FAILED || mprotect(b.map + PAGE, b.length, PROT_READ | PROT_WRITE)) fail("mmap");
  b.data = b.map + PAGE + (at_end ? b.length - b.size : 0);
  if (b.size && fread(b.data, b.size, 1, stdin) != 1) fail("the job ends early");
  if (!b.output && mprotect(b.map + PAGE, b.length, PROT_READ)) fail("mprotect");
  return b;
}

static int64_t call(int64_t kernel, const int64_t *arguments) {
  const int number = sigsetjmp(stopped, 1);
  if (!number) vecwrap_kernels[kernel](arguments);
  return number;
}

static void job(int64_t kernel) {
  const int64_t at_end = number(), tensors = number(), symbols = number();
  Buffer buffers[MOST];
  int64_t arguments[2 * MOST], status;
  if (tensors > MOST || symbols > MOST) fail("too many arguments");
  for (int64_t t = 0; t < tensors; ++t) buffers[t] = tensor(at_end), arguments[t] = (int64_t)buffers[t].data - buffers[t].low;
  for (int64_t s = 0; s < symbols; ++s) arguments[tensors + s] = number();
  status = call(kernel, arguments);
  fwrite(&status, sizeof status, 1, stdout);
  for (int64_t t = 0; t < tensors; ++t) {
    if (buffers[t].output && buffers[t].size) fwrite(buffers[t].data, buffers[t].size, 1, stdout);
    munmap(buffers[t].map, buffers[t].length + 2 * PAGE);
  }
  fflush(stdout);
}

int main(void) {
  static const int caught[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP};
  int64_t kernel;
  for (size_t i = 0; i < sizeof caught / sizeof *caught; ++i) signal(caught[i], on_signal);
  while (fread(&kernel, sizeof kernel, 1, stdin) == 1) job(kernel);
  return 0;
}
