#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "hamlet/layout.h"
#include "sys/files.h"

// What was deployed: the outputs of stacks, as hamlet keeps them in files beside the CMDB.

namespace runtask::hamlet {

class StackOutputs {
 public:
  struct Output {
    std::string value;
    std::uint32_t file = 0;  // Index into files().
    std::string pointer;     // JSON pointer to the value.
    bool is_ours = false;    // Of the scope's account.
    std::string account;     // Its number, where it is not ours.
  };

  // hamlet 9: `*/shared/**/acc*-stack.json` of the account's state, then
  // `*/ENVIRONMENT/SEGMENT/**/*ACCOUNT*-stack.json` of the product's. `account_number` is what the
  // stacks' `Account` is compared with; empty: any. A file that makes no sense is kept as a
  // mistake. kFull beyond kStateFilesMax files or kCmdbBytesMax bytes.
  [[nodiscard]] static Result<StackOutputs> read(const sys::Files& files, const Tree& tree,
                                                 const Layout& layout, const Names& names,
                                                 const std::string& account_number);

  // Of the scope's account, the first one in the order of the files that is not empty.
  [[nodiscard]] const Output* find(const std::string& key) const;
  // Whether there is one in any account.
  [[nodiscard]] bool is_known(const std::string& key) const;
  // "`ecsXappXweb` is there for account 999 alone, not for 111: FILE"; empty where find() finds it,
  // or where there is none at all.
  [[nodiscard]] std::string why_missing(const std::string& key) const;

  // Files that were read, or, if there is none, the patterns that were looked for.
  [[nodiscard]] const std::vector<std::string>& files() const { return files_; }
  // Mistakes in files that mention that text.
  [[nodiscard]] std::vector<std::string> mistakes_about(std::string_view text) const;
  // All of them, one line each.
  [[nodiscard]] std::vector<std::string> mistakes() const;

 private:
  struct Mistake {
    std::string message;
    std::string text;     // Of the file.
    std::string summary;  // One line of it, with the file.
  };
  void add_mistake(std::string message, std::string text);
  void add_file(const std::string& path, std::string text);

  std::string account_number_;
  std::vector<std::string> files_;
  std::unordered_map<std::string, Output> outputs_;
  std::vector<Mistake> mistakes_;
};
constexpr std::size_t kStateFilesMax = 50'000;

}  // namespace runtask::hamlet
