#include "base/json.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/local_wish.h"
#include "cli/target.h"

namespace runtask::cli {
namespace {

// The keys that the call was just made with: they are kept, so that nobody is asked again.
Result<aws::Credentials> credentials_in_use(const World& world, const Target& target) {
  std::optional<Result<aws::Credentials>> answer;
  const auto pending = target.credentials->get([&](Result<aws::Credentials> came) {
    answer = std::move(came);
    world.loop.stop();
  });
  world.loop.run();
  if (answer) return *std::move(answer);
  return fail(Code::kUnavailable, "no answer came");
}

std::string to_json(const ecs::GetCallerIdentityReply& who, const aws::Credentials& credentials,
                    const Target& target) {
  const auto text = [](const std::string& value) { return json::quoted(valid_utf8(value)); };
  return R"({"account":)" + text(who.account) + R"(,"arn":)" + text(who.arn) + R"(,"user_id":)" +
         text(who.user_id) + R"(,"source":)" + text(credentials.source) + R"(,"expires_at":)" +
         (credentials.expiry ? text(iso_time(*credentials.expiry)) : "null") + R"(,"region":)" +
         text(target.region) + "}";
}

std::string until(const aws::Credentials& credentials, WallTime now) {
  if (!credentials.expiry) return "they do not say when they end";
  return iso_time(*credentials.expiry) + " (" + short_duration(*credentials.expiry - now) + ")";
}

Result<> try_whoami(const WhoamiArguments& arguments, bool is_local, const World& world) {
  const auto target = TRY(is_local ? local_target(world)
                                   : aws_target(world, {arguments.profile,
                                                        arguments.region,
                                                        {arguments.insecure_http, false}}));
  const auto who = call_and_wait(world, *target.client, ecs::GetCallerIdentity{});
  if (!who) return fail(who.error().error);
  const auto credentials = TRY(credentials_in_use(world, target));
  if (arguments.json) {
    world.screen.output(to_json(*who, credentials, target));
    return {};
  }
  world.screen.output("account  " + valid_utf8(who->account));
  world.screen.output("arn      " + valid_utf8(who->arn));
  world.screen.output("source   " + valid_utf8(credentials.source));
  world.screen.output("until    " + until(credentials, world.loop.wall_now()));
  world.screen.output("region   " + target.region);
  return {};
}

}  // namespace

int whoami(const WhoamiArguments& arguments, const World& world) {
  const auto is_local = wants_local(arguments.local, world.environment);
  if (!is_local) {
    world.screen.message(is_local.error().text());
    return kExitUsage;
  }
  const auto done = try_whoami(arguments, *is_local, world);
  if (done) return kExitSuccess;
  world.screen.message(done.error().text());
  return kExitFailure;
}

}  // namespace runtask::cli
