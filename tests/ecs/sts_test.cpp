#include "ecs/sts.h"

#include <gtest/gtest.h>

namespace runtask::ecs {
namespace {

TEST(Form, comes_back_whatever_it_holds) {
  const FormFields fields{
      {"Action", "A B"}, {"Policy", "{\"a\":\"b&c=d+e%\"}"}, {"x", "\xc3\xa9\n"}};
  const auto form = write_form(fields);
  EXPECT_EQ(form, "Action=A%20B&Policy=%7B%22a%22%3A%22b%26c%3Dd%2Be%25%22%7D&x=%C3%A9%0A");
  const auto read = read_form(form);
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(*read, fields);
}

TEST(Form, of_other_clients_is_understood) {
  const auto read = read_form("a=1+2&b&c=%c3%A9");
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(*read, (FormFields{{"a", "1 2"}, {"b", ""}, {"c", "\xc3\xa9"}}));
  EXPECT_TRUE(read_form("")->empty());
}

TEST(Form, broken_escapes_and_doubled_names_are_refused) {
  for (const char* bad : {"a=%", "a=%4", "a=%zz", "a=1&a=2"}) {
    const auto read = read_form(bad);
    ASSERT_FALSE(read) << bad;
    EXPECT_EQ(read.error().code, Code::kInvalid);
  }
}

TEST(AssumeRole, the_request_leaves_out_what_is_not_asked_for) {
  AssumeRole request;
  request.role_arn = "arn:r";
  request.role_session_name = "s";
  EXPECT_EQ(write_form(to_form(request)),
            "Action=AssumeRole&RoleArn=arn%3Ar&RoleSessionName=s&Version=2011-06-15");
  request.duration_seconds = 900;
  request.external_id = "x";
  EXPECT_EQ(to_form(request)["DurationSeconds"], "900");
  EXPECT_EQ(to_form(request)["ExternalId"], "x");
}

TEST(AssumeRole, the_reply_comes_back) {
  AssumeRoleReply reply;
  reply.access_key_id = "ASIA1";
  reply.secret_access_key = "s<&>\"'";
  reply.session_token = "t==";
  reply.expiration = WallTime(Duration(1'769'817'600'123));
  reply.assumed_role_arn = "arn:aws:sts::1:assumed-role/R/S";
  reply.assumed_role_id = "ID:S";
  const auto read = read_assume_role(to_xml(reply, "id-1"));
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(read->secret_access_key, reply.secret_access_key);
  EXPECT_EQ(read->session_token, reply.session_token);
  EXPECT_EQ(read->expiration, reply.expiration);
  EXPECT_EQ(read->assumed_role_arn, reply.assumed_role_arn);
}

TEST(CallerIdentity, the_reply_comes_back) {
  const auto xml = to_xml(GetCallerIdentityReply{"arn:aws:iam::1:user/a", "AIDA", "1"}, "id-1");
  const auto read = read_caller_identity(xml);
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(read->arn, "arn:aws:iam::1:user/a");
  EXPECT_EQ(read->user_id, "AIDA");
  EXPECT_EQ(read->account, "1");
  EXPECT_EQ(xml_text(xml, "RequestId"), "id-1");
}

TEST(CallerIdentity, half_a_reply_or_another_is_invalid) {
  const auto xml = to_xml(GetCallerIdentityReply{"arn", "AIDA", "1"}, "id-1");
  for (std::size_t length = 0; length < xml.size(); ++length) {
    const auto read = read_caller_identity(xml.substr(0, length));
    ASSERT_FALSE(read) << length;
    EXPECT_EQ(read.error().code, Code::kInvalid);
  }
  EXPECT_FALSE(read_caller_identity("<html></html>"));
}

TEST(XmlText, finds_an_element_by_its_whole_name) {
  EXPECT_EQ(xml_text("<CodeX>1</CodeX><Code a=\"b\">&lt;2&gt; &amp;amp;</Code>", "Code"),
            "<2> &amp;");
  EXPECT_EQ(xml_text("<Code>", "Code"), "");
  EXPECT_EQ(xml_text("<Code", "Code"), "");
  EXPECT_EQ(xml_text("", "Code"), "");
}

}  // namespace
}  // namespace runtask::ecs
