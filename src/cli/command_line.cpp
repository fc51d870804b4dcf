#include "cli/command_line.h"

namespace runtask::cli::command_line {

CLI::Validator within(int low, int high) {
  return CLI::Range(low, high).description("");
}
CLI::Option* duration_option(CLI::App& app, const std::string& name,
                             std::optional<Duration>& target, const std::string& help,
                             Duration least) {
  return app
      .add_option_function<std::string>(
          name,
          [&target, name, least](const std::string& text) {
            const auto duration = parse_duration(text);
            if (!duration)
              throw CLI::ValidationError(
                  name + ": " + duration.error().message + "; " + duration.error().hint,
                  CLI::ExitCodes::ValidationError);
            if (*duration <= least)
              throw CLI::ValidationError(name + " must be longer than 0",
                                         CLI::ExitCodes::ValidationError);
            target = *duration;
          },
          help)
      ->type_name("DURATION");
}

std::string with_example(const std::string& text, const std::string& examples) {
  return text + "\n\nExamples:\n" + examples;
}

}  // namespace runtask::cli::command_line
