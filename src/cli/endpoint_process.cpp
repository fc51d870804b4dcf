#include "cli/endpoint_process.h"

#include <csignal>

#include "base/text.h"
#include "local/endpoint.h"
#include "sys/programs.h"

namespace runtask::cli {
namespace {

using namespace std::chrono_literals;

constexpr Duration kStartPatience = 20s;  // Until a started endpoint must serve.
constexpr Duration kReadyPatience = 2s;   // Until one that has just begun says where it serves.
constexpr Duration kOthersStartPatience = 15s;  // Of one that waits for another's to serve.
// Until somebody who waits for its end hears why; and until it must have ended: its tasks have 10 s
// to be stopped, and whoever still asks has 3 s more.
constexpr Duration kStopSilence = 4s;
constexpr Duration kStopPatience = 16s;  // Behind that.
constexpr Duration kDeathPatience = 5s;  // Until a dead one's lock is free.

// The port of last time, so that what `local env` printed stays true over restarts.
std::string port_file(const local::StateDirectory& directory) {
  return directory.root + "/port";
}
// It is there while nobody has started the endpoint since somebody stopped it.
std::string stop_file(const local::StateDirectory& directory) {
  return directory.root + "/stopped";
}
std::uint16_t last_port(const World& world, const local::StateDirectory& directory) {
  const auto text = world.files.read(port_file(directory));
  const auto port = text ? parse_integer(trimmed(*text), 1, 65535) : std::nullopt;
  return static_cast<std::uint16_t>(port.value_or(0));
}

Error without_address(const World& world, const local::StateDirectory& directory) {
  const auto process = local::process_without_address(world.files, directory);
  return {Code::kConflict,
          "an embedded endpoint " +
              (process ? "(process " + std::to_string(*process) + ") " : std::string()) + "holds " +
              directory.lock() + ", but does not say in " + directory.address() +
              " where it serves",
          {},
          process ? "`runtask local stop` ends it and its tasks; then it can be started again"
                  : "if it is not just starting, end the process that `fuser " + directory.lock() +
                        "` shows, then start it again"};
}

sys::Program background_program(const World& world, const std::string& own,
                                const std::string& state, const EndpointStart& start) {
  sys::Program program;
  program.argv = {own,
                  "local",
                  "start",
                  "--foreground",
                  "--background-child",
                  "--idle-timeout",
                  std::to_string(start.idle_timeout.count()) + "ms",
                  "--limits",
                  std::string(name_of(start.limits))};
  if (start.port != 0) {
    program.argv.emplace_back("--port");
    program.argv.push_back(std::to_string(start.port));
  }
  // Its tasks may not see the caller's variables, AWS keys among them: it gets none of them.
  for (const auto* name : {"PATH", "HOME", "LANG", "TMPDIR", "USER", "LOGNAME"})
    if (const auto value = world.environment.get(name)) program.environment[name] = *value;
  program.environment["RUNTASK_STATE_DIR"] = state;
  return program;
}

Result<> start_in_background(const sys::Program& program, const local::StateDirectory& directory) {
  auto started = sys::start_in_background(program, directory.log_file(), kStartPatience);
  if (started) return {};
  auto error = std::move(started).error();
  const bool is_about_log = error.code == Code::kDenied || error.code == Code::kFull;
  if (is_about_log)
    error.hint =
        "the embedded ECS keeps its state there, whether or not a history is kept: make room, or "
        "set RUNTASK_STATE_DIR";
  return fail(std::move(error));
}

}  // namespace

Result<local::StateDirectory> local_state(const World& world) {
  local::StateDirectory directory(TRY(world.state_directory()));
  auto made = world.files.make_directory(directory.root, 0700);
  if (made) return directory;
  auto error = std::move(made).error();
  error.hint = "runtask keeps its state there; RUNTASK_STATE_DIR names another place";
  return fail(std::move(error));
}

Result<EndpointProcess> ensure_endpoint(const World& world, const EndpointStart& start) {
  const auto directory = TRY(local_state(world));
  EndpointProcess endpoint;
  auto address = local::find_endpoint(world.files, directory);
  // One that was killed keeps its lock until its tasks' keepers have ended, too.
  if (address && !sys::is_listened_on(address->port))
    (void)sys::wait_for(kDeathPatience, [&] {
      address = local::find_endpoint(world.files, directory);
      return !address || sys::is_listened_on(address->port);
    });
  endpoint.was_running = address.has_value();
  if (!address && local::process_without_address(world.files, directory))
    return fail(without_address(world, directory));
  if (!address) {
    const auto program =
        background_program(world, TRY(sys::own_program()), TRY(world.state_directory()), start);
    TRY(start_in_background(program, directory));
    (void)sys::wait_for(kStartPatience, [&] {
      address = local::find_endpoint(world.files, directory);
      return address.has_value();
    });
  }
  if (!address)
    return fail(Code::kUnavailable, "the embedded endpoint does not start",
                "its own words are in " + directory.log_file());
  endpoint.address = *address;
  endpoint.keys = TRY(local::read_keys(world.files, directory));
  return endpoint;
}

namespace {

Result<std::unique_ptr<local::Endpoint>> start_on_some_port(const World& world,
                                                            sys::HttpServers& servers,
                                                            const EndpointStart& start,
                                                            const local::StateDirectory& directory,
                                                            const std::function<void()>& ended) {
  local::Endpoint::Options options;
  options.state_directory = TRY(world.state_directory());
  options.idle_timeout = start.idle_timeout;
  options.limits = start.limits;
  options.port = start.port != 0 ? start.port : last_port(world, directory);
  const local::Endpoint::Outside outside{world.files, world.random, world.processes, servers,
                                         world.environment};
  auto endpoint = local::Endpoint::start(world.loop, outside, options, ended);
  const bool may_move = start.port == 0 && options.port != 0;
  if (!endpoint && may_move && !world.files.is_locked(directory.lock())) {
    options.port = 0;  // Somebody else has taken the old one.
    endpoint = local::Endpoint::start(world.loop, outside, options, ended);
  }
  return endpoint;
}

}  // namespace

Result<> serve_endpoint(const World& world, const EndpointStart& start, bool background) {
  const auto directory = TRY(local_state(world));
  bool over = false;
  sys::SystemHttpServers servers(world.loop);
  auto endpoint = start_on_some_port(world, servers, start, directory, [&] {
    over = true;
    world.loop.stop();
  });
  if (!endpoint && background && world.files.is_locked(directory.lock())) {
    // Lost the race against another start: its endpoint serves us as well.
    const bool ready = sys::wait_for(kOthersStartPatience, [&] {
      return local::find_endpoint(world.files, directory).has_value();
    });
    if (!ready) return fail(without_address(world, directory));
    sys::say_ready("ready");
    return {};
  }
  if (!endpoint) return fail(std::move(endpoint).error());

  const auto& address = (*endpoint)->address();
  (void)world.files.write(port_file(directory), std::to_string(address.port) + "\n", 0600);
  (void)world.files.remove(stop_file(directory));
  std::vector<sys::PendingPtr> signals;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP})
    signals.push_back(world.loop.on_signal(signal, [&] {
      (void)world.files.write(stop_file(directory), "", 0600);
      (*endpoint)->stop();
    }));
  if (background) {
    sys::say_ready("ready");
  } else {
    world.screen.message("The embedded ECS serves on " + address.url() +
                         ". It runs containers as processes of this machine, without isolation. "
                         "Ctrl-C ends it.");
  }
  if (!over) world.loop.run();
  return {};
}

