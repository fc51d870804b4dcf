#include <fstream>
#include <iostream>
#include <sstream>

#include "../groovy/text_host.h"
#include "groovy/parser.h"

// groovy_probe FILE...: runs each file and prints "== FILE", what it printed and how it failed. For
// tests/interop/groovy_test.py, and for people who want to try something.
int main(int count, char** names) {
  for (int i = 1; i < count; ++i) {
    std::ifstream file(names[i], std::ios::binary);
    std::stringstream content;
    content << file.rdbuf();
    const std::string source = content.str();
    std::cout << "== " << names[i] << "\n";
    const auto parsed = runtask::groovy::parse(source, names[i]);
    for (const auto& error : parsed.errors)
      std::cout << runtask::render(error, names[i], source) << "\n";
    for (const auto& error : parsed.unsupported)
      std::cout << "unsupported: " << runtask::render(error, names[i], source) << "\n";
    if (!parsed.can_run()) continue;
    runtask::groovy::TextHost host;
    runtask::groovy::Interpreter interpreter(host);
    const auto result = interpreter.run(parsed.unit);
    std::cout << host.printed;
    if (!result) std::cout << result.error().text() << "\n";
  }
  return 0;
}
