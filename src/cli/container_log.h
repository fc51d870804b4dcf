#pragma once

#include <string>

#include "cli/world.h"
#include "ecs/client.h"

namespace runtask::cli {

struct TaskLogRequest {
  std::string task;  // An id, an ARN, or "last".
  bool follow = false;
  bool timestamps = false;
  bool json = false;
};

// Prints what the containers of one task of the embedded endpoint have written, one container after
// the other as far as it is there; with `follow` until the task has ended and all is printed.
// kNotFound when there is no such task.
[[nodiscard]] Result<> print_task_log(const World& world, ecs::Client& client,
                                      const TaskLogRequest& request);

}  // namespace runtask::cli
