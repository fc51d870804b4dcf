#pragma once

#include <string>

#include "sys/files.h"

namespace runtask::local {

// Kills what still runs of the tasks of an endpoint that is dead: the processes that carry its
// installation's name in their environment (kTreeVariable). Only under the endpoint's lock.
void kill_leftovers(const sys::Files& files, const std::string& installation);

}  // namespace runtask::local
