#include <yaml.h>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/text.h"
#include "jenkins/glob.h"
#include "jenkins/steps.h"
#include "properties/interpolation.h"
#include "properties/reader.h"

// Data that scripts read: properties, JSON, YAML, test reports (jenkins-pipeline 2.4 and 4).

namespace runtask::jenkins {
namespace {

constexpr int kDataDepthMax = 64;

Value value_of_json(Branch& branch, const nlohmann::ordered_json& json, int depth) {
  if (depth > kDataDepthMax || json.is_null()) return {};
  if (json.is_boolean()) return Value::of(json.get<bool>());
  if (json.is_number_integer()) {
    const auto number = json.get<std::int64_t>();
    return number >= INT32_MIN && number <= INT32_MAX
               ? Value::integer(static_cast<std::int32_t>(number))
               : Value::whole(number);
  }
  if (json.is_number_float()) return Value::real(json.get<double>());
  if (json.is_string()) return branch.text_value(json.get<std::string>());
  if (json.is_array()) {
    const auto list = branch.list();
    for (const auto& item : json)
      list->items.push_back(value_of_json(branch, item, depth + 1));
    list->changed();
    return Value(list);
  }
  const auto map = branch.map();
  for (const auto& [key, item] : json.items())
    map->put(branch.text_value(key), value_of_json(branch, item, depth + 1));
  return Value(map);
}

nlohmann::ordered_json json_of(Branch& branch, const Value& value, int depth) {
  using groovy::Kind;
  if (depth > kDataDepthMax || value.is_null()) return nullptr;
  if (value.is(Kind::kBool)) return value.truth();
  if (value.is(Kind::kInteger) || value.is(Kind::kLong)) return value.number();
  if (value.is(Kind::kDouble)) return value.real_number();
  if (value.is(Kind::kList)) {
    auto array = nlohmann::ordered_json::array();
    for (const auto& item : value.as<groovy::List>().items)
      array.push_back(json_of(branch, item, depth + 1));
    return array;
  }
  if (value.is(Kind::kMap)) {
    auto object = nlohmann::ordered_json::object();
    for (const auto& item : value.as<groovy::Map>().items())
      object[branch.text(item.key).value_or("")] = json_of(branch, item.value, depth + 1);
    return object;
  }
  const auto text = branch.text(value).value_or("");
  if (value.is(Kind::kBigDecimal) || value.is(Kind::kBigInteger))
    if (auto number = json::parse(text, "number")) return *number;
  return valid_utf8(text);
}

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
      documents.push_back(TRY(read_node(std::move(first), 0)));
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

