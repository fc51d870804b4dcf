#include "cli/arguments.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/diagnostic.h"
#include "base/text.h"
#include "cli/command_line.h"
#include "cli/exit_code.h"
#include "cli/run_session.h"
#include "cli/version.h"

namespace runtask::cli {
namespace {

std::string path_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const auto* at = &app; at != nullptr; at = at->get_parent())
    names.insert(names.begin(), at->get_name());
  return join(names, " ");
}

const CLI::App& deepest(const CLI::App& root) {
  const CLI::App* app = &root;
  while (!app->get_subcommands().empty())
    app = app->get_subcommands().front();
  return *app;
}

// The names that could stand where `word` does: the long options, or the subcommands.
std::vector<std::string> names_like(const CLI::App& app, std::string_view word) {
  std::vector<std::string> names;
  if (word.starts_with("--")) {
    for (const auto* option : app.get_options())
      for (const auto& name : option->get_lnames())
        names.push_back("--" + name);
  } else {
    for (const auto* sub : app.get_subcommands({}))
      names.push_back(sub->get_name());
  }
  return names;
}

// The nearest of them. Whoever has typed the beginning of a long name means that, though the whole
// is far from it: --task-def.
std::string nearest_like(const CLI::App& app, const std::string& word) {
  constexpr std::size_t kBeginningMin = 4;  // "--no"
  const auto names = names_like(app, word);
  std::string shortest;
  for (const auto& name : names)
    if (word.size() >= kBeginningMin && name.starts_with(word) &&
        (shortest.empty() || name.size() < shortest.size()))
      shortest = name;
  return shortest.empty() ? nearest_name(word, names) : shortest;
}

// CLI11's words for a flag that is given a value, behind its name.
constexpr std::string_view kOverridden = " was given a disallowed flag override";

Error takes_no_value(const std::string& flag) {
  return {Code::kUsage, "`" + flag + "` takes no value", {}, "give it alone, or leave it out"};
}

// CLI11 complains of what is missing before what is misspelt; a person wants to hear of the word
// that is wrong.
Error usage_error(const CLI::App& root, const std::vector<std::string>& arguments,
                  const std::string& complaint) {
  const auto& app = deepest(root);
  const auto help = "see `" + path_of(app) + " --help`";
  if (const auto end = complaint.find(kOverridden); end != std::string::npos)
    return takes_no_value((end == 1 ? "-" : "--") + complaint.substr(0, end));
  const auto refuse = [&](const std::string& name) -> Error {
    const auto near = nearest_like(app, name);
    return {Code::kUsage,
            "`" + name + "` is not known",
            {},
            near.empty() ? help : "did you mean `" + near + "`?"};
  };
  // The words before are the commands that lead here.
  std::size_t depth = 0;
  for (const auto* at = &app; at != &root; at = at->get_parent())
    ++depth;
  const bool needs_command = complaint.find("subcommand") != std::string::npos;
  if (needs_command && arguments.size() > depth && !arguments[depth].starts_with('-'))
    return refuse(arguments[depth]);
  // Only what nothing has taken: a value may look like an option.
  const auto untaken = root.remaining(true);
  const auto option = std::find_if(untaken.begin(), untaken.end(), [](const auto& word) {
    return word.size() > 1 && word.starts_with('-') && word != "--";
  });
  if (option != untaken.end()) return refuse(option->substr(0, option->find('=')));
  if (!untaken.empty()) return {Code::kUsage, "not expected: " + join(untaken, " "), {}, help};
  return {Code::kUsage, complaint, {}, help};
}

// A program that reads the records of a run gets one of it also where the words are wrong.
Answer refusal(const Error& error, const std::vector<std::string>& arguments) {
  Answer answer{kExitUsage, error.text(), true, {}};
  const bool wants_records =
      std::find(arguments.begin(), arguments.end(), "--json") != arguments.end();
  if (wants_records && arguments.front() == "run")
    answer.record = no_run_record(error.message, kExitUsage);
  return answer;
}

// hamlet's scripts, which are links to this program.
struct Script {
  std::string_view name;
  Command (*command)(const std::vector<std::string>& words);
};
constexpr std::array kScripts{
    Script{"setContext.sh",
           [](const std::vector<std::string>& words) -> Command {
             return SetContext{words, true};
           }},
    Script{"constructTree.sh",
           [](const std::vector<std::string>& words) -> Command { return ConstructTree{words}; }},
    Script{"runTask.sh",
           [](const std::vector<std::string>& words) -> Command { return RunTaskScript{words}; }},
};

