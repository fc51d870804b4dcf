#include "ecs/shape.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "base/json.h"

namespace runtask::ecs {
namespace {

// A member, and those of the object, or of each object of the list, that it is.
struct Member {
  // Of text, of a number, or of what is left to ECS.
  constexpr Member(const char* called) : name(called) {}  // NOLINT(google-explicit-constructor)
  template <std::size_t kCount>
  constexpr Member(const char* called, const std::array<Member, kCount>& members)
      : name(called), inner(members.data()), inner_count(kCount) {}

  std::string_view name;
  const Member* inner = nullptr;
  std::size_t inner_count = 0;
  bool is_needed = false;
};
using Shape = std::span<const Member>;

constexpr Member needed(const char* name) {
  Member member(name);
  member.is_needed = true;
  return member;
}

constexpr auto kVariable = std::to_array<Member>({needed("name"), "value"});
constexpr auto kPair = std::to_array<Member>({"name", "value"});
constexpr auto kTag = std::to_array<Member>({"key", "value"});
constexpr auto kTypedValue = std::to_array<Member>({needed("value"), needed("type")});
constexpr auto kStorage = std::to_array<Member>({needed("sizeInGiB")});
constexpr auto kAccelerator = std::to_array<Member>({"deviceName", "deviceType"});

constexpr auto kContainerOverride = std::to_array<Member>({needed("name"),
                                                           "command",
                                                           {"environment", kVariable},
                                                           {"environmentFiles", kTypedValue},
                                                           "cpu",
                                                           "memory",
                                                           "memoryReservation",
                                                           {"resourceRequirements", kTypedValue}});
constexpr auto kTaskOverride =
    std::to_array<Member>({{"containerOverrides", kContainerOverride},
                           "cpu",
                           "memory",
                           "taskRoleArn",
                           "executionRoleArn",
                           {"ephemeralStorage", kStorage},
                           {"inferenceAcceleratorOverrides", kAccelerator}});

constexpr auto kRepository = std::to_array<Member>({needed("credentialsParameter")});
constexpr auto kPort = std::to_array<Member>(
    {"containerPort", "hostPort", "protocol", "name", "appProtocol", "containerPortRange"});
constexpr auto kRestart =
    std::to_array<Member>({needed("enabled"), "ignoredExitCodes", "restartAttemptPeriod"});
constexpr auto kMount = std::to_array<Member>({"sourceVolume", "containerPath", "readOnly"});
constexpr auto kVolumeFrom = std::to_array<Member>({"sourceContainer", "readOnly"});
constexpr auto kCapabilities = std::to_array<Member>({"add", "drop"});
constexpr auto kDevice =
    std::to_array<Member>({needed("hostPath"), "containerPath", "permissions"});
constexpr auto kTmpfs =
    std::to_array<Member>({needed("containerPath"), needed("size"), "mountOptions"});
constexpr auto kLinux = std::to_array<Member>({{"capabilities", kCapabilities},
                                               {"devices", kDevice},
                                               "initProcessEnabled",
                                               "sharedMemorySize",
                                               {"tmpfs", kTmpfs},
                                               "maxSwap",
                                               "swappiness"});
constexpr auto kSecret = std::to_array<Member>({needed("name"), needed("valueFrom")});
constexpr auto kDependency = std::to_array<Member>({needed("containerName"), needed("condition")});
constexpr auto kHost = std::to_array<Member>({needed("hostname"), needed("ipAddress")});
constexpr auto kUlimit =
    std::to_array<Member>({needed("name"), needed("softLimit"), needed("hardLimit")});
constexpr auto kLog =
    std::to_array<Member>({needed("logDriver"), "options", {"secretOptions", kSecret}});
constexpr auto kHealth =
    std::to_array<Member>({needed("command"), "interval", "timeout", "retries", "startPeriod"});
constexpr auto kSystemControl = std::to_array<Member>({"namespace", "value"});
constexpr auto kFirelens = std::to_array<Member>({needed("type"), "options"});

constexpr auto kContainer = std::to_array<Member>({"name",
                                                   "image",
                                                   {"repositoryCredentials", kRepository},
                                                   "cpu",
                                                   "memory",
                                                   "memoryReservation",
                                                   "links",
                                                   {"portMappings", kPort},
                                                   "essential",
                                                   {"restartPolicy", kRestart},
                                                   "entryPoint",
                                                   "command",
                                                   {"environment", kVariable},
                                                   {"environmentFiles", kTypedValue},
                                                   {"mountPoints", kMount},
                                                   {"volumesFrom", kVolumeFrom},
                                                   {"linuxParameters", kLinux},
                                                   {"secrets", kSecret},
                                                   {"dependsOn", kDependency},
                                                   "startTimeout",
                                                   "stopTimeout",
                                                   "versionConsistency",
                                                   "hostname",
                                                   "user",
                                                   "workingDirectory",
                                                   "disableNetworking",
                                                   "privileged",
                                                   "readonlyRootFilesystem",
                                                   "dnsServers",
                                                   "dnsSearchDomains",
                                                   {"extraHosts", kHost},
                                                   "dockerSecurityOptions",
                                                   "interactive",
                                                   "pseudoTerminal",
                                                   "dockerLabels",
                                                   {"ulimits", kUlimit},
                                                   {"logConfiguration", kLog},
                                                   {"healthCheck", kHealth},
                                                   {"systemControls", kSystemControl},
                                                   {"resourceRequirements", kTypedValue},
                                                   {"firelensConfiguration", kFirelens},
                                                   "credentialSpecs"});

constexpr auto kPlacement = std::to_array<Member>({"type", "expression"});
constexpr auto kProxy =
    std::to_array<Member>({"type", needed("containerName"), {"properties", kPair}});
constexpr auto kPlatform = std::to_array<Member>({"cpuArchitecture", "operatingSystemFamily"});
constexpr auto kRegistration = std::to_array<Member>({"family",
                                                      "taskRoleArn",
                                                      "executionRoleArn",
                                                      "networkMode",
                                                      {"containerDefinitions", kContainer},
                                                      "volumes",
                                                      {"placementConstraints", kPlacement},
                                                      "requiresCompatibilities",
                                                      "cpu",
                                                      "memory",
                                                      {"tags", kTag},
                                                      "pidMode",
                                                      "ipcMode",
                                                      {"proxyConfiguration", kProxy},
                                                      {"inferenceAccelerators", kAccelerator},
                                                      {"ephemeralStorage", kStorage},
                                                      {"runtimePlatform", kPlatform},
                                                      "enableFaultInjection",
                                                      // From here on only DescribeTaskDefinition's.
                                                      "taskDefinitionArn",
                                                      "revision",
                                                      "status",
                                                      "requiresAttributes",
                                                      "compatibilities",
                                                      "registeredAt",
                                                      "deregisteredAt",
                                                      "registeredBy"});

class ShapeCheck {
 public:
  explicit ShapeCheck(std::string_view source) : source_(source) {}

