#pragma once

#include "jenkins/execution.h"

// What the step `library` returns: the way to the classes of src/ in a script that cannot import
// them. `library('x').org.example.Tool` is the class, of which static members are reached as
// properties and methods and `new(...)` makes an object. For whoever holds the baton.

namespace runtask::jenkins {

[[nodiscard]] Value make_loaded_library(Execution& execution, groovy::Heap& heap);

}  // namespace runtask::jenkins
