#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

// The content of a Java .properties file: names and values in the order in which the names first
// came. Text is UTF-8. Pure; any thread.

namespace runtask::properties {

class Properties {
 public:
  using Entry = std::pair<std::string, std::string>;

  // A name that is there already keeps its place and gets the new value.
  void set(std::string_view name, std::string value);
  [[nodiscard]] std::optional<std::string> get(std::string_view name) const;
  // The value where it is kept, until the next set(); nullptr when there is none.
  [[nodiscard]] const std::string* find(std::string_view name) const;
  [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };
  std::vector<Entry> entries_;
  std::unordered_map<std::string, std::size_t, Hash, std::equal_to<>> index_;
};

}  // namespace runtask::properties
