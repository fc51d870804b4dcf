#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "jenkins/parameters.h"
#include "jenkins/result.h"
#include "sys/files.h"

// What a build hands to another one that it starts (`build job:`, jenkins-pipeline 2.3), and what
// comes back. The other build is a program of its own; what is said goes through files that only
// their owner may read, since a command line can be read by everybody and parameters may be
// secrets. Blocking; any thread.

namespace runtask::jenkins {

// What the new build is to do.
struct Commission {
  std::string upstream_job;  // The build that wants it.
  int upstream_number = 0;
  // The JENKINS_NODE_COOKIE of both: whoever ends one with all it has started ends the other too.
  // Empty: the new build has its own, and outlives the one that wants it.
  std::string cookie;
  std::vector<GivenParameter> parameters;
  std::vector<std::string> secrets;  // To be shown as ****, wherever they turn up.
  // As the first build had them: in Jenkins they belong to nobody's build.
  std::map<std::string, std::string> inputs;
  std::map<std::string, std::string> libraries;
  std::map<std::string, std::string> tools;
  std::map<std::string, std::string> credentials;
  std::string report_file;  // Where to say how it has ended. Empty: nobody wants to know.
  // wait: false. The program that gets this starts another one in the background, and ends when
  // that has said that the parameters will do; with a report file, that the build has a number.
  bool is_for_background = false;
  bool is_in_background = false;  // What the other one gets.
};

// How it has ended; FAILURE as long as it runs, since its runner may be killed.
struct ChildBuild {
  std::string job;
  int number = 0;
  BuildResult result = BuildResult::kFailure;
  std::string description;
  std::string display_name;
  std::string url;
  bool is_kept = false;
  WallTime started_at;
  Duration duration{0};
  std::map<std::string, std::string> variables;  // What it has written to `env`.
};

[[nodiscard]] Result<> hand_over(sys::Files& files, const std::string& path,
                                 const Commission& commission);
// Reads it and takes it away.
[[nodiscard]] Result<Commission> take_over(sys::Files& files, const std::string& path);

[[nodiscard]] Result<> report(sys::Files& files, const std::string& path, const ChildBuild& build);
// kNotFound: the build has not begun.
[[nodiscard]] Result<ChildBuild> read_report(const sys::Files& files, const std::string& path);

}  // namespace runtask::jenkins
