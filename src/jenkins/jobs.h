#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "jenkins/model.h"
#include "jenkins/result.h"
#include "sys/files.h"

// What outlives a build: the job with its numbers, its earlier builds and its workspace, as files
// below a home directory (JENKINS_HOME):
//
//   jobs/JOB/next-build-number
//   jobs/JOB/builds/N/build.json, log, artifacts/
//   workspaces/JOB, workspaces/JOB@2, ...
//
// JOB is the job's name with `+` for `/`. Blocking; any thread.

namespace runtask::jenkins {

// What is kept of a build.
struct StoredBuild {
  int number = 0;
  std::optional<BuildResult> result;  // None: under way, or its runner died.
  std::string description;
  std::string display_name;
  WallTime started_at;
  Duration duration{0};
  bool is_kept = false;
  std::string run_id;                                           // In the history.
  std::vector<std::pair<std::string, std::string>> parameters;  // Secrets masked.
};

// jenkins-pipeline 1.8. None: off.
struct LogRotator {
  std::optional<long long> days;
  std::optional<long long> builds;
  std::optional<long long> artifact_days;
  std::optional<long long> artifact_builds;
  bool removes_last = false;
};
// From options { buildDiscarder(logRotator(...)) }; none if there is none.
[[nodiscard]] std::optional<LogRotator> rotator_of(const std::vector<Call>& options);

constexpr int kWorkspacesMax = 100;  // Of one job at the same time.

class Job {
 public:
  Job(sys::Files& files, std::string home, std::string name);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::string& home() const { return home_; }
  [[nodiscard]] std::string build_directory(int number) const;

  // The number of a new build, whose directory is made.
  [[nodiscard]] Result<int> new_number();
  // A workspace that no other build uses: the job's own, else the next of JOB@2, JOB@3, ... It is
  // this build's until the lock is destroyed.
  struct Workspace {
    std::string path;
    std::unique_ptr<sys::FileLock> lock;
  };
  [[nodiscard]] Result<Workspace> take_workspace();
  // For disableConcurrentBuilds(): kConflict if another build does not end within `patience`.
  [[nodiscard]] Result<std::unique_ptr<sys::FileLock>> take_turn(Duration patience);
  // For its abortPrevious: a build that came at `came` and waits for its turn asks the one that has
  // it to end; and whether the one that came then has been asked to. Who takes the turn forgets
  // what was asked of the one before: who still waits asks again.
  [[nodiscard]] Result<> supersede(WallTime came);
  [[nodiscard]] bool is_superseded(WallTime came) const;

  [[nodiscard]] Result<> store(const StoredBuild& build);
  // Newest first. What cannot be read is left out.
  [[nodiscard]] std::vector<StoredBuild> builds() const;
  // Deletes what the rotator no longer keeps. Returns the numbers of the builds deleted.
  [[nodiscard]] Result<std::vector<int>> prune(const LogRotator& rotator, WallTime now);

 private:
  [[nodiscard]] std::optional<WallTime> superseded_by() const;

  sys::Files& files_;
  std::string home_;
  std::string name_;
  std::string directory_;
  std::string workspace_;
};

// Whether a build gives such names to what it keeps in the temporary directory of its workspace,
// JOB@tmp, for no longer than a step: scripts, secrets, what is handed to other builds.
[[nodiscard]] bool is_temporary_name(std::string_view name);
// Deletes them where no build is, of all jobs: their runners were killed. take_workspace() does so
// for its workspace.
[[nodiscard]] Result<> remove_leftovers(sys::Files& files, const std::string& home);

// Whether git can know anything of the directory: a .git stands in it or above it. Starting git to
// learn that there is none takes longer than an empty build.
[[nodiscard]] bool may_be_in_repository(const sys::Files& files, const std::string& directory);

}  // namespace runtask::jenkins
