#include "jenkins/glob.h"

#include <algorithm>

#include "base/text.h"

namespace runtask::jenkins {
namespace {

constexpr std::size_t kDepthMax = 100;        // Of directories.
constexpr std::size_t kFilesMax = 1'000'000;  // Of one search.

// One part of a path against one of a pattern, by the usual way back to the last star.
bool matches_part(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t star_text = 0;
  while (t < text.size()) {
    if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t]) && pattern[p] != '*') {
      ++p, ++t;
    } else if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      star_text = t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++star_text;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*')
    ++p;
  return p == pattern.size();
}

bool matches_parts(const std::vector<std::string>& pattern, const std::vector<std::string>& path) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string::npos;
  std::size_t star_path = 0;
  while (t < path.size()) {
    if (p < pattern.size() && pattern[p] == "**") {
      star = p++;
      star_path = t;
    } else if (p < pattern.size() && matches_part(pattern[p], path[t])) {
      ++p, ++t;
    } else if (star != std::string::npos) {
      p = star + 1;
      t = ++star_path;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == "**")
    ++p;
  return p == pattern.size();
}

std::vector<std::string> patterns_of(const std::string& list) {
  std::vector<std::string> patterns;
  for (const auto& piece : split(list, ','))
    if (const auto pattern = trimmed(piece); !pattern.empty()) patterns.emplace_back(pattern);
  return patterns;
}

bool matches_any(const std::vector<std::string>& patterns, const std::string& path) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const auto& pattern) { return matches_glob(pattern, path); });
}

struct Search {
  const sys::Files& files;
  const std::string& root;
  std::vector<std::string> includes;
  std::vector<std::string> excludes;
  std::vector<std::string> found;

  Result<> look(const std::string& below, std::size_t depth) {
    if (depth > kDepthMax) return fail(Code::kFull, "directories are nested too deeply: " + below);
    for (const auto& entry : TRY(files.entries(below.empty() ? root : root + "/" + below))) {
      const auto path = below.empty() ? entry.name : below + "/" + entry.name;
      if (entry.kind == sys::DirectoryEntry::Kind::kDirectory) {
        TRY(look(path, depth + 1));
        continue;
      }
      if (entry.kind == sys::DirectoryEntry::Kind::kOther) continue;
      if (!matches_any(includes, path) || matches_any(excludes, path)) continue;
      if (found.size() >= kFilesMax) return fail(Code::kFull, "there are too many files");
      found.push_back(path);
    }
    return {};
  }
};

}  // namespace

bool matches_glob(std::string_view pattern, std::string_view path, bool is_case_sensitive) {
  std::string wanted(pattern);
  std::string actual(path);
  if (!is_case_sensitive) {
    wanted = lower_case(wanted);
    actual = lower_case(actual);
  }
  while (wanted.starts_with("./"))
    wanted.erase(0, 2);
  if (wanted.ends_with('/')) wanted += "**";
  return matches_parts(split(wanted, '/'), split(actual, '/'));
}

Result<std::vector<std::string>> find_files(const sys::Files& files, const std::string& directory,
                                            const std::string& includes,
                                            const std::string& excludes, bool default_excludes) {
  Search search{files, directory, patterns_of(includes), patterns_of(excludes), {}};
  if (default_excludes)
    for (const char* pattern : {"**/.git/**", "**/.svn/**", "**/.gitignore", "**/*~", "**/#*#"})
      search.excludes.emplace_back(pattern);
  if (!files.is_directory(directory)) return std::vector<std::string>();
  TRY(search.look("", 0));
  std::sort(search.found.begin(), search.found.end());
  return std::move(search.found);
}

}  // namespace runtask::jenkins
