#include "grid.h"
#include <stdio.h>
#include <stdlib.h>

int main(void) {
  for (int n = 1; n <= 100; n += 33) {
    struct grid g[3];
    for (int i = 0; i < 3; i++) {
      g[i] = (struct grid){n, n, malloc(sizeof(double) * n * n)};
      for (int p = 0; p < n * n; p++)
        g[i].values[p] = (p * 37 + i) % 101 / 50.0 - 1;
    }
    grid_multiply(&g[2], &g[0], &g[1]);
    printf("%d %a\n", n, grid_norm(&g[2]));
    for (int i = 0; i < 3; i++)
      free(g[i].values);
  }
}
