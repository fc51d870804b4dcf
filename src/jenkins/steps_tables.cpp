#include <algorithm>

#include "base/text.h"
#include "jenkins/steps.h"

// Data in formats of their own: CSV and the manifests of Java's archives (jenkins-pipeline 2.4).

namespace runtask::jenkins {
namespace {

constexpr std::size_t kCellsMax = 1'000'000;  // Of one CSV text.

Raised too_large(Branch& branch) {
  return Execution::abort(branch, "this CSV has more than " + std::to_string(kCellsMax) + " cells")
      .value();
}

using Row = std::vector<std::string>;

// As the format that commons-csv calls DEFAULT: commas, quotes doubled inside quotes, empty lines
// left out. None: too large, or a quote that nothing closes.
class CsvReader {
 public:
  explicit CsvReader(std::string_view text) : text_(text) {}

  [[nodiscard]] std::optional<std::vector<Row>> read() {
    std::vector<Row> rows;
    while (at_ < text_.size()) {
      Row row;
      const bool is_quoted = text_[at_] == '"';
      for (bool more = true; more;) {
        row.push_back(cell());
        if (!is_closed_ || ++cells_ > kCellsMax) return std::nullopt;
        more = at_ < text_.size() && text_[at_] == ',';
        if (more) ++at_;
      }
      skip_newline();
      if (row.size() > 1 || !row[0].empty() || is_quoted) rows.push_back(std::move(row));
    }
    return rows;
  }
  [[nodiscard]] bool is_closed() const { return is_closed_; }

 private:
  std::string cell() {
    std::string value;
    if (at_ < text_.size() && text_[at_] == '"') {
      for (++at_;; ++at_) {
        if (at_ >= text_.size()) {
          is_closed_ = false;
          return value;
        }
        if (text_[at_] != '"') {
          value += text_[at_];
        } else if (at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
          value += text_[++at_];
        } else {
          break;
        }
      }
      ++at_;
    }
    const auto end = std::min(text_.find_first_of(",\r\n", at_), text_.size());
    value += text_.substr(at_, end - at_);
    at_ = end;
    return value;
  }
  void skip_newline() {
    if (at_ < text_.size() && text_[at_] == '\r') ++at_;
    if (at_ < text_.size() && text_[at_] == '\n') ++at_;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t cells_ = 0;
  bool is_closed_ = true;
};

std::string csv_cell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

// The attributes of one section of a manifest; lines that begin with a blank go on with the one
// before.
using Attributes = std::vector<std::pair<std::string, std::string>>;

std::vector<Attributes> sections_of(const std::string& text) {
  std::vector<Attributes> sections(1);
  for (auto line : split(text, '\n')) {
    if (line.ends_with('\r')) line.pop_back();
    auto& section = sections.back();
    if (line.empty()) {
      if (!section.empty()) sections.emplace_back();
    } else if (line[0] == ' ' && !section.empty()) {
      section.back().second += line.substr(1);
    } else if (const auto colon = line.find(": "); colon != std::string::npos) {
      section.emplace_back(line.substr(0, colon), line.substr(colon + 2));
    }
  }
  if (sections.back().empty()) sections.pop_back();
  return sections;
}

Value map_of(Branch& branch, const Attributes& attributes) {
  const auto map = branch.map();
  for (const auto& [name, value] : attributes)
    map->put(branch.text_value(name), branch.text_value(value));
  return map;
}

bool is_archive(const std::string& path) {
  return path.ends_with(".jar") || path.ends_with(".war") || path.ends_with(".ear");
}

}  // namespace

// Rows as lists of strings.
Outcome step_read_csv(Execution& execution, StepCall& call) {
  auto& branch = call.branch;
  if (call.has("file") == call.has("text"))
    return Execution::invalid(branch, "readCSV needs either file or text");
  if (call.has("format"))
    return Execution::abort(branch, "readCSV has no other format here than CSVFormat.DEFAULT");
  std::string text;
  if (auto outcome = input_text(execution, call, text); !outcome) return outcome;
  CsvReader reader(text);
  const auto rows = reader.read();
  if (!rows && !reader.is_closed())
    return branch.raise("java.io.IOException", "a quote of this CSV is not closed");
  if (!rows) return tl::unexpected<Raised>(too_large(branch));
  const auto list = branch.list();
  for (const auto& row : *rows) {
    const auto cells = branch.list();
    for (const auto& cell : row)
      cells->items.push_back(branch.text_value(cell));
    cells->changed();
    list->items.emplace_back(cells);
  }
  list->changed();
  return Value(list);
}

Outcome step_write_csv(Execution& execution, StepCall& call) {
  auto& branch = call.branch;
  if (call.has("format"))
    return Execution::abort(branch, "writeCSV has no other format here than CSVFormat.DEFAULT");
  const auto records = call.value("records");
  if (!records.is(groovy::Kind::kList) || !call.has("file"))
    return Execution::invalid(branch, "writeCSV needs records, a list, and a file");
  std::string text;
  for (const auto& record : records.as<groovy::List>().items) {
    const auto row = record.is(groovy::Kind::kList) ? record : Value(branch.list({record}));
    bool is_first = true;
    for (const auto& cell : row.as<groovy::List>().items) {
      auto words = cell.is_null() ? std::string() : branch.text(cell);
      if (!words) return tl::unexpected<Raised>(words.error());
      text += (is_first ? "" : ",") + csv_cell(*words);
      is_first = false;
    }
    text += "\r\n";
  }
  call.arguments["text"] = branch.text_value(std::move(text));
  return step_write_file(execution, call);
}

// `main`: the attributes of the first section; `entries`: those of the others by their Name.
Outcome step_read_manifest(Execution& execution, StepCall& call) {
  auto& branch = call.branch;
  if (call.has("file") == call.has("text"))
    return Execution::invalid(branch, "readManifest needs either file or text");
  std::string text;
  const auto file = call.text_or("file", "");
  if (is_archive(file)) {
    Execution::ProgramRun unzip;
    unzip.argv = {"unzip", "-p", Execution::path_in(branch, file), "META-INF/MANIFEST.MF"};
    unzip.environment = execution.environment_for(branch);
    unzip.directory = branch.context.directory;
    unzip.is_shown = false;
    if (auto stop = execution.run_program(branch, unzip)) return tl::unexpected<Raised>(*stop);
    if (unzip.code != 0)
      return Execution::abort(branch, "the manifest of " + file +
                                          " cannot be read: " + std::string(trimmed(unzip.output)));
    text = std::move(unzip.output);
  } else if (auto outcome = input_text(execution, call, text); !outcome) {
    return outcome;
  }
  const auto sections = sections_of(text);
  const auto entries = branch.map();
  for (std::size_t i = 1; i < sections.size(); ++i)
    for (const auto& [name, value] : sections[i])
      if (name == "Name") entries->put(branch.text_value(value), map_of(branch, sections[i]));
  return make_record(branch.heap(),
                     "org.jenkinsci.plugins.pipeline.utility.steps.conf.mf.SimpleManifest",
                     {{"main", map_of(branch, sections.empty() ? Attributes() : sections[0])},
                      {"entries", Value(entries)}});
}

}  // namespace runtask::jenkins
