#include <yaml.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>

#include "base/text.h"
#include "base/time.h"
#include "jenkins/steps.h"
#include "jenkins/yaml_words.h"

// YAML read and written (jenkins-pipeline 2.4), as SnakeYAML has it for safe types.

namespace runtask::jenkins {
namespace {

constexpr int kDataDepthMax = 64;

class YamlReader {
 public:
  YamlReader(Branch& branch, const std::string& text, std::int64_t aliases_max)
      : branch_(branch), aliases_left_(aliases_max), aliases_max_(aliases_max) {
    yaml_parser_initialize(&parser_);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()),
                                 text.size());
  }
  YamlReader(const YamlReader&) = delete;
  YamlReader& operator=(const YamlReader&) = delete;
  ~YamlReader() { yaml_parser_delete(&parser_); }

  // All documents.
  Result<groovy::Values> read() {
    groovy::Values documents;
    constexpr std::size_t kDocumentsMax = 10'000;
    while (documents.size() < kDocumentsMax) {
      Event event = TRY(next());
      if (event.type == YAML_STREAM_END_EVENT) break;
      if (event.type != YAML_DOCUMENT_START_EVENT) continue;
      anchors_.clear();
      Event first = TRY(next());
      documents.push_back(TRY(read_node(first, 0)));
    }
    return documents;
  }

 private:
  struct Event {
    yaml_event_type_t type = YAML_NO_EVENT;
    std::string text;
    std::string anchor;
    std::string tag;  // Without the "tag:yaml.org,2002:" of YAML's own; empty: none.
    bool is_plain = false;
    std::size_t line = 0;
  };

  static std::string text_of(const unsigned char* bytes) {
    return bytes != nullptr ? reinterpret_cast<const char*>(bytes) : "";
  }
  static std::string tag_of(const unsigned char* bytes) {
    constexpr std::string_view kOwn = "tag:yaml.org,2002:";
    auto tag = text_of(bytes);
    if (tag == "!") tag.clear();
    return tag.starts_with(kOwn) ? tag.substr(kOwn.size()) : tag;
  }
  static tl::unexpected<Error> wrong(const Event& event, const std::string& what) {
    return fail(Code::kInvalid, what + " at line " + std::to_string(event.line));
  }

  Result<Event> next() {
    yaml_event_t raw;
    if (yaml_parser_parse(&parser_, &raw) == 0)
      return fail(Code::kInvalid,
                  std::string(parser_.problem != nullptr ? parser_.problem : "broken YAML") +
                      " at line " + std::to_string(parser_.problem_mark.line + 1));
    Event event;
    event.type = raw.type;
    event.line = raw.start_mark.line + 1;
    if (raw.type == YAML_SCALAR_EVENT) {
      const auto& scalar = raw.data.scalar;
      event.text.assign(reinterpret_cast<const char*>(scalar.value), scalar.length);
      event.anchor = text_of(scalar.anchor);
      event.tag = tag_of(scalar.tag);
      event.is_plain = scalar.style == YAML_PLAIN_SCALAR_STYLE;
    } else if (raw.type == YAML_SEQUENCE_START_EVENT) {
      event.anchor = text_of(raw.data.sequence_start.anchor);
      event.tag = tag_of(raw.data.sequence_start.tag);
    } else if (raw.type == YAML_MAPPING_START_EVENT) {
      event.anchor = text_of(raw.data.mapping_start.anchor);
      event.tag = tag_of(raw.data.mapping_start.tag);
    } else if (raw.type == YAML_ALIAS_EVENT) {
      event.text = text_of(raw.data.alias.anchor);
    }
    yaml_event_delete(&raw);
    return event;
  }

  Result<Value> read_node(const Event& event, int depth) {
    if (depth > kDataDepthMax) return fail(Code::kFull, "the YAML is nested too deeply");
    if (event.type == YAML_ALIAS_EVENT) return read_alias(event);
    if (!event.anchor.empty()) anchors_[event.anchor].reset();
    Value value;
    if (event.type == YAML_SCALAR_EVENT) {
      value = TRY(read_scalar(event));
    } else if (event.type == YAML_SEQUENCE_START_EVENT) {
      value = TRY(read_sequence(event, depth));
    } else {
      value = TRY(read_mapping(event, depth));
    }
    if (!event.anchor.empty()) anchors_[event.anchor] = value;
    return value;
  }

  Result<Value> read_alias(const Event& event) {
    const auto known = anchors_.find(event.text);
    if (known == anchors_.end()) return wrong(event, "found undefined alias " + event.text);
    if (!known->second) return wrong(event, "what holds itself is not supported: " + event.text);
    if (known->second->is_object() && !known->second->is_text() && aliases_left_-- == 0)
      return fail(Code::kFull, "Number of aliases for non-scalar nodes exceeds the specified max=" +
                                   std::to_string(aliases_max_));
    return *known->second;
  }

