#include "jenkins/jobs.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/text.h"

namespace runtask::jenkins {
namespace {

constexpr unsigned kDirectoryMode = 0700;
constexpr unsigned kFileMode = 0600;
constexpr int kNumberMax = 1'000'000'000;
constexpr Duration kNumberPatience{5'000};

std::string file_name_of(std::string job) {
  std::replace(job.begin(), job.end(), '/', '+');
  if (job.empty() || job[0] == '.') job.insert(0, "_");
  return job;
}

std::optional<long long> limit_of(const groovy::CallExpr& call, std::string_view label) {
  for (const auto& argument : call.arguments) {
    if (argument.label != label) continue;
    if (const auto number = literal_integer(argument.value.get())) return number;
    const auto text = literal_text(argument.value.get());
    return text ? parse_integer(*text, 0, kNumberMax) : std::nullopt;
  }
  return std::nullopt;
}

std::string text_in(const json::Value& tree, const char* key) {
  const auto found = tree.find(key);
  return found != tree.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::optional<StoredBuild> read_build(std::string_view text, int number) {
  const auto tree = json::parse(text, "build.json");
  if (!tree || !tree->is_object()) return std::nullopt;
  StoredBuild build;
  build.number = number;
  build.result = result_named(text_in(*tree, "result"));
  build.description = text_in(*tree, "description");
  build.display_name = text_in(*tree, "displayName");
  build.run_id = text_in(*tree, "run");
  build.started_at = parse_iso_time(text_in(*tree, "started")).value_or(WallTime());
  if (const auto found = tree->find("durationMillis");
      found != tree->end() && found->is_number_integer())
    build.duration = Duration(found->get<std::int64_t>());
  if (const auto found = tree->find("kept"); found != tree->end() && found->is_boolean())
    build.is_kept = found->get<bool>();
  if (const auto found = tree->find("parameters"); found != tree->end() && found->is_object())
    for (const auto& [name, value] : found->items())
      if (value.is_string()) build.parameters.emplace_back(name, value.get<std::string>());
  return build;
}

bool is_successful(const StoredBuild& build) {
  return build.result && *build.result <= BuildResult::kUnstable;
}

// Of builds that nobody carries out any more: with the lock of the workspace.
Result<> remove_temporaries(sys::Files& files, const std::string& workspace) {
  const auto directory = workspace + "@tmp";
  if (!files.is_directory(directory)) return {};
  for (const auto& name : TRY(files.list(directory)))
    if (is_temporary_name(name)) TRY(files.remove(directory + "/" + name));
  return {};
}

// The builds that a limit of days or of number takes, newest first.
std::vector<int> beyond(const std::vector<StoredBuild>& builds, std::optional<long long> days,
                        std::optional<long long> count, WallTime now) {
  std::vector<int> numbers;
  for (std::size_t i = 0; i < builds.size(); ++i) {
    const bool is_old = days && builds[i].started_at < now - std::chrono::hours(24 * *days);
    if (is_old || (count && static_cast<long long>(i) >= *count))
      numbers.push_back(builds[i].number);
  }
  return numbers;
}

}  // namespace

bool is_temporary_name(std::string_view name) {
  constexpr std::array<std::string_view, 7> kKinds = {"askpass", "build",  "config", "output",
                                                      "report",  "script", "secret"};
  const auto parts = split(name.substr(0, name.find('.')), '-');
  return parts.size() == 3 && std::find(kKinds.begin(), kKinds.end(), parts[0]) != kKinds.end() &&
         parse_integer(parts[1], 1, kNumberMax) && parse_integer(parts[2], 1, kNumberMax);
}

Result<> remove_leftovers(sys::Files& files, const std::string& home) {
  constexpr std::string_view kLock = ".lock";
  const auto workspaces = home + "/workspaces";
  if (!files.is_directory(workspaces)) return {};
  for (const auto& name : TRY(files.list(workspaces))) {
    if (!name.ends_with(kLock)) continue;
    const auto workspace = workspaces + "/" + name.substr(0, name.size() - kLock.size());
    if (!files.is_directory(workspace + "@tmp")) continue;
    const auto lock = files.lock(workspace + std::string(kLock), Duration(0));
    if (lock) TRY(remove_temporaries(files, workspace));
  }
  return {};
}

std::optional<LogRotator> rotator_of(const std::vector<Call>& options) {
  for (const auto& option : options) {
    if (option.name != "buildDiscarder" || option.arguments.empty()) continue;
    const auto* call = groovy::node_if<groovy::CallExpr>(*option.arguments[0].value);
    if (call == nullptr || call->name == nullptr || *call->name != "logRotator") continue;
    LogRotator rotator;
    rotator.days = limit_of(*call, "daysToKeepStr");
    rotator.builds = limit_of(*call, "numToKeepStr");
    rotator.artifact_days = limit_of(*call, "artifactDaysToKeepStr");
    rotator.artifact_builds = limit_of(*call, "artifactNumToKeepStr");
    for (const auto& argument : call->arguments)
      if (argument.label == "removeLastBuild")
        rotator.removes_last = literal_bool(argument.value.get()).value_or(false);
    return rotator;
  }
  return std::nullopt;
}

Job::Job(sys::Files& files, std::string home, std::string name)
    : files_(files), home_(std::move(home)), name_(std::move(name)) {
  const auto file_name = file_name_of(name_);
  directory_ = home_ + "/jobs/" + file_name;
  workspace_ = home_ + "/workspaces/" + file_name;
}

std::string Job::build_directory(int number) const {
  return directory_ + "/builds/" + std::to_string(number);
}

Result<int> Job::new_number() {
  TRY(files_.make_directory(directory_ + "/builds", kDirectoryMode));
  const auto lock = TRY(files_.lock(directory_ + "/lock", kNumberPatience));
  const auto path = directory_ + "/next-build-number";
  int number = 1;
  if (const auto text = files_.read(path))
    number = static_cast<int>(parse_integer(trimmed(*text), 1, kNumberMax).value_or(1));
  // A number is used once, even if the file was lost.
  while (files_.exists(build_directory(number)) && number < kNumberMax)
    ++number;
  TRY(files_.write(path, std::to_string(number + 1) + "\n", kFileMode));
  TRY(files_.make_directory(build_directory(number), kDirectoryMode));
  return number;
}

Result<Job::Workspace> Job::take_workspace() {
  TRY(files_.make_directory(home_ + "/workspaces", kDirectoryMode));
  for (int i = 1; i <= kWorkspacesMax; ++i) {
    const auto path = i == 1 ? workspace_ : workspace_ + "@" + std::to_string(i);
    auto lock = files_.lock(path + ".lock", Duration(0));
    if (!lock && lock.error().code == Code::kConflict) continue;
    auto held = TRY(std::move(lock));
    TRY(files_.make_directory(path, kDirectoryMode));
    TRY(remove_temporaries(files_, path));
    return Workspace{path, std::move(held)};
  }
  return fail(Code::kFull,
              "more than " + std::to_string(kWorkspacesMax) + " builds of the job are running");
}

Result<std::unique_ptr<sys::FileLock>> Job::take_turn(Duration patience) {
  TRY(files_.make_directory(directory_, kDirectoryMode));
  auto turn = TRY(files_.lock(directory_ + "/turn.lock", patience));
  TRY(files_.remove(directory_ + "/turn.superseded"));
  return turn;
}

Result<> Job::supersede(WallTime came) {
  if (const auto asked = superseded_by(); asked && *asked >= came) return {};
  return files_.write(directory_ + "/turn.superseded", iso_time(came) + "\n", kFileMode);
}

bool Job::is_superseded(WallTime came) const {
  const auto asked = superseded_by();
  return asked && *asked > came;
}

std::optional<WallTime> Job::superseded_by() const {
  const auto text = files_.read(directory_ + "/turn.superseded");
  if (!text) return std::nullopt;
  const auto time = parse_iso_time(trimmed(*text));
  return time ? std::optional(*time) : std::nullopt;
}

Result<> Job::store(const StoredBuild& build) {
  auto tree = json::Value::object();
  tree["job"] = valid_utf8(name_);
  tree["number"] = build.number;
  tree["run"] = build.run_id;
  tree["started"] = iso_time(build.started_at);
  if (build.result) {
    tree["result"] = std::string(name_of(*build.result));
    tree["durationMillis"] = build.duration.count();
  }
  tree["displayName"] = valid_utf8(build.display_name);
  tree["description"] = valid_utf8(build.description);
  tree["kept"] = build.is_kept;
  auto parameters = json::Value::object();
  for (const auto& [name, value] : build.parameters)
    parameters[name] = valid_utf8(value);
  tree["parameters"] = std::move(parameters);
  return files_.write(build_directory(build.number) + "/build.json",
                      json::to_pretty_text(tree) + "\n", kFileMode);
}

std::vector<StoredBuild> Job::builds() const {
  std::vector<StoredBuild> builds;
  const auto names = files_.list(directory_ + "/builds");
  if (!names) return builds;
  for (const auto& name : *names) {
    const auto number = parse_integer(name, 1, kNumberMax);
    if (!number) continue;
    const auto text = files_.read(directory_ + "/builds/" + name + "/build.json");
    if (!text) continue;
    if (auto build = read_build(*text, static_cast<int>(*number)))
      builds.push_back(*std::move(build));
  }
  std::sort(builds.begin(), builds.end(),
            [](const auto& a, const auto& b) { return a.number > b.number; });
  return builds;
}

Result<std::vector<int>> Job::prune(const LogRotator& rotator, WallTime now) {
  const auto all = builds();
  const auto find_newest = [&](const auto& is_one) {
    const auto found = std::find_if(all.begin(), all.end(), is_one);
    return found != all.end() ? found->number : 0;
  };
  const int last_successful = find_newest(is_successful);
  const int last_stable =
      find_newest([](const StoredBuild& build) { return build.result == BuildResult::kSuccess; });
  const auto is_protected = [&](int number) {
    const auto build =
        std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.number == number; });
    if (build->is_kept || !build->result) return true;
    return !rotator.removes_last && (number == last_successful || number == last_stable);
  };
  std::vector<int> deleted;
  for (const int number : beyond(all, rotator.days, rotator.builds, now)) {
    if (is_protected(number)) continue;
    TRY(files_.remove(build_directory(number)));
    deleted.push_back(number);
  }
  for (const int number : beyond(all, rotator.artifact_days, rotator.artifact_builds, now))
    if (!is_protected(number)) TRY(files_.remove(build_directory(number) + "/artifacts"));
  return deleted;
}

bool may_be_in_repository(const sys::Files& files, const std::string& directory) {
  for (std::string path = directory;; path.resize(path.rfind('/'))) {
    if (files.exists(path + "/.git")) return true;
    if (path.find('/') == std::string::npos) return false;
  }
}

}  // namespace runtask::jenkins
