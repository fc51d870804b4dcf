#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ecs/types.h"
#include "sys/files.h"

namespace runtask::local {

// What an image name means on this machine, where nothing is pulled: a directory, an environment
// and an entry point. Two names always exist: with `host` the command runs on this machine as it
// is; with `simulated` it is not run but says what a container would do (simulated_command.h).
struct Image {
  std::string name;
  std::string directory;                   // Absolute; empty: a private one per container.
  std::vector<ecs::KeyValue> environment;  // As ENV in a Dockerfile: below the definition's.
  std::vector<std::string> entry_point;    // Used when the definition has none.
};

constexpr std::string_view kHostImage = "host";
constexpr std::string_view kSimulatedImage = "simulated";

// The file images.json: {"images": {"NAME": {"directory", "environment": {K: V}, "entryPoint":
// []}}, "secrets": {"VALUE-FROM": "value"}}. It is read anew for every container that starts, so
// edits count at once. Pure but for load and save; any thread.
class ImageTable {
 public:
  // A missing file is an empty table; a damaged one is kInvalid.
  [[nodiscard]] static Result<ImageTable> load(const sys::Files& files, const std::string& path);
  [[nodiscard]] static Result<ImageTable> parse(std::string_view text, std::string_view source);
  [[nodiscard]] std::string text() const;  // Indented, for people.
  [[nodiscard]] Result<> save(sys::Files& files, const std::string& path) const;

  // By the exact name; a name without tag also matches "name:latest", and the other way round.
  [[nodiscard]] std::optional<Image> find(std::string_view name) const;
  // In the order of their names, those that always exist first.
  [[nodiscard]] std::vector<Image> all() const;
  // kUsage for a name that always exists, an empty one or a directory that is not absolute.
  [[nodiscard]] Result<> set(Image image);
  // kNotFound; kUsage for a name that always exists.
  [[nodiscard]] Result<> remove(std::string_view name);

  // The value that stands for a secret's ARN or parameter name.
  [[nodiscard]] std::optional<std::string> secret(const std::string& value_from) const;

 private:
  std::map<std::string, Image, std::less<>> images_;
  std::map<std::string, std::string> secrets_;
};

}  // namespace runtask::local
