#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "base/result.h"
#include "groovy/ast.h"
#include "jenkins/model.h"

// The parameters of a build: what a pipeline declares, and the values that a start of it has.
// Pure; the thread that uses the tree.

namespace runtask::jenkins {

enum class ParameterKind : std::uint8_t {
  kString,
  kText,
  kBoolean,
  kChoice,
  kPassword,
  kCredentials,
  kFile,  // file, base64File, stashedFile: the value is a path.
  kRun,
  kExtendedChoice,
  kOther,  // A plugin's: a text.
};

// jenkins-pipeline 1.9 and, for extendedChoice, 5.
struct ParameterDefinition {
  ParameterKind kind = ParameterKind::kString;
  std::string type;  // As written: "string", "extendedChoice".
  std::string name;
  std::string description;
  std::optional<std::string> preset;  // The value if nothing is given; none: no value.
  std::vector<std::string> choices;   // In the order of the text.
  // Known only when the build computes them; until then the preset and the choices say nothing.
  bool has_computed_preset = false;
  bool has_computed_choices = false;
  bool trims = false;
  std::string delimiter = ",";  // Of extendedChoice.
  bool takes_several = false;   // extendedChoice: PT_MULTI_SELECT, PT_CHECKBOX.
  bool quotes = false;          // quoteValue: around what the form and the default give.
  std::string extended_type;    // "PT_SINGLE_SELECT"
  SourceRange range;

  [[nodiscard]] bool is_secret() const { return kind == ParameterKind::kPassword; }
};

// What an expression is if it has to be computed: the items of a list, or one text. None: it cannot
// be known.
using Compute = std::function<std::optional<std::vector<std::string>>(const groovy::Expr&)>;

// In the order of the text; a later one of the same name replaces an earlier one, in its place.
// Known without help are literals, `+` and join() of them, lists, and variables of the file that
// are such; `compute` is asked for anything else. An argument that nobody knows counts as not
// given, and the definition says of its default and choices that they are computed.
[[nodiscard]] std::vector<ParameterDefinition> parameters_of(const std::vector<Call>& declared,
                                                             const groovy::Unit& unit,
                                                             const Compute& compute = {});

// Adds one; if there is one of its name, in its place.
void put_definition(std::vector<ParameterDefinition>& definitions, ParameterDefinition definition);

// Those of the `parameters` section, after those of `properties([parameters([...])])` at the top of
// the file or in a `node` block there. The pipeline may be null.
[[nodiscard]] std::vector<Call> declared_parameters(const groovy::Unit& unit,
                                                    const Pipeline* pipeline);

struct ParameterValue {
  std::string name;
  std::string text;
  ParameterKind kind = ParameterKind::kString;
  bool is_given = false;  // Not the default.
  [[nodiscard]] bool is_secret() const { return kind == ParameterKind::kPassword; }
  [[nodiscard]] bool truth() const { return text == "true"; }  // Of kBoolean.
};

struct ParameterValues {
  std::vector<ParameterValue> values;  // In the order of the definitions. A missing one is absent.
  std::vector<std::string> warnings;   // One fact each.
  bool is_strict = false;              // Pieces outside an extendedChoice's list are errors.
  [[nodiscard]] const ParameterValue* find(std::string_view name) const;
};

struct GivenParameter {
  std::string name;
  std::string value;
};

// Asks a person for a parameter without a default; none: no answer, it stays without a value.
using AskForParameter = std::function<std::optional<std::string>(const ParameterDefinition&)>;

// The word's truth: true, yes, y, on, 1, or false, no, n, off, 0 and nothing at all, in any case.
[[nodiscard]] std::optional<bool> truth_of(const std::string& text);

// The values of a build. kUsage, all that is wrong in one message: an undeclared name (with the
// nearest one), a value outside a choice's list, a word that is no boolean. Pieces of an
// extendedChoice outside its list are warnings, or with `strict` errors. What has neither a value
// nor a default, not even one that is computed later, is asked for if `ask` is given; else it has
// no value, as in Jenkins, but for credentials, files and runs that are required, which are an
// error that lists them.
[[nodiscard]] Result<ParameterValues> resolve_parameters(
    const std::vector<ParameterDefinition>& definitions, const std::vector<GivenParameter>& given,
    bool strict, const AskForParameter& ask);

// The given ones among the values, against lists that are known only now: the definitions say which
// those are. kUsage, as above; else the warnings.
[[nodiscard]] Result<std::vector<std::string>> check_computed_choices(
    const std::vector<ParameterDefinition>& definitions, const ParameterValues& values);

}  // namespace runtask::jenkins
