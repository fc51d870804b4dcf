#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>

#include "sys/descriptor.h"
#include "sys/event_loop.h"
#include "sys/processes.h"

// Who was started and has not been reaped yet. For the .cpp files of sys.

namespace runtask::sys {

// One that runs: the child itself, or the keeper of its tree.
struct StartedProcess {
  pid_t pid = 0;                 // The child's.
  pid_t waited = 0;              // Whom to wait for: the child or its keeper.
  Descriptor handle;             // Its pidfd: readable when it has ended.
  Descriptor socket;             // To the keeper; closed when there is none.
  std::string cgroup_directory;  // Empty: none.

  [[nodiscard]] bool is_kept() const { return socket.is_open(); }
  // A child may stop its keeper, which takes no order then. Only of one that is kept.
  void wake_keeper() const;
  // Asks for the death of everybody; does not wait.
  void kill() const;
};

[[nodiscard]] ProcessExit exit_of(int wait_status);

class SystemProcesses::Nursery {
 public:
  Nursery(EventLoop& on_loop, bool may_use_cgroups) : loop(on_loop), use_cgroups(may_use_cgroups) {}

  void note(pid_t waited) { known_.insert(waited); }
  // Reaps one whose handle is readable, and with a keeper that did not finish its work, does it.
  ProcessExit collect(const StartedProcess& process);
  // Kills it and collects it later, when the loop sees it end.
  void abandon(StartedProcess process);
  void wait_for_abandoned();

  EventLoop& loop;
  bool use_cgroups;
  bool adopts = false;  // Whether this program is a subreaper.
  unsigned groups_made = 0;

 private:
  struct Abandoned {
    StartedProcess process;
    PendingPtr end;
  };
  // A killed keeper's descendants, and whoever else was adopted: children of this program that it
  // has never started.
  [[nodiscard]] std::span<pid_t> strays(std::span<pid_t> memory) const;
  void end_strays() const;
  void reap_strays() const;

  std::set<pid_t> known_;
  std::map<pid_t, Abandoned> abandoned_;
};

}  // namespace runtask::sys
