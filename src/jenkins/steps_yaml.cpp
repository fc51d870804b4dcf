#include <yaml.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"
#include "jenkins/steps.h"

// YAML read and written (jenkins-pipeline 2.4), as SnakeYAML has it for safe types.

namespace runtask::jenkins {
namespace {

constexpr int kDataDepthMax = 64;

// ---- YAML, by libyaml's events

class YamlReader {
 public:
  YamlReader(Branch& branch, const std::string& text) : branch_(branch) {
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
    std::string tag;
    bool is_plain = false;
  };

  static std::string text_of(const unsigned char* bytes) {
    return bytes != nullptr ? reinterpret_cast<const char*>(bytes) : "";
  }

  Result<Event> next() {
    yaml_event_t raw;
    if (yaml_parser_parse(&parser_, &raw) == 0)
      return fail(Code::kInvalid,
                  std::string(parser_.problem != nullptr ? parser_.problem : "broken YAML") +
                      " at line " + std::to_string(parser_.problem_mark.line + 1));
    Event event;
    event.type = raw.type;
    if (raw.type == YAML_SCALAR_EVENT) {
      const auto& scalar = raw.data.scalar;
      event.text.assign(reinterpret_cast<const char*>(scalar.value), scalar.length);
      event.anchor = text_of(scalar.anchor);
      event.tag = text_of(scalar.tag);
      event.is_plain = scalar.style == YAML_PLAIN_SCALAR_STYLE;
    } else if (raw.type == YAML_SEQUENCE_START_EVENT) {
      event.anchor = text_of(raw.data.sequence_start.anchor);
    } else if (raw.type == YAML_MAPPING_START_EVENT) {
      event.anchor = text_of(raw.data.mapping_start.anchor);
    } else if (raw.type == YAML_ALIAS_EVENT) {
      event.text = text_of(raw.data.alias.anchor);
    }
    yaml_event_delete(&raw);
    return event;
  }

  Result<Value> read_node(const Event& event, int depth) {
    if (depth > kDataDepthMax) return fail(Code::kFull, "the YAML is nested too deeply");
    if (event.type == YAML_ALIAS_EVENT) return anchors_[event.text];
    Value value;
    if (event.type == YAML_SCALAR_EVENT) {
      value = scalar(event);
    } else if (event.type == YAML_SEQUENCE_START_EVENT) {
      const auto list = branch_.list();
      for (Event item = TRY(next()); item.type != YAML_SEQUENCE_END_EVENT; item = TRY(next()))
        list->items.push_back(TRY(read_node(item, depth + 1)));
      list->changed();
      value = Value(list);
    } else if (event.type == YAML_MAPPING_START_EVENT) {
      const auto map = branch_.map();
      for (Event item = TRY(next()); item.type != YAML_MAPPING_END_EVENT; item = TRY(next())) {
        const bool merges = item.is_plain && item.text == "<<";
        const Value key = TRY(read_node(item, depth + 1));
        Event after = TRY(next());
        const Value content = TRY(read_node(after, depth + 1));
        if (!merges) {
          map->put(key, content);
        } else if (content.is(groovy::Kind::kMap)) {
          for (const auto& pair : content.as<groovy::Map>().items())
            if (map->find(pair.key) == nullptr) map->put(pair.key, pair.value);
        }
      }
      value = Value(map);
    }
    if (!event.anchor.empty()) anchors_[event.anchor] = value;
    return value;
  }

  Value scalar(const Event& event) {
    const auto& text = event.text;
    if (!event.is_plain || event.tag == "tag:yaml.org,2002:str") return branch_.text_value(text);
    const auto word = lower_case(text);
    if (text.empty() || text == "~" || word == "null") return {};
    if (word == "true" || word == "yes" || word == "on") return Value::of(true);
    if (word == "false" || word == "no" || word == "off") return Value::of(false);
    if (const auto number = integer(text))
      return *number >= INT32_MIN && *number <= INT32_MAX
                 ? Value::integer(static_cast<std::int32_t>(*number))
                 : Value::whole(*number);
    if (const auto number = real(text)) return Value::real(*number);
    return branch_.text_value(text);
  }

