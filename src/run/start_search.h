#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "ecs/client.h"
#include "run/journal.h"

// Looks for the tasks that a StartCall has started, when its answer is lost and its token too old:
// ListTasks by startedBy, running and stopped, and DescribeTasks where that alone does not tell.
// Destroying it calls the search off. For the loop's thread.

namespace runtask::run {

// Whether the task can only come from this call. By a startedBy that is the call's own that is
// sure. One that the user gave others may have too: then definition and overrides must be the
// call's, and the task must not be older than it.
[[nodiscard]] bool is_of_call(const ecs::Task& task, const ecs::RunTask& input,
                              const journal::StartCall& call);

struct StartsFound {
  std::vector<ecs::Task> tasks;  // The call's; perhaps only their ARNs are known.
  // What only this machine's clock tells from the call's: tasks that are older than it.
  std::vector<std::string> older;
};

class StartSearch {
 public:
  // Never called from inside the constructor.
  using Done = std::function<void(ecs::Called<StartsFound>)>;
  // `client` must outlive it. `named`: looks at these tasks alone, which somebody says are the
  // call's.
  StartSearch(ecs::Client& client, const ecs::RunTask& input, const journal::StartCall& call,
              Done done, std::vector<std::string> named = {});
  ~StartSearch();
  StartSearch(const StartSearch&) = delete;
  StartSearch& operator=(const StartSearch&) = delete;

 private:
  class State;
  std::shared_ptr<State> state_;
};

}  // namespace runtask::run
