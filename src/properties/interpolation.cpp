#include "properties/interpolation.h"

#include <algorithm>
#include <optional>
#include <unordered_set>

#include "base/text.h"
#include "properties/lookups.h"

namespace runtask::properties {
namespace {

constexpr std::string_view kPrefix = "${";
constexpr std::string_view kDefaultMark = ":-";

// One value on its way through one pass.
class Pass {
 public:
  Pass(const Properties& known, const DateFormat& date, std::size_t& looked_at)
      : known_(known), date_(date), looked_at_(looked_at) {}

  Result<std::string> value(const std::string& raw) {
    // What names the value in a message about a cycle is its own text, as it is for Java.
    trail_ = {raw};
    entered_.clear();
    std::string out;
    TRY(substitute(raw, out));
    return out;
  }

 private:
  // Appends the text with its references replaced.
  Result<> substitute(std::string_view text, std::string& out) {
    looked_at_ += text.size();
    if (looked_at_ > kInterpolationBytesMax)
      return fail(Code::kFull, "the values refer to each other so often that they exceed " +
                                   std::to_string(kInterpolationBytesMax >> 20U) + " MiB");
    const std::size_t begin = out.size();
    for (std::size_t at = 0; at < text.size();) {
      const auto start = std::min(text.find(kPrefix, at), text.size());
      out += text.substr(at, start - at);
      if (start == text.size()) break;
      const auto name = start + kPrefix.size();
      const auto end = text.find('}', name);
      if (end == std::string_view::npos) {
        out += text.substr(start);
        break;
      }
      if (out.size() > begin && out.back() == '$') {
        // An escaped reference: its escape goes, and what is inside is looked at once more.
        out.pop_back();
        out += kPrefix;
        at = name;
        continue;
      }
      at = end + 1;
      TRY(replace(text.substr(start, at - start), out));
    }
    return {};
  }

  // `reference` is a whole `${...}`.
  Result<> replace(std::string_view reference, std::string& out) {
    const auto expression = reference.substr(kPrefix.size(), reference.size() - kPrefix.size() - 1);
    // A reference inside the name ends the search for a default: names are taken as they stand.
    const auto mark = expression.find(kDefaultMark);
    const bool has_default = mark != std::string_view::npos && mark < expression.find(kPrefix);
    const std::string name(has_default ? expression.substr(0, mark) : expression);
    TRY(enter(name));
    auto found = TRY(find(name));
    if (!found && has_default) found = expression.substr(mark + kDefaultMark.size());
    if (found) {
      TRY(substitute(*found, out));
    } else {
      out += reference;
    }
    trail_.pop_back();
    entered_.erase(name);
    return {};
  }

  Result<> enter(const std::string& name) {
    looked_at_ += kInterpolationReferenceBytes;
    if (!entered_.insert(name).second) {
      const std::vector<std::string> path(trail_.begin() + 1, trail_.end());
      return fail(Code::kInvalid, "Infinite loop in property interpolation of " + trail_.front() +
                                      ": " + join(path, "->"));
    }
    if (trail_.size() > kInterpolationDepthMax)
      return fail(Code::kFull, "the values refer to each other more than " +
                                   std::to_string(kInterpolationDepthMax) + " levels deep");
    trail_.push_back(name);
    return {};
  }

  Result<std::optional<std::string>> find(const std::string& name) {
    if (const auto colon = name.find(':'); colon != std::string::npos) {
      auto computed = TRY(look_up(name.substr(0, colon), name.substr(colon + 1), date_));
      if (computed) return computed;
    }
    return known_.get(name);
  }

  const Properties& known_;
  const DateFormat& date_;
  std::size_t& looked_at_;
  std::vector<std::string> trail_;           // The value, then the names that led here.
  std::unordered_set<std::string> entered_;  // Those names.
};

Result<Properties> pass(const Properties& known, const DateFormat& date, std::size_t& looked_at) {
  Properties result;
  for (const auto& [name, value] : known.entries()) {
    auto replaced = TRY(Pass(known, date, looked_at).value(value));
    result.set(name, std::move(replaced));
  }
  return result;
}

Result<Properties> both_passes(const Properties& properties, const DateFormat& date) {
  std::size_t looked_at = 0;
  const auto once = TRY(pass(properties, date, looked_at));
  return pass(once, date, looked_at);
}

}  // namespace

Interpolated interpolated(const Properties& properties, const DateFormat& date) {
  auto result = both_passes(properties, date);
  if (result) return {*std::move(result), {}};
  return {properties,
          {"Got exception while interpolating the variables: " + result.error().message,
           "Returning the original properties list!"}};
}

}  // namespace runtask::properties