  Result<Value> read_sequence(const Event& event, int depth) {
    const bool is_ordered_map = event.tag == "omap";
    if (!is_ordered_map && !event.tag.empty() && event.tag != "seq") return unknown_tag(event);
    const auto list = branch_.list();
    for (Event item = TRY(next()); item.type != YAML_SEQUENCE_END_EVENT; item = TRY(next()))
      list->items.push_back(TRY(read_node(item, depth + 1)));
    list->changed();
    if (!is_ordered_map) return Value(list);
    const auto map = branch_.map();
    for (const auto& item : list->items) {
      if (!item.is(groovy::Kind::kMap) || item.as<groovy::Map>().size() != 1)
        return wrong(event, "an ordered map is a list of mappings of one key");
      const auto& pair = item.as<groovy::Map>().items()[0];
      map->put(pair.key, pair.value);
    }
    return Value(map);
  }

  Result<Value> read_mapping(const Event& event, int depth) {
    const bool is_set = event.tag == "set";
    if (!is_set && !event.tag.empty() && event.tag != "map") return unknown_tag(event);
    const auto map =
        branch_.heap().make<groovy::Map>(is_set ? groovy::Kind::kSet : groovy::Kind::kMap);
    for (Event item = TRY(next()); item.type != YAML_MAPPING_END_EVENT; item = TRY(next())) {
      const bool merges = item.type == YAML_SCALAR_EVENT && item.is_plain && item.tag.empty() &&
                          yaml_type_of(item.text) == YamlType::kMerge;
      const Value key = merges ? Value() : TRY(read_node(item, depth + 1));
      Event after = TRY(next());
      const Value content = TRY(read_node(after, depth + 1));
      if (!merges) {
        map->put(key, is_set ? Value() : content);
      } else if (!merge(*map, content)) {
        return wrong(after, "expected a mapping or list of mappings for merging");
      }
    }
    return Value(map);
  }

  // The keys that are not there yet, of the first mapping that has them.
  static bool merge(groovy::Map& map, const Value& content) {
    if (content.is(groovy::Kind::kList)) {
      const auto& items = content.as<groovy::List>().items;
      return std::all_of(items.begin(), items.end(), [&](const Value& item) {
        return item.is(groovy::Kind::kMap) && merge(map, item);
      });
    }
    if (!content.is(groovy::Kind::kMap)) return false;
    for (const auto& pair : content.as<groovy::Map>().items())
      if (map.find(pair.key) == nullptr) map.put(pair.key, pair.value);
    return true;
  }

  static tl::unexpected<Error> unknown_tag(const Event& event) {
    return wrong(event, "could not determine a constructor for the tag " + event.tag);
  }

  Result<Value> read_scalar(const Event& event) {
    const auto& text = event.text;
    const auto& tag = event.tag;
    const auto type = yaml_type_of(text);
    if (tag.empty()) return event.is_plain ? plain_word(event, type) : branch_.text_value(text);
    const auto is_one_of = [&](YamlType a, YamlType b) { return type == a || type == b; };
    if (tag == "str") return branch_.text_value(text);
    if (tag == "null") return Value();
    if (tag == "binary") {
      auto bytes = branch_.invoke_method(branch_.text_value(text), "decodeBase64", {});
      if (bytes) return *std::move(bytes);
    } else if (tag == "bool" && type == YamlType::kBool) {
      return Value::of(yaml_truth(text));
    } else if ((tag == "int" && type == YamlType::kInteger) ||
               (tag == "timestamp" && type == YamlType::kTime)) {
      return plain_word(event, type);
    } else if (tag == "float" && is_one_of(YamlType::kInteger, YamlType::kReal)) {
      return Value::real(yaml_real(text));
    } else if (tag != "bool" && tag != "int" && tag != "float" && tag != "timestamp") {
      return unknown_tag(event);
    }
    return wrong(event, "`" + text + "` is no " + tag);
  }

  Result<Value> plain_word(const Event& event, YamlType type) {
    const auto& text = event.text;
    switch (type) {
      case YamlType::kNull:
        return Value();
      case YamlType::kBool:
        return Value::of(yaml_truth(text));
      case YamlType::kInteger:
        return integer_value(event);
      case YamlType::kReal:
        return Value::real(yaml_real(text));
      case YamlType::kTime:
        return Value(branch_.heap().make<groovy::Date>(yaml_time(text)));
      case YamlType::kMerge:
        return wrong(event, "`<<` stands only for a key");
      case YamlType::kText:
        break;
    }
    return branch_.text_value(text);
  }

