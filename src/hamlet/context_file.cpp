#include "hamlet/context_file.h"

#include "properties/writer.h"

namespace runtask::hamlet {
namespace {

constexpr unsigned kFileMode = 0666;  // Less the umask, as the shell makes it.

std::string without_trailing_blanks(const std::string& text) {
  const auto last = text.find_last_not_of(" \t\n\r\f\v");
  return last == std::string::npos ? std::string() : text.substr(0, last + 1);
}

// A command is one line: what would end it early is written as Azure Pipelines reads it back.
std::string logging_command(const Property& property) {
  std::string line = "##vso[task.setvariable variable=" + property.first + "]";
  for (const char c : without_trailing_blanks(property.second)) {
    if (c == '\n') {
      line += "%0A";
    } else if (c == '\r') {
      line += "%0D";
    } else {
      line += c;
    }
  }
  return line + "\n";
}

// Why there is no place for the properties; empty when there is one.
std::string no_place(const Destination& destination) {
  const auto& provider = destination.provider;
  if (provider.empty())
    return "The context is written nowhere: neither AUTOMATION_PROVIDER nor JENKINS_HOME is set";
  if (provider == "azurepipelines") return {};
  if (provider != "jenkins" && provider != "hamletcli")
    return "The context is written nowhere: AUTOMATION_PROVIDER \"" + provider +
           "\" is none of jenkins, hamletcli, azurepipelines";
  if (!destination.data_directory.empty()) return {};
  return std::string("The context is written nowhere: ") +
         (provider == "jenkins" ? "WORKSPACE" : "AUTOMATION_DATA_DIR") + " is not set";
}

// A file that somebody's editor has left without a line end must not swallow our first name.
bool lacks_line_end(const sys::Files& files, const std::string& path) {
  const auto content = files.read(path);
  return content && !content->empty() && content->back() != '\n';
}

}  // namespace

std::string context_file_of(const Destination& destination) {
  return destination.data_directory + "/context.properties";
}

Result<Saved> save_properties(sys::Files& files, const Destination& destination,
                              std::span<const Property> properties, Messages& messages) {
  Saved saved;
  if (const auto why = no_place(destination); !why.empty()) {
    messages.warn(why);
    return saved;
  }
  saved.somewhere = true;
  if (destination.provider == "azurepipelines") {
    for (const auto& property : properties)
      saved.output += logging_command(property);
    return saved;
  }
  const auto path = context_file_of(destination);
  std::string lines = lacks_line_end(files, path) ? "\n" : "";
  for (const auto& [name, value] : properties) {
    lines += properties::line_of(name, value) + "\n";
    if (properties::looks_interpolated(value))
      messages.warn(name + " contains \"${\", which a reader that interpolates may replace");
  }
  TRY(files.append(path, lines, kFileMode));
  return saved;
}

}  // namespace runtask::hamlet