  // 010 is eight, 0x10 sixteen, 1_000 a thousand.
  static std::optional<long long> integer(std::string text) {
    std::erase(text, '_');
    const bool is_negative = text.starts_with('-');
    if (is_negative || text.starts_with('+')) text.erase(0, 1);
    int base = 10;
    if (text.size() > 1 && text[0] == '0') {
      base = text[1] == 'x' ? 16 : text[1] == 'b' ? 2 : 8;
      text.erase(0, base == 8 ? 1 : 2);
    }
    std::int64_t number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number, base);
    const bool is_all = !text.empty() && text[0] != '-' && read.ec == std::errc() &&
                        read.ptr == text.data() + text.size();
    if (!is_all) return std::nullopt;
    return is_negative ? -number : number;
  }

  // With a point, or it is no number.
  static std::optional<double> real(std::string text) {
    std::erase(text, '_');
    if (text.starts_with('+')) text.erase(0, 1);
    if (text.find_first_not_of("0123456789.eE+-") != std::string::npos ||
        text.find('.') == std::string::npos)
      return std::nullopt;
    double number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool is_all = read.ec == std::errc() && read.ptr == text.data() + text.size();
    return is_all ? std::optional(number) : std::nullopt;
  }

  Branch& branch_;
  yaml_parser_t parser_{};
  std::map<std::string, Value> anchors_;
};

// What a plain word is read as; the rules of YAML 1.1.
bool is_a_text(const std::string& text) {
  if (text.empty() || text == "~" || text == "<<" || text == "=") return false;
  static constexpr std::array kWords = {"null", "true", "false", "yes",   "no", "on",
                                        "off",  ".nan", ".inf",  "-.inf", "y",  "n"};
  const auto word = lower_case(text);
  if (std::find(kWords.begin(), kWords.end(), word) != kWords.end()) return false;
  // Whatever begins like a number or a date: quotes do no harm.
  const auto digit = text.find_first_not_of("+-.");
  return digit == std::string::npos || text[digit] < '0' || text[digit] > '9';
}

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
      is_good = emit(event) && node(documents[i], 0);
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
    if (yaml_scalar_event_initialize(&event, nullptr, nullptr,
                                     reinterpret_cast<const unsigned char*>(valid.data()),
                                     static_cast<int>(valid.size()), 1, 1, style) == 0)
      return false;
    return emit(event);
  }

  bool node(const Value& value, int depth) {
    using groovy::Kind;
    yaml_event_t event;
    if (depth > kDataDepthMax) return false;
    if (value.is_null()) return word("null", YAML_PLAIN_SCALAR_STYLE);
    if (value.is(Kind::kList)) {
      yaml_sequence_start_event_initialize(&event, nullptr, nullptr, 1, YAML_BLOCK_SEQUENCE_STYLE);
      if (!emit(event)) return false;
      for (const auto& item : value.as<groovy::List>().items)
        if (!node(item, depth + 1)) return false;
      yaml_sequence_end_event_initialize(&event);
      return emit(event);
    }
    if (value.is(Kind::kMap)) {
      yaml_mapping_start_event_initialize(&event, nullptr, nullptr, 1, YAML_BLOCK_MAPPING_STYLE);
      if (!emit(event)) return false;
      for (const auto& item : value.as<groovy::Map>().items())
        if (!node(item.key, depth + 1) || !node(item.value, depth + 1)) return false;
      yaml_mapping_end_event_initialize(&event);
      return emit(event);
    }
    const auto text = branch_.text(value).value_or("");
    const bool is_plain = !value.is(Kind::kString) || is_a_text(text);
    return word(text, is_plain ? YAML_PLAIN_SCALAR_STYLE : YAML_SINGLE_QUOTED_SCALAR_STYLE);
  }

  Branch& branch_;
  yaml_emitter_t emitter_{};
  std::string text_;
};

}  // namespace

Outcome step_read_yaml(Execution& execution, StepCall& call) {
  if (!call.has("file") && !call.has("text"))
    return Execution::invalid(call.branch, "readYaml needs file or text");
  std::string text;
  if (auto outcome = input_text(execution, call, text); !outcome) return outcome;
  auto documents = YamlReader(call.branch, text).read();
  if (!documents)
    return call.branch.raise("org.yaml.snakeyaml.error.YAMLException", documents.error().message);
  if (documents->empty()) return Value();
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
