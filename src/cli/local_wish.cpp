#include "cli/local_wish.h"

#include <algorithm>
#include <initializer_list>
#include <string_view>

#include "base/text.h"

namespace runtask::cli {

Result<bool> wants_local(bool flag, const sys::Environment& environment) {
  if (flag) return true;
  const auto word = environment.get("RUNTASK_LOCAL").value_or("");
  const auto is_one_of = [lower = lower_case(word)](std::initializer_list<std::string_view> words) {
    return std::find(words.begin(), words.end(), lower) != words.end();
  };
  if (is_one_of({"1", "true", "yes", "on"})) return true;
  if (is_one_of({"", "0", "false", "no", "off"})) return false;
  return fail(Code::kUsage, "RUNTASK_LOCAL is `" + valid_utf8(word) + "`, neither a yes nor a no",
              "it takes 1, true, yes or on, and 0, false, no, off or nothing");
}

}  // namespace runtask::cli
