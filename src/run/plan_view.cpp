#include "run/plan_view.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <map>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/text.h"
#include "ecs/life_cycle.h"
#include "ecs/limits.h"
#include "run/plan_changes.h"

namespace runtask::run {
namespace {

// More sets of changes than these are told apart, but their requests are shown by --json only.
constexpr std::size_t kRequestsShownMax = 10;
constexpr std::size_t kColumns = 4;

std::size_t overrides_characters(const Launch& launch) {
  return launch.input.overrides ? characters_of(*launch.input.overrides) : 0;
}

std::string masked_value(const std::string& value, const std::vector<Secret>& secrets) {
  for (const auto& secret : secrets)
    if (!secret.empty() && secret.reveal() == value) return Secret::masked();
  return masked(value, secrets);
}

std::string line_of(const Change& change, const std::vector<Secret>& secrets) {
  const auto after = masked_value(change.after, secrets);
  const auto subject = change.container.empty() ? "task" : change.container;
  const auto name = change.name.empty() ? change.what + " " : change.name + "=";
  const bool is_same = change.before == change.after;
  const char* const sign = !change.before ? "+ " : is_same ? "= " : "~ ";
  std::string text = "    " + std::string(sign) + subject + ": " + name + after;
  if (is_same) return text + " (as in the definition)";
  if (!change.before) return text;
  return text + " (was " +
         (change.before->empty() ? "empty" : masked_value(*change.before, secrets)) + ")";
}

std::string words_of_deciding(const Part& part) {
  if (!part.deciding.empty()) return join(part.deciding, ", ");
  return part.essential.empty()
             ? "the first container that fails (it is not known which are essential)"
             : "the first essential container that fails";
}

std::string stream_words(const LogSource& source) {
  if (source.is_by_runtime_id) return "(the stream has the container's runtime id as its name)";
  return (source.prefix.empty() ? source.container : source.prefix) + "/...";
}

// Everything about a launch that is the same for others, as it is shown.
std::string shared_text(const PlanView& view, const Launch& launch) {
  const auto& part = view.plan.part_of(launch);
  std::string text = "  decided by: " + words_of_deciding(part) + "\n";
  for (const auto& source : part.logs)
    text += "  log of " + source.container + ": " +
            (source.group.empty() ? source.note : source.group + " " + stream_words(source)) + "\n";
  const auto* definition = view.definitions.of(launch);
  const auto changes = changes_of(launch.input, definition);
  text += std::string("  changes to the task definition") + (changes.empty() ? ": none\n"
                                                             : definition == nullptr
                                                                 ? " (which could not be read):\n"
                                                                 : ":\n");
  for (const auto& change : changes)
    text += line_of(change, view.plan.secrets) + "\n";
  return text + "  overrides: " + std::to_string(overrides_characters(launch)) + " of " +
         std::to_string(ecs::limits::kOverridesCharactersMax) + " characters\n";
}

json::Value request_tree(const Plan& plan, const Launch& launch) {
  auto tree = json::parse(ecs::write_request(request_alone(plan, launch)), "plan");
  assert(tree && "what runtask has written is JSON");
  return *std::move(tree);
}

// In what the requests of a group differ, by the names of ECS.
std::vector<std::string> differing_members(const Plan& plan,
                                           const std::vector<const Launch*>& group) {
  const auto first = request_tree(plan, *group.front());
  std::vector<std::string> names;
  for (const auto& member : first.items()) {
    const bool differs = std::any_of(group.begin() + 1, group.end(), [&](const Launch* launch) {
      const auto tree = request_tree(plan, *launch);
      const auto other = tree.find(member.key());
      return other == tree.end() || *other != member.value();
    });
    if (differs) names.push_back(member.key());
  }
  return names;
}

std::string request_text(const PlanView& view, const std::vector<const Launch*>& group) {
  const auto& first = *group.front();
  std::string text = "  request";
  if (group.size() > 1)
    text += " of " + first.name + " (those of the others differ in " +
            join(differing_members(view.plan, group), ", ") + ")";
  const auto request = ecs::write_request(request_alone(view.plan, first));
  auto tree = json::parse(masked_json(request, view.plan.secrets), "plan");
  assert(tree && "what runtask has written is JSON");
  text += ":\n";
  for (const auto& line : split(json::to_pretty_text(*tree), '\n'))
    text += "    " + line + "\n";
  return text;
}

std::string table_of(const PlanView& view) {
  std::vector<std::array<std::string, kColumns>> rows = {
      {"LAUNCH", "TASK DEFINITION", "WHERE", "OVERRIDES"}};
  for (const auto& launch : view.plan.launches) {
    const auto& part = view.plan.part_of(launch);
    rows.push_back({launch.name, part.what, where(view.plan, part),
                    std::to_string(overrides_characters(launch))});
  }
  std::array<std::size_t, kColumns> widths{};
  for (const auto& row : rows)
    for (std::size_t i = 0; i < kColumns; ++i)
      widths.at(i) = std::max(widths.at(i), row.at(i).size());
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < kColumns; ++i)
      line += row.at(i) + std::string(widths.at(i) - row.at(i).size() + 2, ' ');
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text + "\n";
}

std::string checks_text(const PlanView& view) {
  std::string text = "checks\n";
  for (const auto& check : view.checks) {
    const bool is_bad = check.finding == Finding::kBad;
    text += std::string(is_bad                               ? "  WRONG    "
                        : check.finding == Finding::kUnknown ? "  unknown  "
                                                             : "  fine     ") +
            check.words;
    const bool is_for_all = check.launches.size() >= view.plan.launches.size();
    if (!is_for_all && !check.launches.empty()) text += " (" + named(check.launches) + ")";
    if (!check.hint.empty()) text += "\n           hint: " + check.hint;
    text += "\n";
  }
  return text;
}

// The launches by what is said of them, in the order of the plan.
struct Groups {
  std::vector<std::string> texts;
  std::vector<std::vector<const Launch*>> launches;
};
Groups groups_of(const PlanView& view) {
  Groups groups;
  std::map<std::string, std::size_t> known;
  std::map<std::size_t, std::size_t> of_part;  // Launches of one part differ in their tokens alone.
  for (const auto& launch : view.plan.launches) {
    const auto part = of_part.find(launch.part);
    if (part != of_part.end()) {
      groups.launches[part->second].push_back(&launch);
      continue;
    }
    auto text = shared_text(view, launch);
    const auto [at, is_new] = known.try_emplace(text, groups.texts.size());
    if (is_new) {
      groups.texts.push_back(std::move(text));
      groups.launches.emplace_back();
    }
    groups.launches[at->second].push_back(&launch);
    of_part[launch.part] = at->second;
  }
  return groups;
}

json::Value tree_of(const Change& change, const std::vector<Secret>& secrets) {
  json::Value tree = {{"container", change.container}, {"what", change.what}};
  if (!change.name.empty()) tree["name"] = change.name;
  if (change.before) tree["before"] = masked_value(*change.before, secrets);
  tree["after"] = masked_value(change.after, secrets);
  return tree;
}

json::Value tree_of(const PlanCheck& check) {
  return {{"finding", name_of(check.finding)},
          {"words", check.words},
          {"hint", check.hint},
          {"launches", check.launches}};
}

}  // namespace

