#include "hamlet/context.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "hamlet/automation.h"
#include "hamlet/context_settings.h"
#include "hamlet/scope.h"
#include "properties/reader.h"

namespace runtask::hamlet {
namespace {

struct NamedValue {
  const std::optional<std::string>& value;
  const char* name;
};

void apply(const ContextFlags& flags, ScriptVariables& settings) {
  for (const auto& [value, name] :
       {NamedValue{flags.account, "ACCOUNT"}, NamedValue{flags.deployment_mode, "DEPLOYMENT_MODE"},
        NamedValue{flags.environment, "ENVIRONMENT"}, NamedValue{flags.product, "PRODUCT"},
        NamedValue{flags.release_mode, "RELEASE_MODE"}, NamedValue{flags.segment, "SEGMENT"},
        NamedValue{flags.tenant, "TENANT"}})
    if (value) settings.set(name, *value);
}

// Before there were environments and segments, what is called an environment now was a segment.
void choose_segment(ScriptVariables& settings) {
  if (!settings.get("SEGMENT").empty() && settings.get("ENVIRONMENT").empty()) {
    settings.set("ENVIRONMENT", settings.get("SEGMENT"));
    settings.set("SEGMENT", "");
  }
  if (settings.get("SEGMENT").empty()) settings.set("SEGMENT", "default");
}

// The environments of a comma list, each once; none when there is no comma.
std::vector<std::string> listed(const std::string& text) {
  std::vector<std::string> names;
  if (text.find(',') == std::string::npos) return names;
  for (const auto& part : split(text, ',')) {
    const std::string name(trimmed(part));
    if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end())
      names.push_back(name);
  }
  return names;
}

// One environment's context, as the last value of each name.
class Facet {
 public:
  explicit Facet(std::vector<Property> properties) : properties_(std::move(properties)) {}

  [[nodiscard]] const std::vector<Property>& properties() const { return properties_; }
  [[nodiscard]] const std::string* find(const std::string& name) const {
    for (auto at = properties_.rbegin(); at != properties_.rend(); ++at)
      if (at->first == name) return &at->second;
    return nullptr;
  }

 private:
  std::vector<Property> properties_;
};

// The names that have a value, of earlier calls among others, where this one's are going to be
// read: in the environment, and in a file that earlier builds have left in the workspace.
using Inherited = std::set<std::string>;
Inherited inherited_names(const ContextSources& sources, const Destination& destination) {
  Inherited names;
  for (const auto& [name, value] : sources.environment.all())
    if (!value.empty()) names.insert(name);
  const auto content = sources.files.read(context_file_of(destination));
  if (!content) return names;
  const auto file = properties::parse(*content, properties::Charset::kLatin1, "");
  if (!file) return names;  // Whoever reads it next says so.
  for (const auto& [name, value] : file->entries())
    if (!value.empty()) names.insert(name);
  return names;
}

// Whether all that have the name say the same. A name that only one of them has, such as a
// setting of its account, is no contradiction.
bool agree(const std::vector<Facet>& facets, const std::string& name) {
  const std::string* first = nullptr;
  for (const auto& facet : facets) {
    const auto* value = facet.find(name);
    if (value == nullptr) continue;
    if (first != nullptr && *first != *value) return false;
    first = value;
  }
  return true;
}

bool is_always_listed(const std::string& name) {
  return name == "ENVIRONMENT" || name == "SEGMENT" || name == "ACCOUNT";
}

class Merge {
 public:
  Merge(const std::vector<Facet>& facets, std::string environments, const Inherited& inherited)
      : facets_(facets), environments_(std::move(environments)), inherited_(inherited) {}

  std::vector<Property> properties() {
    for (const auto& facet : facets_)
      for (const auto& [name, value] : facet.properties())
        add(name, value, &facet == &facets_.front());
    merged_.emplace_back("CONTEXT_COUNT", std::to_string(facets_.size()));
    for (std::size_t k = 0; k < facets_.size(); ++k)
      for (const auto& name : listed_)
        if (const auto* value = facets_[k].find(name))
          merged_.emplace_back("CONTEXT_" + std::to_string(k + 1) + "_" + name, *value);
    return std::move(merged_);
  }

 private:
  // The first one's lines come in its order, with what it repeats; of the others only the names
  // that are new.
  void add(const std::string& name, const std::string& value, bool is_first) {
    if (!is_first && known(name)) return;
    const bool is_known = known(name);
    if (!is_known) names_.push_back(name);
    if (name == "ENVIRONMENT") {
      merged_.emplace_back(name, environments_);
    } else if (agree(facets_, name)) {
      merged_.emplace_back(name, value);
    } else if (!is_known && inherited_.contains(name)) {
      merged_.emplace_back(name, "");  // One environment's value of an earlier call is nobody's.
    }
    if (!is_known && (is_always_listed(name) || !agree(facets_, name))) listed_.push_back(name);
  }
  [[nodiscard]] bool known(const std::string& name) const {
    return std::find(names_.begin(), names_.end(), name) != names_.end();
  }

  const std::vector<Facet>& facets_;
  std::string environments_;
  const Inherited& inherited_;
  std::vector<std::string> names_;   // Seen so far.
  std::vector<std::string> listed_;  // Those that each environment has its own value of.
  std::vector<Property> merged_;
};

// hamlet never takes a property away, so a context of several environments that is followed by
// another in the same workspace would shine through.
void blank_what_is_stale(const Inherited& inherited, std::vector<Property>& properties) {
  std::vector<std::string> stale;
  for (const auto& name : inherited) {
    if (!name.starts_with("CONTEXT_")) continue;
    const bool is_ours =
        name == "CONTEXT_COUNT" || (name.size() > 8 && name[8] >= '1' && name[8] <= '9');
    const bool is_said = std::any_of(properties.begin(), properties.end(),
                                     [&](const auto& property) { return property.first == name; });
    if (is_ours && !is_said) stale.push_back(name);
  }
  for (const auto& name : stale)
    properties.emplace_back(name, "");
}

}  // namespace

std::optional<Context> set_context(const ContextRequest& request, const ContextSources& sources,
                                   Messages& messages) {
  Script script{ScriptVariables(sources.environment), {}, {}};
  if (!read_automation(sources, script, messages)) return std::nullopt;
  define_modes(script);
  for (const auto& complaint : request.complaints)
    messages.fatal(complaint);
  Context context{script.destination, {}};
  if (request.help) {
    context.properties = std::move(script.properties);
    return context;
  }
  apply(request.flags, script.settings);
  choose_segment(script.settings);
  const auto inherited = inherited_names(sources, script.destination);
  const auto environments = listed(script.settings.get("ENVIRONMENT"));
  if (environments.size() > static_cast<std::size_t>(kEnvironmentsMax)) {
    messages.fatal("ENVIRONMENT names more than " + std::to_string(kEnvironmentsMax) +
                   " environments");
    return std::nullopt;
  }
  if (environments.size() > 1) {
    std::vector<Facet> facets;
    for (const auto& name : environments) {
      auto alone = script;
      alone.settings.set("ENVIRONMENT", name);
      define_settings(alone, messages);
      facets.emplace_back(std::move(alone.properties));
    }
    context.properties = Merge(facets, script.settings.get("ENVIRONMENT"), inherited).properties();
  } else {
    if (!environments.empty()) script.settings.set("ENVIRONMENT", environments.front());
    define_settings(script, messages);
    context.properties = std::move(script.properties);
  }
  blank_what_is_stale(inherited, context.properties);
  return context;
}

}  // namespace runtask::hamlet
