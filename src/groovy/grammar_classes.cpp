#include "groovy/grammar.h"
#include "groovy/limits.h"

// Classes: class, abstract class, interface, enum.

namespace runtask::groovy {

bool Grammar::at_class(std::size_t ahead) const {
  while (is_modifier(token(ahead)))
    ++ahead;
  const Token& word = token(ahead);
  const bool is_word = word.is_keyword("class") || word.is_keyword("interface") ||
                       word.is_keyword("enum") || (word.is_keyword("trait")) ||
                       (word.is_operator("@") && token(ahead + 1).is_keyword("interface"));
  return is_word && (token(ahead + 1).is(TokenKind::kIdentifier) || word.is_operator("@"));
}

// What is left out is understood as far as its end, so that the rest of the file is still checked.
void Grammar::skip_class() {
  const auto names = unit_.left_out.size();
  for (; !token().is_operator("{") && !token().is(TokenKind::kEnd); take())
    if (token().is(TokenKind::kIdentifier) && unit_.left_out.size() == names)
      unit_.left_out.push_back(token().text);
  int open = 0;
  do {
    const bool is_class = token().is_keyword("class") || token().is_keyword("interface") ||
                          token().is_keyword("enum") || token().is_keyword("trait");
    if (is_class && token(1).is(TokenKind::kIdentifier)) unit_.left_out.push_back(token(1).text);
    if (token().is_operator("{")) ++open;
    if (token().is_operator("}")) --open;
    if (token().is(TokenKind::kEnd)) fail_unexpected("`}` at the end of the class");
    take();
  } while (open > 0);
}

void Grammar::parse_class(std::vector<Annotation> annotations) {
  auto declaration = std::make_unique<ClassDecl>();
  const std::size_t begin = token().range.begin;
  const bool is_abstract = take_modifiers().is_abstract;
  const Token& word = take();
  if (word.text == "trait" || word.is_operator("@")) {
    refuse(
        {word.range.begin, token().range.end},
        word.is_operator("@") ? "annotations cannot be defined here" : "traits are not supported",
        "use a class");
    return skip_class();
  }
  declaration->form = word.text == "interface" ? ClassForm::kInterface
                      : word.text == "enum"    ? ClassForm::kEnum
                      : is_abstract            ? ClassForm::kAbstractClass
                                               : ClassForm::kClass;
  declaration->annotations = std::move(annotations);
  declaration->unit = &unit_;
  declaration->name_range = token().range;
  declaration->name = unit_.intern(take().text);
  parse_class_head(*declaration);
  is_top_ = false;
  parse_class_body(*declaration);
  declaration->range = {begin, last_end()};
  declaration->info.name = (unit_.package.empty() ? "" : unit_.package + ".") + *declaration->name;
  declaration->info.declaration = declaration.get();
  unit_.classes.push_back(std::move(declaration));
  end_statement();
}

// <T> extends A implements B, C
void Grammar::parse_class_head(ClassDecl& declaration) {
  skip_newlines();
  declaration.type_parameters = parse_type_parameters();
  skip_newlines();
  const bool is_interface = declaration.form == ClassForm::kInterface;
  const auto parse_types = [this](std::vector<TypeName>& types) {
    do {
      skip_newlines();
      types.push_back(parse_type());
      skip_newlines();
    } while (take_operator(","));
  };
  if (take_keyword("extends")) {
    if (is_interface) {
      parse_types(declaration.interfaces);
    } else {
      skip_newlines();
      declaration.parent = parse_type();
      skip_newlines();
    }
  }
  if (!is_interface && take_keyword("implements")) parse_types(declaration.interfaces);
}

// Up to the class's closing brace.
void Grammar::parse_class_body(ClassDecl& declaration) {
  const Deeper deeper(*this);
  expect("{", "before the class's members");
  if (declaration.form == ClassForm::kEnum) parse_constants(declaration);
  while (errors.size() < kDiagnosticsMax) {
    while (token().is(TokenKind::kNewline) || token().is_operator(";"))
      take();
    if (token().is_operator("}") || token().is(TokenKind::kEnd)) break;
    const std::size_t before = at_;
    try {
      parse_class_member(declaration);
      end_statement();
    } catch (const SyntaxError& error) {
      errors.push_back(error.diagnostic);
      recover(error.is_too_deep);
      if (at_ == before) take();
    }
  }
  if (errors.size() < kDiagnosticsMax) expect("}", "at the end of the class");
}

// A, B(1), C; ...
void Grammar::parse_constants(ClassDecl& declaration) {
  skip_newlines();
  while (token().is(TokenKind::kIdentifier)) {
    const Token& next = (*tokens_)[after_newlines(at_ + 1)];
    const bool is_constant = next.is_operator(",") || next.is_operator(";") ||
                             next.is_operator("}") || token(1).is_operator("(") ||
                             token(1).is_operator("{") || token(1).is(TokenKind::kNewline);
    if (!is_constant) return;
    EnumConstant constant;
    constant.range = token().range;
    constant.name = unit_.intern(take().text);
    if (take_operator("(")) {
      parse_arguments(constant.arguments, ")");
      expect(")", "after the constant's arguments");
    }
    if (token().is_operator("{")) {
      refuse(token().range, "a constant with members of its own is not supported",
             "decide by `this` in a method of the enum");
      skip_class();
    }
    declaration.constants.push_back(std::move(constant));
    const std::size_t comma = after_newlines(at_);
    if (!(*tokens_)[comma].is_operator(",")) return;
    at_ = comma + 1;
    skip_newlines();
  }
}

void Grammar::parse_class_member(ClassDecl& declaration) {
  auto annotations = parse_annotations();
  if (at_class()) {
    refuse({token().range.begin, token().range.end}, "classes in classes are not supported",
           "move it out, beside the other class");
    return skip_class();
  }
  const std::size_t begin = token().range.begin;
  auto modifiers = take_modifiers();
  modifiers.any |= !annotations.empty();
  if (token().is_operator("{")) {
    refuse(token().range, "blocks that initialise a class are not supported",
           "give the fields their values where they are declared, or in a constructor");
    return skip_class();
  }
  const bool is_constructor = token().is(TokenKind::kIdentifier) &&
                              token().text == *declaration.name && token(1).is_operator("(");
  if (is_constructor) {
    modifiers.is_abstract = false;
    declaration.constructors.push_back(parse_method(modifiers, begin));
    return;
  }
  const auto end = type_end(at_);
  const bool is_method = (modifiers.any && at_method_name(at_)) || (end && at_method_name(*end)) ||
                         token().is_operator("<");
  if (!is_method) return parse_fields(declaration, modifiers);
  modifiers.is_abstract |= declaration.form == ClassForm::kInterface;
  if (modifiers.is_abstract && declaration.form == ClassForm::kClass)
    fail_at({begin, token().range.end}, "a class with an abstract method must be abstract itself");
  declaration.methods.push_back(parse_method(modifiers, begin));
  declaration.methods.back()->annotations = std::move(annotations);
}

void Grammar::parse_fields(ClassDecl& declaration, const Modifiers& modifiers) {
  if (!modifiers.any && !at_declaration())
    fail_unexpected("a field, a method or a constructor of the class");
  if (token().is_operator("(")) fail_unexpected("the name of a field");
  auto parsed = parse_declaration({});
  const bool is_interface = declaration.form == ClassForm::kInterface;
  for (auto& variable : static_cast<DeclarationStmt&>(*parsed).variables) {
    FieldDecl field;
    field.variable = std::move(variable);
    field.is_static = modifiers.is_static || is_interface;
    field.is_final = modifiers.is_final || is_interface;
    field.is_property = !modifiers.has_access;
    declaration.fields.push_back(std::move(field));
  }
}

}  // namespace runtask::groovy
