"""Our requests and replies against botocore's model of ECS and CloudWatch Logs: random values of every member go through
our structs and come out as botocore wrote them."""
import datetime
import json
import unittest

import botocore.parsers
import botocore.serialize
import botocore.session
from botocore.validate import ParamValidator

import probe

ROUNDS = 40
OPERATIONS = {
    "ecs": ("RunTask", "StopTask", "DescribeTasks", "ListTasks", "CreateCluster", "DescribeClusters", "DescribeServices",
            "ListClusters",
            "RegisterTaskDefinition", "DescribeTaskDefinition", "ListTaskDefinitions", "DeregisterTaskDefinition"),
    "logs": ("CreateLogGroup", "CreateLogStream", "PutLogEvents", "GetLogEvents", "FilterLogEvents", "DescribeLogGroups",
             "DescribeLogStreams"),
}
# What our structs have no field for and do not keep: nothing that runtask could need. The list is checked, so that a member
# cannot get lost unnoticed. (Structs with a `rest` keep everything.)
LOST = {
    "CreateLogGroupRequest.kmsKeyId", "CreateLogGroupRequest.tags",
    "PutLogEventsRequest.sequenceToken",
    "GetLogEventsRequest.logGroupIdentifier", "GetLogEventsRequest.unmask",
    "FilterLogEventsRequest.logGroupIdentifier", "FilterLogEventsRequest.interleaved", "FilterLogEventsRequest.unmask",
    "FilterLogEventsResponse.searchedLogStreams",
    "DescribeLogGroupsRequest.accountIdentifiers", "DescribeLogGroupsRequest.includeLinkedAccounts",
    "DescribeLogStreamsRequest.logGroupIdentifier",
    "LogGroup.metricFilterCount", "LogGroup.kmsKeyId", "LogGroup.dataProtectionStatus",
}
# What AWS sends in every reply and our reading insists on, beside what a reply is about (its top level).
SENT = {"Task.taskArn", "Tag.key"}


def random_text(random, shape):
    if shape.enum:
        return random.choice(shape.enum)
    least = shape.metadata.get("min", 1)
    text = random.choice(("a", "family:3", "\u00e9\u65e5", "x\ny\"\\", "/p/q", "1", "\U0001f600"))
    return text * max(1, least)


def random_value(random, shape, lost, depth=0):
    """A value that the shape allows, none of it empty: empty and absent are the same to us."""
    kind = shape.type_name
    if kind == "structure":
        value = {}
        for name, member in shape.members.items():
            path = shape.name + "." + name
            if path in LOST:
                lost.add(path)
            elif depth == 0 or path in SENT or name in shape.required_members or random.random() < 0.7:
                value[name] = random_value(random, member, lost, depth + 1)
        return value
    if kind == "list":
        return [random_value(random, shape.member, lost, depth + 1) for _ in range(random.randrange(1, 3))]
    if kind == "map":
        return {"k%d" % i: random_value(random, shape.value, lost, depth + 1) for i in range(random.randrange(1, 3))}
    if kind == "string":
        return random_text(random, shape)
    if kind == "boolean":
        return random.random() < 0.5
    if kind == "timestamp":
        return datetime.datetime.fromtimestamp(random.randrange(1, 4_000_000_000_000) / 1000, datetime.timezone.utc)
    if kind in ("integer", "long"):
        return random.randrange(1, 2**31 if kind == "integer" else 2**41)
    if kind in ("double", "float"):
        return random.randrange(1, 1000) / 4
    raise AssertionError("no such kind of shape: " + kind)


def as_json(value):
    """The value as it goes over the wire in a reply; botocore has no serializer for that."""
    if isinstance(value, dict):
        return {name: as_json(member) for name, member in value.items()}
    if isinstance(value, list):
        return [as_json(member) for member in value]
    return value.timestamp() if isinstance(value, datetime.datetime) else value


def pruned(value):
    """Without what counts as absent: empty texts, lists and objects, and numbers that are 0."""
    if isinstance(value, dict):
        kept = {name: pruned(member) for name, member in value.items()}
        return {name: member for name, member in kept.items() if isinstance(member, bool) or member not in ("", [], {}, 0)}
    if isinstance(value, list):
        return [pruned(member) for member in value]
    return value


class Wire(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        session = botocore.session.Session()
        self.models = {name: session.get_service_model(name) for name in OPERATIONS}

    def operations(self):
        for service, names in OPERATIONS.items():
            for name in names:
                yield self.models[service].operation_model(name)

    def answers(self, questions):
        for question, answer in zip(questions, probe.ask(questions)):
            self.assertNotIn("error", answer, (probe.SEED, question))
            yield json.loads(answer["text"])

    def test_requests_validate_and_come_back_as_botocore_wrote_them(self):
        random, lost = probe.seeded(), set()
        serializer = botocore.serialize.create_serializer("json", include_validation=False)
        operations, given, questions = [], [], []
        for operation in self.operations():
            for _ in range(ROUNDS):
                parameters = random_value(random, operation.input_shape, lost, depth=1)
                body = serializer.serialize_to_request(parameters, operation)["body"].decode()
                operations.append(operation)
                given.append(json.loads(body))
                questions.append({"kind": "request", "operation": operation.name, "text": body})
        for operation, before, after in zip(operations, given, self.answers(questions)):
            self.assertEqual(pruned(after), pruned(before), (operation.name, probe.SEED))
            errors = ParamValidator().validate(after, operation.input_shape)
            self.assertFalse(errors.has_errors(), (operation.name, errors.generate_report()))
        self.assertEqual(lost, {path for path in LOST if "Request." in path}, "a member of LOST is not in the model")

    def test_replies_parse_to_what_botocore_would_have_parsed(self):
        random, lost = probe.seeded(), set()
        parser = botocore.parsers.create_parser("json")
        operations, given, questions = [], [], []
        for operation in self.operations():
            for _ in range(ROUNDS if operation.output_shape else 0):
                value = as_json(random_value(random, operation.output_shape, lost))
                operations.append(operation)
                given.append(value)
                questions.append({"kind": "reply", "operation": operation.name, "text": json.dumps(value)})

        def parsed(operation, value):
            response = {"status_code": 200, "headers": {}, "body": json.dumps(value).encode()}
            result = parser.parse(response, operation.output_shape)
            result.pop("ResponseMetadata")
            return pruned(result)

        for operation, before, after in zip(operations, given, self.answers(questions)):
            self.assertEqual(parsed(operation, after), parsed(operation, before), (operation.name, probe.SEED))
        self.assertEqual(lost, {path for path in LOST if "Request." not in path}, "a member of LOST is not in the model")


if __name__ == "__main__":
    unittest.main()
