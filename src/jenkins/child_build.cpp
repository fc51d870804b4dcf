#include "jenkins/child_build.h"

#include "base/json_members.h"

namespace runtask::jenkins {
namespace {

constexpr unsigned kFileMode = 0600;

// Not synced: nobody reads it after a crash.
Result<> write_private(sys::Files& files, const std::string& path, const json::Value& tree) {
  TRY(files.remove(path));
  return files.append(path, json::to_text(tree), kFileMode);
}

// A result by its name, which is what a reader of the file can make sense of.
struct Ending {
  ChildBuild build;
  std::string result;
  std::int64_t milliseconds = 0;
};

}  // namespace

template <class Visitor>
void members(Visitor& visit, GivenParameter& parameter) {
  visit.required("name", parameter.name);
  visit.required("value", parameter.value);
}

template <class Visitor>
void members(Visitor& visit, Commission& commission) {
  visit.required("upstreamJob", commission.upstream_job);
  visit.required("upstreamNumber", commission.upstream_number);
  visit("cookie", commission.cookie);
  visit("parameters", commission.parameters);
  visit("secrets", commission.secrets);
  visit("inputs", commission.inputs);
  visit("libraries", commission.libraries);
  visit("tools", commission.tools);
  visit("credentials", commission.credentials);
  visit("reportFile", commission.report_file);
  visit("forBackground", commission.is_for_background);
  visit("inBackground", commission.is_in_background);
}

namespace {

template <class Visitor>
void members(Visitor& visit, Ending& ending) {
  auto& build = ending.build;
  visit.required("job", build.job);
  visit.required("number", build.number);
  visit.required("result", ending.result);
  visit("description", build.description);
  visit("displayName", build.display_name);
  visit("url", build.url);
  visit("kept", build.is_kept);
  visit.millis("started", build.started_at);
  visit.required("durationMillis", ending.milliseconds);
  visit("variables", build.variables);
}

}  // namespace

Result<> hand_over(sys::Files& files, const std::string& path, const Commission& commission) {
  return write_private(files, path, json::to_tree(commission));
}

Result<Commission> take_over(sys::Files& files, const std::string& path) {
  const auto text = TRY(files.read(path));
  TRY(files.remove(path));
  return json::read_text<Commission>(text, path);
}

Result<> report(sys::Files& files, const std::string& path, const ChildBuild& build) {
  const Ending ending{build, std::string(name_of(build.result)), build.duration.count()};
  return write_private(files, path, json::to_tree(ending));
}

Result<ChildBuild> read_report(const sys::Files& files, const std::string& path) {
  const auto text = TRY(files.read(path));
  auto ending = TRY(json::read_text<Ending>(text, path));
  const auto result = result_named(ending.result);
  if (!result) return fail(Code::kInvalid, path + ": no result is called " + ending.result);
  ending.build.result = *result;
  ending.build.duration = Duration(ending.milliseconds);
  return std::move(ending.build);
}

}  // namespace runtask::jenkins