  Result<> object(const json::Value& value, Shape shape, const std::string& path) const {
    for (const auto& [name, member] : value.items()) {
      const auto known =
          std::find_if(shape.begin(), shape.end(),
                       [&, &name = name](const Member& one) { return one.name == name; });
      if (known == shape.end()) return unknown(name, shape, path);
      TRY(any(member, {known->inner, known->inner_count}, path.empty() ? name : path + "." + name));
    }
    for (const auto& member : shape) {
      const auto found = value.find(member.name);
      if (member.is_needed && (found == value.end() || found->is_null()))
        return fail(Code::kUsage, at(path) + "has no `" + std::string(member.name) + "`");
    }
    return {};
  }

 private:
  Result<> any(const json::Value& value, Shape shape, const std::string& path) const {
    if (shape.empty()) return {};
    if (value.is_object()) return object(value, shape, path);
    if (!value.is_array()) return {};
    std::size_t index = 0;
    for (const auto& element : value) {
      const auto place = path + "[" + std::to_string(index++) + "]";
      if (element.is_object()) TRY(object(element, shape, place));
    }
    return {};
  }
  Result<> unknown(const std::string& name, Shape shape, const std::string& path) const {
    std::vector<std::string> known;
    for (const auto& member : shape)
      known.emplace_back(member.name);
    const auto near = nearest_name(name, known);
    return fail(Code::kUsage,
                at(path) + "has a member `" + name + "`, which ECS does not know there",
                near.empty() ? "" : "did you mean `" + near + "`?");
  }
  [[nodiscard]] std::string at(const std::string& path) const {
    return path.empty() ? source_ + " " : source_ + ": " + path + " ";
  }

  std::string source_;
};

Result<> check(std::string_view text, std::string_view source, Shape shape) {
  auto tree = json::parse(text, source);
  if (!tree) {
    auto error = std::move(tree).error();
    error.code = Code::kUsage;
    return fail(std::move(error));
  }
  return tree->is_object() ? ShapeCheck(source).object(*tree, shape, {}) : Result<>();
}

}  // namespace

Result<> check_override_shape(std::string_view text, std::string_view source) {
  return check(text, source, kTaskOverride);
}
Result<> check_registration_shape(std::string_view text, std::string_view source) {
  return check(text, source, kRegistration);
}

}  // namespace runtask::ecs
