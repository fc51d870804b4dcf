#include "jenkins/library_classes.h"

#include <vector>

namespace runtask::jenkins {
namespace {

constexpr std::size_t kFilesMax = 10'000;  // Of all libraries; the rest is left out.
constexpr int kDirectoryDepthMax = 30;     // Below src/.

void find_files(const sys::Files& files, const std::string& directory, int depth,
                std::vector<std::string>& found) {
  const auto entries = files.entries(directory);
  if (!entries || depth > kDirectoryDepthMax) return;
  for (const auto& entry : *entries) {
    if (found.size() >= kFilesMax) return;
    const auto path = directory + "/" + entry.name;
    if (entry.kind == sys::DirectoryEntry::Kind::kDirectory)
      find_files(files, path, depth + 1, found);
    else if (entry.kind == sys::DirectoryEntry::Kind::kFile && path.ends_with(".groovy"))
      found.push_back(path);
  }
}

}  // namespace

LibraryClasses read_library_classes(const sys::Files& files,
                                    const std::map<std::string, std::string>& libraries) {
  LibraryClasses result;
  if (libraries.empty()) return result;
  std::vector<std::string> paths;
  for (const auto& [name, directory] : libraries)
    find_files(files, directory + "/src", 0, paths);
  std::vector<groovy::ClassPath::File> sources;
  for (const auto& path : paths)
    if (auto text = files.read(path)) sources.push_back({*std::move(text), path});
  const auto kept = sources;
  auto class_path = std::make_shared<groovy::ClassPath>();
  const auto parsed = class_path->add(std::move(sources));
  for (std::size_t i = 0; i < parsed.size(); ++i)
    for (const auto* diagnostics : {&parsed[i].errors, &parsed[i].unsupported})
      for (const auto& one : *diagnostics) {
        auto text = render(one, kept[i].name, kept[i].source);
        if (text.starts_with("error")) text.replace(0, 5, "warning");
        result.warnings += (result.warnings.empty() ? "" : "\n") + text;
      }
  result.class_path = std::move(class_path);
  return result;
}

}  // namespace runtask::jenkins
