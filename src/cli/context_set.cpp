#include "base/text.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/script_flags.h"
#include "cli/script_messages.h"
#include "hamlet/context.h"
#include "hamlet/git.h"

// `runtask context set`, and hamlet's setContext.sh where the program was called by that name. The
// two differ in how they end: the script ends with 0 even where it could write nothing.

namespace runtask::cli {
namespace {

constexpr std::string_view kFlags = "a:d:e:hp:r:s:t:";

constexpr std::string_view kUsage = R"(
Sets the context of a pipeline: the properties that its later steps work from

Usage:   setContext.sh [-h] [-t TENANT] [-p PRODUCT] [-e ENVIRONMENT] [-s SEGMENT] [FLAG VALUE]...
Example: setContext.sh -p shop -e integration,test

where (each may also be set as a variable of that name; a flag beats the variable)

    -a ACCOUNT          is the account, such as "nonproduction"
    -d DEPLOYMENT_MODE  is what a deployment does: update, stopstart or stop
    -e ENVIRONMENT      is the environment, or a comma list of several
    -h                  shows this text
    -p PRODUCT          is the product
    -r RELEASE_MODE     is continuous, selective, acceptance, promotion or hotfix
    -s SEGMENT          is the segment, such as "default"
    -t TENANT           is the tenant

The properties are added to context.properties:

    in WORKSPACE            for Jenkins (JENKINS_HOME, or AUTOMATION_PROVIDER=jenkins)
    in AUTOMATION_DATA_DIR  for AUTOMATION_PROVIDER=hamletcli
    as logging commands     for AUTOMATION_PROVIDER=azurepipelines

RELEASE_MODE is "continuous" if nothing says otherwise. A setting of one account, product,
environment or segment is found by its name in capitals: PRODUCT_ENVIRONMENT_ACCOUNT and so on.

This is runtask: `runtask context set --help` says more.
)";

hamlet::ContextRequest request_of(const std::vector<std::string>& words) {
  hamlet::ContextRequest request;
  for (auto& flag : parse_script_flags(words, kFlags).flags) {
    if (flag.kind != ScriptFlag::Kind::kGiven) {
      request.complaints.push_back(flag.complaint());
      continue;
    }
    auto& flags = request.flags;
    switch (flag.letter) {
      case 'a':
        flags.account = std::move(flag.argument);
        break;
      case 'd':
        flags.deployment_mode = std::move(flag.argument);
        break;
      case 'e':
        flags.environment = std::move(flag.argument);
        break;
      case 'p':
        flags.product = std::move(flag.argument);
        break;
      case 'r':
        flags.release_mode = std::move(flag.argument);
        break;
      case 's':
        flags.segment = std::move(flag.argument);
        break;
      case 't':
        flags.tenant = std::move(flag.argument);
        break;
      default:
        request.help = true;  // What comes after it is not even looked at.
        return request;
    }
  }
  return request;
}

std::string git_setting(const World& world, const std::string& key) {
  hamlet::Git git({world.loop, world.processes, world.environment}, {});
  const auto result = git.run(".", {"config", "--get", key});
  return result && result->code == 0 ? std::string(trimmed(result->output)) : std::string();
}

}  // namespace

int context(const SetContext& arguments, const World& world) {
  const int could_not = arguments.is_script ? kExitSuccess : kExitFailure;
  hamlet::Messages messages(hamlet::automation_threshold(world.environment));
  const auto request = request_of(arguments.words);
  const auto context = hamlet::set_context(
      request,
      {world.environment, world.files, [&](const auto& key) { return git_setting(world, key); }},
      messages);
  show(messages, world.screen);
  if (!context) return could_not;
  const auto saved =
      hamlet::save_properties(world.files, context->destination, context->properties, messages);
  if (!saved) messages.fatal(saved.error().message);
  show(messages, world.screen);
  if (!saved) return kExitFailure;
  world.screen.output_raw(saved->output);
  if (request.help) {
    world.screen.output_raw(kUsage);
    return kExitSuccess;
  }
  return saved->somewhere ? kExitSuccess : could_not;
}

}  // namespace runtask::cli
