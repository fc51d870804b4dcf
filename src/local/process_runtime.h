#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "local/events.h"
#include "local/image_table.h"
#include "local/log_store.h"
#include "local/state_directory.h"
#include "sys/files.h"
#include "sys/loop.h"
#include "sys/processes.h"

namespace runtask::local {

// The environment variable that marks every process of a task: "<installation>/<task id>".
constexpr const char* kTreeVariable = "RUNTASK_TREE";

// Runs containers as plain process trees of this machine: no isolation at all. Each has the merged
// environment, a working directory, its memory limit and a log; when it ends, all that it has
// started ends with it. Destroying the runtime kills everything. For the loop's thread.
class ProcessRuntime {
 public:
  struct Outside {  // All must outlive the runtime.
    sys::Loop& loop;
    sys::Files& files;
    sys::Processes& processes;
    LogStore& logs;
  };
  struct Options {
    StateDirectory directory;
    std::string installation;  // See Store::installation.
    std::string region;
    std::string home;  // The user's; empty: the container's working directory.
  };
  // `report` may be called from inside carry_out().
  ProcessRuntime(Outside outside, Options options, std::function<void(const Event&)> report);
  ~ProcessRuntime();
  ProcessRuntime(const ProcessRuntime&) = delete;
  ProcessRuntime& operator=(const ProcessRuntime&) = delete;

  void carry_out(const Action& action);

 private:
  struct Running;
  using Environment = std::vector<std::pair<std::string, std::string>>;

  void start(const ContainerStart& start);
  [[nodiscard]] Result<> try_start(const ContainerStart& start);
  [[nodiscard]] Result<Environment> environment_of(const ContainerStart& start,
                                                   const ImageTable& images, const Image& image,
                                                   const std::string& working_directory) const;
  [[nodiscard]] Result<std::string> working_directory_of(const ContainerStart& start,
                                                         const Image& image);
  void ended(const ContainerId& id, const sys::ProcessExit& exit);
  void check_health(const CheckHealth& check);
  void health_checked(const ContainerId& id, bool passed);
  void remove_directory(const ContainerId& id);

  Outside outside_;
  Options options_;
  std::function<void(const Event&)> report_;
  std::map<ContainerId, std::unique_ptr<Running>> running_;
};

// Why a container must not run as a plain process, or nothing: what it asks for would reach further
// than a process of the user should be led by a task definition, or cannot be had. Pure.
[[nodiscard]] std::optional<std::string> refused_settings(const ContainerStart& start);

}  // namespace runtask::local
