#include <stdexcept>
#include <vector>

// A blur, `rounds` times.
std::vector<double> smooth(std::vector<double> a, int n, int rounds) {
  if (rounds < 1) throw std::invalid_argument("no rounds");
  for (int r = 0; r < rounds; ++r) {
    std::vector<double> b = a;
    for (int i = 1; i < n - 1; ++i)
      for (int j = 1; j < n - 1; ++j)
        b[i * n + j] = 0.25 * (a[(i - 1) * n + j] + a[(i + 1) * n + j] + a[i * n + j - 1] + a[i * n + j + 1]);
    a = b;
  }
  return a;
}
