#!/usr/bin/python3
"""Writes a large hamlet CMDB: `generate_cmdb.py DIR [COMPONENTS [INSTANCES [ENVIRONMENTS]]]`.

Every component is an ecs cluster with one task in so many instances, defined once for all environments, with a few
overrides in each; every environment has two stack files a component: the cluster's and its tasks'.
"""
import json
import os
import sys

ACCOUNT = "012345678912"
ENVIRONMENTS = ["integration", "staging", "preproduction", "production"]


def write(*parts, content):
    path = os.path.join(*parts)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=1)


def stack(unit, outputs):
    fixed = {"Account": ACCOUNT, "Region": "ap-southeast-2", "Level": "app", "DeploymentUnit": unit}
    pairs = [{"OutputKey": key, "OutputValue": value} for key, value in {**fixed, **outputs}.items()]
    return {"Stacks": [{"StackName": unit, "Outputs": pairs}]}


def component(number, instances):
    containers = {"web": {"Cpu": 128, "MaximumMemory": 512, "MemoryReservation": 256},
                  "sidecar": {"Cpu": 64, "MaximumMemory": 128, "MemoryReservation": 64}}
    variants = {"default": {}}
    for k in range(1, instances):
        variants["tenant%d" % k] = {"Engine": "fargate", "NetworkMode": "awsvpc"}
    return {"Type": "ecs", "deployment:Unit": "c%d" % number,
            "Tasks": {"manage": {"deployment:Unit": "c%d-tasks" % number, "Containers": containers,
                                 "Instances": variants}}}


def main():
    root = sys.argv[1]
    components, instances, environments = (int(word) for word in (sys.argv[2:] + ["200", "20", "4"][len(sys.argv) - 2:]))
    write(root, "root.json", content={})
    write(root, "accounts", "acme", "tenant.json", content={"Tenant": {"Id": "acme", "Name": "acme"}})
    account = os.path.join(root, "accounts", "acct01")
    write(account, "config", "account.json",
          content={"Account": {"Id": "acct01", "Name": "acct01", "Provider": "aws", "ProviderId": ACCOUNT}})
    for tree in (account, os.path.join(root, "shop")):
        write(tree, "config", "settings", "shared", "settings.json", content={})
        write(tree, "infrastructure", "operations", "shared", "credentials.json", content={})
    config = os.path.join(root, "shop", "config")
    write(config, "product.json", content={"Product": {"Id": "shop", "Name": "shop", "Region": "ap-southeast-2"}})
    solutions = os.path.join(config, "solutionsv2")
    write(solutions, "shared", "default", "segment.json", content={"Segment": {"Id": "default", "Name": "default"}})
    for first in range(0, components, 20):
        chosen = range(first, min(first + 20, components))
        write(solutions, "shared", "default", "solution-%03d.json" % first,
              content={"Tiers": {"app": {"Components": {"c%d" % i: component(i, instances) for i in chosen}}}})
    for name in ENVIRONMENTS[:environments]:
        write(solutions, name, "environment.json", content={"Environment": {"Id": name[:3], "Name": name}})
        over = {"c%d" % i: {"Tasks": {"manage": {"aws:FargatePlatform": "1.4.0"}}} for i in range(0, components, 5)}
        write(solutions, name, "default", "solution.json", content={"Tiers": {"app": {"Components": over}}})
        state = os.path.join(root, "shop", "infrastructure", "cf", name, "default")
        write(state, "vpc", "default", "seg-vpc-acct01-ap-southeast-2-stack.json",
              content=stack("vpc", {"vpcXmgmtXvpc": "vpc-1", "subnetXmgmtXvpcXappXa": "subnet-1"}))
        for i in range(components):
            write(state, "c%d" % i, "default", "soln-c%d-acct01-ap-southeast-2-stack.json" % i,
                  content=stack("c%d" % i, {"ecsXappXc%d" % i: "c%d" % i,
                                            "ecsCapacityProviderXappXc%dXasg" % i: "cp-c%d" % i}))
            outputs = {}
            for k in range(instances):
                task = "ecsTaskXappXc%dXmanage%s" % (i, "Xtenant%d" % k if k else "")
                outputs[task] = outputs[task + "Xarn"] = (
                    "arn:aws:ecs:ap-southeast-2:%s:task-definition/shop-%s-c%d-%s-1ABC:3" % (ACCOUNT, name, i, task))
                outputs["securityGroupX" + task[len("ecsTaskX"):]] = "sg-%d-%d" % (i, k)
            write(state, "c%d-tasks" % i, "default", "app-c%d-tasks-acct01-ap-southeast-2-stack.json" % i,
                  content=stack("c%d-tasks" % i, outputs))


main()
