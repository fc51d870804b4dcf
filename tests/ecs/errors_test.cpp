#include "ecs/errors.h"

#include <gtest/gtest.h>

#include "ecs/sts.h"

namespace runtask::ecs {
namespace {

constexpr const char* kJson = "application/x-amz-json-1.1";

TEST(ReadError, a_name_loses_its_namespace) {
  const auto error =
      read_error("RunTask", 400, kJson,
                 R"({"__type":"com.amazonaws.ecs#ClientException","message":"Too many."})");
  EXPECT_EQ(error.name, "ClientException");
  EXPECT_EQ(error.error.message, "RunTask: Too many (ClientException)");
  EXPECT_EQ(error.error.code, Code::kInvalid);
  EXPECT_EQ(error.http_status, 400);
  EXPECT_FALSE(error.may_have_happened);
}

TEST(ReadError, the_message_may_be_spelled_in_capitals_or_missing) {
  EXPECT_EQ(read_error("RunTask", 400, kJson, R"({"__type":"A","Message":"m"})").error.message,
            "RunTask: m (A)");
  EXPECT_EQ(read_error("RunTask", 400, kJson, R"({"__type":"A"})").error.message, "RunTask: A");
  EXPECT_EQ(read_error("RunTask", 400, kJson, R"({"__type":"A","message":7})").error.message,
            "RunTask: A");
}

TEST(ReadError, a_conflict_names_the_tasks_that_exist) {
  const auto error = read_error(
      "RunTask", 400, kJson,
      write_error(error_name::kConflict, "The token was used before.", {"arn:1", "arn:2"}));
  EXPECT_EQ(error.error.code, Code::kConflict);
  EXPECT_EQ(error.resource_ids, (std::vector<std::string>{"arn:1", "arn:2"}));
}

TEST(ReadError, of_sts_is_xml) {
  const auto error = read_error("GetCallerIdentity", 403, "text/xml",
                                error_xml("InvalidClientTokenId", "Not <known>.", "id-1"));
  EXPECT_EQ(error.name, "InvalidClientTokenId");
  EXPECT_EQ(error.error.message, "GetCallerIdentity: Not <known> (InvalidClientTokenId)");
  EXPECT_EQ(error.error.code, Code::kDenied);
  EXPECT_EQ(error.request_id, "id-1");
}

TEST(ReadError, a_web_page_is_told_by_its_title) {
  const auto error =
      read_error("RunTask", 502, "text/html",
                 "<!DOCTYPE html>\n<html><head><title>502 Bad\nGateway</title></head></html>");
  EXPECT_TRUE(error.name.empty());
  EXPECT_EQ(error.error.code, Code::kUnavailable);
  EXPECT_EQ(error.error.message,
            "RunTask: HTTP 502 with a web page (text/html) titled `502 Bad Gateway`");
  EXPECT_NE(error.error.hint.find("proxy"), std::string::npos);
  EXPECT_TRUE(error.may_have_happened);
}

TEST(ReadError, the_request_that_aws_repeats_is_left_out) {
  const auto error = read_error(
      "RunTask", 403, kJson,
      R"({"__type":"InvalidSignatureException","message":"The request signature we calculated )"
      R"(does not match.\n\nThe Canonical String for this request should have been\n'POST\n)"
      R"(x-amz-security-token:TOKEN'"})");
  EXPECT_EQ(error.error.message,
            "RunTask: The request signature we calculated does not match "
            "(InvalidSignatureException)");
}

TEST(ReadError, whatever_came_there_is_an_error_of_one_line) {
  const std::string deep(100'000, '[');
  for (const std::string& body :
       {std::string(), std::string("\0\xff\n", 3), deep, std::string("{\"__type\":"),
        std::string("<ErrorResponse"), std::string("null"), std::string("{\"__type\":{}}")}) {
    const auto error = read_error("RunTask", 403, "", body);
    EXPECT_TRUE(error.name.empty());
    EXPECT_EQ(error.error.code, Code::kDenied);
    EXPECT_EQ(error.error.message.find('\n'), std::string::npos);
    EXPECT_LT(error.error.message.size(), 200U);
  }
}

TEST(ReadError, control_characters_of_a_server_do_not_reach_the_terminal) {
  const auto error =
      read_error("RunTask", 400, kJson, R"({"__type":"A\u001b[2J","message":"x\u001b[31my\nz"})");
  EXPECT_EQ(error.error.message, "RunTask: x [31my z (A [2J)");
}

TEST(ReadError, an_error_of_the_server_may_have_come_after_the_work) {
  EXPECT_TRUE(
      read_error("RunTask", 500, kJson, R"({"__type":"ServerException"})").may_have_happened);
  EXPECT_FALSE(
      read_error("RunTask", 400, kJson, R"({"__type":"ThrottlingException"})").may_have_happened);
}

TEST(ReadError, a_wrong_key_an_expired_one_and_a_wrong_secret_each_say_what_to_do) {
  const auto hint = [](const std::string& name) {
    return read_error("RunTask", 400, kJson, R"({"__type":")" + name + R"("})").error.hint;
  };
  EXPECT_NE(hint("UnrecognizedClientException").find("does not know the access key"),
            std::string::npos);
  EXPECT_NE(hint("ExpiredTokenException").find("expired"), std::string::npos);
  EXPECT_NE(hint("InvalidSignatureException").find("clock"), std::string::npos);
  EXPECT_EQ(hint("ClientException"), "");
}

TEST(Classify, throttling_hides_under_many_names_and_in_messages) {
  EXPECT_EQ(classify("ThrottlingException", 400, "Rate exceeded"), Code::kThrottled);
  EXPECT_EQ(classify("RequestLimitExceeded", 503, ""), Code::kThrottled);
  EXPECT_EQ(classify("", 429, ""), Code::kThrottled);
  EXPECT_EQ(classify("InvalidParameterException", 400,
                     "Error retrieving security group information (ErrorCode: "
                     "ThrottlingException)"),
            Code::kThrottled);
}

TEST(Classify, what_is_missing_is_told_by_name_or_by_words) {
  EXPECT_EQ(classify("ClusterNotFoundException", 400, ""), Code::kNotFound);
  EXPECT_EQ(classify("ResourceNotFoundException", 400, ""), Code::kNotFound);
  EXPECT_EQ(classify("ClientException", 400, "Unable to describe task definition."),
            Code::kNotFound);
  EXPECT_EQ(classify("InvalidParameterException", 400, "The referenced task was not found."),
            Code::kNotFound);
  EXPECT_EQ(classify("InvalidParameterException", 400, "TaskDefinition is inactive"),
            Code::kInvalid);
}

TEST(Classify, goes_by_the_status_when_there_is_no_name) {
  EXPECT_EQ(classify("", 403, ""), Code::kDenied);
  EXPECT_EQ(classify("", 503, ""), Code::kUnavailable);
  EXPECT_EQ(classify("", 0, ""), Code::kUnavailable);
  EXPECT_EQ(classify("", 404, ""), Code::kInvalid);
  EXPECT_EQ(classify("LimitExceededException", 400, ""), Code::kFull);
  EXPECT_EQ(classify("SomethingNew", 500, ""), Code::kUnavailable);
}

TEST(WriteError, has_resource_ids_only_when_there_are_some) {
  EXPECT_EQ(write_error("ClientException", "a\"b", {}),
            R"({"__type":"ClientException","message":"a\"b"})");
}

}  // namespace
}  // namespace runtask::ecs
