#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "ecs/client.h"
#include "run/journal.h"

// Looks for the tasks that a StartCall has started, when its answer is lost and its token too old:
// ListTasks by startedBy, running and stopped, and DescribeTasks where that alone does not tell.
// Of tasks that it tells, perhaps only the ARN is known. Destroying it calls the search off. For
// the loop's thread.

namespace runtask::run {

// Whether the task can only come from this call. By a startedBy that is the call's own that is
// sure. One that the user gave others may have too: then definition and overrides must be the
// call's, and the task must not be older than it.
[[nodiscard]] bool is_of_call(const ecs::Task& task, const ecs::RunTask& input,
                              const journal::StartCall& call);

class StartSearch {
 public:
  // Never called from inside the constructor.
  using Done = std::function<void(ecs::Called<std::vector<ecs::Task>>)>;
  // `client` must outlive it.
  StartSearch(ecs::Client& client, const ecs::RunTask& input, const journal::StartCall& call,
              Done done);
  ~StartSearch();
  StartSearch(const StartSearch&) = delete;
  StartSearch& operator=(const StartSearch&) = delete;

 private:
  class State;
  std::shared_ptr<State> state_;
};

}  // namespace runtask::run
