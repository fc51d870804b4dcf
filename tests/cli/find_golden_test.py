"""`runtask find` against what hamlet's real engine made of the same CMDBs.

tests/golden/hamlet/engine holds the CMDBs and, per query, the values that the historical task runner would have read
from the engine's blueprint. Values are compared one by one; where the engine has nothing (an empty text, the text
`null`, a {"Ref": ...} to something never deployed), `find` has null.
"""
import glob
import json
import os

import support

CASES = os.path.join(support.SOURCE, "tests", "golden", "hamlet", "engine")

# Where the answer differs from the engine's on purpose, in one line.
DIFFERS = {
    # Two matches: the runner went on with values of several lines, which AWS then refused.
    "24-ambiguous-names": "two components with one name are an error that names both",
}
# What the engine refused as a whole segment; the message has to say why.
REFUSED = {
    "08b-state-missing-account": "has no output `Account`",
    "17-error-tier-without-network": "tier `global` has no network",
    "18-error-bad-engine": "`NetworkMode` is `wrong`",
    "19-error-missing-container-memory": "container `c` has no `MemoryReservation`",
    "27-error-name-mismatch": "the CMDB's product is `other`, not `shop`",
    "28-error-malformed-json": "not valid JSON",
}
# Of the values: the field of `find`, and whether an empty text is a value there.
FIELDS = {"CLUSTER_ARN": ("cluster", False), "ENGINE": ("engine", False),
          "PLATFORM_VERSION": ("platform_version", False), "NETWORK_MODE": ("network_mode", True),
          "CONTAINER": ("container", False), "attr_SECURITY_GROUP": ("security_group", False),
          "attr_SUBNET": ("subnet", False), "attr_DEFINITION": ("definition", False),
          "attr_CAPACITY_PROVIDER": ("capacity_provider", False), "attr_LOG_GROUP_NAME": ("log_group", False)}


def value(text, may_be_empty):
    if text == "null" or (text == "" and not may_be_empty) or text.startswith("{"):
        return None
    return text


class Golden(support.Sandbox):
    def query(self, case, context, query):
        root = os.path.join(CASES, case, "cmdb")
        arguments = ["--root-dir", root, "--json"]
        for word in ("tenant", "account", "product", "environment", "segment"):
            arguments += ["--" + word, context[word]]
        for flag, key in (("-t", "tier"), ("-i", "component"), ("-w", "task"), ("-x", "instance"),
                          ("-y", "version"), ("-j", "component_instance"), ("-k", "component_version")):
            arguments += [flag, query[key]]
        if query.get("container"):
            arguments += ["-c", query["container"]]
        return self.runtask("find", *arguments)

    def test_every_query_gets_the_engines_answer(self):
        cases = sorted(os.path.basename(os.path.dirname(path)) for path in glob.glob(CASES + "/*/queries.json"))
        self.assertGreater(len(cases), 20)
        for case in cases:
            with open(os.path.join(CASES, case, "queries.json"), encoding="utf-8") as file:
                golden = json.load(file)
            for query in golden["queries"]:
                with self.subTest(case=case, **{key: query[key] for key in query if key not in ("result", "note")}):
                    self.check(case, golden, query)

    def check(self, case, golden, query):
        found = self.query(case, golden["context"], query)
        expected = query["result"]
        if case in REFUSED:
            self.assertEqual(expected.get("error"), "no blueprint")
            self.assertEqual((found.code, found.out), (1, ""), found.err)
            self.assertIn(REFUSED[case], found.err)
            return
        if case in DIFFERS and len(expected.get("cluster_id") or []) > 1:
            self.assertEqual((found.code, found.out), (1, ""))
            self.assertIn("`web` and `web2`", found.err)
            return
        # The runner did not map the word `default`; hamlet's callers do, and so does `find`.
        if query["instance"] == "default":
            self.assertEqual(found.code, 0, found.err)
            return
        if "error" in expected:
            self.assertEqual((found.code, found.out), (1, ""), found.err)
            self.assertIn("error: ", found.err)
            return
        self.assertEqual(found.code, 0, found.err)
        lines = found.out.splitlines()
        self.assertEqual(len(lines), 1)
        task = json.loads(lines[0])
        for name, (key, may_be_empty) in FIELDS.items():
            self.assertEqual(task[key], value(expected["values"][name], may_be_empty), (name, found.out))
        self.assertEqual("-%s-" % (task["resource_id"] or "null"), expected["values"]["TASK_DEFINITION_ID"])
        self.assertEqual(sorted(task["containers"])[:1] or [None],
                         [value(expected["values"]["DEFAULT_CONTAINER"], False)])
        for name, key in (("account", "account"), ("environment", "environment"), ("region", "region")):
            self.assertEqual(task[key], golden["context"][name])
