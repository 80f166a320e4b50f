/* Times one product routine of the GNU Scientific Library. usage: gsl_time ROUTINE N
   Prints a hash of the result's bits and the best time of a few calls. */
#include <gsl/gsl_blas.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static uint32_t seed = 1;
static double next(void) {
  seed = seed * 1664525u + 1013904223u;
  return (int32_t)seed / 2147483648.0;
}

static gsl_matrix *random_matrix(size_t n) {
  gsl_matrix *m = gsl_matrix_alloc(n, n);
  for (size_t i = 0; i < n * n; i++)
    m->data[i] = next();
  return m;
}

static gsl_matrix_float *random_matrix_float(size_t n) {
  gsl_matrix_float *m = gsl_matrix_float_alloc(n, n);
  for (size_t i = 0; i < n * n; i++)
    m->data[i] = (float)next();
  return m;
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

int main(int argc, char **argv) {
  const char *routine = argc > 1 ? argv[1] : "dgemm";
  size_t n = argc > 2 ? strtoul(argv[2], NULL, 10) : 512;
  gsl_matrix *a = random_matrix(n), *b = random_matrix(n), *c = gsl_matrix_alloc(n, n);
  gsl_matrix_float *fa = random_matrix_float(n), *fb = random_matrix_float(n), *fc = gsl_matrix_float_alloc(n, n);
  gsl_vector_view x = gsl_matrix_row(b, 0), y = gsl_matrix_row(c, 0);
  const void *result = c->data;
  size_t bytes = n * n * sizeof(double);
  double best = 1e30, spent = 0;
  for (int call = 0; call < 3 || (spent < 0.2 && call < 10000); call++) {
    memset(c->data, 0, n * n * sizeof(double));
    memset(fc->data, 0, n * n * sizeof(float));
    double start = now();
    if (!strcmp(routine, "dgemm"))
      gsl_blas_dgemm(CblasNoTrans, CblasNoTrans, 1.25, a, b, 0.5, c);
    else if (!strcmp(routine, "dgemm_tn"))
      gsl_blas_dgemm(CblasTrans, CblasNoTrans, 1.25, a, b, 0.5, c);
    else if (!strcmp(routine, "dgemm_nt"))
      gsl_blas_dgemm(CblasNoTrans, CblasTrans, 1.25, a, b, 0.5, c);
    else if (!strcmp(routine, "sgemm")) {
      gsl_blas_sgemm(CblasNoTrans, CblasNoTrans, 1.25f, fa, fb, 0.5f, fc);
      result = fc->data, bytes = n * n * sizeof(float);
    } else if (!strcmp(routine, "dgemv"))
      gsl_blas_dgemv(CblasNoTrans, 1.25, a, &x.vector, 0.5, &y.vector);
    else if (!strcmp(routine, "dgemv_t"))
      gsl_blas_dgemv(CblasTrans, 1.25, a, &x.vector, 0.5, &y.vector);
    else if (!strcmp(routine, "dsyrk"))
      gsl_blas_dsyrk(CblasUpper, CblasNoTrans, 1.25, a, 0.5, c);
    else {
      fprintf(stderr, "unknown routine '%s'\n", routine);
      return 2;
    }
    double seconds = now() - start;
    spent += seconds;
    best = seconds < best ? seconds : best;
  }
  uint64_t hash = 14695981039346656037u;
  for (size_t i = 0; i < bytes; i++)
    hash = (hash ^ ((const unsigned char *)result)[i]) * 1099511628211u;
  printf("output %016llx\nseconds %.9f\n", (unsigned long long)hash, best);
  return 0;
}
