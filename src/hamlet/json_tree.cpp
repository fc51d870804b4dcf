#include "hamlet/json_tree.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

#include "base/json.h"

namespace runtask::hamlet {
namespace {

constexpr std::size_t kFewMembers = 16;  // Up to here a linear search is as good.

// Makes nodes as the parser goes, without a tree in between and without recursion.
class Builder final : public nlohmann::json_sax<nlohmann::json> {
 public:
  Builder(std::deque<Node>& nodes, std::int32_t file) : nodes_(nodes), file_(file) {}

  [[nodiscard]] const Node* root() const { return root_; }
  [[nodiscard]] bool is_full() const { return is_full_; }

  bool null() override { return add(Node::Kind::kNull, {}); }
  bool boolean(bool value) override { return add(Node::Kind::kBoolean, value ? "true" : "false"); }
  bool number_integer(std::int64_t value) override {
    return add(Node::Kind::kNumber, std::to_string(value));
  }
  bool number_unsigned(std::uint64_t value) override {
    return add(Node::Kind::kNumber, std::to_string(value));
  }
  bool number_float(double, const std::string& text) override {
    return add(Node::Kind::kNumber, text);
  }
  bool string(std::string& value) override { return add(Node::Kind::kText, std::move(value)); }
  bool binary(nlohmann::json::binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(Node::Kind::kObject); }
  bool key(std::string& value) override {
    key_ = std::move(value);
    return true;
  }
  bool end_object() override {
    Documents::finish(*open_.back());
    open_.pop_back();
    return true;
  }
  bool start_array(std::size_t) override { return open(Node::Kind::kArray); }
  bool end_array() override {
    open_.pop_back();
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception&) override {
    return false;
  }

 private:
  bool add(Node::Kind kind, std::string text) {
    if (nodes_.size() >= kNodesMax) {
      is_full_ = true;
      return false;
    }
    auto& node = nodes_.emplace_back();
    node.kind = kind;
    node.file = file_;
    node.text = std::move(text);
    if (open_.empty()) {
      root_ = &node;
      return true;
    }
    auto& parent = *open_.back();
    node.parent = &parent;
    node.place = static_cast<std::uint32_t>(parent.members.size());
    parent.members.push_back({std::exchange(key_, {}), &node});
    return true;
  }
  bool open(Node::Kind kind) {
    // The depth is what json::parse() takes, which then says what is wrong.
    if (open_.size() >= static_cast<std::size_t>(json::kDepthMax) || !add(kind, {})) return false;
    open_.push_back(&nodes_.back());
    return true;
  }

