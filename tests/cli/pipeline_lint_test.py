"""`runtask pipeline lint` and `runtask pipeline params`, as a user runs them."""
import os
import unittest

from support import SOURCE, Sandbox, json_lines, main

GOLDEN = os.path.join(SOURCE, "tests", "golden", "jenkins")
SEED = os.path.join(GOLDEN, "seed.Jenkinsfile")


class PipelineLint(Sandbox):
    def test_the_documented_pipeline_is_in_order(self):
        for name in ("seed.Jenkinsfile", "seed-placeholders.Jenkinsfile"):
            result = self.ok("pipeline", "lint", os.path.join(GOLDEN, name))
            self.assertEqual(result.err, "")
            self.assertTrue(result.out.endswith(": ok, 2 stages, 3 parameters\n"), result.out)

    def test_all_mistakes_of_all_files_are_shown_and_end_with_2(self):
        first = self.write("first", "pipeline {\n  agent any\n  stages {\n    stage('a') {\n"
                                    "      steps { echo() }\n      posst { }\n    }\n  }\n}\n")
        second = self.write("second", "pipeline { echo 'x\n}\n")
        result = self.runtask("pipeline", "lint", first, SEED, second)
        self.assertEqual(result.code, 2, result)
        self.assertIn("first:5:15", result.err)
        self.assertIn("first:6:7", result.err)
        self.assertIn("did you mean `post`?", result.err)
        self.assertIn("2 errors\n", result.err)
        self.assertIn("second:1:", result.err)
        self.assertEqual(result.out, SEED + ": ok, 2 stages, 3 parameters\n")

    def test_parameters_of_properties_are_parameters_too(self):
        properties = ("properties([disableConcurrentBuilds(), parameters([string(name: 'FIRST', defaultValue: 'x'),\n"
                      "  choice(name: 'SECOND', choices: ['a', 'b'])])])\n")
        declarative = self.write("f", properties + "pipeline {\n  agent any\n  parameters { string(name: 'THIRD') }\n"
                                 "  stages { stage('a') { steps { echo \"${params.FIRST} ${params.SECOND}\" } } }\n}\n")
        names = lambda path: [line["name"] for line in json_lines(self.ok("pipeline", "params", path, "--json").out)]
        self.assertEqual(names(declarative), ["FIRST", "SECOND", "THIRD"])
        self.assertEqual(self.ok("pipeline", "lint", declarative).out, declarative + ": ok, 1 stage, 3 parameters\n")
        self.assertEqual(names(self.write("g", "node {\n" + properties + "}\n")), ["FIRST", "SECOND"])
        self.assertIn("\nx b\n", self.ok("pipeline", "run", declarative, "-p", "SECOND=b").out)
        self.assertEqual(self.runtask("pipeline", "run", declarative, "-p", "SECOND=c").code, 2)

    def test_warnings_do_not_fail(self):
        path = self.write("f", "pipeline {\n  agent any\n  triggers { cron('@daily') }\n  stages {\n"
                               "    stage('a') { steps { echo 'x' } }\n  }\n}\n")
        result = self.ok("pipeline", "lint", path)
        self.assertIn("warning: the trigger `cron` is ignored", result.err)
        self.assertNotIn("error", result.err)

    def test_a_scripted_pipeline_is_accepted_as_one(self):
        result = self.ok("pipeline", "lint", self.write("f", "node { echo 'x' }\n"))
        self.assertIn("scripted", result.out)

    def test_what_jenkins_takes_and_runtask_cannot_run_is_a_warning_and_does_not_run(self):
        path = self.write("f", "trait Version { int major }\npipeline {\n  agent any\n  stages {\n"
                               "    stage('a') { steps { echo 'x' } }\n  }\n}\n")
        result = self.ok("pipeline", "lint", path)
        self.assertIn("warning: traits are not supported", result.err)
        self.assertIn("f:1:1", result.err)
        self.assertIn("cannot run it", result.out)
        result = self.runtask("pipeline", "run", path)
        self.assertEqual(result.code, 2, result)
        self.assertIn("traits are not supported", result.err)

    def test_what_runtask_cannot_run_is_a_warning_beside_an_error_too(self):
        path = self.write("f", "trait Version { int major }\nnode { echo 'x' }\nNowhere x = 1\n")
        result = self.runtask("pipeline", "lint", path)
        self.assertEqual(result.code, 2, result)
        self.assertIn("warning: traits are not supported", result.err)
        self.assertIn("error: unable to resolve class Nowhere", result.err)
        self.assertIn("\n1 error\n", result.err)

    def test_the_hint_names_steps_only_where_the_class_reaches_the_machine(self):
        for name, hint in (("File('x')", "hint: a script reaches the machine through steps only\n"),
                           ("Properties()", "hint: `readProperties(text: ...)` gives a map\n"),
                           ("StringReader('x')", None), ("TreeMap()", None)):
            result = self.ok("pipeline", "lint", self.write("f", "def made = new %s\n" % name))
            self.assertIn("` is not supported\n", result.err)
            if hint:
                self.assertIn(hint, result.err)
            else:
                self.assertNotIn("hint", result.err)

    def test_a_file_that_is_not_there_ends_with_2(self):
        result = self.runtask("pipeline", "lint", self.path("nothing"), SEED)
        self.assertEqual(result.code, 2, result)
        self.assertIn("nothing", result.err)
        self.assertIn("ok", result.out)
        self.assertEqual(self.runtask("pipeline", "lint").code, 2)
        self.assertEqual(self.runtask("pipeline", "lint", self.directory).code, 2)

    def test_bytes_that_are_no_text_are_an_error_and_no_crash(self):
        for content in ("\0", "pipeline {\0}", "\ufeffpipeline", "(" * 10000, "'" * 10001, "{" * 10000, "[" * 10000):
            result = self.runtask("pipeline", "lint", self.write("f", content))
            self.assertIn(result.code, (0, 2), result)
        with open(self.path("big"), "wb") as file:
            file.write(b"a = 1\n" * 2000000)
        self.assertEqual(self.runtask("pipeline", "lint", self.path("big")).code, 2)


