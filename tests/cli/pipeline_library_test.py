"""Classes of shared libraries in `runtask pipeline run`."""
import os
import unittest

import support

TOOL = """package org.example

import org.example.util.Names

class Tool implements Serializable {
  static final String PREFIX = 'tool'
  private final def script
  private final Names names = new Names()
  int runs = 0

  Tool(script) { this.script = script }

  def build(Map options = [:]) {
    runs++
    script.echo "${PREFIX} ${names.tidy(options.name ?: 'none')} ${script.env.STAGE_NAME}"
    return script.sh(script: 'echo built', returnStdout: true).trim()
  }

  static Tool of(script) { new Tool(script) }
}

class ToolError extends Exception {
  ToolError(String message) { super("tool: " + message) }
}
"""
NAMES = """package org.example.util

import org.example.Tool

class Names {
  String tidy(String name) { Tool.PREFIX + '-' + name.toLowerCase() }
}
"""
ZOT = """package org.example

def greet(name) {
  echo "greeted ${name}"
}
"""
STEP = """import org.example.Tool

def call(Map options) {
  def tool = new Tool(this)
  echo 'step ' + tool.build(options)
}
"""


class PipelineLibrarySandbox(support.Sandbox):
    def setUp(self):
        super().setUp()
        for folder in ("product", "library/src/org/example/util", "library/vars"):
            os.makedirs(self.path(folder))
        self.write("library/src/org/example/Tool.groovy", TOOL)
        self.write("library/src/org/example/util/Names.groovy", NAMES)
        self.write("library/src/org/example/Zot.groovy", ZOT)
        self.write("library/vars/makeIt.groovy", STEP)

    def jenkinsfile(self, head, script):
        return self.write("product/Jenkinsfile", "%s\npipeline {\n  agent any\n  stages { stage('Only') { steps { script {\n%s\n  } } } }\n}\n"
                          % (head, script))

    def run_library(self, path):
        return self.runtask("pipeline", "run", path, "--library", "mine=" + self.path("library"))

    def test_classes_are_imported_and_reach_the_steps_by_the_script(self):
        path = self.jenkinsfile("@Library('mine') _\nimport org.example.Tool\nimport org.example.ToolError",
                                "def tool = new Tool(this)\necho tool.build(name: 'ABC') + tool.runs\nmakeIt name: 'Step'\n"
                                "echo org.example.Tool.of(this).build()\n"
                                "try { throw new ToolError('broke') } catch (ToolError e) { echo e.message }")
        result = self.run_library(path)
        self.assertEqual(result.code, 0, result)
        for line in ("tool tool-abc Only", "built1", "tool tool-step Only", "step built", "tool tool-none Only", "tool: broke"):
            self.assertIn("\n%s\n" % line, result.out)

    def test_a_file_without_a_class_is_one(self):
        path = self.jenkinsfile("@Library('mine') _", "new org.example.Zot().greet('you')")
        self.assertIn("\ngreeted you\n", self.run_library(path).out)

    def test_getters_of_vars_are_their_properties(self):
        self.write("library/vars/ver.groovy", "def getWho() { 'me' }\ndef inside() { \"in ${who}\" }\n")
        path = self.jenkinsfile("@Library('mine') _", "echo ver.who + ' ' + ver.inside()\necho \"${ver.who}!\"")
        result = self.run_library(path)
        self.assertEqual(result.code, 0, result)
        for line in ("me in me", "me!"):
            self.assertIn("\n%s\n" % line, result.out)

    def test_a_file_with_a_mistake_is_named_and_what_uses_it_does_not_start(self):
        self.write("library/src/org/example/util/Names.groovy", "package org.example.util\nclass Names { def x = }\n")
        path = self.jenkinsfile("@Library('mine') _", "echo 'runs'")
        result = self.run_library(path)
        self.assertIn("Names.groovy:2:23", result.err)
        path = self.jenkinsfile("@Library('mine') _\nimport org.example.util.Names", "new Names()")
        result = self.run_library(path)
        self.assertEqual(result.code, 2, result)
        self.assertIn("the class Names is not supported", result.err)

    def test_a_library_of_classes_alone_needs_no_vars(self):
        os.remove(self.path("library/vars/makeIt.groovy"))
        os.rmdir(self.path("library/vars"))
        path = self.jenkinsfile("@Library('mine') _", "echo new org.example.util.Names().tidy('X')")
        result = self.run_library(path)
        self.assertEqual(result.code, 0, result)
        self.assertIn("\ntool-x\n", result.out)

    def test_without_the_library_its_classes_are_named_before_anything_runs(self):
        path = self.jenkinsfile("@Library('mine') _\nimport org.example.Tool", "echo 'runs'\nnew Tool(this)")
        result = self.runtask("pipeline", "run", path)
        self.assertEqual(result.code, 2, result)
        self.assertIn("the class Tool is not supported", result.err)
        self.assertNotIn("runs", result.out)
        self.assertEqual(self.runtask("pipeline", "lint", path).code, 0)

    def test_static_imports_reach_the_classes_of_a_library(self):
        path = self.jenkinsfile("@Library('mine') _\nimport static org.example.Tool.of\nimport static org.example.Tool.PREFIX as NAME",
                                "echo NAME + ' ' + of(this).build()\necho sprintf('%s!', NAME)")
        result = self.run_library(path)
        self.assertEqual(result.code, 0, result)
        for line in ("tool tool-none Only", "tool built", "tool!"):
            self.assertIn("\n%s\n" % line, result.out)
        path = self.jenkinsfile("@Library('mine') _\nimport static org.example.Tool.nope", "echo 'runs'")
        result = self.run_library(path)
        self.assertEqual(result.code, 2, result)
        self.assertIn("the class org.example.Tool has no static member `nope`", result.err)
        self.assertNotIn("runs", result.out)

    def test_the_step_library_gives_its_classes(self):
        path = self.jenkinsfile("", "def l = library('mine')\nl.org.example.Tool.of(this).build()\n"
                                "echo l.org.example.Tool.PREFIX + ' ' + l.org.example.util.Names.new().tidy('X')\n"
                                "l.org.example.Tool.new(this).build(name: 'Y')\n"
                                "try { l.org.example.Nope.x() } catch (ClassNotFoundException e) { echo 'no ' + e.message }")
        result = self.run_library(path)
        self.assertEqual(result.code, 0, result)
        for line in ("tool tool-none Only", "tool tool-x", "tool tool-y Only", "no org.example.Nope"):
            self.assertIn("\n%s\n" % line, result.out)


if __name__ == "__main__":
    unittest.main(verbosity=2)