  // An Integer, a Long or a BigInteger.
  Result<Value> integer_value(const Event& event) {
    using groovy::Decimal;
    const auto number = yaml_integer(event.text);
    if (!number) return wrong(event, "a number has more than 38 digits");
    const auto is_in = [&](std::int64_t low, std::int64_t high) {
      return number->compare(Decimal(low)) >= 0 && number->compare(Decimal(high)) <= 0;
    };
    if (is_in(INT32_MIN, INT32_MAX))
      return Value::integer(static_cast<std::int32_t>(number->to_long()));
    if (is_in(INT64_MIN, INT64_MAX)) return Value::whole(number->to_long());
    return Value(branch_.heap().make<groovy::Number>(groovy::Kind::kBigInteger, *number));
  }

  Branch& branch_;
  yaml_parser_t parser_{};
  std::map<std::string, std::optional<Value>> anchors_;  // None: what it names is not complete.
  std::int64_t aliases_left_;
  const std::int64_t aliases_max_;
};

// Emits documents as SnakeYAML does for pipelines: blocks, plain words where they stay texts.
class YamlWriter {
 public:
  explicit YamlWriter(Branch& branch) : branch_(branch) {
    yaml_emitter_initialize(&emitter_);
    yaml_emitter_set_unicode(&emitter_, 1);
    yaml_emitter_set_output(&emitter_, append, &text_);
  }
  YamlWriter(const YamlWriter&) = delete;
  YamlWriter& operator=(const YamlWriter&) = delete;
  ~YamlWriter() { yaml_emitter_delete(&emitter_); }

  // False: nested too deeply, or nothing that YAML can hold.
  [[nodiscard]] bool write(const groovy::Values& documents) {
    yaml_event_t event;
    yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING);
    bool is_good = emit(event);
    for (std::size_t i = 0; i < documents.size() && is_good; ++i) {
      yaml_document_start_event_initialize(&event, nullptr, nullptr, nullptr, i == 0 ? 1 : 0);
      anchors_.clear();
      anchor_ = 0;
      is_good = emit(event) && count(documents[i], 0) && node(documents[i]);
      yaml_document_end_event_initialize(&event, 1);
      is_good = is_good && emit(event);
    }
    yaml_stream_end_event_initialize(&event);
    return is_good && emit(event);
  }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  static int append(void* text, unsigned char* bytes, std::size_t size) {
    static_cast<std::string*>(text)->append(reinterpret_cast<const char*>(bytes), size);
    return 1;
  }
  bool emit(yaml_event_t& event) { return yaml_emitter_emit(&emitter_, &event) == 1; }

  bool word(const std::string& text, yaml_scalar_style_t style) {
    yaml_event_t event;
    const auto valid = valid_utf8(text);
    if (yaml_scalar_event_initialize(&event, nullptr, nullptr, bytes_of(valid),
                                     static_cast<int>(valid.size()), 1, 1, style) == 0)
      return false;
    return emit(event);
  }

  static const unsigned char* bytes_of(const std::string& text) {
    return text.empty() ? reinterpret_cast<const unsigned char*>("")
                        : reinterpret_cast<const unsigned char*>(text.data());
  }

  // Numbers the lists and maps that stand in several places, in the order in which they do so.
  bool count(const Value& value, int depth) {
    if (depth > kDataDepthMax) return false;
    const bool is_map = value.is(Kind::kMap) || value.is(Kind::kSet);
    if (!is_map && !value.is(Kind::kList)) return true;
    const auto [known, is_new] = anchors_.emplace(value.object(), 0);
    if (!is_new) {
      if (known->second == 0) known->second = ++anchor_;
      return true;
    }
    if (!is_map) {
      const auto& items = value.as<groovy::List>().items;
      return std::all_of(items.begin(), items.end(),
                         [&](const Value& item) { return count(item, depth + 1); });
    }
    const auto& items = value.as<groovy::Map>().items();
    return std::all_of(items.begin(), items.end(), [&](const auto& item) {
      return count(item.key, depth + 1) && count(item.value, depth + 1);
    });
  }

  bool node(const Value& value) {
    if (value.is(Kind::kMap) || value.is(Kind::kSet) || value.is(Kind::kList)) {
      auto& number = anchors_.at(value.object());
      std::array<char, 16> anchor{};
      std::snprintf(anchor.data(), anchor.size(), "id%03d", std::abs(number));
      auto* name = number == 0 ? nullptr : reinterpret_cast<unsigned char*>(anchor.data());
      if (number >= 0) {
        number = -number;  // Written from now on.
        return value.is(Kind::kList) ? sequence(value, name) : mapping(value, name);
      }
      yaml_event_t event;
      yaml_alias_event_initialize(&event, name);
      return emit(event);
    }
    if (value.is(Kind::kRange)) {
      const auto& range = value.as<groovy::Range>();
      const auto list = branch_.list();
      for (std::int64_t i = 0; i < range.size(); ++i)
        list->items.push_back(range.at(i));
      return sequence(Value(list), nullptr);
    }
    return scalar(value);
  }

  bool sequence(const Value& value, unsigned char* anchor) {
    yaml_event_t event;
    yaml_sequence_start_event_initialize(&event, anchor, nullptr, 1, YAML_BLOCK_SEQUENCE_STYLE);
    if (!emit(event)) return false;
    for (const auto& item : value.as<groovy::List>().items)
      if (!node(item)) return false;
    yaml_sequence_end_event_initialize(&event);
    return emit(event);
  }

  bool mapping(const Value& value, unsigned char* anchor) {
    const bool is_set = value.is(Kind::kSet);
    yaml_char_t tag[] = "tag:yaml.org,2002:set";
    yaml_event_t event;
    yaml_mapping_start_event_initialize(&event, anchor, is_set ? tag : nullptr, is_set ? 0 : 1,
                                        YAML_BLOCK_MAPPING_STYLE);
    if (!emit(event)) return false;
    for (const auto& item : value.as<groovy::Map>().items())
      if (!node(item.key) || !node(item.value)) return false;
    yaml_mapping_end_event_initialize(&event);
    return emit(event);
  }

  bool scalar(const Value& value) {
    if (value.is(Kind::kDate)) {
      auto text = iso_time(value.as<groovy::Date>().time);
      if (const auto none = text.find(".000Z"); none != std::string::npos) text.erase(none, 4);
      return word(text, YAML_PLAIN_SCALAR_STYLE);
    }
    if (value.is(Kind::kDouble) && !std::isfinite(value.real_number())) {
      const double number = value.real_number();
      return word(std::isnan(number) ? ".NaN"
                  : number < 0       ? "-.inf"
                                     : ".inf",
                  YAML_PLAIN_SCALAR_STYLE);
    }
    const auto text = branch_.text(value).value_or("");
    if (value.is_text() && text.find('\n') != std::string::npos)
      return word(text, YAML_LITERAL_SCALAR_STYLE);
    const bool is_plain = !value.is_text() || yaml_type_of(text) == YamlType::kText;
    return word(text, is_plain ? YAML_PLAIN_SCALAR_STYLE : YAML_SINGLE_QUOTED_SCALAR_STYLE);
  }

  using Kind = groovy::Kind;
  Branch& branch_;
  yaml_emitter_t emitter_{};
  std::string text_;
  std::map<const groovy::Object*, int> anchors_;  // 0: one place; negative: it has been written.
  int anchor_ = 0;
};

}  // namespace

