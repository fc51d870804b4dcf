#include "jenkins/layers.h"

namespace runtask::jenkins {
namespace {

// `PATH+anything` stands for PATH and goes before it; empty for any other name.
std::string prepended_name(const std::string& key) {
  const auto plus = key.find('+');
  return plus == std::string::npos || plus == 0 ? std::string() : key.substr(0, plus);
}

std::optional<std::string> find_in(const std::map<std::string, std::string>& variables,
                                   const std::string& name) {
  const auto found = variables.find(name);
  return found != variables.end() ? std::optional(found->second) : std::nullopt;
}

}  // namespace

Layers with_layer(Layers outer, std::vector<std::pair<std::string, std::string>> add) {
  if (add.empty()) return outer;
  auto layer = std::make_shared<Layer>();
  layer->entries = std::move(add);
  layer->outer = std::move(outer);
  return layer;
}

std::optional<std::string> BuildVariables::find(const std::string& name,
                                                const Layer* layers) const {
  std::string before;  // What layers on the way put before it.
  const auto with_before = [&](const std::string& value) {
    return before.empty() ? value : before + (value.empty() ? "" : ":" + value);
  };
  for (; layers != nullptr; layers = layers->outer.get()) {
    for (auto entry = layers->entries.rbegin(); entry != layers->entries.rend(); ++entry) {
      if (entry->first == name) {
        if (entry->second.empty() && before.empty()) return std::nullopt;
        return with_before(entry->second);
      }
      if (prepended_name(entry->first) == name && !entry->second.empty())
        before += (before.empty() ? "" : ":") + entry->second;
    }
  }
  for (const auto* variables : {&written, &build, &process})
    if (auto value = find_in(*variables, name)) return with_before(*std::move(value));
  return before.empty() ? std::nullopt : std::optional(before);
}

std::map<std::string, std::string> BuildVariables::all(const Layer* layers) const {
  auto result = process;
  for (const auto* variables : {&build, &written})
    for (const auto& [name, value] : *variables)
      result.insert_or_assign(name, value);
  std::vector<const Layer*> outermost_last;
  for (; layers != nullptr; layers = layers->outer.get())
    outermost_last.push_back(layers);
  for (auto layer = outermost_last.rbegin(); layer != outermost_last.rend(); ++layer)
    for (const auto& [key, value] : (*layer)->entries) {
      if (const auto name = prepended_name(key); !name.empty()) {
        if (value.empty()) continue;
        auto& old = result[name];
        old = old.empty() ? value : value + ":" + old;
      } else if (!value.empty()) {
        result.insert_or_assign(key, value);
      } else if (const auto own = process.find(key); own != process.end()) {
        result.insert_or_assign(key, own->second);
      } else {
        result.erase(key);
      }
    }
  return result;
}

}  // namespace runtask::jenkins
