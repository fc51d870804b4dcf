#include "run/log_position.h"

#include "base/json_members.h"

namespace runtask::run {

template <class Visitor>
void members(Visitor& visit, LogPosition& position) {
  visit.required("stream", position.stream);
  visit.required("token", position.token);
  visit.required("lines", position.lines);
  visit("taken_here", position.taken_here);
  visit("is_cut", position.is_cut);
}

std::string to_json(const LogPosition& position) {
  return json::to_text(json::to_tree(position));
}

Result<LogPosition> read_log_position(std::string_view text) {
  return json::read_text<LogPosition>(text, "the position of a log");
}

}  // namespace runtask::run
