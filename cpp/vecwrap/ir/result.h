// Result<T>: a value, or a named refusal with one human line. No exceptions cross the core's interface.
#pragma once
#include <optional>
#include <string>
#include <utility>

namespace vecwrap {

/// Why something was not done. `name` is a stable kebab-case identifier (tests, remarks and counters use it);
/// `detail` says what, where, and what to do, on one line.
struct Refusal {
  std::string name;
  std::string detail;
  std::string text() const { return detail.empty() ? name : name + ": " + detail; }
};

template <class T> class Result {
public:
  Result(T value) : value_(std::move(value)) {}
  Result(Refusal refusal) : refusal_(std::move(refusal)) {}
  explicit operator bool() const { return value_.has_value(); }
  T &operator*() { return *value_; }
  const T &operator*() const { return *value_; }
  T *operator->() { return &*value_; }
  const T *operator->() const { return &*value_; }
  const Refusal &refusal() const { return refusal_; }

private:
  std::optional<T> value_;
  Refusal refusal_;
};

} // namespace vecwrap
