#pragma once

#include <string_view>

namespace runtask::jenkins {

// Whether Jenkins takes the text as a schedule of cron() or pollSCM(): lines of five fields,
// `@daily` and its like, a first line TZ=..., comments, blank lines. An empty text never fires and
// is fine. Pure.
[[nodiscard]] bool is_schedule(std::string_view text);

}  // namespace runtask::jenkins
