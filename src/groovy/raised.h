#pragma once

#include <string>
#include <utility>

#include "base/result.h"
#include "groovy/object.h"

// The two ways in which a script ends before its end. Inside this module they are C++ exceptions,
// because that is what they mean; at its border they are the error of an Outcome.

namespace runtask::groovy {

class Throwable;

// A Groovy exception on its way to a catch.
struct Thrown {
  Ref<Throwable> throwable;
};

// The build ends: a limit, a kill, something outside the subset. No script can catch it.
struct Aborted {
  Error error;
};

}  // namespace runtask::groovy
