#include "base/text.h"
#include "groovy/date.h"
#include "jenkins/glob.h"
#include "jenkins/steps.h"
#include "jenkins/xml.h"
#include "properties/interpolation.h"
#include "properties/reader.h"

// Data that scripts read: properties, JSON, YAML, test reports (jenkins-pipeline 2.4 and 4).

namespace runtask::jenkins {

Outcome input_text(Execution& execution, StepCall& call, std::string& text) {
  if (call.has("file")) {
    const auto path = Execution::path_in(call.branch, call.text_or("file", ""));
    auto content = execution.outside().files.read(path);
    if (!content) {
      if (content.error().code == Code::kNotFound)
        return call.branch.raise("java.io.FileNotFoundException", path + " does not exist.");
      return Execution::abort(call.branch, content.error().message);
    }
    text = *std::move(content);
  }
  if (call.has("text")) text += (text.empty() ? "" : "\n") + call.text_or("text", "");
  return Value();
}

Outcome step_read_properties(Execution& execution, StepCall& call) {
  auto& branch = call.branch;
  if (!call.has("file") && !call.has("text"))
    return Execution::abort(branch,
                            "At least one of file or text needs to be provided to readProperties.");
  properties::Properties read;
  const auto take = [&](const std::string& bytes, properties::Charset charset,
                        const std::string& source) -> Outcome {
    const auto parsed = properties::parse(bytes, charset, source);
    if (!parsed) return Execution::invalid(branch, parsed.error().message);
    for (const auto& [name, value] : parsed->entries())
      read.set(name, value);
    return Value();
  };
  if (const auto defaults = call.value("defaults"); defaults.is(groovy::Kind::kMap))
    for (const auto& item : defaults.as<groovy::Map>().items())
      read.set(branch.text(item.key).value_or(""), branch.text(item.value).value_or(""));
  if (const auto file = call.text("file")) {
    const auto path = Execution::path_in(branch, *file);
    auto& files = execution.outside().files;
    if (!files.exists(path)) {
      execution.say(branch, "warning: " + path +
                                " does not exist, omitting from properties "
                                "gathering");
    } else if (files.is_directory(path)) {
      execution.say(branch,
                    "warning: " + path + " is a directory, omitting from properties gathering");
    } else {
      const auto bytes = files.read(path);
      if (!bytes) return Execution::abort(branch, bytes.error().message);
      const auto charset = lower_case(call.text_or("charset", ""));
      auto outcome = take(*bytes,
                          charset == "utf-8" || charset == "utf8" ? properties::Charset::kUtf8
                                                                  : properties::Charset::kLatin1,
                          path);
      if (!outcome) return outcome;
    }
  }
  if (const auto text = call.text("text"))
    if (auto outcome = take(*text, properties::Charset::kUtf8, "text"); !outcome) return outcome;
  if (call.truth("interpolate", false)) {
    execution.say(branch, "Interpolation set to true, starting to parse the variable!");
    const auto date = [&](std::string_view pattern) -> Result<std::string> {
      char bad = 0;
      const auto now = execution.outside().loop.wall_now();
      auto words = groovy::format_date(now, pattern, execution.zone_at(now), bad);
      if (!words)
        return fail(Code::kInvalid, std::string("Illegal pattern character '") + bad + "'");
      return *std::move(words);
    };
    auto result = properties::interpolated(read, date);
    for (const auto& line : result.log)
      execution.say(branch, line);
    read = std::move(result.properties);
  }
  const auto map = branch.map();
  for (const auto& [name, value] : read.entries())
    map->put(branch.text_value(name), branch.text_value(value));
  return Value(map);
}

Outcome step_read_json(Execution& execution, StepCall& call) {
  if (call.has("file") == call.has("text"))
    return Execution::invalid(call.branch, "readJSON needs either file or text");
  std::string text;
  if (auto outcome = input_text(execution, call, text); !outcome) return outcome;
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  auto read = call.branch.read_json(text);
  if (!read || !call.truth("returnPojo", false)) return read;
  return call.branch.without_json_classes(*read);
}

Outcome step_write_json(Execution& execution, StepCall& call) {
  const auto indent = call.number("pretty", 0);
  if (!indent) return tl::unexpected<Raised>(indent.error());
  auto text = call.branch.json(call.value("json"), static_cast<int>(*indent));
  if (!text) return tl::unexpected<Raised>(text.error());
  if (call.truth("returnText", false)) return call.branch.text_value(*std::move(text));
  call.arguments["text"] = call.branch.text_value(*std::move(text));
  return step_write_file(execution, call);
}

namespace {

struct TestCounts {
  int total = 0;
  int failed = 0;
  int skipped = 0;
};

void count_tests(const XmlElement& element, TestCounts& counts) {
  for (const auto& child : element.children) {
    if (child.name != "testcase") {
      count_tests(child, counts);
      continue;
    }
    ++counts.total;
    if (child.find("failure") != nullptr || child.find("error") != nullptr) {
      ++counts.failed;
    } else if (child.find("skipped") != nullptr) {
      ++counts.skipped;
    }
  }
}

}  // namespace

Outcome step_junit(Execution& execution, StepCall& call) {
  auto& branch = call.branch;
  execution.say(branch, "Recording test results");
  const auto found = find_files(execution.outside().files, branch.context.directory,
                                call.text_or("testResults", ""), "");
  if (!found) return Execution::abort(branch, found.error().message);
  if (found->empty() && !call.truth("allowEmptyResults", false))
    return Execution::abort(branch, "No test report files were found. Configuration error?");
  TestCounts counts;
  for (const auto& path : *found) {
    const auto xml = execution.outside().files.read(branch.context.directory + "/" + path);
    if (!xml) return Execution::abort(branch, xml.error().message);
    if (const auto root = read_xml(*xml)) {
      count_tests(*root, counts);
    } else if (path.ends_with(".xml")) {
      // The junit plugin: one failed test, as of a program that died while it wrote its report.
      execution.say(branch,
                    "Failed to read test report file " + path + ": " + root.error().message);
      ++counts.total;
      ++counts.failed;
    } else {
      return Execution::abort(branch, "Failed to read " + path + ": " + root.error().message +
                                          ". Is this really a JUnit report file?");
    }
  }
  if (counts.failed > 0 && !call.truth("skipMarkingBuildUnstable", false)) {
    execution.worsen(branch, BuildResult::kUnstable);
    if (auto* stage = branch.context.stage)
      stage->result = worse(stage->result, BuildResult::kUnstable);
  }
  return make_record(
      branch.heap(), "hudson.tasks.junit.TestResultSummary",
      {{"totalCount", Value::integer(counts.total)},
       {"failCount", Value::integer(counts.failed)},
       {"skipCount", Value::integer(counts.skipped)},
       {"passCount", Value::integer(counts.total - counts.failed - counts.skipped)}});
}

}  // namespace runtask::jenkins
