#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "jenkins/check.h"
#include "jenkins/parameters.h"

namespace runtask::cli {
namespace {

constexpr const char* kMasked = "****";

Result<jenkins::Checked> read_pipeline(const std::string& path, const World& world) {
  auto source = TRY(world.files.read(World::absolute(path)));
  return jenkins::check(std::move(source), path);
}

void show_warnings(const jenkins::Checked& checked, const World& world) {
  if (!checked.warnings.empty()) world.screen.message(checked.warnings_report());
}

std::string counted(std::size_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string summary_of(const jenkins::Checked& checked) {
  if (!checked.pipeline) return "ok, a scripted pipeline: only its Groovy is checked";
  return "ok, " + counted(checked.pipeline->stages.size(), "stage") + ", " +
         counted(checked.pipeline->parameters.size(), "parameter");
}

// ---- Parameters

// What is shown of the default; none: there is none.
std::optional<std::string> shown_preset(const jenkins::ParameterDefinition& definition) {
  if (definition.preset && definition.is_secret() && !definition.preset->empty()) return kMasked;
  return definition.preset;
}

json::Value text_or_null(const std::optional<std::string>& text) {
  return text ? json::Value(valid_utf8(*text)) : json::Value();
}

std::string json_line(const jenkins::ParameterDefinition& definition) {
  auto object = json::Value::object();
  object["name"] = valid_utf8(definition.name);
  object["type"] = valid_utf8(definition.type);
  if (!definition.extended_type.empty())
    object["extendedType"] = valid_utf8(definition.extended_type);
  object["description"] = valid_utf8(definition.description);
  object["default"] = text_or_null(shown_preset(definition));
  auto choices = json::Value::array();
  for (const auto& choice : definition.choices)
    choices.push_back(valid_utf8(choice));
  object["choices"] = std::move(choices);
  if (definition.kind == jenkins::ParameterKind::kExtendedChoice)
    object["delimiter"] = valid_utf8(definition.delimiter);
  return json::to_text(object);
}

void show_parameter(const jenkins::ParameterDefinition& definition, std::size_t width,
                    const World& world) {
  std::string line = definition.name;
  line.append(width - definition.name.size() + 2, ' ');
  line += definition.type;
  const auto preset = shown_preset(definition);
  line += preset ? ", default `" + *preset + "`" : ", no default";
  world.screen.output(line);
  const std::string indent(width + 2, ' ');
  if (!definition.choices.empty())
    world.screen.output(indent + "one of: " + join(definition.choices, ", "));
  if (!definition.description.empty()) world.screen.output(indent + definition.description);
}

}  // namespace

int pipeline(const PipelineLint& arguments, const World& world) {
  bool is_ok = true;
  for (const auto& path : arguments.files) {
    const auto checked = read_pipeline(path, world);
    if (!checked) {
      world.screen.message(checked.error().text());
      is_ok = false;
      continue;
    }
    show_warnings(*checked, world);
    if (checked->can_run()) {
      world.screen.output(path + ": " + summary_of(*checked));
    } else if (checked->errors.empty()) {
      world.screen.message(checked->unsupported_report());
      world.screen.output(path + ": ok for Jenkins, but runtask cannot run it: " +
                          counted(checked->unsupported.size(), "construct") + " not supported");
    } else {
      world.screen.message(checked->report());
      is_ok = false;
    }
  }
  return is_ok ? kExitSuccess : kExitUsage;
}

int pipeline(const PipelineParams& arguments, const World& world) {
  const auto checked = read_pipeline(arguments.file, world);
  if (!checked || !checked->errors.empty()) {
    world.screen.message(checked ? checked->report() : checked.error().text());
    return kExitUsage;
  }
  const auto declared = jenkins::declared_parameters(
      *checked->unit, checked->pipeline ? &*checked->pipeline : nullptr);
  const auto definitions = jenkins::parameters_of(declared, *checked->unit);
  std::size_t width = 0;
  for (const auto& definition : definitions)
    width = std::max(width, definition.name.size());
  for (const auto& definition : definitions) {
    if (arguments.json) {
      world.screen.output(json_line(definition));
    } else {
      show_parameter(definition, width, world);
    }
  }
  return kExitSuccess;
}

}  // namespace runtask::cli
