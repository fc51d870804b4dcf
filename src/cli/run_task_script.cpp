#include <limits>
#include <set>

#include "base/text.h"
#include "cli/cluster_check.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/local_wish.h"
#include "cli/named_tasks.h"
#include "cli/run_session.h"
#include "cli/run_task_observer.h"
#include "cli/script_flags.h"
#include "cli/script_messages.h"
#include "cli/selection.h"
#include "hamlet/messages.h"
#include "run/verdict.h"

namespace runtask::cli {
namespace {

using namespace std::chrono_literals;

constexpr const char* kFlags = "c:d:e:hi:j:k:t:v:w:x:y:";
constexpr const char* kDelayDefault = "30";
constexpr const char* kRetryCountDefault = "120";
constexpr int kDelayMax = 24 * 60 * 60;  // Seconds.

constexpr const char* kHelp =
    "Run an ECS task by hamlet's names\n"
    "\n"
    "Usage: runTask.sh -t TIER -i COMPONENT -w TASK [-x INSTANCES] [-y TASK_VERSION]\n"
    "         [-j COMPONENT_INSTANCE] [-k COMPONENT_VERSION] [-c CONTAINER]\n"
    "         [-e NAME -v VALUE]... [-d DELAY]\n"
    "\n"
    "(m) -t TIER                the tier of the ECS cluster, by name\n"
    "(m) -i COMPONENT           the component that is the cluster, by name\n"
    "(m) -w TASK                the task; several are separated by commas\n"
    "(o) -x INSTANCES           its instances, separated by commas; default or nothing is the\n"
    "                           unnamed one, * is all\n"
    "(o) -y TASK_VERSION        the task's version\n"
    "(o) -j COMPONENT_INSTANCE  the cluster's instance\n"
    "(o) -k COMPONENT_VERSION   the cluster's version\n"
    "(o) -c CONTAINER           the container that -e and -v configure\n"
    "(o) -e NAME, -v VALUE      a variable of this run; the first name goes with the first value\n"
    "(o) -d DELAY               seconds between two polls\n"
    "\n"
    "Without a flag the environment counts: TIER, COMPONENT, TASK, INSTANCE, VERSION,\n"
    "COMPONENT_INSTANCE, COMPONENT_VERSION, CONTAINER_ID, DELAY (30), RETRY_COUNT (120 polls, 0\n"
    "is no limit). ENVIRONMENT may be a list: the next environment only when the last succeeded.\n"
    "The exit code is the container's; 1 for what could not run.";

// What the flags and their twins in the environment ask for.
struct Wish {
  Selection selection;
  std::vector<std::string> names;   // Of variables, as given.
  std::vector<std::string> values;  // The first belongs to the first name.
  std::string delay;
  bool help = false;
};

// hamlet 8: almost every flag has a variable that counts where the flag is absent.
Wish read_environment(const sys::Environment& environment) {
  Wish wish;
  auto& selection = wish.selection;
  selection.tier = environment.get("TIER");
  selection.component = environment.get("COMPONENT");
  selection.tasks = environment.get("TASK");
  selection.instances = environment.get("INSTANCE").value_or("");
  selection.task_version = environment.get("VERSION");
  selection.component_instance = environment.get("COMPONENT_INSTANCE");
  selection.component_version = environment.get("COMPONENT_VERSION");
  selection.container = environment.get("CONTAINER_ID").value_or("");
  wish.delay = environment.get_non_empty("DELAY").value_or(kDelayDefault);
  return wish;
}

void apply(const ScriptFlag& flag, Wish& wish) {
  auto& selection = wish.selection;
  const auto& argument = flag.argument;
  switch (flag.letter) {
    case 'c':
      selection.container = argument;
      break;
    case 'd':
      wish.delay = argument;
      break;
    case 'e':
      wish.names.push_back(argument);
      break;
    case 'h':
      wish.help = true;
      break;
    case 'i':
      selection.component = argument;
      break;
    case 'j':
      selection.component_instance = argument;
      break;
    case 'k':
      selection.component_version = argument;
      break;
    case 't':
      selection.tier = argument;
      break;
    case 'v':
      wish.values.push_back(argument);
      break;
    case 'w':
      selection.tasks = argument;
      break;
    case 'x':
      selection.instances = argument;
      break;
    case 'y':
      selection.task_version = argument;
      break;
    default:
      break;
  }
}

// The first name with the first value, an empty value included; a name without a value is set
// empty, a value without a name and a name that is empty are passed over.
std::vector<run::Variable> variables_of(const Wish& wish) {
  std::vector<run::Variable> variables;
  for (std::size_t i = 0; i < wish.names.size(); ++i)
    if (!wish.names[i].empty())
      variables.push_back(
          {wish.names[i], i < wish.values.size() ? wish.values[i] : std::string(), false});
  return variables;
}

// As the AWS CLI takes it: "key=team,value=shop".
Result<ecs::Tag> read_tag(const std::string& text) {
  const auto comma = text.find(",value=");
  if (!text.starts_with("key=") || comma == std::string::npos)
    return fail(Code::kUsage, "TASK_ARGS: the tag `" + text + "` is not key=...,value=...");
  return ecs::Tag{text.substr(4, comma - 4), text.substr(comma + 7)};
}

// hamlet 8: blank-separated words that the script handed to `aws ecs run-task`. Those that mean
// something beside what the script itself says are understood.
Result<> read_task_arguments(const sys::Environment& environment, run::Request& request) {
  const auto given = environment.get_non_empty("TASK_ARGS");
  if (!given) return {};
  std::vector<std::string> words;
  for (const auto& word : split(*given, ' '))
    if (!word.empty()) words.push_back(word);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto& name = words[i];
    if (name == "--enable-execute-command") {
      request.enable_execute_command = true;
      continue;
    }
    if (name == "--tags" && i + 1 < words.size()) {
      while (i + 1 < words.size() && !words[i + 1].starts_with("--"))
        request.tags.push_back(TRY(read_tag(words[++i])));
      continue;
    }
    std::string* const target = name == "--started-by"         ? &request.started_by
                                : name == "--group"            ? &request.group
                                : name == "--launch-type"      ? &request.launch_type
                                : name == "--platform-version" ? &request.platform_version
                                                               : nullptr;
    if (target == nullptr || i + 1 == words.size())
      return fail(Code::kUsage, "TASK_ARGS: `" + name + "` is not understood",
                  "--started-by, --group, --tags, --launch-type, --platform-version and "
                  "--enable-execute-command are");
    *target = words[++i];
  }
  return {};
}

struct Limits {
  long long delay = 0;  // Seconds.
  long long polls = 0;
};
Result<Limits> read_limits(const Wish& wish, const sys::Environment& environment) {
  const auto count = environment.get_non_empty("RETRY_COUNT").value_or(kRetryCountDefault);
  const auto delay = parse_integer(wish.delay, 0, kDelayMax);
  const auto polls = parse_integer(count, 0, std::numeric_limits<int>::max());
  if (!delay)
    return fail(Code::kUsage, "DELAY is `" + wish.delay + "`, which is no number of seconds");
  if (!polls) return fail(Code::kUsage, "RETRY_COUNT is `" + count + "`, which is no number");
  return Limits{*delay, *polls};
}

class Script {
 public:
  Script(const RunTaskScript& arguments, const World& world)
      : arguments_(arguments),
        world_(world),
        messages_(hamlet::generation_threshold(world.environment)) {}

