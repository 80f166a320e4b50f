struct grid {
  int rows, columns;
  double *values;
};
void grid_multiply(struct grid *c, const struct grid *a, const struct grid *b);
double grid_norm(const struct grid *g);
