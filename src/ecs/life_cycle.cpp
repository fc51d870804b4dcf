#include "ecs/life_cycle.h"

#include <array>
#include <utility>

#include "base/text.h"

namespace runtask::ecs {
namespace {

constexpr std::array<std::pair<std::string_view, Status>, 9> kStatuses = {{
    {"PROVISIONING", Status::kProvisioning},
    {"PENDING", Status::kPending},
    {"ACTIVATING", Status::kActivating},
    {"RUNNING", Status::kRunning},
    {"DEACTIVATING", Status::kDeactivating},
    {"STOPPING", Status::kStopping},
    {"DEPROVISIONING", Status::kDeprovisioning},
    {"STOPPED", Status::kStopped},
    {"DELETED", Status::kDeleted},
}};

}  // namespace

Status status_of(std::string_view name) {
  for (const auto& [text, status] : kStatuses)
    if (text == name) return status;
  return Status::kPending;
}

std::string_view name_of(Status status) {
  for (const auto& [text, known] : kStatuses)
    if (known == status) return text;
  return "PENDING";
}

std::optional<Arn> parse_arn(std::string_view text) {
  std::array<std::string_view, 5> parts;
  for (auto& part : parts) {
    const auto colon = text.find(':');
    if (colon == std::string_view::npos) return {};
    part = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  if (parts[0] != "arn" || text.empty()) return {};
  return Arn{std::string(parts[1]), std::string(parts[2]), std::string(parts[3]),
             std::string(parts[4]), std::string(text)};
}

std::string last_part(std::string_view arn_or_name) {
  const auto slash = arn_or_name.rfind('/');
  return std::string(slash == std::string_view::npos ? arn_or_name : arn_or_name.substr(slash + 1));
}

std::string log_stream_name(std::string_view prefix, std::string_view container,
                            std::string_view task_id) {
  std::string name(prefix);
  if (!name.empty()) name += '/';
  return name.append(container).append("/").append(task_id);
}

}  // namespace runtask::ecs