// The options of the command that the first word names, or of all commands if it names none: to
// declare all takes longer than most commands run.
void declare_commands(CLI::App& root, command_line::Targets& targets, std::string_view first) {
  struct Declaration {
    std::string_view name;
    void (*declare)(CLI::App& root, command_line::Targets& targets);
  };
  constexpr std::array kCommands{Declaration{"run", command_line::declare_run},
                                 Declaration{"find", command_line::declare_find},
                                 Declaration{"whoami", command_line::declare_whoami},
                                 Declaration{"runs", command_line::declare_runs},
                                 Declaration{"local", command_line::declare_local},
                                 Declaration{"context", command_line::declare_context},
                                 Declaration{"pipeline", command_line::declare_pipeline},
                                 Declaration{"env", command_line::declare_agent_environment}};
  const bool is_known = std::any_of(kCommands.begin(), kCommands.end(),
                                    [&](const auto& command) { return command.name == first; });
  for (const auto& command : kCommands)
    if (!is_known || command.name == first) command.declare(root, targets);
}

// `--only-one=false` would be taken for the flag itself.
void take_no_values_of_flags(CLI::App& app) {
  for (auto* option : app.get_options())
    if (option->get_items_expected_max() == 0) option->disable_flag_override();
  for (auto* sub : app.get_subcommands({}))
    take_no_values_of_flags(*sub);
}

// Where its value begins, with the sign before it: `--name=value`, or `-q=value`. Else npos.
std::size_t end_of_name(std::string_view word) {
  if (word.starts_with("--")) return word.find('=');
  return word.size() > 2 && word[2] == '=' ? 2 : word.npos;
}

// The words as CLI11 is to read them: of `--name=` it would take the next word for the value, be it
// `--plan`, and `--plan=` for the flag. The name of a flag that is given a value is the error.
tl::expected<std::vector<std::string>, std::string> with_empty_values_apart(
    const CLI::App& root, const std::vector<std::string>& arguments) {
  std::vector<std::string> words;
  const auto* app = &root;
  for (auto word = arguments.begin(); word != arguments.end(); ++word) {
    if (*word == "--") {
      words.insert(words.end(), word, arguments.end());
      break;
    }
    words.push_back(*word);
    const auto end = std::min(word->size(), end_of_name(*word));
    const auto* option =
        word->starts_with('-') ? app->get_option_no_throw(word->substr(0, end)) : nullptr;
    if (option == nullptr) {
      for (const auto* sub : app->get_subcommands([](const CLI::App*) { return true; }))
        if (sub->check_name(*word)) app = sub;
      continue;
    }
    const bool takes_value = option->get_items_expected_max() > 0;
    if (end == word->size()) {
      if (takes_value && word + 1 != arguments.end()) words.push_back(*++word);  // Whatever it is.
    } else if (!takes_value) {
      return tl::unexpected(word->substr(0, end));
    } else if (end + 1 == word->size()) {
      words.back().pop_back();
      words.emplace_back();
    }
  }
  return words;
}

}  // namespace

std::variant<Command, Answer> parse_arguments(const std::vector<std::string>& arguments) {
  command_line::Targets targets;
  targets.run.typed = arguments;
  CLI::App root("Runs one-off tasks on Amazon ECS, or on an embedded ECS on this machine.",
                "runtask");
  root.set_version_flag("--version", std::string("runtask ") + kVersion);
  root.require_subcommand(1);
  root.footer(command_line::with_example(
      "Every command has --help.",
      "  runtask run --cluster prod --task-definition manage\n"
      "  runtask run --local --task-definition hello\n  runtask runs list"));
  declare_commands(root, targets, arguments.empty() ? "" : arguments[0]);
  take_no_values_of_flags(root);
  const auto words = with_empty_values_apart(root, arguments);
  if (!words) return refusal(takes_no_value(words.error()), arguments);
  try {
    root.parse(std::vector<std::string>(words->rbegin(), words->rend()));
  } catch (const CLI::CallForHelp&) {
    const auto& app = deepest(root);
    const std::string prefix = app.get_parent() == nullptr ? "" : path_of(*app.get_parent());
    return Answer{kExitSuccess, std::string(trimmed(app.help(prefix))), false, {}};
  } catch (const CLI::CallForVersion& version) {
    return Answer{kExitSuccess, version.what(), false, {}};
  } catch (const CLI::ParseError& error) {
    return refusal(usage_error(root, arguments, error.what()), arguments);
  }
  if (!targets.chosen) return Answer{kExitUsage, "error: no command given", true, {}};
  return *std::move(targets.chosen);
}

std::variant<Command, Answer> parse_invocation(const std::string& called_as,
                                               const std::vector<std::string>& arguments) {
  const auto name = called_as.substr(called_as.rfind('/') + 1);
  for (const auto& script : kScripts)
    if (name == script.name) return script.command(arguments);
  return parse_arguments(arguments);
}

}  // namespace runtask::cli
