#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "hamlet/json_tree.h"
#include "hamlet/layout.h"
#include "sys/files.h"

// The settings of a product, for the one thing about a task that they can change: a text with
// `__setting:NAME__` in it (hamlet 9's dynamic values).

namespace runtask::hamlet {

// Whether a text asks for a setting.
[[nodiscard]] bool asks_for_setting(std::string_view text);

class Settings {
 public:
  Settings() = default;
  // `settings.json` and `credentials.json` anywhere below `shared`, `shared/SEGMENT`, `ENVIRONMENT`
  // and `ENVIRONMENT/SEGMENT` of the product's settings and operations; the path from there is the
  // namespace. Errors as merge_files().
  [[nodiscard]] static Result<Settings> read(const sys::Files& files, Documents& documents,
                                             const Tree& tree, const Layout& layout,
                                             const Names& names);

  // Names in lower case that a namespace has to be the beginning of (whole words, split at "-"),
  // and the deployment unit, which it has to equal.
  struct Owner {
    std::vector<std::string> names;
    std::string unit;
    std::map<std::string, std::string> own;  // What hamlet itself sets; any file beats it.
  };
  // The text with every `__setting:NAME__` replaced; none, with the name in `unknown`, when a
  // setting is not there.
  [[nodiscard]] std::optional<std::string> resolve(const std::string& text, const Owner& owner,
                                                   std::string& unknown) const;

 private:
  struct Entry {
    std::string space;  // "application-web", in lower case; empty for all.
    const Node* root = nullptr;
  };
  [[nodiscard]] std::optional<std::string> value_of(const std::string& name,
                                                    const Owner& owner) const;

  std::vector<Entry> entries_;  // Weakest first.
};
constexpr std::size_t kSettingsFilesMax = 10'000;

}  // namespace runtask::hamlet