class PipelineParams(Sandbox):
    def test_parameters_are_listed_with_default_and_choices(self):
        result = self.ok("pipeline", "params", SEED)
        self.assertIn("ENVIRONMENT     extendedChoice, default `integration`\n", result.out)
        self.assertIn("one of: integration, production\n", result.out)
        self.assertIn("TASK_INSTANCE   extendedChoice, no default\n", result.out)
        self.assertIn("MANAGE_PY_TASK  string, default `migrate --no-input`\n", result.out)

    def test_as_json_each_is_an_object_on_a_line(self):
        objects = json_lines(self.ok("pipeline", "params", SEED, "--json").out)
        self.assertEqual([each["name"] for each in objects], ["ENVIRONMENT", "TASK_INSTANCE", "MANAGE_PY_TASK"])
        self.assertEqual(objects[0]["choices"], ["integration", "production"])
        self.assertEqual(objects[0]["default"], "integration")
        self.assertEqual(objects[0]["delimiter"], ",")
        self.assertEqual(objects[0]["extendedType"], "PT_SINGLE_SELECT")
        self.assertIsNone(objects[1]["default"])
        self.assertEqual(objects[2]["type"], "string")
        self.assertEqual(objects[2]["choices"], [])

    def test_what_is_computed_is_said_to_be(self):
        path = self.write("f", "def regions = ['eu', 'us']\ndef prefix = 'v'\npipeline {\n  agent any\n  parameters {\n"
                               "    string(name: 'TAG', defaultValue: \"v-${env.JOB_NAME}\")\n"
                               "    booleanParam(name: 'SUM', defaultValue: 1 + 1 == 2)\n"
                               "    choice(name: 'MADE', choices: regions.collect { it })\n"
                               "    choice(name: 'KNOWN', choices: [''] + regions + 'ap')\n"
                               "    string(name: 'TEXT', defaultValue: prefix + '-' + prefix)\n"
                               "    string(name: 'NULL', defaultValue: null)\n  }\n"
                               "  stages { stage('a') { steps { echo 'x' } } }\n}\n")
        self.assertEqual(self.ok("pipeline", "params", path).out,
                         "TAG    string, default computed when the build starts\n"
                         "SUM    booleanParam, default computed when the build starts\n"
                         "MADE   choice, default computed when the build starts\n"
                         "       one of: computed when the build starts\n"
                         "KNOWN  choice, default ``\n       one of: , eu, us, ap\n"
                         "TEXT   string, default `v-v`\nNULL   string, default ``\n")
        objects = json_lines(self.ok("pipeline", "params", path, "--json").out)
        self.assertEqual([each["default"] for each in objects], [None, None, None, "", "v-v", ""])
        self.assertEqual(self.runtask("pipeline", "run", path, "-p", "KNOWN=as").code, 2)

    def test_a_password_is_masked(self):
        path = self.write("f", "pipeline {\n  agent any\n  parameters { password(name: 'P', defaultValue: 'geheim') }\n"
                               "  stages { stage('a') { steps { echo 'x' } } }\n}\n")
        for words in ((), ("--json",)):
            result = self.ok("pipeline", "params", path, *words)
            self.assertNotIn("geheim", result.out)
            self.assertIn("****", result.out)

    def test_a_file_with_mistakes_ends_with_2(self):
        result = self.runtask("pipeline", "params", self.write("f", "pipeline { }"))
        self.assertEqual(result.code, 2)
        self.assertEqual(result.out, "")
        self.assertIn("2 errors", result.err)


if __name__ == "__main__":
    main()
