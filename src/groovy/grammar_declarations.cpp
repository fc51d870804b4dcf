#include <algorithm>
#include <array>

#include "groovy/classes.h"
#include "groovy/grammar.h"
#include "groovy/limits.h"

namespace runtask::groovy {
namespace {

bool is_upper(std::string_view word) {
  return !word.empty() && word[0] >= 'A' && word[0] <= 'Z';
}

}  // namespace

bool Grammar::is_modifier(const Token& token) {
  constexpr std::array kModifiers = {"final",     "static",       "private",   "public",
                                     "protected", "synchronized", "transient", "volatile",
                                     "abstract",  "native"};
  return token.is(TokenKind::kKeyword) &&
         std::find(kModifiers.begin(), kModifiers.end(), token.text) != kModifiers.end();
}

std::vector<Annotation> Grammar::parse_annotations() {
  std::vector<Annotation> annotations;
  while (token().is_operator("@") && !token(1).is_keyword("interface")) {
    Annotation annotation;
    const std::size_t begin = take().range.begin;
    SourceRange range;
    annotation.name = parse_dotted_name(range);
    annotation.is_qualified = annotation.name.find('.') != std::string::npos;
    annotation.name.erase(0, annotation.name.rfind('.') + 1);
    if (token().is_operator("(")) {
      take();
      // @Grab(group = 'x', ...) names its members with =, @Library('x') has one without a name.
      while (!token().is_operator(")")) {
        Argument argument;
        if (token().is(TokenKind::kIdentifier) && token(1).is_operator("=")) {
          argument.is_named = true;
          argument.label_range = token().range;
          argument.label = take().text;
          take();
        }
        argument.value = parse_expression();
        annotation.arguments.push_back(std::move(argument));
        if (!take_operator(",")) break;
      }
      expect(")", "after the annotation's values");
    }
    annotation.range = {begin, last_end()};
    annotations.push_back(std::move(annotation));
    skip_newlines();
  }
  return annotations;
}

void Grammar::parse_import(std::vector<Annotation> annotations, bool is_first) {
  const std::size_t begin = token().range.begin;
  if (token().is_keyword("package") && !is_first)
    fail_at(token().range, "unexpected token: package", "it stands before everything else");
  const bool is_package = take().text == "package";
  Import import;
  import.is_static = take_keyword("static");
  SourceRange range;
  import.name = parse_dotted_name(range);
  if (take_operator(".")) {
    expect("*", "or a name at the end of the import");
    import.name += ".*";
  }
  if (take_keyword("as")) {
    if (!token().is(TokenKind::kIdentifier)) fail_unexpected("a name after `as`");
    import.alias = take().text;
  }
  import.range = {begin, last_end()};
  std::move(annotations.begin(), annotations.end(), std::back_inserter(unit_.annotations));
  if (is_package)
    unit_.package = std::move(import.name);
  else
    unit_.imports.push_back(std::move(import));
  end_statement();
}

// Where a type that begins at `from` ends, if one can begin there. As Groovy, which must tell
// `String name` from the command `echo name`: the class begins with a capital.
std::optional<std::size_t> Grammar::type_end(std::size_t from) const {
  const auto at = [this](std::size_t place) -> const Token& {
    return (*tokens_)[std::min(place, tokens_->size() - 1)];
  };
  if (at(from).is(TokenKind::kKeyword)) {
    if (!is_primitive(at(from).text)) return std::nullopt;
    ++from;
  } else {
    if (!at(from).is(TokenKind::kIdentifier)) return std::nullopt;
    std::size_t last = from;
    while (at(last + 1).is_operator(".") && at(last + 2).is(TokenKind::kIdentifier))
      last += 2;
    if (!is_upper(at(last).text)) return std::nullopt;
    from = last + 1;
  }
  if (at(from).is_operator("<")) {
    int open = 0;
    do {
      const Token& current = at(from);
      if (current.is_operator("<")) ++open;
      if (current.is_operator(">")) --open;
      if (current.is_operator(">>")) open -= 2;
      if (current.is_operator(">>>")) open -= 3;
      const bool is_part =
          current.is(TokenKind::kIdentifier) || current.is(TokenKind::kKeyword) ||
          (current.is(TokenKind::kOperator) &&
           std::string_view("<>>>>,.?[]&").find(current.text) != std::string_view::npos);
      if (!is_part) return std::nullopt;
      ++from;
    } while (open > 0);
    if (open < 0) return std::nullopt;
  }
  while (at(from).is_operator("[") && at(from + 1).is_operator("]"))
    from += 2;
  return from;
}

bool Grammar::at_declaration() const {
  if (token().is_keyword("synchronized") && token(1).is_operator("(")) return false;
  if (token().is_keyword("def") || is_modifier(token())) return true;
  const auto end = type_end(at_);
  if (!end) return false;
  const Token& name = (*tokens_)[*end];
  if (!name.is(TokenKind::kIdentifier)) return false;
  const Token& next = (*tokens_)[std::min(*end + 1, tokens_->size() - 1)];
  return next.is(TokenKind::kNewline) || next.is(TokenKind::kEnd) || next.is_operator("=") ||
         next.is_operator(",") || next.is_operator(";") || next.is_operator("}") ||
         next.is_operator("(");
}

// After an annotation, which stands for `def`: name(...) {
bool Grammar::at_bare_method() const {
  if (!at_method_name(at_)) return false;
  int open = 0;
  for (std::size_t place = at_ + 1; place < tokens_->size(); ++place) {
    const Token& current = (*tokens_)[place];
    if (current.is_operator("(")) ++open;
    if (current.is_operator(")") && --open == 0)
      return (*tokens_)[after_newlines(place + 1)].is_operator("{");
  }
  return false;
}

// REQUIRES: at_declaration(), or after its modifiers.
bool Grammar::at_method() const {
  std::size_t place = at_;
  while (is_modifier((*tokens_)[place]) || (*tokens_)[place].is_keyword("def"))
    ++place;
  if (place > at_ && at_method_name(place)) return true;
  if (place > at_ && (*tokens_)[place].is_operator("<")) return true;  // static <T> T foo()
  const auto end = type_end(place);
  return end && at_method_name(*end);
}

bool Grammar::at_method_name(std::size_t place) const {
  const Token& name = (*tokens_)[std::min(place, tokens_->size() - 1)];
  const Token& next = (*tokens_)[std::min(place + 1, tokens_->size() - 1)];
  return (name.is(TokenKind::kIdentifier) || name.is(TokenKind::kString)) && next.is_operator("(");
}

// `def` and modifiers, in any order.
Grammar::Modifiers Grammar::take_modifiers() {
  Modifiers modifiers;
  std::vector<std::string_view> seen;
  while (is_modifier(token()) || token().is_keyword("def")) {
    const SourceRange range = token().range;
    const std::string& word = take().text;
    if (std::find(seen.begin(), seen.end(), word) != seen.end())
      fail_at(range, word == "def" ? "unexpected token: def" : "cannot repeat modifier: " + word);
    seen.push_back(word);
    const bool is_access = word == "private" || word == "protected" || word == "public";
    if (is_access && modifiers.has_access)
      fail_at(range,
              "cannot specify modifier: " + word + " when access scope has already been defined");
    modifiers.any = true;
    modifiers.has_def |= word == "def";
    if (modifiers.not_of_variables.end == 0 && word != "final" && word != "def")
      modifiers.not_of_variables = range;
    modifiers.is_static |= word == "static";
    modifiers.is_final |= word == "final";
    modifiers.is_abstract |= word == "abstract";
    modifiers.has_access |= is_access;
  }
  return modifiers;
}

// `<K, V extends Number>` after the name of a class or before the type of a method: the names.
std::vector<std::string> Grammar::parse_type_parameters() {
  std::vector<std::string> names;
  if (!token().is_operator("<")) return names;
  int open = 0;
  do {
    if (token().is(TokenKind::kEnd)) fail_unexpected("`>` after the type parameters");
    if (token().is_operator("<")) ++open;
    if (token().is_operator(">")) --open;
    if (token().is_operator(">>")) open -= 2;
    const bool begins_one = open == 1 && (token().is_operator("<") || token().is_operator(","));
    take();
    if (begins_one && token().is(TokenKind::kIdentifier)) names.push_back(token().text);
  } while (open > 0);
  return names;
}

std::string Grammar::parse_dotted_name(SourceRange& range) {
  if (!token().is(TokenKind::kIdentifier)) fail_unexpected("a name");
  range.begin = token().range.begin;
  std::string name = take().text;
  while (token().is_operator(".") && token(1).is(TokenKind::kIdentifier)) {
    take();
    name += "." + take().text;
  }
  range.end = last_end();
  return name;
}

TypeName Grammar::parse_type() {
  const auto end = type_end(at_);
  TypeName type;
  if (!end) {
    // A type that begins in lower case, where only a type can stand.
    type.name = parse_dotted_name(type.range);
    return type;
  }
  type.range = {token().range.begin, (*tokens_)[*end - 1].range.end};
  type.name = take().text;
  while (token().is_operator(".") && at_ + 1 < *end) {
    take();
    type.name += "." + take().text;
  }
  for (; at_ < *end; ++at_) {
    if (token().is(TokenKind::kKeyword) && is_primitive(token().text) && !token(1).is_operator("["))
      fail_at(token().range, "a primitive type cannot be the argument of a type",
              "name its class, such as Integer for int");
    if (!token().is(TokenKind::kIdentifier)) continue;
    TypeName argument;
    argument.name = parse_dotted_name(argument.range);
    type.arguments.push_back(std::move(argument));
    --at_;
  }
  type.is_array = (*tokens_)[*end - 1].is_operator("]");
  // Of an array of arrays the outer one is made, of what is given for the inner ones.
  if (type.is_array && (*tokens_)[*end - 3].is_operator("]")) type.name = "Object";
  at_ = *end;
  return type;
}

// def x = 1, String s, def (a, b) = list. The end of the statement is the caller's.
StmtPtr Grammar::parse_declaration(const std::vector<Annotation>& annotations) {
  auto declaration = std::make_unique<DeclarationStmt>();
  const std::size_t begin = token().range.begin;
  declaration->is_field = std::any_of(annotations.begin(), annotations.end(),
                                      [](const Annotation& one) { return one.name == "Field"; });
  if (declaration->is_field && !is_top_)
    fail_at(token().range, "@Field belongs to a variable at the top of the file");
  const auto modifiers = take_modifiers();
  if (!declaration->is_field) declaration->refused_modifier = modifiers.not_of_variables;
  if (token().is_operator("(")) {
    if (!modifiers.has_def) fail_unexpected("`def` before several variables");
    parse_many(*declaration);
    declaration->range = {begin, last_end()};
    return declaration;
  }
  TypeName type;
  if (const auto end = type_end(at_); end && (*tokens_)[*end].is(TokenKind::kIdentifier))
    type = parse_type();
  do {
    skip_newlines();
    if (!token().is(TokenKind::kIdentifier)) fail_unexpected("the name of a variable");
    Variable variable;
    variable.type = type;
    variable.range = token().range;
    variable.name = unit_.intern(take().text);
    if (take_operator("=")) {
      skip_newlines();
      variable.value = parse_expression(Commands::kYes);
    }
    declaration->variables.push_back(std::move(variable));
  } while (take_operator(","));
  declaration->range = {begin, last_end()};
  return declaration;
}

void Grammar::parse_many(DeclarationStmt& declaration) {
  take();
  do {
    Variable variable;
    (void)take_modifiers();
    if (const auto end = type_end(at_); end && (*tokens_)[*end].is(TokenKind::kIdentifier))
      variable.type = parse_type();
    if (!token().is(TokenKind::kIdentifier)) fail_unexpected("the name of a variable");
    variable.range = token().range;
    variable.name = unit_.intern(take().text);
    declaration.variables.push_back(std::move(variable));
  } while (take_operator(","));
  expect(")", "after the variables");
  if (!take_operator("=")) fail_unexpected("`=`: several variables need a list");
  skip_newlines();
  declaration.all = parse_expression(Commands::kYes);
}

// After its modifiers, which say whether it needs a body.
std::unique_ptr<MethodDecl> Grammar::parse_method(const Modifiers& modifiers, std::size_t begin) {
  auto method = std::make_unique<MethodDecl>();
  method->is_static = modifiers.is_static;
  method->is_abstract = modifiers.is_abstract;
  method->type_parameters = parse_type_parameters();
  if (!at_method_name(at_)) method->type = parse_type();
  method->name_range = token().range;
  method->name = unit_.intern(take().text);
  expect("(", "before the parameters");
  method->parameters = parse_parameters(")");
  expect(")", "after the parameters");
  if (take_keyword("throws")) {
    do {
      skip_newlines();
      method->thrown.push_back(parse_type());
    } while (take_operator(","));
  }
  if (!method->is_abstract) {
    is_top_ = false;
    method->body = parse_block();
  }
  method->range = {begin, last_end()};
  return method;
}

// Up to `close`, which stays.
std::vector<Parameter> Grammar::parse_parameters(std::string_view close) {
  std::vector<Parameter> parameters;
  skip_newlines();
  while (!token().is_operator(close)) {
    skip_newlines();
    (void)parse_annotations();
    Parameter parameter;
    parameter.range = token().range;
    parameter.is_final = take_modifiers().is_final;
    const auto end = type_end(at_);
    if (end && ((*tokens_)[*end].is(TokenKind::kIdentifier) || (*tokens_)[*end].is_operator("...")))
      parameter.type = parse_type();
    parameter.is_variadic = take_operator("...");
    if (!token().is(TokenKind::kIdentifier)) fail_unexpected("the name of a parameter");
    parameter.name = unit_.intern(take().text);
    if (take_operator("=")) {
      skip_newlines();
      parameter.preset = parse_expression();
    }
    parameter.range.end = last_end();
    for (const auto& earlier : parameters)
      if (earlier.name == parameter.name)
        fail_at(parameter.range, "there are two parameters named `" + *parameter.name + "`");
    parameters.push_back(std::move(parameter));
    skip_newlines();
    if (!take_operator(",")) break;
    skip_newlines();
    if (token().is_operator(close)) fail_unexpected("the name of a parameter");
  }
  skip_newlines();
  for (std::size_t i = 0; i + 1 < parameters.size(); ++i)
    if (parameters[i].is_variadic)
      fail_at(parameters[i].range, "only the last parameter takes many");
  return parameters;
}

}  // namespace runtask::groovy
