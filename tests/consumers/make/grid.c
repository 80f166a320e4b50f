#include "grid.h"
#include <math.h>

void grid_multiply(struct grid *c, const struct grid *a, const struct grid *b) {
  for (int i = 0; i < a->rows; i++)
    for (int j = 0; j < b->columns; j++) {
      double sum = 0;
      for (int k = 0; k < a->columns; k++)
        sum += a->values[i * a->columns + k] * b->values[k * b->columns + j];
      c->values[i * c->columns + j] = sum;
    }
}

double grid_norm(const struct grid *g) {
  double sum = 0;
  for (int i = 0; i < g->rows * g->columns; i++)
    sum += g->values[i] * g->values[i];
  return sqrt(sum);
}