  std::deque<Node>& nodes_;
  std::int32_t file_;
  std::vector<Node*> open_;
  std::string key_;
  const Node* root_ = nullptr;
  bool is_full_ = false;
};

// A key that is there twice: the last value counts, in the place of the first (as jq does it).
void drop_repeated_keys(Node& object) {
  auto& members = object.members;
  std::vector<std::uint32_t> order(members.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(),
                   [&](auto a, auto b) { return members[a].key < members[b].key; });
  std::vector<bool> is_dropped(members.size());
  bool any = false;
  for (std::size_t i = 0; i < order.size();) {
    auto last = i;
    while (last + 1 < order.size() && members[order[last + 1]].key == members[order[i]].key)
      is_dropped[order[++last]] = true;
    if (last > i) {
      members[order[i]].value = members[order[last]].value;
      any = true;
    }
    i = last + 1;
  }
  if (any) {
    // `place` stays what it was, so pointers are taken by identity (Documents::pointer_to).
    std::vector<Member> kept;
    for (std::size_t i = 0; i < members.size(); ++i)
      if (!is_dropped[i]) kept.push_back(std::move(members[i]));
    members = std::move(kept);
  }
}

}  // namespace

const Node* Node::find(std::string_view key) const {
  if (kind != Kind::kObject) return nullptr;
  const Node* found = nullptr;
  if (by_key.empty()) {
    for (const auto& member : members)
      if (member.key == key) {
        found = member.value;
        break;
      }
  } else {
    const auto at = std::lower_bound(
        by_key.begin(), by_key.end(), key,
        [&](std::uint32_t index, std::string_view wanted) { return members[index].key < wanted; });
    if (at != by_key.end() && members[*at].key == key) found = members[*at].value;
  }
  return found == nullptr || found->kind == Kind::kNull ? nullptr : found;
}

const Node* Node::at(std::initializer_list<std::string_view> path) const {
  const Node* node = this;
  for (const auto& key : path) {
    if (node == nullptr) return nullptr;
    node = node->find(key);
  }
  return node;
}

std::string Node::text_of(std::string_view key, std::string_view otherwise) const {
  const auto* found = find(key);
  return found != nullptr && found->is_scalar() ? found->text : std::string(otherwise);
}

bool Node::has_members() const {
  return (is_object() || is_array()) &&
         std::any_of(members.begin(), members.end(),
                     [](const Member& member) { return member.value->kind != Kind::kNull; });
}

Result<const Node*> Documents::parse(std::string_view text, const std::string& file_name) {
  const auto file = static_cast<std::int32_t>(files_.size());
  Builder builder(nodes_, file);
  if (!words_.empty() && text.find(words_) != std::string_view::npos) has_seen_words_ = true;
  bool is_parsed = false;
  try {
    is_parsed = nlohmann::json::sax_parse(text.begin(), text.end(), &builder);
  } catch (const nlohmann::json::exception&) {
    is_parsed = false;
  }
  if (builder.is_full())
    return fail(Code::kFull, "the CMDB's files have more than 5,000,000 values in all");
  if (!is_parsed || builder.root() == nullptr) {
    auto parsed = json::parse(text, file_name);
    if (!parsed) return fail(std::move(parsed).error());
    return fail(Code::kInvalid, file_name + ": not JSON that can be read");
  }
  files_.push_back(file_name);
  return builder.root();
}

const Node* Documents::merge(const Node* left, const Node* right, int depth) {
  if (left == nullptr || right == nullptr) return right == nullptr ? left : right;
  if (!left->is_object() || !right->is_object() || depth >= kMergeDepthMax) return right;
  if (right->members.empty()) return left;
  auto& merged = make(Node::Kind::kObject);
  merged.file = right->file;
  merged.place = right->place;
  merged.parent = right->parent;
  merged.members.reserve(left->members.size() + right->members.size());
  // Nulls are members here: a null on the right hides what is on the left.
  const auto raw = [](const Node& object, std::string_view key) -> const Node* {
    if (object.by_key.empty()) {
      for (const auto& member : object.members)
        if (member.key == key) return member.value;
      return nullptr;
    }
    const auto at = std::lower_bound(
        object.by_key.begin(), object.by_key.end(), key,
        [&](std::uint32_t i, std::string_view wanted) { return object.members[i].key < wanted; });
    return at != object.by_key.end() && object.members[*at].key == key ? object.members[*at].value
                                                                       : nullptr;
  };
  for (const auto& member : left->members) {
    const auto* over = raw(*right, member.key);
    merged.members.push_back(
        {member.key, over == nullptr ? member.value : merge(member.value, over, depth + 1)});
  }
  for (const auto& member : right->members)
    if (raw(*left, member.key) == nullptr) merged.members.push_back(member);
  finish(merged);
  return &merged;
}

Node& Documents::make(Node::Kind kind) {
  auto& node = nodes_.emplace_back();
  node.kind = kind;
  return node;
}
const Node* Documents::make_text(std::string text) {
  auto& node = make(Node::Kind::kText);
  node.text = std::move(text);
  return &node;
}

void Documents::finish(Node& object) {
  auto& members = object.members;
  if (members.size() <= kFewMembers) {
    for (std::size_t i = 1; i < members.size(); ++i)
      for (std::size_t j = 0; j < i; ++j)
        if (members[i].key == members[j].key) {
          drop_repeated_keys(object);
          return;
        }
    return;
  }
  drop_repeated_keys(object);
  object.by_key.resize(members.size());
  std::iota(object.by_key.begin(), object.by_key.end(), 0U);
  std::sort(object.by_key.begin(), object.by_key.end(),
            [&](auto a, auto b) { return members[a].key < members[b].key; });
}

const std::string& Documents::file_name(std::int32_t file) const {
  static const std::string none;
  return file < 0 ? none : files_[static_cast<std::size_t>(file)];
}

std::string Documents::pointer_to(const Node& node) {
  std::vector<std::string> parts;
  const auto* at = &node;
  while (at->parent != nullptr && parts.size() < static_cast<std::size_t>(json::kDepthMax)) {
    const auto& members = at->parent->members;
    // The place, unless a repeated key before it was dropped, or the node is a merged one.
    auto place = static_cast<std::size_t>(at->place);
    if (place >= members.size()) place = members.size() - 1;
    if (members[place].value != at) {
      const auto found = std::find_if(members.begin(), members.end(),
                                      [&](const Member& member) { return member.value == at; });
      if (found != members.end()) place = static_cast<std::size_t>(found - members.begin());
    }
    std::string part;
    if (at->parent->is_array()) {
      part = std::to_string(place);
    } else {
      for (const char c : members[place].key)
        part += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
    }
    parts.push_back(part);
    at = at->parent;
  }
  std::string pointer;
  for (auto part = parts.rbegin(); part != parts.rend(); ++part)
    pointer += "/" + *part;
  return pointer;
}

std::string Documents::place_of(const Node& node) const {
  if (node.file < 0) return "hamlet's own data";
  const auto pointer = pointer_to(node);
  return file_name(node.file) + (pointer.empty() ? "" : " at " + pointer);
}

}  // namespace runtask::hamlet
