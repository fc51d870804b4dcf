#include "ecs/life_cycle.h"

#include <array>

namespace runtask::ecs {
namespace {

constexpr std::array<std::string_view, 9> kStatusNames = {
    "PROVISIONING", "PENDING",        "ACTIVATING", "RUNNING", "DEACTIVATING",
    "STOPPING",     "DEPROVISIONING", "STOPPED",    "DELETED"};

}  // namespace

Status status_of(std::string_view name) {
  for (std::size_t i = 0; i < kStatusNames.size(); ++i) {
    if (kStatusNames.at(i) == name) return static_cast<Status>(i);
  }
  return Status::kPending;
}

std::string_view name_of(Status status) {
  return kStatusNames.at(static_cast<std::size_t>(status));
}

std::optional<Arn> parse_arn(std::string_view text) {
  constexpr std::size_t kFields = 5;  // Before the resource, which may hold colons of its own.
  std::array<std::string_view, kFields> fields;
  for (auto& field : fields) {
    const auto colon = text.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    field = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  if (fields[0] != "arn" || fields[1].empty() || fields[2].empty() || text.empty())
    return std::nullopt;
  return Arn{std::string(fields[1]), std::string(fields[2]), std::string(fields[3]),
             std::string(fields[4]), std::string(text)};
}

std::string last_part(std::string_view arn_or_name) {
  return std::string(arn_or_name.substr(arn_or_name.rfind('/') + 1));
}

std::string log_stream_name(std::string_view prefix, std::string_view container,
                            std::string_view task_id) {
  std::string name(prefix);
  if (!name.empty()) name += '/';
  name.append(container).append("/").append(task_id);
  return name;
}

}  // namespace runtask::ecs
