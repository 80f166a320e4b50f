// Ordinary code, and nests that are refused, come out byte for byte as plain clang compiles them.
// RUN: %identical %s -O1
// RUN: %identical %s -O2 -g
// RUN: %identical %s -O3 -march=native -fPIC
// RUN: %identical %s -O3 -flto
#include <math.h>
#include <string.h>
struct node { struct node *next; double value; char name[16]; };
double total(const struct node *list, const char *name) {
  double sum = 0;
  for (; list; list = list->next)
    if (!strcmp(list->name, name))
      sum += list->value;
  return sum;
}
void integers(int n, const long *a, const long *b, long *c) {
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++)
      for (int k = 0; k < n; k++)
        c[i * n + j] += a[i * n + k] * b[k * n + j];
}
void transcendental(int n, double *a) {
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++)
      a[i * n + j] = exp(a[i * n + j]);
}
void forward(int n, double *restrict x, const double *restrict l) {
  for (int i = 0; i < n; i++) {
    double s = x[i];
    for (int j = 0; j < i; j++)
      s -= l[i * n + j] * x[j];
    x[i] = s / l[i * n + i];
  }
}
void sort(int n, double *a) {
  for (int i = 0; i < n; i++)
    for (int j = i; j > 0 && a[j - 1] > a[j]; j--) {
      double t = a[j];
      a[j] = a[j - 1];
      a[j - 1] = t;
    }
}
