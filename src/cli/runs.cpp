#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/lines.h"
#include "base/text.h"
#include "cli/build_record.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/run_records.h"
#include "cli/run_watch.h"
#include "cli/stream_prefix.h"
#include "history/history.h"
#include "run/outcome.h"
#include "run/report.h"
#include "sys/programs.h"

namespace runtask::cli {
namespace {

using namespace std::chrono_literals;
constexpr Duration kFollowEvery = 200ms;
// Between a process that dies and one that takes the run over there is a moment without either.
constexpr int kLooksInVainMax = 5;

int failed(const World& world, const Error& error) {
  world.screen.message(error.text());
  return kExitFailure;
}

std::string code_of(const history::RunSummary& run) {
  return run.exit_code ? std::to_string(*run.exit_code) : "-";
}

std::string to_json(const RunRecords& records, const history::RunSummary& run) {
  return R"({"run":)" + json::quoted(run.record.id) +
         ",\"started_at\":" + json::quoted(iso_time(run.record.started_at)) +
         ",\"ended_at\":" + (run.ended_at ? json::quoted(iso_time(*run.ended_at)) : "null") +
         ",\"title\":" + json::quoted(run.record.title) +
         ",\"launches\":" + std::to_string(run.record.launches) +
         ",\"verdict\":" + json::quoted(records.state_of(run)) +
         ",\"exit_code\":" + (run.exit_code ? std::to_string(*run.exit_code) : "null") +
         ",\"can_attach\":" + (records.can_attach(run) ? "true" : "false") +
         ",\"command\":" + json::quoted(run.record.command) + "}";
}

Result<> list(const RunsList& arguments, const World& world) {
  auto records = TRY(RunRecords::open(world, history::History::Access::kRead));
  const auto runs = TRY(records.history.list(arguments.count));
  if (!arguments.json && !runs.empty())
    world.screen.output(
        "RUN                       STARTED                   STATE           CODE  WHAT");
  for (const auto& run : runs) {
    if (arguments.json) {
      world.screen.output(to_json(records, run));
      continue;
    }
    const auto padded = [](std::string text, std::size_t width) {
      if (text.size() < width) text.append(width - text.size(), ' ');
      return text + "  ";
    };
    world.screen.output(padded(run.record.id, 24) + padded(iso_time(run.record.started_at), 24) +
                        padded(records.state_of(run), 14) + padded(code_of(run), 4) +
                        run.record.title);
  }
  for (const auto& run : runs)
    if (!arguments.json && !run.ended_at && records.can_attach(run))
      world.screen.message("the process of " + run.record.id + " is gone; `" +
                           attach_command(run.record.id) + "` goes on with it");
  return {};
}

std::string task_arn_in(const std::string& event) {
  const auto tree = json::parse(event, "event");
  if (!tree || !tree->is_object()) return {};
  const auto arn = tree->find("task_arn");
  return arn != tree->end() && arn->is_string() ? arn->get<std::string>() : std::string();
}

// The number of the step that an event of a pipeline's build begins or ends; 0 in old records.
std::int64_t step_in(const std::string& event) {
  const auto tree = json::parse(event, "event");
  if (!tree || !tree->is_object()) return 0;
  const auto step = tree->find("step");
  return step != tree->end() && step->is_number_integer() ? step->get<std::int64_t>() : 0;
}

// What a build of a pipeline was doing when it was last heard of.
struct Doing {
  std::vector<history::EventRecord> open;    // Begun and not ended, in the order of beginning.
  std::optional<history::EventRecord> last;  // Begun last; all that old records tell.
};

Result<Doing> doing(const history::RunSummary& run, history::History& history) {
  Doing doing;
  for (auto& event : TRY(history.events(run.record.id))) {
    const auto step = step_in(event.data);
    if (event.kind == kStepEnded) {
      std::erase_if(doing.open, [&](const auto& one) { return step_in(one.data) == step; });
      continue;
    }
    doing.last = event;
    if (step > 0) doing.open.push_back(std::move(event));
  }
  return doing;
}

Result<> show_unfinished_build(const history::RunSummary& run, history::History& history,
                               const World& world) {
  const auto now = TRY(doing(run, history));
  const auto show = [&](const char* word, const history::EventRecord& step) {
    world.screen.output(std::string(word) + "  " + step.kind + "  " + iso_time(step.at));
  };
  for (const auto& step : now.open)
    show("doing", step);
  if (now.open.empty() && now.last) show("last ", *now.last);
  return {};
}

// What is known of a run that has not ended: its last observations.
Result<> show_unfinished(const history::RunSummary& run, history::History& history,
                         const World& world) {
  struct Last {
    std::string what, when, task_arn;
  };
  std::map<int, Last> last;
  for (const auto& event : TRY(history.events(run.record.id)))
    if (event.launch >= 0) {
      auto& words = last[event.launch];
      words.when = iso_time(event.at);
      words.what = event.kind;
      if (auto arn = task_arn_in(event.data); !arn.empty()) words.task_arn = std::move(arn);
    }
  for (const auto& [launch, words] : last)
    world.screen.output("launch " + std::to_string(launch + 1) + "  " + words.what + "  " +
                        words.when + "  " + words.task_arn);
  return {};
}

// A build of a pipeline has stages where a run has launches. True if it was one.
bool show_pipeline(const std::string& outcome, const World& world) {
  const auto tree = json::parse(outcome, "outcome");
  if (!tree || !tree->is_object() || !tree->contains("pipeline")) return false;
  const auto text = [](const json::Value& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  constexpr std::size_t kWidth = 13;
  for (const std::string name : {"upstream", "result", "description", "error", "artifacts"})
    if (const auto words = text(*tree, name.c_str()); !words.empty())
      world.screen.output(name + std::string(kWidth - name.size(), ' ') + words);
  const auto stages = tree->find("stages");
  if (stages == tree->end() || !stages->is_array()) return true;
  for (const auto& stage : *stages)
    if (stage.is_object())
      world.screen.output("stage        " + text(stage, "name") + ": " + text(stage, "result"));
  return true;
}

std::string to_json(const std::vector<history::EventRecord>& steps) {
  std::vector<std::string> objects;
  for (const auto& step : steps)
    objects.push_back("{\"what\":" + json::quoted(step.kind) +
                      ",\"since\":" + json::quoted(iso_time(step.at)) + "}");
  return "[" + join(objects, ",") + "]";
}

// Why nobody carries a run out that can be attached to.
std::string why_left(const RunRecords& records, const history::RunSummary& run) {
  if (!run.ended_at) return "its process is gone";
  const bool is_meant = records.state_of(run) == run::name_of(run::VerdictKind::kDetached);
  return is_meant ? "its tasks were left running" : "its tasks run on, or may";
}

Result<> show(const RunsShow& arguments, const World& world) {
  auto records = TRY(RunRecords::open(world, history::History::Access::kRead));
  const auto run = TRY(records.history.find(arguments.run));
  if (arguments.json) {
    auto text = run.outcome.empty() ? to_json(records, run) : run.outcome;
    if (run.outcome.empty() && is_pipeline(run))
      text.insert(text.size() - 1, ",\"doing\":" + to_json(TRY(doing(run, records.history)).open));
    world.screen.output(text);
    return {};
  }
  world.screen.output("run       " + run.record.id);
  world.screen.output("what      " + run.record.title);
  world.screen.output("command   " + run.record.command);
  world.screen.output("started   " + iso_time(run.record.started_at));
  if (run.ended_at) world.screen.output("ended     " + iso_time(*run.ended_at));
  world.screen.output("state     " + records.state_of(run) + ", exit code " + code_of(run));
  if (records.can_attach(run))
    world.screen.output("attach    " + why_left(records, run) + "; " +
                        attach_command(run.record.id) + " goes on");
  world.screen.output("");
  if (run.outcome.empty())
    return (is_pipeline(run) ? show_unfinished_build : show_unfinished)(run, records.history,
                                                                        world);
  if (show_pipeline(run.outcome, world)) return {};
  const auto outcome = TRY(run::read_outcome(run.outcome));
  world.screen.output(run::table(outcome));
  for (const auto& launch : outcome.launches)
    if (!launch.task_arn.empty())
      world.screen.output("task of " + launch.name + "  " + launch.task_arn +
                          (launch.where.empty() ? "" : "  (" + launch.where + ")"));
  for (const auto& launch : outcome.launches)
    if (const auto block = run::failure_block(launch, run::recorded_id(outcome)); !block.empty())
      world.screen.output("\n" + block);
  for (const auto& launch : outcome.launches)
    if (const auto words = run::log_words(launch); !words.empty())
      world.screen.output("\n" + launch.name + ":\n" + words);
  if (const auto surplus = run::surplus_words(outcome); !surplus.empty())
    world.screen.output("\n" + surplus);
  if (outcome.history_incomplete) world.screen.output("\nthe history of this run is incomplete");
  return {};
}

std::string text_in(const json::Value& object, const char* name) {
  const auto found = object.is_object() ? object.find(name) : object.end();
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}
// An empty one where it is not there.
json::Value list_in(const json::Value& object, const char* name) {
  const auto found = object.is_object() ? object.find(name) : object.end();
  return found != object.end() && found->is_array() ? *found : json::Value::array();
}

// The launches as the plan has them; an older record may lack some.
std::vector<Streams> streams_of(const history::RunSummary& run) {
  std::vector<Streams> launches(static_cast<std::size_t>(std::max(0, run.record.launches)));
  const auto plan = json::parse(run.record.plan, "plan");
  const auto planned = plan ? list_in(*plan, "launches") : json::Value::array();
  for (std::size_t i = 0; i < launches.size(); ++i) {
    auto& launch = launches[i];
    if (i < planned.size()) {
      const auto logs = list_in(planned[i], "logs");
      launch.launch = text_in(planned[i], "name");
      launch.is_of_an_environment = !text_in(planned[i], "environment").empty();
      launch.count =
          static_cast<std::size_t>(std::count_if(logs.begin(), logs.end(), [](const auto& source) {
            return !text_in(source, "group").empty();
          }));
    }
    if (launch.launch.empty()) launch.launch = std::to_string(i + 1);
  }
  return launches;
}

Result<> logs(const RunsLogs& arguments, const World& world) {
  auto records = TRY(RunRecords::open(world, history::History::Access::kRead));
  auto& history = records.history;
  const auto run = TRY(history.find(arguments.run));
  const bool many = run.record.launches > 1 && !arguments.launch;
  const auto launches = streams_of(run);
  if (arguments.launch && *arguments.launch > run.record.launches)
    return fail(Code::kNotFound, "the run has no launch " + std::to_string(*arguments.launch),
                "it has " + std::to_string(run.record.launches));
  const auto launch_of = [&launches](int launch) {
    const auto index = static_cast<std::size_t>(launch);
    return launch >= 0 && index < launches.size() ? launches[index]
                                                  : Streams{std::to_string(launch + 1), 0, false};
  };
  bool is_last = !arguments.follow || run.ended_at || !records.is_alive(run);
  int looks_in_vain = 0;  // In a row: nobody carried it out.
  std::int64_t after = 0;
  for (;;) {
    TRY(history.lines(run.record.id, after, [&](const history::StoredLine& stored) {
      after = stored.sequence;
      if (arguments.launch && *arguments.launch != stored.launch + 1) return true;
      const auto& line = stored.line;
      if (arguments.json) {
        world.screen.output(R"({"type":"log","launch":)" + std::to_string(stored.launch + 1) +
                            ",\"name\":" + json::quoted(launch_of(stored.launch).launch) +
                            ",\"container\":" + json::quoted(stored.container) +
                            ",\"timestamp\":" + json::quoted(iso_time(line.timestamp)) +
                            ",\"message\":" + json::quoted(line.text) + "}");
      } else {
        const auto time = arguments.timestamps ? iso_time(line.timestamp) + " " : std::string();
        const auto whose = stream_prefix(launch_of(stored.launch), stored.container, many);
        world.screen.output(with_prefix(time + whose, line.text));
      }
      return true;
    }));
    world.screen.flush();
    if (is_last) break;
    (void)sys::wait_for(kFollowEvery, [] { return false; });
    // Looked at before the lines are read once more, so that none written before it is missed.
    const bool has_ended = TRY(history.has_ended(run.record.id));
    looks_in_vain = records.is_alive(run) ? 0 : looks_in_vain + 1;
    is_last = has_ended || looks_in_vain >= kLooksInVainMax;
  }
  if (!arguments.follow) return {};
  if (const auto now = TRY(history.find(run.record.id)); records.can_attach(now))
    world.screen.message(why_left(records, now) + "; `" + attach_command(run.record.id) +
                         "` goes on with it");
  return {};
}

template <class Arguments>
int finish(Result<> (*body)(const Arguments&, const World&), const Arguments& arguments,
           const World& world) {
  const auto done = body(arguments, world);
  return done ? kExitSuccess : failed(world, done.error());
}

}  // namespace

int runs(const RunsList& arguments, const World& world) {
  return finish(list, arguments, world);
}
int runs(const RunsShow& arguments, const World& world) {
  return finish(show, arguments, world);
}
int runs(const RunsLogs& arguments, const World& world) {
  return finish(logs, arguments, world);
}

}  // namespace runtask::cli
