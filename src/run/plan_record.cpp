#include "run/plan_record.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "base/json_members.h"
#include "base/text.h"
#include "ecs/api.h"

namespace runtask::run {

// As the recipe has them. Members that are the same for many launches are kept once.
struct RecordedLaunch {
  std::string name;
  std::size_t part = 0;
  std::size_t request = 0;  // Into RecordedPlan::requests.
  std::string token;
};
struct RecordedPlan {
  std::string run_id, title;
  std::vector<TargetWords> targets;
  std::vector<Part> parts;
  std::vector<std::string> requests;  // RunTask's input as JSON text, without the token.
  std::vector<RecordedLaunch> launches;
};
struct Recipe {
  RecordedPlan plan;
  Policy policy;
  LogPace log_pace;
  std::vector<TargetRecipe> targets;
  std::vector<std::string> reports;
  bool is_script = false, only_one = false;
  std::vector<std::string> secrets;  // Names.
};

namespace {

template <class Visitor>
void milliseconds(Visitor& visit, const char* name, Duration& duration) {
  std::int64_t count = duration.count();
  visit.always(name, count);
  duration = Duration(count);
}
template <class Visitor>
void milliseconds(Visitor& visit, const char* name, std::optional<Duration>& duration) {
  std::optional<std::int64_t> count;
  if (duration) count = duration->count();
  visit(name, count);
  duration = count ? std::optional(Duration(*count)) : std::nullopt;
}

template <class Enumeration, std::size_t kCount, class Visitor>
void word(Visitor& visit, const char* name, Enumeration& value,
          const std::array<const char*, kCount>& words) {
  std::string text = words.at(static_cast<std::size_t>(value));
  visit.always(name, text);
  const auto found = std::find(words.begin(), words.end(), text);
  if (found != words.end()) value = static_cast<Enumeration>(found - words.begin());
}
constexpr std::array kOrders = {"by-environment", "listed", "first-alone", "all"};
constexpr std::array kAfterFailures = {"finish-running", "fail-fast", "keep-going"};

}  // namespace

// Each names all members of its struct, so that one that is added is not forgotten here: what is
// not recorded is lost by an attach.

template <class Visitor>
void members(Visitor& visit, TargetWords& it) {
  auto& [account, region, words] = it;
  visit("account", account);
  visit("region", region);
  visit("words", words);
}
template <class Visitor>
void members(Visitor& visit, Place& it) {
  auto& [environment, task, instance, target] = it;
  visit("environment", environment);
  visit("task", task);
  visit("instance", instance);
  visit.always("target", target);
}
template <class Visitor>
void members(Visitor& visit, LogSource& it) {
  auto& [container, group, prefix, note, region, is_by_runtime_id] = it;
  visit.required("container", container);
  visit("group", group);
  visit("prefix", prefix);
  visit("note", note);
  visit("region", region);
  visit("is_by_runtime_id", is_by_runtime_id);
}
template <class Visitor>
void members(Visitor& visit, Part& it) {
  auto& [place, what, cluster, deciding, essential, stop_patience, logs] = it;
  visit.required("place", place);
  visit("what", what);
  visit("cluster", cluster);
  visit("deciding", deciding);
  visit("essential", essential);
  milliseconds(visit, "stop_patience_ms", stop_patience);
  visit("logs", logs);
}
template <class Visitor>
void members(Visitor& visit, RecordedLaunch& it) {
  visit.required("name", it.name);
  visit.always("part", it.part);
  visit.always("request", it.request);
  visit("token", it.token);
}
template <class Visitor>
void members(Visitor& visit, RecordedPlan& it) {
  visit.required("run", it.run_id);
  visit("title", it.title);
  visit("targets", it.targets);
  visit.required("parts", it.parts);
  visit.required("requests", it.requests);
  visit.required("launches", it.launches);
}
template <class Visitor>
void members(Visitor& visit, Pace& it) {
  auto& [first, longest] = it;
  milliseconds(visit, "first_ms", first);
  milliseconds(visit, "longest_ms", longest);
}
template <class Visitor>
void members(Visitor& visit, Polls& it) {
  auto& [every, most] = it;
  milliseconds(visit, "every_ms", every);
  visit.always("most", most);
}
template <class Visitor>
void members(Visitor& visit, Policy& it) {
  // How long an interrupted run may take is for each process that carries it out.
  auto& [order, after_failure, max_parallel, timeout, start_timeout, retries, lists_lag,
         retry_on_spot, detach, detach_on_interrupt, interrupt_patience, pace, polls, jitter_seed] =
      it;
  word(visit, "order", order, kOrders);
  word(visit, "after_failure", after_failure, kAfterFailures);
  visit.always("max_parallel", max_parallel);
  milliseconds(visit, "timeout_ms", timeout);
  milliseconds(visit, "start_timeout_ms", start_timeout);
  visit.always("retries", retries);
  milliseconds(visit, "lists_lag_ms", lists_lag);
  visit.always("retry_on_spot", retry_on_spot);
  visit.always("detach", detach);
  visit.always("detach_on_interrupt", detach_on_interrupt);
  visit("pace", pace);
  visit("polls", polls);
  visit("jitter_seed", jitter_seed);
}
template <class Visitor>
void members(Visitor& visit, LogPace& it) {
  auto& [first, longest, drain, detect] = it;
  milliseconds(visit, "first_ms", first);
  milliseconds(visit, "longest_ms", longest);
  milliseconds(visit, "drain_ms", drain);
  milliseconds(visit, "detect_ms", detect);
}
template <class Visitor>
void members(Visitor& visit, TargetRecipe& it) {
  auto& [is_local, profile, region, insecure_http, by_names, account, provider, cmdb_provider,
         account_number] = it;
  visit.always("local", is_local);
  visit("profile", profile);
  visit("region", region);
  visit.always("insecure_http", insecure_http);
  visit.always("by_names", by_names);
  visit("account", account);
  visit("provider", provider);
  visit("cmdb_provider", cmdb_provider);
  visit("account_number", account_number);
}
template <class Visitor>
void members(Visitor& visit, Recipe& it) {
  visit.required("plan", it.plan);
  visit.required("policy", it.policy);
  visit.required("log_pace", it.log_pace);
  visit.required("targets", it.targets);
  visit("reports", it.reports);
  visit.always("script", it.is_script);
  visit.always("only_one", it.only_one);
  visit("secrets", it.secrets);
}

namespace {

// What stands for a value. Nothing of what users gave can hold these words, because the id was made
// after it.
std::string marker_head(const std::string& run_id) {
  return "<<secret of " + run_id + ": ";
}
constexpr std::string_view kMarkerEnd = ">>";
constexpr std::string_view kAsJson = " as JSON";

constexpr std::size_t kMarkedLengthMin = 4;  // As of run::masked().

// What stands in the plan's texts, and what stands there instead in the recipe.
struct Marked {
  std::string value;
  std::string marker;
};

// In one pass, so that nothing that was put in is looked at again.
std::string marked(const std::string& text, const std::vector<Marked>& all) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto fits = std::find_if(all.begin(), all.end(), [&](const Marked& one) {
      return text.compare(at, one.value.size(), one.value) == 0;
    });
    if (fits == all.end()) {
      out += text[at++];
    } else {
      out += fits->marker;
      at += fits->value.size();
    }
  }
  return out;
}

