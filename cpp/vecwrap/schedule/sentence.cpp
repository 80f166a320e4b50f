// Printing and parsing sentences: version step(args) step(args) ..., with the steps' shapes taken from kSteps.
#include "schedule/sentence.h"
#include <array>
#include <charconv>
#include <cctype>

namespace vecwrap {
namespace {

const StepInfo &info_of(StepKind kind) { return kSteps[static_cast<int>(kind)]; }

bool is_name_char(char c) { return std::isalnum((unsigned char)c) || c == '_' || c == '.' || c == '-'; }
bool is_number(const std::string &s) { return s.find_first_not_of("0123456789") == std::string::npos; }

/// A cursor over the text, and the first refusal met.
class Parser {
public:
  explicit Parser(const std::string &text) : text_(text) {}

  Result<Sentence> parse() {
    Sentence sentence;
    version();
    while (!refusal_ && !at_end())
      sentence.steps.push_back(step());
    if (refusal_)
      return *refusal_;
    return sentence;
  }

private:
  bool at_end() {
    while (at_ < text_.size() && std::isspace((unsigned char)text_[at_]))
      ++at_;
    return at_ == text_.size();
  }

  std::string word() {
    start_ = at_;
    while (at_ < text_.size() && is_name_char(text_[at_]))
      ++at_;
    return text_.substr(start_, at_ - start_);
  }

  void refuse(const char *name, const std::string &what, size_t column) {
    if (!refusal_)
      refusal_ = Refusal{name, "column " + std::to_string(column + 1) + ": " + what};
  }

  std::string here() const { return at_ < text_.size() ? "'" + text_.substr(at_, 1) + "'" : "the end of the text"; }

  void version() {
    at_end();
    if (const std::string v = word(); v != kSentenceVersion)
      refuse("unknown-sentence-version",
             "a sentence starts with its version; this build reads '" + std::string(kSentenceVersion) + "', not '" + v + "'",
             start_);
    else if (at_ < text_.size() && !std::isspace((unsigned char)text_[at_]))
      refuse("malformed-sentence", "expected a space, got " + here(), at_);
  }

  bool accept(char c) {
    const bool found = at_ < text_.size() && text_[at_] == c;
    at_ += found;
    return found;
  }

  void expect(const char *wanted) {
    if (!accept(wanted[0]))
      refuse("malformed-sentence", std::string("expected '") + wanted + "', got " + here(), at_);
  }

  Step step() {
    Step step{};
    const std::string name = word();
    const size_t column = start_;
    if (!kind_of(name, step.kind))
      refuse("unknown-step", name.empty() ? "expected a step, got " + here() : "there is no step '" + name + "'", column);
    expect("(");
    do
      argument(step);
    while (!refusal_ && accept(','));
    if (!refusal_)
      expect(")");
    if (!refusal_)
      check_shape(step, column);
    return step;
  }

  static bool kind_of(const std::string &name, StepKind &kind) {
    for (size_t k = 0; k < std::size(kSteps); ++k)
      if (name == kSteps[k].name) {
        kind = static_cast<StepKind>(k);
        return true;
      }
    return false;
  }

  /// Names come first, then, for a step that takes one, the factor.
  void argument(Step &step) {
    const std::string w = word();
    const StepInfo &info = info_of(step.kind);
    const bool wants_factor = info.names >= 0 && int(step.names.size()) == info.names && info.factor != Factor::None;
    if (w.empty())
      refuse("malformed-sentence", "expected " + std::string(wants_factor ? "a factor" : "a name") + ", got " + here(), at_);
    else if (wants_factor && step.factor == 0)
      step.factor = factor(w);
    else if (is_number(w))
      refuse("malformed-sentence", "expected a name, got '" + w + "'", start_);
    else
      step.names.push_back(w);
  }

  int64_t factor(const std::string &w) {
    int64_t n = 0;
    const auto r = std::from_chars(w.data(), w.data() + w.size(), n);
    if (r.ec != std::errc() || r.ptr != w.data() + w.size() || n < 1 || n > kLargestFactor)
      refuse("malformed-sentence", "a factor is a whole number from 1 to " + std::to_string(kLargestFactor) + ", not '" + w + "'",
             start_);
    return n;
  }

  void check_shape(const Step &step, size_t column) {
    const StepInfo &info = info_of(step.kind);
    const bool names_fit = info.names < 0 ? int(step.names.size()) >= -info.names : int(step.names.size()) == info.names;
    if (!names_fit || (step.factor == 0 && info.factor == Factor::One))
      refuse("malformed-sentence", std::string(info.name) + " takes " + shape(info), column);
  }

  static std::string shape(const StepInfo &info) {
    const int n = std::abs(info.names);
    const std::string names = std::to_string(n) + (info.names < 0 ? " or more names" : n == 1 ? " name" : " names");
    return names + std::array{"", " and a factor", " and perhaps a factor"}[size_t(info.factor)];
  }

  static constexpr int64_t kLargestFactor = 1 << 30;
  const std::string &text_;
  size_t at_ = 0, start_ = 0; ///< cursor; where the last word began
  std::optional<Refusal> refusal_;
};

} // namespace

std::string print(const Step &step) {
  std::string arguments;
  for (const std::string &name : step.names)
    arguments += (arguments.empty() ? "" : ",") + name;
  if (step.factor)
    arguments += "," + std::to_string(step.factor);
  return std::string(info_of(step.kind).name) + "(" + arguments + ")";
}

std::string print(const Sentence &sentence) {
  std::string s = kSentenceVersion;
  for (const Step &step : sentence.steps)
    s += " " + print(step);
  return s;
}

Result<Sentence> parse_sentence(const std::string &text) { return Parser(text).parse(); }

} // namespace vecwrap
