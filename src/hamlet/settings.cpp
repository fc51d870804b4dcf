#include "hamlet/settings.h"

#include <algorithm>

#include "base/text.h"

namespace runtask::hamlet {
namespace {

constexpr std::string_view kBegin = "__setting:";
constexpr std::string_view kEnd = "__";

// A setting by its flattened name: {"A": {"B": 1}} holds A_B; {"A": {"Value": 1}} holds A.
const Node* flattened(const Node& object, std::string_view name, int depth) {
  if (depth > kMergeDepthMax) return nullptr;
  const Node* found = nullptr;
  for (const auto& [key, value] : object.members) {
    if (!name.starts_with(key)) continue;
    const auto rest = name.substr(key.size());
    if (rest.empty()) {
      const auto* inner = value->is_object() ? value->find("Value") : value;
      if (inner != nullptr && inner->is_scalar()) found = inner;
    } else if (rest.front() == '_' && value->is_object()) {
      if (const auto* inner = flattened(*value, rest.substr(1), depth + 1); inner != nullptr)
        found = inner;
    }
  }
  return found;
}

bool owns(const Settings::Owner& owner, const std::string& space) {
  if (space.empty() || (!owner.unit.empty() && space == lower_case(owner.unit))) return true;
  return std::any_of(owner.names.begin(), owner.names.end(), [&](const std::string& name) {
    return (name + "-").starts_with(space + "-");
  });
}

}  // namespace

bool asks_for_setting(std::string_view text) {
  return text.find(kBegin) != std::string_view::npos;
}

Result<Settings> Settings::read(const sys::Files& files, Documents& documents, const Tree& tree,
                                const Layout& layout, const Names& names) {
  Settings settings;
  for (const auto& prefix : {std::string("shared"), "shared/" + names.segment, names.environment,
                             names.environment + "/" + names.segment}) {
    std::vector<Entry> of_prefix;
    for (const auto& base : {layout.product_settings, layout.product_operations}) {
      if (base.empty()) continue;
      auto directory = base;
      directory.append("/").append(prefix);
      for (const char* pattern : {"**/settings.json", "**/credentials.json"})
        for (const auto& path : tree.find_below(directory, pattern)) {
          if (settings.entries_.size() + of_prefix.size() >= kSettingsFilesMax)
            return fail(Code::kFull, "more than 10,000 settings files in one scope");
          const auto text = TRY(files.read(path));
          if (trimmed(text).empty()) continue;
          const auto* root = TRY(documents.parse(text, path));
          auto space = path.substr(0, path.rfind('/')).substr(directory.size());
          if (!space.empty()) space.erase(0, 1);
          std::replace(space.begin(), space.end(), '/', '-');
          if (root->is_object()) of_prefix.push_back({lower_case(space), root});
        }
    }
    // The longer namespace is the closer one.
    std::stable_sort(of_prefix.begin(), of_prefix.end(), [](const Entry& a, const Entry& b) {
      return a.space.size() < b.space.size();
    });
    settings.entries_.insert(settings.entries_.end(), of_prefix.begin(), of_prefix.end());
  }
  return settings;
}

std::optional<std::string> Settings::value_of(const std::string& name, const Owner& owner) const {
  for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry)
    if (owns(owner, entry->space))
      if (const auto* found = flattened(*entry->root, name, 0); found != nullptr)
        return found->text;
  const auto own = owner.own.find(name);
  return own == owner.own.end() ? std::nullopt : std::optional(own->second);
}

std::optional<std::string> Settings::resolve(const std::string& text, const Owner& owner,
                                             std::string& unknown) const {
  std::string resolved;
  std::size_t at = 0;
  for (;;) {
    const auto begin = text.find(kBegin, at);
    const auto name_begin = begin + kBegin.size();
    const auto end = begin == std::string::npos ? begin : text.find(kEnd, name_begin);
    if (end == std::string::npos) return resolved + text.substr(at);
    const auto name = text.substr(name_begin, end - name_begin);
    const auto value = value_of(name, owner);
    if (!value) {
      unknown = name;
      return {};
    }
    resolved += text.substr(at, begin - at) + *value;
    at = end + kEnd.size();
  }
}

}  // namespace runtask::hamlet
