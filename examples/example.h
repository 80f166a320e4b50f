/* What every example shares: deterministic input, a hash of the output's bits, and the time of the interesting part. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static int size_argument(int argc, char **argv, int position, int otherwise) {
  return argc > position ? atoi(argv[position]) : otherwise;
}

static float *new_floats(size_t count) {
  float *values = malloc(count * sizeof(float));
  if (!values) {
    fprintf(stderr, "out of memory: %zu floats\n", count);
    exit(1);
  }
  return values;
}

/* Numbers in [-1, 1), the same on every run. */
static float *random_floats(size_t count, uint32_t seed) {
  float *values = new_floats(count);
  for (size_t i = 0; i < count; i++) {
    seed = seed * 1664525u + 1013904223u;
    values[i] = (int32_t)seed / 2147483648.0f;
  }
  return values;
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

/* FNV-1a over the bits, so that two programs print the same line only if every bit agrees. */
static void print_result(const void *values, size_t count, double seconds) {
  const unsigned char *bytes = values;
  uint64_t hash = 14695981039346656037u;
  for (size_t i = 0; i < count * sizeof(float); i++)
    hash = (hash ^ bytes[i]) * 1099511628211u;
  printf("output %016llx\n", (unsigned long long)hash);
  printf("seconds %.6f\n", seconds);
}