Outcome step_read_yaml(Execution& execution, StepCall& call) {
  if (!call.has("file") && !call.has("text"))
    return Execution::invalid(call.branch, "readYaml needs file or text");
  std::string text;
  if (auto outcome = input_text(execution, call, text); !outcome) return outcome;
  constexpr std::int64_t kAliasesDefault = 50;  // SnakeYAML's; the ceiling is the plugin's.
  constexpr std::int64_t kAliasesMax = 1000;
  const auto aliases = call.number("maxAliasesForCollections", kAliasesDefault);
  if (!aliases) return tl::unexpected<Raised>(aliases.error());
  if (*aliases > kAliasesMax)
    return Execution::invalid(call.branch, "maxAliasesForCollections is at most 1000");
  auto documents = YamlReader(call.branch, text, *aliases < 0 ? kAliasesDefault : *aliases).read();
  if (!documents)
    return call.branch.raise("org.yaml.snakeyaml.error.YAMLException", documents.error().message);
  if (documents->size() == 1) return documents->front();
  return Value(call.branch.list(*std::move(documents)));
}

Outcome step_write_yaml(Execution& execution, StepCall& call) {
  auto& branch = call.branch;
  const bool has_several = call.has("datas");
  if (has_several == call.has("data"))
    return Execution::invalid(branch, "writeYaml needs either data or datas");
  const auto several = call.value("datas");
  if (has_several && !several.is(groovy::Kind::kList))
    return Execution::invalid(branch, "datas is a list of documents");
  YamlWriter writer(branch);
  if (!writer.write(has_several ? several.as<groovy::List>().items
                                : groovy::Values{call.value("data")}))
    return Execution::invalid(branch, "the data cannot be written as YAML");
  if (call.truth("returnText", false)) return branch.text_value(writer.text());
  if (!call.has("file"))
    return Execution::invalid(branch, "writeYaml needs a file, or returnText: true");
  const auto path = Execution::path_in(branch, call.text_or("file", ""));
  if (execution.outside().files.exists(path) && !call.truth("overwrite", false))
    return branch.raise("java.nio.file.FileAlreadyExistsException", path + " already exist.");
  call.arguments["text"] = branch.text_value(writer.text());
  return step_write_file(execution, call);
}

}  // namespace runtask::jenkins