  int run() {
    world_.screen.begin_warnings_with("(Warn) ");
    auto wish = read_environment(world_.environment);
    for (const auto& flag : parse_script_flags(arguments_.words, kFlags).flags) {
      if (flag.kind != ScriptFlag::Kind::kGiven) {
        messages_.fatal(flag.complaint());
        continue;
      }
      apply(flag, wish);
    }
    show(messages_, world_.screen);
    if (wish.help) {
      world_.screen.output_lines(kHelp);
      return kExitFailure;  // hamlet 8: -h exits with 1.
    }
    const auto code = carry_out_wish(wish);
    show(messages_, world_.screen);
    if (code) return *code;
    say(code.error());
    return kExitFailure;
  }

 private:
  // hamlet's words where it has some, then ours.
  void say(const Error& error) {
    if (!headline_.empty()) world_.screen.message(headline_);
    auto text = error.text();
    if (text.starts_with("error: ")) text = "(Fatal) " + text.substr(7);
    world_.screen.message(text);
  }

  Result<int> carry_out_wish(const Wish& wish) {
    const auto is_empty = [](const auto& text) { return !text || text->empty(); };
    const auto& selection = wish.selection;
    if (is_empty(selection.tier) || is_empty(selection.component) || is_empty(selection.tasks))
      return fail(Code::kUsage, "Mandatory argument missing: \"\". Check usage via -h option.",
                  "-t TIER, -i COMPONENT and -w TASK are all needed");
    const auto limits = TRY(read_limits(wish, world_.environment));
    run::Request base;
    base.environment = variables_of(wish);
    base.container = selection.container;
    TRY(read_task_arguments(world_.environment, base));
    const auto where = TRY(choice());
    auto tasks = TRY(find(selection));
    const auto targets = TRY(targets_of(world_, tasks, where));
    TRY(check_deployed(tasks));
    TRY(choose(targets, tasks));
    TRY(check_clusters(targets, tasks));
    const auto requests = TRY(make_requests(world_, targets, tasks, base, RequestStyle::kScript));
    const auto plan = TRY(run::make_plan(requests.requests, words_of(targets), new_run_id(world_)));
    TRY(run::refuse_bad(run::check_plan(plan, run::Definitions(requests.requests))));
    return watch(limits, targets, plan);
  }