bool is_endpoint_stopped(const World& world) {
  const auto state = world.state_directory();
  if (!state) return false;
  const local::StateDirectory directory(*state);
  return world.files.exists(stop_file(directory)) && !local::find_endpoint(world.files, directory);
}

Result<std::optional<local::EndpointAddress>> running_endpoint(const World& world) {
  const local::StateDirectory directory(TRY(world.state_directory()));
  auto address = local::find_endpoint(world.files, directory);
  if (address || !world.files.is_locked(directory.lock())) return address;
  (void)sys::wait_for(kReadyPatience, [&] {
    address = local::find_endpoint(world.files, directory);
    return address || local::process_without_address(world.files, directory) ||
           !world.files.is_locked(directory.lock());
  });
  if (!address && world.files.is_locked(directory.lock()))
    return fail(without_address(world, directory));
  return address;
}

Result<bool> stop_endpoint(const World& world) {
  const local::StateDirectory directory(TRY(world.state_directory()));
  int process_id = 0;
  if (const auto lost = local::process_without_address(world.files, directory)) {
    process_id = *lost;
  } else {
    const auto address = TRY(running_endpoint(world));
    if (!address) return false;
    process_id = address->process_id;
  }
  (void)sys::signal_process(process_id, SIGTERM);  // It may have ended just now.
  const auto has_ended = [&] { return !world.files.is_locked(directory.lock()); };
  if (sys::wait_for(kStopSilence, has_ended)) return true;
  const auto process = std::to_string(process_id);
  world.screen.note("waiting for the embedded ECS (process " + process +
                    ") to end; its tasks have 10 s to be stopped");
  if (sys::wait_for(kStopPatience, has_ended)) return true;
  return fail(Code::kTimeout, "the embedded ECS (process " + process + ") does not end",
              "`kill -9 " + process + "` ends it, and its tasks with it");
}

}  // namespace runtask::cli
