// RUN: %same-output %s -std=c++20 -O3 -march=native
// RUN: %same-output %s -std=c++20 -O2 -march=native -fPIC -g
// RUN: %same-output %s -std=c++20 -O1 -march=native
// RUN: %same-output %s -std=c++20 -O2 -march=x86-64-v3
// RUN: %same-output %s -std=c++20 -O2
// RUN: %same-output %s -std=c++20 -O3 -march=native -flto=thin -fuse-ld=lld
// RUN: %same-output %s -std=c++20 -O3 -march=native -flto -fuse-ld=lld
// C++ after inlining: vector, operator(), span-like views, templates, lambdas, references, iterators.
#include "harness.h"
#include <array>
#include <functional>
#include <span>
#include <vector>
#define NOINLINE __attribute__((noinline))
using std::vector;
struct Matrix {
  int rows, cols;
  vector<double> data;
  Matrix(int r, int c) : rows(r), cols(c), data(size_t(r) * c) {
    for (double &v : data) v = random_value(0);
  }
  double &operator()(int i, int j) { return data[size_t(i) * cols + j]; }
  double operator()(int i, int j) const { return data[size_t(i) * cols + j]; }
};
NOINLINE void classes(const Matrix &a, const Matrix &b, Matrix &c) {
  for (int i = 0; i < c.rows; i++)
    for (int j = 0; j < c.cols; j++) {
      double s = 0;
      for (int k = 0; k < a.cols; k++) s += a(i, k) * b(k, j);
      c(i, j) = s;
    }
}
NOINLINE void vectors(vector<float> &a, vector<float> &b, vector<float> &c, size_t n) {
  for (size_t i = 0; i < n; i++)
    for (size_t k = 0; k < n; k++)
      for (size_t j = 0; j < n; j++) c[i * n + j] += a[i * n + k] * b[k * n + j];
}
NOINLINE void spans(std::span<const float> a, std::span<const float> b, std::span<float> c, size_t n) {
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++) {
      float s = 0;
      for (size_t k = 0; k < n; k++) s += a[i * n + k] * b[k * n + j];
      c[i * n + j] = s;
    }
}
template <class T> struct View {
  T *p;
  long rows, cols;
  T &at(long i, long j) const { return p[i * cols + j]; }
};
template <class T> inline T dot(View<const T> a, View<const T> b, long i, long j) {
  T s{};
  for (long k = 0; k < a.cols; k++) s += a.at(i, k) * b.at(k, j);
  return s;
}
template <class T> NOINLINE void templates(View<const T> a, View<const T> b, View<T> c) {
  for (long i = 0; i < c.rows; i++)
    for (long j = 0; j < c.cols; j++) c.at(i, j) = dot(a, b, i, j);
}
template <class F> inline void for_each_index(int n, F f) {
  for (int i = 0; i < n; i++) f(i);
}
NOINLINE void lambdas(int n, const double *a, const double *b, double *c) {
  for_each_index(n, [&](int i) {
    for_each_index(n, [&](int j) {
      double s = 0;
      for_each_index(n, [&](int k) { s += a[i * n + k] * b[k * n + j]; });
      c[i * n + j] = s;
    });
  });
}
NOINLINE void nested(const vector<vector<double>> &a, const vector<vector<double>> &b, vector<vector<double>> &c) {
  for (size_t i = 0; i < c.size(); i++)
    for (size_t j = 0; j < c[i].size(); j++)
      for (size_t k = 0; k < b.size(); k++) c[i][j] += a[i][k] * b[k][j];
}
NOINLINE void arrays(const std::array<std::array<float, 64>, 64> &a, const std::array<std::array<float, 64>, 64> &b,
                     std::array<std::array<float, 64>, 64> &c) {
  for (int i = 0; i < 64; i++)
    for (int j = 0; j < 64; j++)
      for (int k = 0; k < 64; k++) c[i][j] += a[i][k] * b[k][j];
}
struct Layer {
  int in, out;
  vector<float> w, b;
  NOINLINE void forward(const vector<float> &x, vector<float> &y, int batch) const {
    for (int s = 0; s < batch; s++)
      for (int o = 0; o < out; o++) {
        float acc = b[o];
        for (int i = 0; i < in; i++) acc += w[o * in + i] * x[s * in + i];
        y[s * out + o] = acc > 0.0f ? acc : 0.0f;
      }
  }
};
NOINLINE void may_throw(vector<double> &c, const vector<double> &a, const vector<double> &b, size_t n) {
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++)
      for (size_t k = 0; k < n; k++) c.at(i * n + j) += a.at(i * n + k) * b.at(k * n + j);
}
static float internal_a[64 * 64], internal_c[64 * 64];
NOINLINE void internal(int n) {
  auto at = [n](float *p, int i, int j) -> float & { return p[i * n + j]; };
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++) {
      float s = 0;
      for (int k = 0; k < n; k++) s += at(internal_a, i, k) * at(internal_a, k, j);
      at(internal_c, i, j) = s;
    }
}
int main() {
  for (int run = 0; run < 24; run++) {
    int n = run == 0 ? 64 : pick(0, 70), m = pick(0, 70), k = pick(0, 70);
    Matrix a(m, k), b(k, n), c(m, n);
    classes(a, b, c);
    printf("classes %016llx\n", (unsigned long long)hash_doubles(c.data.data(), (long)c.data.size()));
    vector<float> x(n * n), y(n * n), z(n * n);
    FILL(x, n * n, run & 1); FILL(y, n * n, 0); FILL(z, n * n, 0);
    vectors(x, y, z, n);
    spans(x, y, n % 2 ? z : x, n);
    templates<float>({x.data(), n, n}, {y.data(), n, n}, {z.data(), n, n});
    printf("floats %016llx\n", (unsigned long long)hash_floats(z.data(), n * n));
    printf("floats %016llx\n", (unsigned long long)hash_floats(x.data(), n * n));
    vector<double> d(n * n), e(n * n), f(n * n);
    FILL(d, n * n, 0); FILL(e, n * n, 0);
    lambdas(n, d.data(), e.data(), f.data());
    try { may_throw(f, d, e, run % 5 == 4 ? n + 1 : n); } catch (const std::exception &) { puts("thrown"); }
    printf("doubles %016llx\n", (unsigned long long)hash_doubles(f.data(), n * n));
    vector<vector<double>> p(m, vector<double>(k, 1.5)), q(k, vector<double>(n, 0.25)), r(m, vector<double>(n, 1));
    nested(p, q, r);
    for (auto &row : r) printf("%016llx\n", (unsigned long long)hash_doubles(row.data(), n));
    static std::array<std::array<float, 64>, 64> u, v, w;
    FILL(&u[0][0], 64 * 64, 0); FILL(&v[0][0], 64 * 64, 0);
    arrays(u, v, w);
    printf("arrays %016llx\n", (unsigned long long)hash_floats(&w[0][0], 64 * 64));
    Layer layer{m, n, vector<float>(m * n), vector<float>(n)};
    vector<float> in(k * m), out(k * n);
    FILL(layer.w, m * n, 0); FILL(layer.b, n, 0); FILL(in, k * m, 0);
    layer.forward(in, out, k);
    printf("layer %016llx\n", (unsigned long long)hash_floats(out.data(), k * n));
    FILL(internal_a, 64 * 64, 0);
    internal(n < 64 ? n : 64);
    printf("internal %016llx\n", (unsigned long long)hash_floats(internal_c, 64 * 64));
  }
}
