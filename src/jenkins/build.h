#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "jenkins/check.h"
#include "jenkins/console.h"
#include "jenkins/jobs.h"
#include "jenkins/parameters.h"
#include "jenkins/result.h"
#include "sys/environment.h"
#include "sys/files.h"
#include "sys/local_time.h"
#include "sys/loop.h"
#include "sys/processes.h"
#include "sys/random.h"

// One build: a checked pipeline carried out on this machine, from its first step to its result.
// What Jenkins does is in jenkins-pipeline; where that leaves a local runner a choice, the choice
// is said where it is made. For the loop's thread.

namespace runtask::jenkins {

// How an earlier build of the job ended.
struct PreviousBuild {
  int number = 0;
  BuildResult result = BuildResult::kSuccess;
  std::string description;
};

// The build that has started this one; a number of 0: there is none.
struct UpstreamBuild {
  std::string job;
  int number = 0;
  bool waits = false;  // For the end of this one; then it is who interrupts it.

  [[nodiscard]] bool is_there() const { return number != 0; }
  [[nodiscard]] std::string text() const { return job + " #" + std::to_string(number); }
};

struct BuildRequest {
  std::shared_ptr<const Checked> file;
  std::string file_path;  // Absolute.
  ParameterValues parameters;
  std::string job;  // "library/Jenkinsfile"
  int number = 1;
  std::string run_id;  // In the history.
  std::string cookie;  // By which its processes are known: JENKINS_NODE_COOKIE.
  UpstreamBuild upstream;
  std::string home;             // JENKINS_HOME.
  std::string workspace;        // Made if it is not there.
  std::string build_directory;  // Of this build: artifacts, stashes.
  std::string source;           // What a checkout brings: a directory; empty for none.
  std::string since;            // A commit: what changed since it is the build's change log.
  std::vector<PreviousBuild> previous;             // Newest first.
  std::map<std::string, std::string> exports;      // AUTOMATION_BASE_DIR, ...: unless set already.
  std::map<std::string, std::string> inputs;       // Answers by id.
  std::map<std::string, std::string> libraries;    // Directories by name.
  std::map<std::string, std::string> tools;        // The same.
  std::map<std::string, std::string> credentials;  // As read from the file: by id, JSON or text.
};

struct BuildOutside {
  sys::Loop& loop;
  sys::Files& files;
  sys::Processes& processes;
  sys::Random& random;
  const sys::Environment& environment;
  Console& console;
  // What is being done now, for the record: a stage, a script. While what it gives lives, it is.
  // Empty: nobody wants to know; use Execution::doing().
  std::function<std::shared_ptr<void>(const std::string& kind, const std::string& what)> on_begin;
  // Asks whoever sits at the terminal: answers once, on the loop, with none when nobody did. Empty:
  // there is no terminal.
  std::function<sys::PendingPtr(const std::string& question,
                                std::function<void(std::optional<std::string>)> done)>
      ask;
  // The time zone in force at a time. Empty: UTC.
  std::function<sys::LocalZone(WallTime)> zone;
};

struct StageOutcome {
  std::string name;
  BuildResult result = BuildResult::kSuccess;
  bool is_skipped = false;
  Duration duration{0};
};

struct BuildEnd {
  BuildResult result = BuildResult::kSuccess;
  std::string error;  // What the build failed with; empty if it did not.
  // A parameter's value was wrong, by a list that only the build could compute: no step has run.
  bool is_refused = false;
  std::string description;
  std::string display_name;
  bool is_kept = false;                          // currentBuild.keepLog
  std::map<std::string, std::string> variables;  // What was written to `env`.
  std::vector<StageOutcome> stages;
  std::optional<LogRotator> rotator;  // buildDiscarder() of the pipeline that ran.
};

class Execution;

class Build {
 public:
  Build(BuildOutside outside, BuildRequest request);
  ~Build();
  // Runs the loop until the build has ended and nothing of it runs any more.
  [[nodiscard]] BuildEnd run();
  // Somebody wants it to stop: what runs is interrupted, `post` still runs. The second time
  // everything ends at once.
  void interrupt(const std::string& why);
  // A newer build takes this one's place, which ends as NOT_BUILT; `post` still runs.
  void supersede(const std::string& why);

 private:
  std::unique_ptr<Execution> execution_;
};

}  // namespace runtask::jenkins