class Marker {
 public:
  Marker(const std::string& run_id, const std::vector<NamedSecret>& secrets)
      : head_(marker_head(run_id)), secrets_(secrets) {
    for (std::size_t i = 0; i < secrets.size(); ++i) {
      const auto& value = secrets[i].value.reveal();
      if (value.size() < kMarkedLengthMin) continue;
      const auto quoted = json::quoted(value);
      const auto escaped = quoted.substr(1, quoted.size() - 2);
      all_.push_back({value, marker(i, false)});
      if (escaped != value) all_.push_back({escaped, marker(i, true)});
    }
    // A value that holds another one goes first.
    std::stable_sort(all_.begin(), all_.end(), [](const Marked& a, const Marked& b) {
      return a.value.size() > b.value.size();
    });
  }

  // Bounded: json::parse() takes no text that is nested more deeply than json::kDepthMax.
  void mark(json::Value& value) const {
    if (auto* text = value.get_ptr<json::Value::string_t*>()) {
      *text = marked(*text, all_);
    } else if (value.is_structured()) {
      mark_variable(value);
      for (auto& inner : value)
        mark(inner);
    }
  }

 private:
  // The variable itself, however short its value is.
  void mark_variable(json::Value& object) const {
    if (!object.is_object()) return;
    const auto name = object.find("name");
    const auto value = object.find("value");
    if (name == object.end() || value == object.end()) return;
    for (std::size_t i = 0; i < secrets_.size(); ++i)
      if (*name == secrets_[i].name && *value == secrets_[i].value.reveal())
        *value = marker(i, false);
  }
  [[nodiscard]] std::string marker(std::size_t index, bool as_json) const {
    return head_ + std::to_string(index) + std::string(as_json ? kAsJson : "") +
           std::string(kMarkerEnd);
  }

