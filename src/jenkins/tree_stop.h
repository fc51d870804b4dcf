#pragma once

#include <string>
#include <vector>

#include "sys/files.h"
#include "sys/loop.h"
#include "sys/processes.h"

// How Jenkins' durable task ends what `sh` has started: everything of the build gets SIGTERM and
// may take its time. For the loop's thread.

namespace runtask::jenkins {

// By it a process is known to be of a build; one that has given itself another is left alone.
constexpr const char* kCookie = "JENKINS_NODE_COOKIE=";

class TreeStop {
 public:
  TreeStop(sys::Loop& loop, const sys::Files& files, std::string cookie);
  TreeStop(const TreeStop&) = delete;
  TreeStop& operator=(const TreeStop&) = delete;

  // Asks the process and all that it has started. Once; `process` must outlive this.
  void ask(sys::Process& process);

 private:
  // A process that has got SIGTERM. Between its fork and its exec it may still have had the handler
  // of the shell that forked it, and the program that it has become since knows of no signal: then
  // it gets another one.
  struct Asked {
    int pid = 0;
    std::string command;  // When it was asked.
    bool is_asked_again = false;
  };
  void look();
  void ask_descendants();

  sys::Loop& loop_;
  const sys::Files& files_;
  const std::string cookie_;
  sys::Process* process_ = nullptr;
  std::vector<Asked> asked_;
  sys::PendingPtr next_look_;
};

}  // namespace runtask::jenkins
