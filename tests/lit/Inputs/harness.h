// Deterministic inputs and a hash of outputs: a program built twice must print the same lines.
#pragma once
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state = 1;
static uint64_t next_random(void) {
  state = state * 6364136223846793005ull + 1442695040888963407ull;
  return state >> 33;
}
static int pick(int low, int high) { return low + (int)(next_random() % (uint64_t)(high - low + 1)); }

/// Mostly small numbers; `special` mixes in zeros, infinities, NaNs and denormals.
static double random_value(int special) {
  if (special && next_random() % 16 == 0) {
    static const double values[] = {0.0, -0.0, 1.0 / 0.0, -1.0 / 0.0, 0.0 / 0.0, 1e-310, 1e-40, 1e300};
    return values[next_random() % 8];
  }
  return (double)(int64_t)(next_random() % 2001 - 1000) / 64.0;
}
#define FILL(buffer, count, special)                                                                                  \
  for (long fill_i = 0; fill_i < (long)(count); fill_i++)                                                             \
    (buffer)[fill_i] = random_value(special)

/// NaNs count as one value: which NaN an operation returns is not defined.
static uint64_t hash_bits(uint64_t hash, uint64_t bits) {
  for (int i = 0; i < 8; i++, bits >>= 8)
    hash = (hash ^ (bits & 255)) * 1099511628211ull;
  return hash;
}
static uint64_t hash_floats(const float *p, long count) {
  uint64_t hash = 14695981039346656037ull;
  for (long i = 0; i < count; i++) {
    uint32_t bits;
    memcpy(&bits, p + i, 4);
    hash = hash_bits(hash, (bits & 0x7fffffff) > 0x7f800000 ? 0x7fc00000 : bits);
  }
  return hash;
}
static uint64_t hash_doubles(const double *p, long count) {
  uint64_t hash = 14695981039346656037ull;
  for (long i = 0; i < count; i++) {
    uint64_t bits;
    memcpy(&bits, p + i, 8);
    hash = hash_bits(hash, (bits & 0x7fffffffffffffffull) > 0x7ff0000000000000ull ? 1 : bits);
  }
  return hash;
}
#if defined(__riscv_zfh) || defined(__FLT16_MANT_DIG__)
static uint64_t hash_halves(const _Float16 *p, long count) {
  uint64_t hash = 14695981039346656037ull;
  for (long i = 0; i < count; i++) {
    uint16_t bits;
    memcpy(&bits, p + i, 2);
    hash = hash_bits(hash, (bits & 0x7fff) > 0x7c00 ? 0x7e00 : bits);
  }
  return hash;
}
#endif
/// All bytes random, and the hash of all of them as they are: for integers. A multiple of 8 bytes.
static inline void fill_bytes(unsigned char *memory, long bytes) {
  for (long i = 0; i < bytes; i++)
    memory[i] = (unsigned char)next_random();
}
static inline uint64_t hash_bytes(const unsigned char *memory, long bytes) {
  uint64_t hash = 1;
  for (long i = 0; i < bytes; i += 8) {
    uint64_t bits;
    memcpy(&bits, memory + i, 8);
    hash = (hash ^ bits) * 1099511628211ull;
    hash ^= hash >> 29;
  }
  return hash;
}
static inline float *floats(long count) { return (float *)malloc(sizeof(float) * (size_t)count); }
static inline double *doubles(long count) { return (double *)malloc(sizeof(double) * (size_t)count); }
