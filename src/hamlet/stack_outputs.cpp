#include "hamlet/stack_outputs.h"

#include <optional>

#include "base/text.h"
#include "hamlet/blueprint.h"
#include "hamlet/json_tree.h"

namespace runtask::hamlet {
namespace {

struct Pair {
  std::string key;
  const Node* value;
};

// Outputs are an array of {OutputKey, OutputValue}, as CloudFormation has them, or an object.
std::vector<Pair> pairs_of(const Node& outputs) {
  std::vector<Pair> pairs;
  for (const auto& member : outputs.members) {
    if (outputs.is_object()) {
      pairs.push_back({member.key, member.value});
    } else if (const auto* value = member.value->find("OutputValue"); value != nullptr) {
      pairs.push_back({member.value->text_of("OutputKey"), value});
    }
  }
  return pairs;
}

std::string value_of(const std::vector<Pair>& pairs, std::string_view key) {
  for (const auto& pair : pairs)
    if (pair.key == key && pair.value->is_scalar()) return pair.value->text;
  return {};
}

bool is_empty(const std::string& value) {
  return value.empty() || lower_case(value) == "hamlet:empty";
}

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

}  // namespace

Result<StackOutputs> StackOutputs::read(const sys::Files& files, const Tree& tree,
                                        const Layout& layout, const Names& names,
                                        const std::string& account_number) {
  StackOutputs outputs;
  outputs.account_number_ = account_number;
  std::vector<std::string> paths;
  std::vector<std::string> patterns;
  const auto look = [&](const std::string& directory, const std::string& pattern) {
    if (directory.empty()) return;
    patterns.push_back(directory + "/" + pattern);
    for (auto& path : tree.find_below(directory, pattern))
      paths.push_back(std::move(path));
  };
  look(layout.account_state, "*/shared/**/acc*-stack.json");
  look(layout.product_state,
       "*/" + names.environment + "/" + names.segment + "/**/*" + names.account + "*-stack.json");
  if (paths.size() > kStateFilesMax)
    return fail(Code::kFull, "more than 50,000 stack files in one scope");
  std::size_t bytes = 0;
  for (const auto& path : paths) {
    auto text = files.read(path);
    if (!text) {
      outputs.add_mistake(text.error().message, {});
      continue;
    }
    bytes += text->size();
    if (bytes > kCmdbBytesMax)
      return fail(Code::kFull, "the stack files of one scope are larger than 256 MiB");
    outputs.add_file(path, std::move(*text));
  }
  if (outputs.files_.empty()) outputs.files_ = std::move(patterns);
  return outputs;
}

void StackOutputs::add_file(const std::string& path, std::string text) {
  Documents documents;
  const auto root = documents.parse(text, path);
  const auto file = static_cast<std::uint32_t>(files_.size());
  files_.push_back(path);
  if (!root) {
    const auto& message = root.error().message;
    const auto summary = message.starts_with(path) ? message : path + ": " + first_line(message);
    mistakes_.push_back({message, std::move(text), first_line(summary)});
    return;
  }
  const auto* stacks = (*root)->find("Stacks");
  if (stacks == nullptr || !stacks->is_array()) {
    add_mistake(path + ": there is no array `Stacks`", std::move(text));
    return;
  }
  std::optional<std::string> missing;
  for (const auto& stack : stacks->members) {
    const auto* found = stack.value->find("Outputs");
    if (found == nullptr || !found->has_members()) continue;
    const auto pairs = pairs_of(*found);
    const auto first_of = [&](const char* key, const char* other) {
      auto value = value_of(pairs, key);
      return value.empty() ? value_of(pairs, other) : value;
    };
    const auto account = first_of("Account", "Subscription");
    if (account.empty()) missing = "Account";
    if (!missing && value_of(pairs, "Region").empty()) missing = "Region";
    if (!missing && value_of(pairs, "DeploymentUnit").empty()) missing = "DeploymentUnit";
    if (missing) break;
    const bool is_ours = account_number_.empty() || account == account_number_;
    for (const auto& [key, value] : pairs) {
      if (!value->is_scalar() || is_empty(value->text)) continue;
      const auto [at, is_new] = outputs_.try_emplace(key);
      if (is_new || (is_ours && !at->second.is_ours))
        at->second = {value->text, file, Documents::pointer_to(*value), is_ours,
                      is_ours ? std::string() : account};
    }
  }
  if (missing)
    add_mistake(path + ": the stack has no output `" + *missing + "`, so hamlet cannot place it",
                std::move(text));
}

void StackOutputs::add_mistake(std::string message, std::string text) {
  auto summary = message;
  mistakes_.push_back({std::move(message), std::move(text), std::move(summary)});
}

const StackOutputs::Output* StackOutputs::find(const std::string& key) const {
  const auto found = outputs_.find(key);
  return found == outputs_.end() || !found->second.is_ours ? nullptr : &found->second;
}
bool StackOutputs::is_known(const std::string& key) const {
  return outputs_.contains(key);
}

std::string StackOutputs::why_missing(const std::string& key) const {
  const auto found = outputs_.find(key);
  if (found == outputs_.end() || found->second.is_ours) return {};
  return "`" + key + "` is there for account " + found->second.account + " alone, not for " +
         account_number_ + ": " + files_[found->second.file];
}

std::vector<std::string> StackOutputs::mistakes_about(std::string_view text) const {
  std::vector<std::string> messages;
  for (const auto& mistake : mistakes_)
    if (mistake.text.find(text) != std::string::npos) messages.push_back(mistake.message);
  return messages;
}
std::vector<std::string> StackOutputs::mistakes() const {
  std::vector<std::string> messages;
  for (const auto& mistake : mistakes_)
    messages.push_back(mistake.summary);
  return messages;
}

}  // namespace runtask::hamlet
