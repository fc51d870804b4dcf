#include "hamlet/qualifiers.h"

#include <algorithm>

#include "base/text.h"

namespace runtask::hamlet {
namespace {

// Whether the whole text fits a pattern of literal pieces with `.*` between them.
bool fits_alternative(std::string_view pattern, std::string_view text) {
  const auto star = pattern.find(".*");
  if (star == std::string_view::npos) return pattern == text;
  if (!text.starts_with(pattern.substr(0, star))) return false;
  text.remove_prefix(star);
  pattern.remove_prefix(star + 2);
  // Pieces between stars: the leftmost place is as good as any other.
  for (;;) {
    const auto next = pattern.find(".*");
    if (next == std::string_view::npos) return text.ends_with(pattern);
    const auto found = text.find(pattern.substr(0, next));
    if (found == std::string_view::npos) return false;
    text.remove_prefix(found + next);
    pattern.remove_prefix(next + 2);
  }
}
bool fits(std::string_view pattern, std::string_view text) {
  for (const auto& alternative : split(pattern, '|'))
    if (fits_alternative(alternative, text)) return true;
  return false;
}

class Resolver {
 public:
  Resolver(Documents& documents, const Layers& layers, std::vector<std::string>& warnings)
      : documents_(documents), layers_(layers), warnings_(warnings) {}

  const Node* resolve(const Node* node, int depth) {
    if ((!node->is_object() && !node->is_array()) || depth > kQualifyDepthMax) return node;
    if (node->is_object()) {
      if (const auto* rules = node->find("qualifier:Rules"); is_content(rules))
        return qualified(*node, *rules, "qualifier:Rules", "qualifier:Default", depth);
      if (const auto* rules = node->find("Qualifiers"); is_content(rules))
        return qualified(*node, *rules, "Qualifiers", "Value", depth);
    }
    return with_members_resolved(*node, {}, depth);
  }

 private:
  static bool is_content(const Node* rules) { return rules != nullptr && rules->has_members(); }

  // The same node if no member changes and `left_out` names none of them.
  const Node* with_members_resolved(const Node& node, std::string_view left_out, int depth) {
    std::vector<Member> members;
    bool is_changed = false;
    for (const auto& member : node.members) {
      if (node.is_object() && !left_out.empty() && member.key == left_out) {
        is_changed = true;
        continue;
      }
      const auto* value = resolve(member.value, depth + 1);
      is_changed = is_changed || value != member.value;
      members.push_back({member.key, value});
    }
    if (!is_changed) return &node;
    auto& made = documents_.make(node.kind);
    made.file = node.file;
    made.place = node.place;
    made.parent = node.parent;
    made.members = std::move(members);
    if (made.is_object()) Documents::finish(made);
    return &made;
  }

  const Node* qualified(const Node& node, const Node& rules, std::string_view rules_key,
                        std::string_view default_key, int depth) {
    const auto* otherwise = node.find(default_key);
    const auto* result = otherwise != nullptr ? resolve(otherwise, depth + 1)
                                              : with_members_resolved(node, rules_key, depth);
    if (rules.is_array()) {
      for (const auto& rule : rules.members)
        result = apply(*rule.value, result, depth);
      return result;
    }
    auto by_name = rules.members;
    std::sort(by_name.begin(), by_name.end(),
              [](const Member& a, const Member& b) { return a.key < b.key; });
    for (const auto& rule : by_name)
      if (rule.value->kind != Node::Kind::kNull && matches_any_layer(rule.key))
        result = combine(result, resolve(rule.value, depth + 1), "merge", 0);
    return result;
  }

  const Node* apply(const Node& rule, const Node* result, int depth) {
    const auto* filter = rule.find("Filter");
    const auto* value = rule.find("Value");
    if (filter == nullptr || !filter->is_object() || value == nullptr) {
      warnings_.push_back("a qualifier without `Filter` or `Value` is left out: " +
                          documents_.place_of(rule));
      return result;
    }
    if (!matches(*filter, rule.text_of("MatchBehaviour", "onetoone"))) return result;
    return combine(result, resolve(value, depth + 1), rule.text_of("CombineBehaviour", "merge"), 0);
  }