  Result<TargetChoice> choice() const {
    // DELAY times RETRY_COUNT is how long it may take; what throttles a poll must not prolong it.
    return TargetChoice{.local = TRY(wants_local(false, world_.environment)),
                        .profile = {},
                        .calls = {.insecure_http = false, .counts_throttling = true}};
  }

  Result<NamedTasks> find(const Selection& selection) {
    messages_.info("Generating blueprint to find details...");
    show(messages_, world_.screen);
    const auto cmdbs = load_cmdbs(world_, selection);
    if (!cmdbs) {
      const bool lacks_blueprint = cmdbs.error().code == Code::kNotFound &&
                                   world_.environment.get_non_empty("RUNTASK_BLUEPRINT");
      if (cmdbs.error().code == Code::kInvalid || lacks_blueprint)
        headline_ = "(Fatal) Could not generate blueprint for task details";
      return fail(cmdbs.error());
    }
    auto found = find_tasks(world_, *cmdbs, selection);
    if (!found) {
      name_failure(selection, found.error());
      return found;
    }
    for (const auto& warning : found->warnings)
      messages_.warn(warning);
    show(messages_, world_.screen);
    return found;
  }

  // What the script said when a name was not found, of which people may have made rules.
  void name_failure(const Selection& selection, const Error& error) {
    if (error.code != Code::kNotFound) return;
    const auto word = [](const std::optional<std::string>& text) { return text.value_or(""); };
    const auto begins = [&](const char* words) { return error.message.starts_with(words); };
    if (begins("there is no tier") || begins("there is no component") || begins("component ")) {
      headline_ = "(Error) Could not find ECS Component - Tier: " + word(selection.tier) +
                  " - Component: " + word(selection.component) +
                  " - Component_Instance: " + word(selection.component_instance) +
                  " - Component_Version: " + word(selection.component_version);
    } else {
      headline_ = "(Error) Could not find ECS Task - Task: " + word(selection.tasks) +
                  " - Instance: " + word(selection.instances) +
                  " - Version: " + word(selection.task_version);
    }
  }

  Result<> choose(const std::vector<Target>& targets, NamedTasks& tasks) {
    auto chosen = choose_definitions(world_, targets, tasks);
    if (!chosen) headline_ = "(Fatal) Unable to locate task definition";
    if (!chosen) return chosen;
    for (const auto& task : tasks.tasks) {
      messages_.info("Found the following task details \n * ClusterARN=" +
                     task.occurrence.cluster.value.value_or("") +
                     " \n * TaskDefinitionArn=" + task.definition +
                     " \n * Container=" + task.occurrence.container.value.value_or(""));
    }
    show(messages_, world_.screen);
    return {};
  }

  Result<> check_clusters(const std::vector<Target>& targets, const NamedTasks& tasks) {
    std::set<std::pair<std::size_t, std::string>> checked;
    for (const auto& task : tasks.tasks) {
      const auto& cluster = *task.occurrence.cluster.value;
      if (!checked.emplace(task.target, cluster).second) continue;
      auto active = check_cluster(world_, targets[task.target], cluster);
      if (!active)
        headline_ = "(Fatal) ECS Cluster " + cluster + " could not be found or was not active";
      if (!active) return active;
    }
    return {};
  }

  Result<int> watch(const Limits& limits, const std::vector<Target>& targets,
                    const run::Plan& plan) {
    RunSettings settings;
    settings.typed = arguments_.words;
    settings.typed.insert(settings.typed.begin(), "runTask.sh");
    settings.is_script = true;
    set_pace(targets, settings);
    auto& policy = settings.policy;
    policy.polls = run::Polls{std::chrono::seconds(limits.delay), static_cast<int>(limits.polls)};
    policy.start_timeout = std::chrono::hours(24 * 365);  // The polls are the only limit.
    policy.retries = 0;
    policy.jitter_seed = world_.random.below(1ULL << 62U);
    RunTaskObserver observer(world_.screen, world_.loop, plan,
                             std::to_string(limits.delay * limits.polls));
    const int code = TRY(carry_out(world_, settings, targets, plan, observer));
    return code == run::kExitCouldNotRun ? +kExitFailure : code;
  }

  const RunTaskScript& arguments_;
  const World& world_;
  hamlet::Messages messages_;
  std::string headline_;  // hamlet's own words for the failure at hand, if it has some.
};

}  // namespace

int run_task_script(const RunTaskScript& arguments, const World& world) {
  return Script(arguments, world).run();
}

}  // namespace runtask::cli
