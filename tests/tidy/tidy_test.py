"""The style that a machine can see: rules over the source tree, each with what to do instead."""
import os
import re
import subprocess
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FILE_LINES_MAX = 600
COLUMNS_MAX = 100
MAIN_LINES_MAX = 60

# What to look for, where it is allowed, and what to do instead.
BANNED = [
    (r"\bgetenv\s*\(|\benviron\b(?!m)", r"^src/sys/", "take a sys::Environment"),
    (r"(system|steady|high_resolution)_clock::now", r"^src/sys/", "ask sys::Loop"),
    (r"random_device|\brand\s*\(", r"^src/sys/", "take a sys::Random"),
    (r"#include <(unistd|fcntl|sys/\w+|signal|netinet/\w+|poll)\.h>", r"^src/sys/", "system calls live in src/sys"),
    (r"#include <boost/", r"^src/sys/[a-z_]+(\.cpp|_context\.h)$", "Boost stays in src/sys"),
    (r"#include <curl/", r"^src/sys/curl_library\.(h|cpp)$|^src/sys/http_client\.cpp$", "libcurl stays in src/sys"),
    (r"#include <CLI/", r"^src/cli/command_line\.h$", "CLI11 stays behind src/cli/command_line.h"),
    (r"#include <sqlite3\.h>", r"^src/sys/database\.cpp$", "use sys::Database"),
    (r"#include <nlohmann/json\.hpp>", r"\.cpp$|^src/base/json_members\.h$", "headers use json_fwd.hpp"),
    (r"#include \"base/json_members\.h\"", r"\.cpp$", "headers use base/json.h"),
    (r"^\s*throw\b", r"^src/groovy/|^src/cli/command_line\w*\.cpp$", "errors are values: base/result.h"),
    (r"using namespace (?!std::chrono|runtask;)", r"^$", "name what you use"),
    (r"^(?!.*unique_ptr<)(?!\s*new [A-Z]\w+\(outside).*\bnew [A-Z]", r"^$", "std::make_unique, unless the constructor is private"),
    (r"\b(TODO|FIXME|XXX)\b", r"^$", "finish it, or open an issue"),
    (r"/(root|srv|mnt)/", r"^$", "no path of somebody's machine"),
]


def tracked(pattern):
    out = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, stdout=subprocess.PIPE, check=False)
    names = out.stdout.decode().splitlines()
    if not names:  # A source archive without git.
        for folder, folders, files in os.walk(ROOT):
            folders[:] = [f for f in folders if f not in ("build", ".git")]
            names += [os.path.relpath(os.path.join(folder, f), ROOT) for f in files]
    return sorted(n for n in names if re.search(pattern, n) and os.path.isfile(os.path.join(ROOT, n)))


def lines(name):
    with open(os.path.join(ROOT, name), encoding="utf-8") as file:
        return file.read().split("\n")


class Tidy(unittest.TestCase):
    def complain(self, complaints):
        self.assertEqual(complaints, [], "\n" + "\n".join(complaints))

    def test_there_is_something_to_look_at(self):
        self.assertGreater(len(tracked(r"^src/.*\.(h|cpp)$")), 50)

    def test_what_is_banned_stays_where_it_belongs(self):
        complaints = []
        for name in tracked(r"^src/.*\.(h|cpp)$"):
            for number, line in enumerate(lines(name), 1):
                code = line
                if "#include" not in line:
                    code = re.sub(r'"(\\.|[^"\\])*"', '""', line).split("//")[0]
                for pattern, allowed, instead in BANNED:
                    target = line if "TODO" in pattern or "root" in pattern else code
                    if re.search(pattern, target) and not re.search(allowed, name):
                        complaints.append("%s:%d: %s -- %s" % (name, number, line.strip(), instead))
        self.complain(complaints)

    def test_files_and_lines_are_short(self):
        complaints = []
        for name in tracked(r"^(src|tests|bench)/.*\.(h|cpp)$"):
            content = lines(name)
            if len(content) > FILE_LINES_MAX + 1:
                complaints.append("%s has %d lines: it has become two things" % (name, len(content)))
            for number, line in enumerate(content, 1):
                if len(line) > COLUMNS_MAX and "http" not in line and 'R"' not in line:
                    complaints.append("%s:%d has %d columns" % (name, number, len(line)))
        self.complain(complaints)

    def test_main_only_builds_and_passes_on(self):
        self.assertLessEqual(len(lines("src/cli/main.cpp")), MAIN_LINES_MAX)

    def test_headers_begin_with_pragma_once_and_say_something(self):
        complaints = []
        for name in tracked(r"^src/.*\.h$"):
            content = lines(name)
            if content[0] != "#pragma once":
                complaints.append("%s does not begin with #pragma once" % name)
            if not any(line.lstrip().startswith("//") for line in content):
                complaints.append("%s has no comment: what is it for?" % name)
        self.complain(complaints)

    def test_no_file_is_a_dumping_ground(self):
        self.complain([n for n in tracked(r"^(src|tests)/") if re.search(r"(util|common|misc|helper)", n.lower())])

    def test_markdown_has_one_title_and_links_that_lead_somewhere(self):
        complaints = []
        for name in tracked(r"\.md$"):
            text = re.sub(r"```.*?```", "", "\n".join(lines(name)), flags=re.S)
            titles = re.findall(r"^# .+$", text, flags=re.M)
            if len(titles) != 1:
                complaints.append("%s has %d titles" % (name, len(titles)))
            for link in re.findall(r"\]\(([^)#\s]+)", text):
                if "://" not in link and not os.path.exists(os.path.join(ROOT, os.path.dirname(name), link)):
                    complaints.append("%s links to %s, which is not there" % (name, link))
        self.complain(complaints)

    def test_make_help_lists_every_target(self):
        text = "\n".join(lines("Makefile"))
        targets = re.search(r"^\.PHONY: (.*)$", text, flags=re.M).group(1).split()
        shown = subprocess.run(["make", "--no-print-directory", "help"], cwd=ROOT, stdout=subprocess.PIPE, check=True)
        self.assertEqual(re.findall(r"^  make (\S+)\t\S", shown.stdout.decode(), flags=re.M), targets)

    def test_every_command_of_the_readme_exists(self):
        text = "\n".join(lines("README.md"))
        binary = os.environ["RUNTASK_BINARY"]
        complaints = []
        for words in sorted(set(re.findall(r"runtask ((?:run|runs|local|find|env|context)(?: [a-z]+)?)\b", text))):
            code = subprocess.run([binary, *words.split(), "--help"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                  check=False).returncode
            if code != 0:
                complaints.append("runtask %s --help ends with %d" % (words, code))
        self.complain(complaints)


if __name__ == "__main__":
    unittest.main(verbosity=2)
