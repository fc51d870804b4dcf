#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// The content of a Java .properties file: names and values in the order in which the names first
// came. Pure; any thread.

namespace runtask::properties {

class Properties {
 public:
  using Entry = std::pair<std::string, std::string>;

  // A name that is there already keeps its place and gets the new value.
  void set(std::string_view name, std::string value);
  [[nodiscard]] std::optional<std::string> get(std::string_view name) const;
  [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }

 private:
  std::vector<Entry> entries_;
};

}  // namespace runtask::properties
