#include <cstdio>
#include <stdexcept>
#include <string>

int main() {
  try {
    throw std::runtime_error("caught");
  } catch (const std::exception &e) {
    std::puts(e.what());
  }
}
