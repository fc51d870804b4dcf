#include "local/simulated_command.h"

#include "base/text.h"

namespace runtask::local {
namespace {

constexpr int kExitCodeMax = 255;

tl::unexpected<Error> not_understood(std::string_view word) {
  return fail(Code::kUsage,
              "`" + std::string(word) +
                  "` says nothing to a simulated container; it knows start=DURATION, run=DURATION, "
                  "print=TEXT, lines=N, exit=0..255, stop=DURATION and stop=never");
}

Result<> read_word(std::string_view word, SimulatedCommand& command) {
  const auto equals = word.find('=');
  if (equals == std::string_view::npos) return not_understood(word);
  const auto name = word.substr(0, equals);
  const auto value = word.substr(equals + 1);
  if (name == "print") {
    command.prints.emplace_back(value);
    return {};
  }
  if (name == "lines" || name == "exit") {
    const bool is_code = name == "exit";
    const auto number =
        parse_integer(value, 0, is_code ? kExitCodeMax : std::int64_t{SimulatedCommand::kLinesMax});
    if (!number) return not_understood(word);
    if (is_code) {
      command.exit_code = static_cast<int>(*number);
    } else {
      command.lines = static_cast<std::size_t>(*number);
    }
    return {};
  }
  if (name == "stop" && value == "never") {
    command.stop.reset();
    return {};
  }
  const auto duration = parse_duration(value);
  if (!duration) return not_understood(word);
  if (name == "start") {
    command.start = *duration;
  } else if (name == "run") {
    command.run = *duration;
  } else if (name == "stop") {
    command.stop = *duration;
  } else {
    return not_understood(word);
  }
  return {};
}

}  // namespace

Result<SimulatedCommand> SimulatedCommand::parse(const std::vector<std::string>& words) {
  SimulatedCommand command;
  for (const auto& word : words)
    TRY(read_word(word, command));
  return command;
}

Duration SimulatedCommand::line_at(std::size_t number) const {
  if (lines < 2) return Duration(0);
  // A hundred years in milliseconds times a million lines is too much for 64 bits; half a
  // millisecond of inexactness is not.
  const double part = static_cast<double>(number) / static_cast<double>(lines - 1);
  return Duration(static_cast<Duration::rep>(static_cast<double>(run.count()) * part));
}

std::string SimulatedCommand::line(std::size_t number) const {
  return "line " + std::to_string(number + 1) + " of " + std::to_string(lines);
}

}  // namespace runtask::local