  static std::vector<std::string> texts(const Node& value) {
    if (value.is_scalar()) return {value.text};
    std::vector<std::string> found;
    if (value.is_array())
      for (const auto& member : value.members)
        if (member.value->is_scalar()) found.push_back(member.value->text);
    return found;
  }
  static bool meet(const std::vector<std::string>& values, const std::vector<std::string>& wanted) {
    return std::any_of(values.begin(), values.end(), [&](const auto& value) {
      return std::any_of(wanted.begin(), wanted.end(),
                         [&](const auto& pattern) { return fits(pattern, value); });
    });
  }
  [[nodiscard]] bool matches_any_layer(const std::string& name) const {
    return std::any_of(layers_.begin(), layers_.end(),
                       [&](const auto& layer) { return meet(layer.second, {name}); });
  }
  [[nodiscard]] bool matches(const Node& filter, const std::string& behaviour) const {
    if (behaviour == "any") {
      const auto* any = filter.find("Any");
      if (any == nullptr) return true;
      return std::any_of(layers_.begin(), layers_.end(),
                         [&](const auto& layer) { return meet(layer.second, texts(*any)); });
    }
    std::size_t keys = 0;
    for (const auto& [key, value] : filter.members) {
      if (value->kind == Node::Kind::kNull) continue;
      ++keys;
      const auto wanted = texts(*value);
      const bool is_met =
          std::any_of(layers_.begin(), layers_.end(), [&, &name = key](const auto& layer) {
            return (name == "Any" || layer.first == name) && meet(layer.second, wanted);
          });
      if (!is_met) return false;
    }
    return behaviour != "exactlyonetoone" || keys == layers_.size();
  }

  static void add_members(const Node& from, std::vector<Member>& to) {
    if (!from.is_array()) {
      to.push_back({"", &from});
      return;
    }
    to.insert(to.end(), from.members.begin(), from.members.end());
  }
  const Node* combine(const Node* left, const Node* right, const std::string& behaviour,
                      int depth) {
    const bool adds = behaviour == "add" || behaviour == "append" || behaviour == "unique";
    if (!adds) return behaviour == "replace" ? right : documents_.merge(left, right);
    if (left->is_array() || right->is_array()) {
      auto& made = documents_.make(Node::Kind::kArray);
      add_members(*left, made.members);
      std::vector<Member> more;
      add_members(*right, more);
      for (auto& member : more) {
        const bool is_there =
            behaviour == "unique" && member.value->is_scalar() &&
            std::any_of(made.members.begin(), made.members.end(), [&](const Member& known) {
              return known.value->is_scalar() && known.value->text == member.value->text;
            });
        if (!is_there) made.members.push_back(member);
      }
      return &made;
    }
    if (!left->is_object() || !right->is_object() || depth > kMergeDepthMax) return right;
    auto& made = documents_.make(Node::Kind::kObject);
    for (const auto& member : left->members) {
      const auto* over = right->find(member.key);
      if (over != nullptr && member.value->kind != Node::Kind::kNull)
        over = behaviour == "add" ? over : combine(member.value, over, behaviour, depth + 1);
      made.members.push_back({member.key, over == nullptr ? member.value : over});
    }
    for (const auto& member : right->members)
      if (left->find(member.key) == nullptr) made.members.push_back(member);
    Documents::finish(made);
    return &made;
  }

  Documents& documents_;
  const Layers& layers_;
  std::vector<std::string>& warnings_;
};

}  // namespace

const Node* resolve_qualifiers(Documents& documents, const Node* node, const Layers& layers,
                               std::vector<std::string>& warnings) {
  return Resolver(documents, layers, warnings).resolve(node, 0);
}

}  // namespace runtask::hamlet
