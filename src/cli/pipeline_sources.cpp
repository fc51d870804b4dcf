#include "cli/pipeline_sources.h"

namespace runtask::cli {

Result<std::map<std::string, std::string>> named_values(const std::string& flag,
                                                        const std::vector<std::string>& texts,
                                                        bool are_directories) {
  std::map<std::string, std::string> result;
  for (const auto& text : texts) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
      return fail(Code::kUsage, flag + " needs NAME=VALUE, not `" + text + "`");
    auto value = text.substr(equals + 1);
    result[text.substr(0, equals)] = are_directories ? World::absolute(value) : std::move(value);
  }
  return result;
}

GivenLibraries read_libraries(std::map<std::string, std::string> directories, const World& world) {
  GivenLibraries libraries;
  libraries.directories = std::move(directories);
  libraries.classes = jenkins::read_library_classes(world.files, libraries.directories);
  if (!libraries.classes.warnings.empty()) world.screen.message(libraries.classes.warnings);
  return libraries;
}

Result<jenkins::Sources> read_sources(const std::string& path, const GivenLibraries& libraries,
                                      const World& world) {
  auto text = TRY(world.files.read(World::absolute(path)));
  return jenkins::read_sources(world.files, std::move(text), path, libraries.directories,
                               libraries.classes);
}

}  // namespace runtask::cli
