#include "ecs/shape.h"

#include <gtest/gtest.h>

namespace runtask::ecs {
namespace {

// The whole message; empty: nothing is wrong.
std::string of_override(std::string_view text) {
  const auto checked = check_override_shape(text, "o.json");
  if (checked) return {};
  EXPECT_EQ(checked.error().code, Code::kUsage);
  return checked.error().text();
}
std::string of_registration(std::string_view text) {
  const auto checked = check_registration_shape(text, "r.json");
  if (checked) return {};
  EXPECT_EQ(checked.error().code, Code::kUsage);
  return checked.error().text();
}

TEST(Shape, an_override_that_uses_all_that_ecs_has_is_taken) {
  EXPECT_EQ(of_override(R"({
    "containerOverrides": [{
      "name": "main", "command": ["a"], "environment": [{"name": "A", "value": ""}, {"name": "B"}],
      "environmentFiles": [{"value": "arn:aws:s3:::b/a.env", "type": "s3"}],
      "cpu": 1, "memory": 6, "memoryReservation": null,
      "resourceRequirements": [{"value": "1", "type": "GPU"}]}],
    "cpu": "256", "memory": "512", "taskRoleArn": "t", "executionRoleArn": "e",
    "ephemeralStorage": {"sizeInGiB": 21},
    "inferenceAcceleratorOverrides": [{"deviceName": "d", "deviceType": "t"}]})"),
            "");
}

TEST(Shape, an_unknown_member_is_refused_at_every_level_with_its_place) {
  EXPECT_EQ(of_override(R"({"containerOverides": []})"),
            "error: o.json has a member `containerOverides`, which ECS does not know there\n"
            "hint: did you mean `containerOverrides`?");
  for (const auto* const list : {"environment", "environmentFiles", "resourceRequirements"}) {
    const std::string name = list;
    const auto known = name == "environment" ? R"("name":"A")" : R"("type":"t")";
    EXPECT_EQ(of_override(R"({"containerOverrides":[{"name":"a"},{"name":"b",")" + name +
                          R"(":[{)" + known + R"(,"valeu":"0"}]}]})"),
              "error: o.json: containerOverrides[1]." + name +
                  "[0] has a member `valeu`, which ECS does not know there\n"
                  "hint: did you mean `value`?");
  }
  EXPECT_EQ(of_override(R"({"inferenceAcceleratorOverrides":[{"deviceNam":"d"}]})"),
            "error: o.json: inferenceAcceleratorOverrides[0] has a member `deviceNam`, which ECS "
            "does not know there\nhint: did you mean `deviceName`?");
  EXPECT_EQ(of_override(R"({"ephemeralStorage":{"sizeInGiB":21,"size":1}})"),
            "error: o.json: ephemeralStorage has a member `size`, which ECS does not know there");
}

TEST(Shape, an_entry_that_means_nothing_without_a_member_must_have_it) {
  EXPECT_EQ(of_override(R"({"containerOverrides":[{"name":"a"},{"command":["b"]}]})"),
            "error: o.json: containerOverrides[1] has no `name`");
  EXPECT_EQ(of_override(R"({"containerOverrides":[{"name":null}]})"),
            "error: o.json: containerOverrides[0] has no `name`");
  EXPECT_EQ(of_override(R"({"containerOverrides":[{"name":"a","environment":[{"value":"1"}]}]})"),
            "error: o.json: containerOverrides[0].environment[0] has no `name`");
  EXPECT_EQ(of_override(R"({"ephemeralStorage":{}})"),
            "error: o.json: ephemeralStorage has no `sizeInGiB`");
}

TEST(Shape, a_registration_is_looked_through_as_deep) {
  EXPECT_EQ(of_registration(R"({"family":"f","containerDefinitions":[{"name":"a","image":"i",
      "logConfiguration":{"logDriver":"awslogs","options":{"anything":"x"}},
      "linuxParameters":{"tmpfs":[{"containerPath":"/t","size":1}]}}],
      "volumes":[{"name":"v","host":{"sourcePath":"/v"}}],"revision":3})"),
            "");
  EXPECT_EQ(of_registration(R"({"containerDefinitions":[{"logConfiguration":{"logDriver":"awslogs",
      "optoins":{}}}]})"),
            "error: r.json: containerDefinitions[0].logConfiguration has a member `optoins`, which "
            "ECS does not know there\nhint: did you mean `options`?");
  EXPECT_EQ(of_registration(R"({"containerDefinitions":[{"secrets":[{"name":"a"}]}]})"),
            "error: r.json: containerDefinitions[0].secrets[0] has no `valueFrom`");
  EXPECT_EQ(of_registration(R"({"containerDefinitions":[{"linuxParameters":{"tmpfs":[{
      "containerPath":"/t","size":1,"sise":2}]}}]})"),
            "error: r.json: containerDefinitions[0].linuxParameters.tmpfs[0] has a member `sise`, "
            "which ECS does not know there\nhint: did you mean `size`?");
}

TEST(Shape, text_that_is_no_json_is_told_with_its_place) {
  EXPECT_NE(of_override("{,}").find("o.json:1:2"), std::string::npos);
}

}  // namespace
}  // namespace runtask::ecs
