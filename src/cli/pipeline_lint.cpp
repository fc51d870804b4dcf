#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/json.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/pipeline_sources.h"

namespace runtask::cli {
namespace {

constexpr const char* kMasked = "****";

std::string counted(std::size_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

// The parameters of the only pipeline are those that `pipeline params` lists, also of properties().
std::string size_of(const jenkins::Pipeline& pipeline, const jenkins::Sources& sources) {
  const bool is_only = sources.pipelines().size() == 1;
  const auto parameters = is_only ? sources.parameters().size() : pipeline.parameters.size();
  return counted(pipeline.stages.size(), "stage") + ", " + counted(parameters, "parameter");
}

// vars/myPipeline.groovy -> myPipeline
std::string function_of(const std::string& path) {
  const auto name = path.substr(path.rfind('/') + 1);
  return name.substr(0, name.find('.'));
}

std::string summary_of(const jenkins::Sources& sources) {
  const auto& file = *sources.file;
  if (file.pipeline) return "ok, " + size_of(*file.pipeline, sources);
  const auto pipelines = sources.pipelines();
  if (pipelines.empty()) {
    const auto& annotations = file.unit->annotations;
    const bool has_library =
        std::any_of(annotations.begin(), annotations.end(),
                    [](const auto& annotation) { return annotation.name == "Library"; });
    return std::string("ok, a scripted pipeline: only its Groovy is checked") +
           (has_library ? ", and with --library NAME=DIR the pipeline of its library" : "");
  }
  std::string holders;
  for (const auto* each : sources.files())
    if (!each->pipelines_of_library.empty())
      holders += (holders.empty() ? "" : ", ") + function_of(each->source_name);
  return "ok, " + (pipelines.size() == 1 ? "the pipeline" : counted(pipelines.size(), "pipeline")) +
         " of " + holders + ": " + size_of(*pipelines[0], sources) +
         (pipelines.size() == 1 ? "" : "; ...");
}

// What is wrong with the files, each said once, however many Jenkinsfiles lead to it.
class Lint {
 public:
  explicit Lint(const World& world) : world_(world) {}

  bool check(const std::string& path, const jenkins::Sources& sources) {
    bool is_right = true;
    std::size_t unsupported = 0;
    for (const auto* file : sources.files()) {
      const bool is_new = is_told_.insert(file->source_name).second;
      const auto say = [&](const std::string& text) {
        if (is_new && !text.empty()) world_.screen.message(text);
      };
      say(file->warnings_report());
      if (file->can_run()) continue;
      say(file->errors.empty() ? file->unsupported_report() : file->report());
      is_right = is_right && file->errors.empty();
      unsupported += file->unsupported.size();
    }
    if (!is_right) return false;
    world_.screen.output(path + ": " +
                         (unsupported == 0
                              ? summary_of(sources)
                              : "ok for Jenkins, but runtask cannot run it: " +
                                    counted(unsupported, "construct") + " not supported"));
    return true;
  }

 private:
  const World& world_;
  std::set<std::string> is_told_;
};

// ---- Parameters

constexpr const char* kComputed = "computed when the build starts";

// What is shown of the default; none: there is none, or none that is known.
std::optional<std::string> shown_preset(const jenkins::ParameterDefinition& definition) {
  if (definition.has_computed_preset) return std::nullopt;
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
  line += definition.has_computed_preset ? std::string(", default ") + kComputed
          : preset                       ? ", default `" + *preset + "`"
                                         : ", no default";
  world.screen.output(line);
  const std::string indent(width + 2, ' ');
  if (!definition.choices.empty())
    world.screen.output(indent + "one of: " + join(definition.choices, ", "));
  if (definition.has_computed_choices) world.screen.output(indent + "one of: " + kComputed);
  if (!definition.description.empty()) world.screen.output(indent + definition.description);
}

}  // namespace

int pipeline(const PipelineLint& arguments, const World& world) {
  auto directories = named_values("--library", arguments.libraries, true);
  if (!directories) {
    world.screen.message(directories.error().text());
    return kExitUsage;
  }
  const auto libraries = read_libraries(*std::move(directories), world);
  bool is_ok = true;
  Lint lint(world);
  for (const auto& path : arguments.files) {
    const auto sources = read_sources(path, libraries, world);
    if (!sources) world.screen.message(sources.error().text());
    is_ok = sources && lint.check(path, *sources) && is_ok;
  }
  return is_ok ? kExitSuccess : kExitUsage;
}

int pipeline(const PipelineParams& arguments, const World& world) {
  auto directories = named_values("--library", arguments.libraries, true);
  if (!directories) {
    world.screen.message(directories.error().text());
    return kExitUsage;
  }
  const auto libraries = read_libraries(*std::move(directories), world);
  const auto sources = read_sources(arguments.file, libraries, world);
  if (!sources || sources->has_errors()) {
    world.screen.message(sources ? sources->report() : sources.error().text());
    return kExitUsage;
  }
  const auto definitions = sources->parameters();
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
