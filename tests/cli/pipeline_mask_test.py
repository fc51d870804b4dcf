"""Secrets in the console of `runtask pipeline run`, as real programs write them."""
import base64
import json
import os
import unittest

import support

# In each part between the characters that programs write in several ways a word to look for.
SECRET = "al'pha''b\"eta\\gam/ma$del%ta é😀 &zet<a>`ki!lo'"
LINES = SECRET + "\n\ttab" + SECRET + "\x01end"
WORDS = ["pha", "eta", "gam", "del", "zet", "lo", "gAm"]

FORMS = r"""
import base64, csv, html, json, os, shlex, sys, urllib.parse, xml.sax.saxutils as sax
secret = os.environ["SECRET"]
def show(form, text):
    for line in text.split("\n"):
        print(form + ": " + line)
show("raw", secret)
show("repr", repr(secret))
show("ascii", ascii(secret))
show("bytes", repr(secret.encode()))
show("json", json.dumps(secret))
show("json utf-8", json.dumps(secret, ensure_ascii=False))
show("json slashes", json.dumps(secret).replace("/", "\\/"))
show("json capitals", "".join("\\u%04X" % ord(c) if ord(c) < 0x10000 and not c.isalnum() else c for c in secret))
show("json in json", json.dumps(json.dumps({"key": secret})))
show("json in shell", shlex.quote(json.dumps({"key": secret})))
show("json in url", urllib.parse.quote(json.dumps({"key": secret})))
show("shlex", shlex.quote(secret))
show("url", urllib.parse.quote(secret, safe=""))
show("url path", urllib.parse.quote(secret))
show("form", urllib.parse.quote_plus(secret))
show("form twice", urllib.parse.quote_plus(urllib.parse.quote_plus(secret)))
show("html", html.escape(secret))
show("xml", sax.quoteattr(secret))
csv.writer(sys.stdout).writerow(["csv", secret])
show("sql", "'" + secret.replace("'", "''") + "'")
show("base64url", base64.urlsafe_b64encode(("user:" + secret).encode()).decode())
"""
SHELL = r"""
export -p | grep -A3 SECRET=
set | grep -A3 ^SECRET=
set -x
: "$SECRET" "x$SECRET" --key="$SECRET"
set +x
"""
BASH = SHELL + r"""
declare -p SECRET
printf '%q\n' "$SECRET"
echo "${SECRET@Q}"
env printf '%q\n' "$SECRET"
"""


class PipelineMaskSandbox(support.Sandbox):
    def console(self, secret, script):
        os.mkdir(self.path("product"))
        self.write("product/forms.py", FORMS)
        path = self.write("product/Jenkinsfile", "pipeline { agent any\nenvironment { SECRET = credentials('key') }\n"
                          "stages { stage('s') { steps { sh '''%s''' } } } }\n" % script.replace("\\", "\\\\").replace("'", "\\'"))
        credentials = self.write("credentials.json", json.dumps({"key": secret}))
        out = self.ok("pipeline", "run", path, "--credentials", credentials).out
        return out[out.index("Stage \"s\"\n"):]

    def check(self, out):
        self.assertIn("****", out)
        for line in out.splitlines():
            for word in WORDS:
                self.assertNotIn(word, line.replace("Finished: ", ""))

    def test_are_masked_as_other_programs_write_them(self):
        self.check(self.console(SECRET, "#!/bin/sh\nPYTHONUTF8=1 /usr/bin/python3 forms.py"))

    def test_of_several_lines_are_masked_as_other_programs_write_them(self):
        self.check(self.console(LINES, "#!/bin/sh\nPYTHONUTF8=1 /usr/bin/python3 forms.py"))

    def test_are_masked_as_shells_write_them(self):
        for secret, shell, script in ((SECRET, "bash", BASH), (LINES, "bash", BASH), (SECRET, "dash", SHELL), (LINES, "dash", SHELL)):
            for locale in ("C", "C.UTF-8"):
                with self.subTest((shell, locale, secret)):
                    sandbox = PipelineMaskSandbox("console")
                    sandbox.setUp()
                    self.addCleanup(sandbox.doCleanups)
                    self.check(sandbox.console(secret, "#!/bin/%s\nexport LC_ALL=%s\n%s" % (shell, locale, script)))

    def test_are_masked_in_base64_of_several_lines(self):
        secret = "".join(chr(33 + (i * 31) % 90) for i in range(300))
        out = self.console(secret, "#!/bin/sh\nprintf %s \"$SECRET\" | base64\necho \"$SECRET\" | base64\n"
                                   "printf 'user:%s' \"$SECRET\" | base64 -w 64\nprintf 'me:%s' \"$SECRET\" | base64 | sed 's/^/  /'")
        for shift in range(3):
            letters = base64.b64encode(b"~" * shift + secret.encode()).decode()
            for i in range(4, len(letters) - 9):
                self.assertNotIn(letters[i:i + 5], out)


if __name__ == "__main__":
    unittest.main()