std::string to_text(const PlanView& view) {
  const auto& plan = view.plan;
  std::string text = "run " + plan.run_id + ": " + plan.title + ", " +
                     std::to_string(plan.launches.size()) +
                     (plan.launches.size() == 1 ? " launch\n\n" : " launches\n\n");
  if (plan.launches.size() > 1) text += table_of(view);
  const auto groups = groups_of(view);
  const bool shows_requests = groups.texts.size() <= kRequestsShownMax;
  for (std::size_t i = 0; i < groups.texts.size(); ++i) {
    std::vector<std::string> names;
    for (const auto* launch : groups.launches[i])
      names.push_back(launch->name);
    const auto& part = plan.part_of(*groups.launches[i].front());
    text += named(names) +
            (names.size() == 1 ? " (" + part.what + " on " + where(plan, part) + ")" : "") + "\n" +
            groups.texts[i] + (shows_requests ? request_text(view, groups.launches[i]) : "") + "\n";
  }
  if (!shows_requests) text += "--json shows the requests whole\n\n";
  return masked(std::move(text), plan.secrets) + checks_text(view);
}

std::string to_json(const PlanView& view) {
  auto tree = json::parse(to_json(view.plan), "plan");
  assert(tree && "what runtask has written is JSON");
  auto& launches = (*tree)["launches"];
  for (std::size_t i = 0; i < view.plan.launches.size(); ++i) {
    const auto& launch = view.plan.launches[i];
    auto& shown = launches[i];
    auto& changes = shown["changes"] = json::Value::array();
    for (const auto& change : changes_of(launch.input, view.definitions.of(launch)))
      changes.push_back(tree_of(change, view.plan.secrets));
    shown["overrides_characters"] = overrides_characters(launch);
  }
  auto& checks = (*tree)["checks"] = json::Value::array();
  for (const auto& check : view.checks)
    checks.push_back(tree_of(check));
  (*tree)["could_run"] = refuse_bad(view.checks).has_value();
  return masked_json(json::to_text(*tree), view.plan.secrets);
}

}  // namespace runtask::run
