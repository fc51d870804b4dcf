#include "run/outcome.h"

#include <algorithm>

#include "base/json_members.h"

namespace runtask::run {

// The contract's names; `type` tells the record apart from the log and status lines before it.
struct OutcomeRecord {
  std::string type = "outcome";
  Outcome outcome;
};

namespace {

template <class Visitor>
void kind_member(Visitor& visit, VerdictKind& kind) {
  std::string text(name_of(kind));
  visit.required("verdict", text);
  kind = verdict_kind_of(text);
}
template <class Visitor>
void time_member(Visitor& visit, const char* name, std::optional<WallTime>& time) {
  std::optional<std::string> text;
  if (time) text = iso_time(*time);
  visit(name, text);
  if (text)
    if (const auto read = parse_iso_time(*text)) time = *read;
}
template <class Visitor>
void time_member(Visitor& visit, const char* name, WallTime& time) {
  std::optional<WallTime> optional = time;
  time_member(visit, name, optional);
  time = *optional;
}

}  // namespace

template <class Visitor>
void members(Visitor& visit, ContainerOutcome& it) {
  visit.required("name", it.name);
  visit.always("exit_code", it.exit_code);
  visit("reason", it.reason);
  visit("essential", it.is_essential);
}

template <class Visitor>
void members(Visitor& visit, LaunchOutcome& it) {
  int number = it.index + 1;  // Counted from 1, as everywhere that people see.
  visit.required("launch", number);
  it.index = number - 1;
  visit.required("name", it.name);
  visit("environment", it.environment);
  visit("task", it.task);
  visit("instance", it.instance);
  visit("account", it.account);
  visit("region", it.region);
  visit("cluster", it.cluster);
  visit("where", it.where);
  kind_member(visit, it.verdict.kind);
  visit.always("exit_code", it.verdict.exit_code);
  visit("decided_by", it.verdict.container);
  visit("words", it.verdict.words);
  visit.always("may_still_run", it.verdict.may_still_run);
  visit("task_arn", it.task_arn);
  visit("stop_code", it.stop_code);
  visit("stopped_reason", it.stopped_reason);
  visit.always("containers", it.containers);
  time_member(visit, "started_at", it.started_at);
  time_member(visit, "ended_at", it.ended_at);
  visit.always("log_lines", it.log_lines);
  visit("log_notes", it.log_notes);
  std::vector<std::string> lines(it.last_lines.begin(), it.last_lines.end());
  visit("last_lines", lines);
  it.last_lines.assign(lines.begin(), lines.end());
}

template <class Visitor>
void members(Visitor& visit, OutcomeRecord& it) {
  visit.required("type", it.type);
  visit.required("run", it.outcome.run_id);
  visit("title", it.outcome.title);
  kind_member(visit, it.outcome.kind);
  visit.required("exit_code", it.outcome.exit_code);
  time_member(visit, "started_at", it.outcome.started_at);
  time_member(visit, "ended_at", it.outcome.ended_at);
  visit.always("history_incomplete", it.outcome.history_incomplete);
  visit.always("launches", it.outcome.launches);
  visit("surplus_tasks", it.outcome.surplus_tasks);
}

std::string recorded_id(const Outcome& outcome) {
  return outcome.is_recorded ? outcome.run_id : std::string();
}

bool is_left_running(const Outcome& outcome) {
  return !outcome.surplus_tasks.empty() ||
         std::any_of(outcome.launches.begin(), outcome.launches.end(),
                     [](const auto& launch) { return is_left_running(launch.verdict); });
}

std::string to_json(const Outcome& outcome) {
  return json::to_text(json::to_tree(OutcomeRecord{"outcome", outcome}));
}

Result<Outcome> read_outcome(std::string_view text) {
  auto record = TRY(json::read_text<OutcomeRecord>(text, "outcome"));
  return std::move(record.outcome);
}

}  // namespace runtask::run
