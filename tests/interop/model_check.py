"""What botocore's models say of JSON that went over the wire."""
import botocore.session
from botocore.validate import ParamValidator

# Members that AWS has added since the oldest botocore that the tests run with. Of all but RunTask's token it is seen that they
# are in the newest model only by whoever adds them here.
ADDED_LATER = {"RunTaskRequest.clientToken", "CreateClusterRequest.serviceConnectDefaults"}


# What the embedded endpoint adds on purpose: runtask's own clients look for it, others do not see it.
EXTENSIONS = {"GetLogEventsResponse.runtaskComplete"}


class Models:
    def __init__(self):
        session = botocore.session.Session()
        self.services = {name: session.get_service_model(name) for name in ("ecs", "logs", "sts")}
        self.by_prefix = {self.services[name].metadata["targetPrefix"]: name for name in ("ecs", "logs")}

    def operation_of(self, target):
        """The model of what an X-Amz-Target means; a KeyError when there is no such operation."""
        prefix, _, operation = target.partition(".")
        return self.services[self.by_prefix[prefix]].operation_model(operation)


def faults(value, shape, path=""):
    """What is not as the shape says: members that it has not, and values of another type. Replies need no more."""
    kind = shape.type_name
    if kind == "structure":
        if not isinstance(value, dict):
            return ["%s: no object" % path]
        found = []
        for name, member in value.items():
            if name in shape.members:
                found += faults(member, shape.members[name], path + "/" + name)
            elif shape.name + "." + name not in ADDED_LATER | EXTENSIONS:
                found.append("%s/%s: unknown member of %s" % (path, name, shape.name))
        return found
    if kind == "list":
        if not isinstance(value, list):
            return ["%s: no list" % path]
        return [fault for i, member in enumerate(value) for fault in faults(member, shape.member, "%s[%d]" % (path, i))]
    if kind == "map":
        if not isinstance(value, dict):
            return ["%s: no map" % path]
        return [fault for name, member in value.items() for fault in faults(member, shape.value, path + "/" + name)]
    expected = {"string": str, "boolean": bool, "integer": int, "long": int, "double": (int, float), "float": (int, float),
                "timestamp": (int, float)}[kind]
    is_right = isinstance(value, expected) and (kind == "boolean" or not isinstance(value, bool))
    return [] if is_right else ["%s: %r is no %s" % (path, value, kind)]


def request_faults(value, shape):
    """As faults(), and what botocore would refuse to send: required members, lengths, ranges; and values of enums."""
    report = ParamValidator().validate(strip_later(value, shape), shape)
    return faults(value, shape) + ([report.generate_report()] if report.has_errors() else []) + enum_faults(value, shape)


def strip_later(value, shape):
    if isinstance(value, dict) and shape.type_name == "structure":
        return {name: strip_later(member, shape.members[name]) for name, member in value.items() if name in shape.members}
    if isinstance(value, list) and shape.type_name == "list":
        return [strip_later(member, shape.member) for member in value]
    return value


def enum_faults(value, shape, path=""):
    if shape.type_name == "structure" and isinstance(value, dict):
        return [fault for name, member in value.items() if name in shape.members
                for fault in enum_faults(member, shape.members[name], path + "/" + name)]
    if shape.type_name == "list" and isinstance(value, list):
        return [fault for member in value for fault in enum_faults(member, shape.member, path + "[]")]
    values = getattr(shape, "enum", None)
    return ["%s: %r is none of %s" % (path, value, values)] if values and value not in values else []