  Result<Value> read_node(Event event, int depth) {
    if (depth > kDataDepthMax) return fail(Code::kFull, "the YAML is nested too deeply");
    if (event.type == YAML_ALIAS_EVENT) return anchors_[event.text];
    Value value;
    if (event.type == YAML_SCALAR_EVENT) {
      value = scalar(event);
    } else if (event.type == YAML_SEQUENCE_START_EVENT) {
      const auto list = branch_.list();
      for (Event item = TRY(next()); item.type != YAML_SEQUENCE_END_EVENT; item = TRY(next()))
        list->items.push_back(TRY(read_node(std::move(item), depth + 1)));
      list->changed();
      value = Value(list);
    } else if (event.type == YAML_MAPPING_START_EVENT) {
      const auto map = branch_.map();
      for (Event item = TRY(next()); item.type != YAML_MAPPING_END_EVENT; item = TRY(next())) {
        const bool merges = item.is_plain && item.text == "<<";
        const Value key = TRY(read_node(std::move(item), depth + 1));
        Event after = TRY(next());
        const Value content = TRY(read_node(std::move(after), depth + 1));
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

  // The rules of YAML 1.1 for plain words.
  Value scalar(const Event& event) {
    const auto& text = event.text;
    if (!event.is_plain || event.tag == "tag:yaml.org,2002:str") return branch_.text_value(text);
    const auto word = lower_case(text);
    if (text.empty() || text == "~" || word == "null") return {};
    if (word == "true" || word == "yes" || word == "on") return Value::of(true);
    if (word == "false" || word == "no" || word == "off") return Value::of(false);
    if (const auto number = parse_integer(text, INT64_MIN, INT64_MAX);
        number && (text == "0" || text[0] != '0'))
      return *number >= INT32_MIN && *number <= INT32_MAX
                 ? Value::integer(static_cast<std::int32_t>(*number))
                 : Value::whole(*number);
    if (text.find_first_not_of("0123456789.eE+-") == std::string::npos &&
        text.find('.') != std::string::npos &&
        text.find_first_of("0123456789") != std::string::npos)
      if (const auto json = json::parse(text, "number"); json && json->is_number())
        return Value::real(json->get<double>());
    return branch_.text_value(text);
  }

  Branch& branch_;
  yaml_parser_t parser_{};
  std::map<std::string, Value> anchors_;
};

// The text of `file` or `text`; both is an error where `file_and_text` is off.
Outcome input_of(Execution& execution, StepCall& call, std::string& text) {
  if (call.has("file")) {
    const auto path = Execution::path_in(call.branch, call.text_or("file", ""));
    auto content = execution.outside().files.read(path);
    if (!content) {
      if (content.error().code == Code::kNotFound)
        return call.branch.raise("java.io.FileNotFoundException", path + " does not exist.");
      return Execution::abort(call.branch, content.error().message);
    }
    text = *std::move(content);
  }
  if (call.has("text")) text += (text.empty() ? "" : "\n") + call.text_or("text", "");
  return Value();
}

}  // namespace

Outcome step_read_properties(Execution& execution, StepCall& call) {
  auto& branch = call.branch;
  if (!call.has("file") && !call.has("text"))
    return Execution::abort(branch,
                            "At least one of file or text needs to be provided to readProperties.");
  properties::Properties read;
  const auto take = [&](const std::string& bytes, properties::Charset charset,
                        const std::string& source) -> Outcome {
    const auto parsed = properties::parse(bytes, charset, source);
    if (!parsed) return Execution::invalid(branch, parsed.error().message);
    for (const auto& [name, value] : parsed->entries())
      read.set(name, value);
    return Value();
  };
  if (const auto defaults = call.value("defaults"); defaults.is(groovy::Kind::kMap))
    for (const auto& item : defaults.as<groovy::Map>().items())
      read.set(branch.text(item.key).value_or(""), branch.text(item.value).value_or(""));
  if (const auto file = call.text("file")) {
    const auto path = Execution::path_in(branch, *file);
    auto& files = execution.outside().files;
    if (!files.exists(path)) {
      execution.say(branch, "warning: " + path +
                                " does not exist, omitting from properties "
                                "gathering");
    } else if (files.is_directory(path)) {
      execution.say(branch,
                    "warning: " + path + " is a directory, omitting from properties gathering");
    } else {
      const auto bytes = files.read(path);
      if (!bytes) return Execution::abort(branch, bytes.error().message);
      const auto charset = lower_case(call.text_or("charset", ""));
      auto outcome = take(*bytes,
                          charset == "utf-8" || charset == "utf8" ? properties::Charset::kUtf8
                                                                  : properties::Charset::kLatin1,
                          path);
      if (!outcome) return outcome;
    }
  }
  if (const auto text = call.text("text"))
    if (auto outcome = take(*text, properties::Charset::kUtf8, "text"); !outcome) return outcome;
  if (call.truth("interpolate", false)) {
    execution.say(branch, "Interpolation set to true, starting to parse the variable!");
    auto result = properties::interpolated(read, {});
    for (const auto& line : result.log)
      execution.say(branch, line);
    read = std::move(result.properties);
  }
  const auto map = branch.map();
  for (const auto& [name, value] : read.entries())
    map->put(branch.text_value(name), branch.text_value(value));
  return Value(map);
}

Outcome step_read_json(Execution& execution, StepCall& call) {
  if (call.has("file") == call.has("text"))
    return Execution::invalid(call.branch, "readJSON needs either file or text");
  std::string text;
  if (auto outcome = input_of(execution, call, text); !outcome) return outcome;
  const auto parsed = json::parse(text, call.text_or("file", "text"));
  if (!parsed) return call.branch.raise("groovy.json.JsonException", parsed.error().message);
  return value_of_json(call.branch, *parsed, 0);
}

Outcome step_write_json(Execution& execution, StepCall& call) {
  const auto tree = json_of(call.branch, call.value("json"), 0);
  const auto text = call.number("pretty", 0) > 0 ? json::to_pretty_text(tree) : json::to_text(tree);
  if (call.truth("returnText", false)) return call.branch.text_value(text);
  call.arguments["text"] = call.branch.text_value(text);
  return step_write_file(execution, call);
}

Outcome step_read_yaml(Execution& execution, StepCall& call) {
  if (!call.has("file") && !call.has("text"))
    return Execution::invalid(call.branch, "readYaml needs file or text");
  std::string text;
  if (auto outcome = input_of(execution, call, text); !outcome) return outcome;
  auto documents = YamlReader(call.branch, text).read();
  if (!documents)
    return call.branch.raise("org.yaml.snakeyaml.error.YAMLException", documents.error().message);
  if (documents->empty()) return Value();
  if (documents->size() == 1) return documents->front();
  return Value(call.branch.list(*std::move(documents)));
}

namespace {

struct TestCounts {
  int total = 0;
  int failed = 0;
  int skipped = 0;
};

// Counts the elements by their tags: enough for a verdict, and nothing in a report can hurt.
void count_tests(const std::string& xml, TestCounts& counts) {
  for (auto at = xml.find('<'); at != std::string::npos; at = xml.find('<', at + 1)) {
    const auto rest = std::string_view(xml).substr(at + 1);
    if (rest.starts_with("![CDATA[")) {
      const auto end = xml.find("]]>", at);
      if (end == std::string::npos) return;
      at = end;
      continue;
    }
    const auto name = rest.substr(0, rest.find_first_of(" \t\r\n/>"));
    if (name == "testcase") ++counts.total;
    if (name == "failure" || name == "error") ++counts.failed;
    if (name == "skipped") ++counts.skipped;
  }
}

}  // namespace

Outcome step_junit(Execution& execution, StepCall& call) {
  auto& branch = call.branch;
  execution.say(branch, "Recording test results");
  const auto found = find_files(execution.outside().files, branch.context.directory,
                                call.text_or("testResults", ""), "");
  if (!found) return Execution::abort(branch, found.error().message);
  if (found->empty() && !call.truth("allowEmptyResults", false))
    return Execution::abort(branch, "No test report files were found. Configuration error?");
  TestCounts counts;
  for (const auto& path : *found) {
    const auto xml = execution.outside().files.read(branch.context.directory + "/" + path);
    if (!xml) return Execution::abort(branch, xml.error().message);
    count_tests(*xml, counts);
  }
  if (counts.failed > 0 && !call.truth("skipMarkingBuildUnstable", false)) {
    execution.worsen(BuildResult::kUnstable);
    if (auto* stage = branch.context.stage)
      stage->result = worse(stage->result, BuildResult::kUnstable);
  }
  const auto map = branch.map();
  const auto put = [&](const char* key, int count) {
    map->put(branch.text_value(key), Value::integer(count));
  };
  put("totalCount", counts.total);
  put("failCount", counts.failed);
  put("skipCount", counts.skipped);
  put("passCount", counts.total - counts.failed - counts.skipped);
  return Value(map);
}

}  // namespace runtask::jenkins
