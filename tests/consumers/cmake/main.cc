#include <cstdio>
#include <cstring>
#include <vector>

extern "C" void dense(int batch, int inputs, int outputs, const float *x, const float *weight, const float *bias, float *y);

template <class T> struct Matrix {
  size_t rows, columns;
  std::vector<T> values;
  Matrix(size_t r, size_t c) : rows(r), columns(c), values(r * c) {}
  T &operator()(size_t i, size_t j) { return values[i * columns + j]; }
  const T &operator()(size_t i, size_t j) const { return values[i * columns + j]; }
};

template <class T> void multiply(const Matrix<T> &a, const Matrix<T> &b, Matrix<T> &c) {
  for (size_t i = 0; i < a.rows; ++i)
    for (size_t k = 0; k < a.columns; ++k)
      for (size_t j = 0; j < b.columns; ++j)
        c(i, j) += a(i, k) * b(k, j);
}

template <class T> unsigned hash(const std::vector<T> &values) {
  unsigned h = 2166136261u;
  for (T v : values) {
    unsigned char bytes[sizeof(T)];
    std::memcpy(bytes, &v, sizeof(T));
    for (unsigned char byte : bytes)
      h = (h ^ byte) * 16777619u;
  }
  return h;
}

int main() {
  for (size_t n : {1, 7, 64, 97}) {
    Matrix<double> a(n, n), b(n, n), c(n, n);
    for (size_t p = 0; p < n * n; ++p)
      a.values[p] = double(p * 37 % 101) / 50 - 1, b.values[p] = double(p * 53 % 103) / 50 - 1;
    multiply(a, b, c);
    std::vector<float> x(16 * n), w(8 * n), bias(8, 0.5f), y(16 * 8);
    for (size_t p = 0; p < x.size(); ++p)
      x[p] = float(p % 17) / 8 - 1;
    for (size_t p = 0; p < w.size(); ++p)
      w[p] = float(p % 13) / 6 - 1;
    dense(16, int(n), 8, x.data(), w.data(), bias.data(), y.data());
    std::printf("%zu %08x %08x\n", n, hash(c.values), hash(y));
  }
}
