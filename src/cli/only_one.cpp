#include "cli/only_one.h"

#include <algorithm>
#include <map>

#include "base/text.h"
#include "ecs/life_cycle.h"
#include "ecs/limits.h"

namespace runtask::cli {
namespace {

constexpr int kListPagesMax = 100;  // Of 100 tasks each.
constexpr unsigned kDirectoryMode = 0700;
constexpr unsigned kFileMode = 0600;
// A run that has just lost its last task needs a moment to leave.
constexpr Duration kLockPatience = std::chrono::milliseconds(500);

// What must be alone: a family in a cluster.
struct Place {
  std::size_t target = 0;
  std::string cluster;  // As the request has it.
  std::string family;
  std::vector<std::string> launches;  // Their names.
};

// "arn:aws:ecs:eu-west-1:123456789012:task-definition/manage:3", or what stands for it.
std::string family_of(const std::string& definition) {
  const auto name = ecs::last_part(definition);
  return name.substr(0, name.find(':'));
}

// Names that ECS takes (letters, digits, - and _) as they are; what nobody has checked cannot leave
// the folder.
std::string file_name(std::string text) {
  for (char& c : text) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || c == '-' || c == '_';
    if (!is_plain) c = '+';
  }
  return text;
}

// By the folders of their locks below the state directory: in an order that is the same for
// everybody.
std::map<std::string, Place> places_of(const std::vector<Target>& targets, const run::Plan& plan) {
  std::map<std::string, Place> places;
  for (const auto& launch : plan.launches) {
    const auto& part = plan.part_of(launch);
    const auto& target = targets.at(part.place.target);
    Place place{
        part.place.target, launch.input.cluster, family_of(launch.input.task_definition), {}};
    const auto arn = ecs::parse_arn(launch.input.task_definition);
    const auto account = arn ? arn->account + "." + arn->region
                             : target.account + "." + target.region + "." + target.words;
    const auto folder = "/only-one/" + file_name(account) + "/" + file_name(part.cluster) + "/" +
                        file_name(place.family);
    places.emplace(folder, std::move(place)).first->second.launches.push_back(launch.name);
  }
  return places;
}

template <class Reply>
Result<Reply> or_refuse(ecs::Called<Reply> called) {
  if (called) return *std::move(called);
  auto error = std::move(called).error().error;
  error.context.push_back("while looking for tasks that --only-one excludes");
  if (error.code == Code::kDenied)
    error.hint = "allow the call; without it nobody knows whether another one runs";
  return fail(std::move(error));
}

Error in_the_way(const Place& place, const std::string& task, const std::string& started_by) {
  return {Code::kConflict,
          "--only-one: a task of family `" + place.family + "` is alive in cluster " +
              (place.cluster.empty() ? "default" : ecs::last_part(place.cluster)) + ": " + task +
              (started_by.empty() ? "" : ", started by " + started_by),
          {},
          "wait until it has ended, or stop it"};
}

// What is looked at, and what does not count.
struct Look {
  const World& world;
  const Target& target;
  const Place& place;
  const OwnTasks& own;
};

// The tasks of one page that are alive. Those that are listed as stopped may still be at it.
Result<> refuse_living(const Look& look, std::vector<std::string> tasks, bool is_wanted_stopped) {
  const auto& [world, target, place, own] = look;
  std::erase_if(tasks, [&look](const std::string& task) { return look.own.arns.contains(task); });
  if (tasks.empty()) return {};
  ecs::DescribeTasks request;
  request.cluster = place.cluster;
  request.tasks = tasks;
  auto called = call_and_wait(world, *target.client, request);
  // Which they are is known; what more is to be said of them need not be.
  if (!called && !is_wanted_stopped) return fail(in_the_way(place, tasks.front(), {}));
  const auto reply = TRY(or_refuse(std::move(called)));
  for (const auto& task : reply.tasks)
    if (ecs::status_of(task.last_status) != ecs::Status::kStopped &&
        !own.started_by.contains(task.started_by))
      return fail(in_the_way(place, task.task_arn, task.started_by));
  return {};
}

// ECS API: RUNNING are all that are wanted running, so also those that are still to start.
Result<> refuse_listed(const Look& look, const char* desired_status) {
  const auto& [world, target, place, own] = look;
  ecs::ListTasks request;
  request.cluster = place.cluster;
  request.family = place.family;
  request.desired_status = desired_status;
  const bool is_wanted_stopped = request.desired_status == "STOPPED";
  for (int page = 0; page < kListPagesMax; ++page) {
    const auto reply = TRY(or_refuse(call_and_wait(world, *target.client, request)));
    if (reply.task_arns.size() > ecs::limits::kTasksPerDescribeMax)
      return fail(Code::kInvalid, "ListTasks answered with more than a page");
    TRY(refuse_living(look, reply.task_arns, is_wanted_stopped));
    if (reply.next_token.empty()) return {};
    request.next_token = reply.next_token;
  }
  return fail(Code::kFull, "family `" + place.family + "` has more tasks than 100 pages hold");
}

// A task only ever goes from the first list to the second.
Result<> look_at(const World& world, const std::vector<Target>& targets, const Place& place,
                 const OwnTasks& own) {
  const Look look{world, targets.at(place.target), place, own};
  TRY(refuse_listed(look, "RUNNING"));
  return refuse_listed(look, "STOPPED");
}

Result<std::unique_ptr<sys::FileLock>> lock(const World& world, const std::string& folder,
                                            const Place& place, const std::string& run_id) {
  TRY(world.files.make_directory(folder, kDirectoryMode));
  auto held = world.files.lock(folder + "/lock", kLockPatience);
  const auto holder = folder + "/run";
  if (held) {
    TRY(world.files.write(holder, run_id, kFileMode));
    return held;
  }
  auto error = std::move(held).error();
  if (error.code != Code::kConflict) return fail(std::move(error));
  const auto run = world.files.read(holder).value_or("");
  return fail(
      Code::kConflict,
      "--only-one: run " + run + " of family `" + place.family + "` is under way on this machine",
      "runtask runs show " + run);
}

}  // namespace

Result<OnlyOne> OnlyOne::claim(const World& world, const std::vector<Target>& targets,
                               const run::Plan& plan, const OwnTasks& own) {
  const auto state = TRY(world.state_directory());
  OnlyOne claim;
  for (const auto& [folder, place] : places_of(targets, plan)) {
    claim.locks_.push_back(TRY(lock(world, state + folder, place, plan.run_id)));
    TRY(look_at(world, targets, place, own));
  }
  return claim;
}

std::vector<run::PlanCheck> OnlyOne::look(const World& world, const std::vector<Target>& targets,
                                          const run::Plan& plan) {
  std::vector<run::PlanCheck> checks;
  for (const auto& [folder, place] : places_of(targets, plan))
    if (const auto free = look_at(world, targets, place, {}); !free)
      checks.push_back(
          {run::Finding::kBad, free.error().message, free.error().hint, place.launches});
  return checks;
}

}  // namespace runtask::cli
