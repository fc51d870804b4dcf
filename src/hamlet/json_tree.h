#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

// JSON as a CMDB needs it: trees that are merged without being copied, whose every value still
// knows the file and the place that it was written at. Nodes live in a Documents and are never
// changed once they are made, so merged trees share them. One thread at a time.

namespace runtask::hamlet {

struct Node;

struct Member {
  std::string key;  // Empty in an array.
  const Node* value = nullptr;
};

struct Node {
  enum class Kind : std::uint8_t { kNull, kBoolean, kNumber, kText, kArray, kObject };

  Kind kind = Kind::kNull;
  std::int32_t file = -1;             // Index into Documents::file_name; -1: made by this program.
  std::uint32_t place = 0;            // Which member of `parent` it was written as.
  const Node* parent = nullptr;       // In the file that it was written in, not in a merged tree.
  std::string text;                   // Text, number or `true`/`false` as written.
  std::vector<Member> members;        // Of an object or array, in the order of the file.
  std::vector<std::uint32_t> by_key;  // Indices sorted by key; only in objects with many members.

  [[nodiscard]] bool is_object() const { return kind == Kind::kObject; }
  [[nodiscard]] bool is_array() const { return kind == Kind::kArray; }
  [[nodiscard]] bool is_text() const { return kind == Kind::kText; }
  // Text, number or boolean.
  [[nodiscard]] bool is_scalar() const {
    return kind == Kind::kText || kind == Kind::kNumber || kind == Kind::kBoolean;
  }
  // The member of that name. hamlet since 8.5: a null is as if it were not there.
  [[nodiscard]] const Node* find(std::string_view key) const;
  // The same along a path of names; null as soon as one is missing or not an object.
  [[nodiscard]] const Node* at(std::initializer_list<std::string_view> path) const;
  // The text of a scalar member, else `otherwise`.
  [[nodiscard]] std::string text_of(std::string_view key, std::string_view otherwise = {}) const;
  // Whether there is any member that is not null.
  [[nodiscard]] bool has_members() const;
};

// Where nodes live, and the names of their files. Not copied, not moved while nodes are in use.
class Documents {
 public:
  Documents() = default;
  Documents(const Documents&) = delete;
  Documents& operator=(const Documents&) = delete;

  // kInvalid with file:line:column and a caret; kFull beyond kNodesMax in all.
  [[nodiscard]] Result<const Node*> parse(std::string_view text, const std::string& file_name);

  // jq's `*`, hamlet's mergeObjects: objects merge key by key, of anything else the right one
  // counts. Neither is changed; what is in only one of them is shared. Nesting beyond
  // kMergeDepthMax is not merged: the right one counts.
  [[nodiscard]] const Node* merge(const Node* left, const Node* right, int depth = 0);

  [[nodiscard]] Node& make(Node::Kind kind);
  [[nodiscard]] const Node* make_text(std::string text);
  // Sorts what find() needs. To be called once all members of a made object are there.
  static void finish(Node& object);

  // Whether any text that has been parsed since contains these words.
  void look_out_for(std::string words) { words_ = std::move(words); }
  [[nodiscard]] bool has_seen_words() const { return has_seen_words_; }

  [[nodiscard]] const std::string& file_name(std::int32_t file) const;
  // "/Tiers/app/Components/0": where the node was written in its file (JSON pointer).
  [[nodiscard]] static std::string pointer_to(const Node& node);
  // "file: at /Tiers/app", for messages.
  [[nodiscard]] std::string place_of(const Node& node) const;

 private:
  std::deque<Node> nodes_;
  std::vector<std::string> files_;
  std::string words_;
  bool has_seen_words_ = false;
};
constexpr std::size_t kNodesMax = 5'000'000;
constexpr int kMergeDepthMax = 64;  // As deep as json::parse() goes.

}  // namespace runtask::hamlet