  std::string head_;
  const std::vector<NamedSecret>& secrets_;
  std::vector<Marked> all_;
};

// All secrets of the plan, with their names as far as they are known, each once.
std::vector<NamedSecret> known_secrets(const Plan& plan, const std::vector<NamedSecret>& named) {
  std::vector<NamedSecret> all = named;
  for (const auto& secret : plan.secrets) {
    const bool is_known = std::any_of(all.begin(), all.end(),
                                      [&](const NamedSecret& one) { return one.value == secret; });
    if (!is_known) all.push_back({{}, secret});
  }
  return all;
}

RecordedPlan recorded(const Plan& plan) {
  RecordedPlan out{plan.run_id, plan.title, plan.targets, plan.parts, {}, {}};
  std::map<std::string, std::size_t> requests;
  for (const auto& launch : plan.launches) {
    const auto& [index, name, input, part] = launch;
    auto common = input;
    common.client_token.clear();
    const auto [at, is_new] = requests.emplace(ecs::write_request(common), requests.size());
    if (is_new) out.requests.push_back(at->first);
    out.launches.push_back({name, part, at->second, input.client_token});
  }
  return out;
}

// A text with the values in place of their markers; `****` for those that are not given.
std::string unmarked(const std::string& text, const std::string& head,
                     const std::vector<Secret>& values) {
  std::string out;
  std::size_t from = 0;
  for (auto at = text.find(head); at != std::string::npos; at = text.find(head, from)) {
    const auto end = text.find(kMarkerEnd, at);
    if (end == std::string::npos) break;
    auto number = std::string_view(text).substr(at + head.size(), end - at - head.size());
    const bool as_json = number.ends_with(kAsJson);
    if (as_json) number.remove_suffix(kAsJson.size());
    const auto index = parse_integer(number, 0, static_cast<long long>(values.size()) - 1);
    out += text.substr(from, at - from);
    if (index) {
      const auto& value = values[static_cast<std::size_t>(*index)].reveal();
      const auto quoted = json::quoted(value);
      out += as_json ? quoted.substr(1, quoted.size() - 2) : value;
    } else {
      out += Secret::masked();
    }
    from = end + kMarkerEnd.size();
  }
  return out + text.substr(from);
}

// Bounded as mark() is.
void unmark(json::Value& value, const std::string& head, const std::vector<Secret>& values) {
  if (auto* text = value.get_ptr<json::Value::string_t*>()) {
    *text = unmarked(*text, head, values);
  } else if (value.is_structured()) {
    for (auto& inner : value)
      unmark(inner, head, values);
  }
}

tl::unexpected<Error> damaged(const std::string& what) {
  return fail(Code::kInvalid, "the recipe of the run is damaged: " + what);
}

