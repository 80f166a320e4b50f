#include <cstdio>
#include <cstdlib>
#include <exception>
#include <map>
#include <string>
#include <thread>
#include <vector>

std::vector<double> smooth(std::vector<double> a, int n, int rounds);

int main(int, char **argv) {
  constexpr int n = 40;
  std::vector<double> a(n * n);
  for (int p = 0; p < n * n; ++p) a[p] = p * 37 % 101 / 7.0;
  std::map<std::string, double> results;
  try {
    a = smooth(a, n, std::atoi(argv[1]));
  } catch (const std::exception &error) {
    return std::puts(error.what()), 0;
  }
  std::thread([&] { for (double v : a) results["sum"] += v; }).join();
  for (const auto &[name, value] : results) std::printf("%s %.12g\n", name.c_str(), value);
}
