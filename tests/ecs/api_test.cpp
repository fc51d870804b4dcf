#include "ecs/api.h"

#include <gtest/gtest.h>

namespace runtask::ecs {
namespace {

TEST(RunTask, leaves_out_what_is_not_asked_for) {
  RunTask request;
  request.task_definition = "f:1";
  EXPECT_EQ(write_request(request), R"({"taskDefinition":"f:1"})");
}

TEST(RunTask, comes_back_from_its_text) {
  const std::string text =
      R"({"cluster":"c","taskDefinition":"f","count":2,"launchType":"FARGATE",)"
      R"("capacityProviderStrategy":[{"capacityProvider":"p","weight":0,"base":1}],)"
      R"("platformVersion":"1.4.0","networkConfiguration":{"awsvpcConfiguration":{)"
      R"("subnets":["s"],"securityGroups":["g"],"assignPublicIp":"ENABLED"}},)"
      R"("overrides":{"containerOverrides":[]},"startedBy":"me","group":"g","referenceId":"r",)"
      R"("propagateTags":"TASK_DEFINITION","enableECSManagedTags":true,)"
      R"("enableExecuteCommand":false,"tags":[{"key":"k","value":"v"}],"clientToken":"t",)"
      R"("placementConstraints":[{"type":"distinctInstance"}]})";
  const auto request = read_request<RunTask>(text);
  ASSERT_TRUE(request) << request.error().text();
  EXPECT_EQ(write_request(*request), text);
}

TEST(RunTask, a_request_of_wrong_types_is_refused_with_its_path) {
  EXPECT_EQ(read_request<RunTask>(R"({"count":"2"})").error().message,
            "RunTask request: /count: expected integer, found string");
  EXPECT_EQ(read_request<RunTask>(R"({"count":1.5})").error().message,
            "RunTask request: /count: expected integer, found number");
  EXPECT_EQ(read_request<RunTask>("3").error().message,
            "RunTask request: expected object, found number");
}

TEST(RunTask, a_reply_without_tasks_makes_no_sense) {
  EXPECT_EQ(read_reply<RunTask>("{}").error().message, "RunTask reply: member `tasks` is missing");
  EXPECT_TRUE(read_reply<RunTask>(R"({"tasks":[]})"));
}

TEST(RunTask, failures_are_read_and_written) {
  const std::string text =
      R"({"tasks":[],"failures":[{"arn":"a","reason":"RESOURCE:MEMORY","detail":"d"}]})";
  const auto reply = read_reply<RunTask>(text);
  ASSERT_TRUE(reply) << reply.error().text();
  EXPECT_EQ(reply->failures.at(0).reason, "RESOURCE:MEMORY");
  EXPECT_EQ(write_reply<RunTask>(*reply), text);
  EXPECT_EQ(write_reply<RunTask>({}), R"({"tasks":[],"failures":[]})");
}

TEST(Reply, half_a_body_is_one_line_of_error) {
  const auto reply = read_reply<DescribeTasks>("{\"tasks\":[{\"taskArn\":\"a\",");
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Code::kInvalid);
  EXPECT_EQ(reply.error().message.find('\n'), std::string::npos) << reply.error().message;
}

TEST(Reply, members_that_have_no_field_are_no_error) {
  EXPECT_TRUE(read_reply<ListTasks>(R"({"taskArns":["a"],"later":{"x":1}})"));
}

TEST(RegisterTaskDefinition, the_request_is_the_definition_with_tags_beside_it) {
  const std::string text =
      R"({"tags":[{"key":"k","value":"v"}],"family":"f","containerDefinitions":[],)"
      R"("volumes":[]})";
  const auto request = read_request<RegisterTaskDefinition>(text);
  ASSERT_TRUE(request) << request.error().text();
  EXPECT_EQ(request->definition.family, "f");
  EXPECT_EQ(request->tags.at(0).key, "k");
  ASSERT_EQ(request->definition.rest.size(), 1U) << "the tags are not the definition's";
  EXPECT_EQ(write_request(*request), text);
}

TEST(DescribeTasks, the_list_of_tasks_is_sent_even_when_empty) {
  EXPECT_EQ(write_request(DescribeTasks{}), R"({"tasks":[]})");
}

TEST(GetLogEvents, times_are_whole_milliseconds) {
  GetLogEvents request;
  request.log_group_name = "g";
  request.log_stream_name = "s";
  request.start_time = WallTime(Duration(1'769'817'600'123));
  request.start_from_head = true;
  EXPECT_EQ(write_request(request), R"({"logGroupName":"g","logStreamName":"s",)"
                                    R"("startTime":1769817600123,"startFromHead":true})");
  const std::string text =
      R"({"events":[{"timestamp":5,"message":"","ingestionTime":7}],)"
      R"("nextForwardToken":"f/1","nextBackwardToken":"b/1","runtaskComplete":true})";
  const auto reply = read_reply<GetLogEvents>(text);
  ASSERT_TRUE(reply) << reply.error().text();
  EXPECT_EQ(reply->events.at(0).ingestion_time, WallTime(Duration(7)));
  EXPECT_EQ(write_reply<GetLogEvents>(*reply), text);
}

TEST(CreateLogGroup, the_reply_may_be_no_body_at_all) {
  EXPECT_TRUE(read_reply<CreateLogGroup>(""));
  EXPECT_TRUE(read_reply<CreateLogStream>("{}"));
  EXPECT_FALSE(read_reply<PutLogEvents>(""));
}

template <class Operation>
void comes_back(const std::string& request_text, const std::string& reply_text) {
  const auto request = read_request<Operation>(request_text);
  ASSERT_TRUE(request) << request.error().text();
  EXPECT_EQ(write_request(*request), request_text);
  const auto reply = read_reply<Operation>(reply_text);
  ASSERT_TRUE(reply) << reply.error().text();
  EXPECT_EQ(write_reply<Operation>(*reply), reply_text);
}

TEST(Operations, of_ecs_come_back_from_their_text) {
  comes_back<StopTask>(R"({"cluster":"c","task":"t","reason":"r"})",
                       R"({"task":{"taskArn":"t","containers":[],"overrides":{)"
                       R"("containerOverrides":[]},"version":1,"attachments":[],"tags":[]}})");
  comes_back<DescribeTasks>(R"({"cluster":"c","tasks":["t"],"include":["TAGS"]})",
                            R"({"tasks":[],"failures":[{"arn":"a","reason":"MISSING"}]})");
  comes_back<ListTasks>(R"({"cluster":"c","containerInstance":"i","family":"f","startedBy":"s",)"
                        R"("serviceName":"n","desiredStatus":"STOPPED","launchType":"EC2",)"
                        R"("nextToken":"x","maxResults":5})",
                        R"({"taskArns":["a"],"nextToken":"n"})");
  const std::string cluster =
      R"({"clusterArn":"a","clusterName":"c","status":"ACTIVE",)"
      R"("registeredContainerInstancesCount":1,"runningTasksCount":2,"pendingTasksCount":3,)"
      R"("activeServicesCount":4,"tags":[],"statistics":[]})";
  comes_back<CreateCluster>(R"({"clusterName":"c","tags":[{"key":"k","value":"v"}],)"
                            R"("settings":[]})",
                            R"({"cluster":)" + cluster + "}");
  comes_back<DescribeClusters>(R"({"clusters":["c"],"include":["TAGS"]})",
                               R"({"clusters":[)" + cluster + R"(],"failures":[]})");
  comes_back<DescribeServices>(
      R"({"cluster":"c","services":["web"],"include":["TAGS"]})",
      R"({"services":[{"serviceArn":"a","serviceName":"web","clusterArn":"c","status":"ACTIVE",)"
      R"("networkConfiguration":{"awsvpcConfiguration":{"subnets":["s"],"securityGroups":["g"],)"
      R"("assignPublicIp":"ENABLED"}},"desiredCount":2}],"failures":[]})");
  comes_back<ListClusters>(R"({"nextToken":"n","maxResults":1})",
                           R"({"clusterArns":[],"nextToken":"n"})");
  const std::string definition =
      R"({"taskDefinition":{"family":"f","revision":1,"containerDefinitions":[]})";
  comes_back<DescribeTaskDefinition>(R"({"taskDefinition":"f","include":["TAGS"]})",
                                     definition + R"(,"tags":[]})");
  comes_back<DeregisterTaskDefinition>(R"({"taskDefinition":"f:1"})", definition + "}");
  comes_back<ListTaskDefinitions>(R"({"familyPrefix":"f","status":"ACTIVE","sort":"DESC",)"
                                  R"("nextToken":"n","maxResults":1})",
                                  R"({"taskDefinitionArns":["a"]})");
}

TEST(Operations, of_logs_come_back_from_their_text) {
  comes_back<PutLogEvents>(R"({"logGroupName":"g","logStreamName":"s",)"
                           R"("logEvents":[{"timestamp":1,"message":"m"}]})",
                           R"({"nextSequenceToken":"t","rejectedLogEventsInfo":{)"
                           R"("tooNewLogEventStartIndex":0}})");
  comes_back<FilterLogEvents>(R"({"logGroupName":"g","logStreamNames":["s"],)"
                              R"("logStreamNamePrefix":"p","startTime":1,"endTime":2,)"
                              R"("filterPattern":"x","nextToken":"n","limit":3})",
                              R"({"events":[{"logStreamName":"s","timestamp":1,"message":"m",)"
                              R"("ingestionTime":2,"eventId":"e"}],"nextToken":"n"})");
  comes_back<DescribeLogGroups>(R"({"logGroupNamePrefix":"p","logGroupNamePattern":"q",)"
                                R"("nextToken":"n","limit":1})",
                                R"({"logGroups":[{"logGroupName":"g","creationTime":1,)"
                                R"("retentionInDays":7,"arn":"a","storedBytes":0}]})");
  comes_back<DescribeLogStreams>(R"({"logGroupName":"g","logStreamNamePrefix":"p",)"
                                 R"("orderBy":"LogStreamName","nextToken":"n","descending":false,)"
                                 R"("limit":1})",
                                 R"({"logStreams":[{"logStreamName":"s","creationTime":1,)"
                                 R"("firstEventTimestamp":2,"lastEventTimestamp":3,)"
                                 R"("lastIngestionTime":4,"uploadSequenceToken":"u","arn":"a",)"
                                 R"("storedBytes":5}],"nextToken":"n"})");
}

TEST(Service, names_are_those_of_the_wire) {
  EXPECT_EQ(target_prefix(Service::kEcs), "AmazonEC2ContainerServiceV20141113");
  EXPECT_EQ(target_prefix(Service::kLogs), "Logs_20140328");
  EXPECT_EQ(target_prefix(Service::kSts), "");
  EXPECT_EQ(signing_name(Service::kLogs), "logs");
}

}  // namespace
}  // namespace runtask::ecs