Result<Plan> plan_of(RecordedPlan recorded) {
  Plan plan;
  plan.run_id = std::move(recorded.run_id);
  plan.title = std::move(recorded.title);
  plan.targets = std::move(recorded.targets);
  plan.parts = std::move(recorded.parts);
  for (const auto& part : plan.parts)
    if (part.place.target >= plan.targets.size()) return damaged("a part has no target");
  std::vector<ecs::RunTask> requests;
  for (const auto& text : recorded.requests)
    requests.push_back(TRY(ecs::read_request<ecs::RunTask>(text)));
  for (auto& launch : recorded.launches) {
    if (launch.part >= plan.parts.size()) return damaged("a launch has no part");
    if (launch.request >= requests.size()) return damaged("a launch has no request");
    auto input = requests[launch.request];
    input.client_token = launch.token;
    plan.launches.push_back({static_cast<int>(plan.launches.size()), std::move(launch.name),
                             std::move(input), launch.part});
  }
  if (plan.launches.empty()) return damaged("it has no launches");
  return plan;
}

}  // namespace

WrittenPlan write_plan(const PlanRecord& record, const std::vector<NamedSecret>& secrets) {
  const auto all = known_secrets(record.plan, secrets);
  Recipe recipe{recorded(record.plan), record.policy,    record.log_pace, record.targets,
                record.reports,        record.is_script, record.only_one, {}};
  const Marker marker(record.plan.run_id, all);
  // The requests are texts with JSON inside: marked as what they hold, so that what is short is
  // found by its place.
  for (auto& text : recipe.plan.requests) {
    auto request = json::parse(text, "request").value_or(json::Value());
    marker.mark(request);
    text = json::to_text(request);
  }
  auto tree = json::to_tree(recipe);
  auto requests = std::exchange(tree["plan"]["requests"], json::Value());
  marker.mark(tree);
  tree["plan"]["requests"] = std::move(requests);
  tree["plan"]["run"] = record.plan.run_id;
  WrittenPlan written;
  if (!all.empty()) {
    auto names = json::Value::array();
    auto values = json::Value::array();
    for (const auto& one : all) {
      names.push_back(one.name);
      values.push_back(one.value.reveal());
    }
    tree["secrets"] = std::move(names);
    written.values = Secret(json::to_text(values));
  }
  written.recipe = json::to_text(tree);
  return written;
}

Result<std::vector<std::string>> secret_names(const std::string& recipe) {
  return TRY(json::read_text<Recipe>(recipe, "recipe")).secrets;
}

Result<PlanRecord> read_plan(const std::string& recipe, const Secret& values) {
  if (values.empty()) return read_plan(recipe, std::vector<Secret>());
  std::vector<Secret> secrets;
  for (auto& value : TRY(json::read_text<std::vector<std::string>>(values.reveal(), "secrets")))
    secrets.emplace_back(std::move(value));
  return read_plan(recipe, secrets);
}

Result<PlanRecord> read_plan(const std::string& recipe, const std::vector<Secret>& values) {
  auto tree = TRY(json::parse(recipe, "recipe"));
  auto read = TRY(json::read_tree<Recipe>(tree, "recipe"));
  const auto head = marker_head(read.plan.run_id);
  auto requests = std::move(read.plan.requests);
  tree["plan"]["requests"] = json::Value::array();
  unmark(tree, head, values);
  read = TRY(json::read_tree<Recipe>(tree, "recipe"));
  for (auto& text : requests) {
    auto request = TRY(json::parse(text, "recipe"));
    unmark(request, head, values);
    text = json::to_text(request);
  }
  read.plan.requests = std::move(requests);
  PlanRecord record;
  record.plan = TRY(plan_of(std::move(read.plan)));
  record.plan.secrets = values;
  record.policy = read.policy;
  record.log_pace = read.log_pace;
  record.targets = std::move(read.targets);
  if (record.targets.size() != record.plan.targets.size())
    return damaged("not every target has its own");
  record.reports = std::move(read.reports);
  record.is_script = read.is_script;
  record.only_one = read.only_one;
  return record;
}

void rename_run(Plan& plan, const std::string& run_id) {
  const auto rename = [&](std::string& text) {
    const auto at = text.find(plan.run_id);
    if (at != std::string::npos) text.replace(at, plan.run_id.size(), run_id);
  };
  for (auto& launch : plan.launches) {
    rename(launch.input.client_token);
    rename(launch.input.started_by);
  }
  plan.run_id = run_id;
}

}  // namespace runtask::run
