#include "sim/log_cloud.h"

#include <algorithm>
#include <utility>

namespace runtask::sim {
namespace {

tl::unexpected<ecs::CallError> refusal(std::string_view name) {
  ecs::CallError error;
  error.error = {ecs::classify(name, 400, ""), std::string(name), {}, {}};
  error.name = name;
  error.http_status = 400;
  return tl::unexpected<ecs::CallError>(error);
}

}  // namespace

void LogCloud::write_at(const std::string& stream, const std::string& text, WallTime timestamp,
                        Duration late) {
  auto& lines = streams_[stream];
  const auto before = lines.empty() ? Instant(0) : lines.back().visible_at;
  lines.push_back(
      {timestamp, std::max(before, loop_.now() + late), text, "e" + std::to_string(written_++)});
}

std::vector<std::string> LogCloud::lines_of(const std::string& stream) const {
  std::vector<std::string> texts;
  const auto found = streams_.find(stream);
  if (found == streams_.end()) return texts;
  for (const auto& line : found->second)
    texts.push_back(line.text);
  return texts;
}

bool LogCloud::exists(const std::string& stream) const {
  const auto found = streams_.find(stream);
  return found != streams_.end() && found->second.front().visible_at <= loop_.now();
}

template <class Request>
void LogCloud::answer(const Request& request, ecs::Done<typename Request::Reply> done) {
  // The loop has no timer that nobody holds.
  auto timer = std::make_shared<sys::PendingPtr>();
  *timer = loop_.after(
      delay, [this, timer, alive = std::weak_ptr<int>(alive_), request, done = std::move(done)] {
        if (!alive.expired()) done(page(request));
      });
}

void LogCloud::call(const ecs::GetLogEvents& request, ecs::Done<ecs::GetLogEventsReply> done) {
  ++gets;
  ++gets_of[request.log_stream_name];
  answer(request, std::move(done));
}

// A token says how many events are behind it; a tail makes it that of an empty page in between.
ecs::Called<ecs::GetLogEventsReply> LogCloud::page(const ecs::GetLogEvents& request) const {
  if (is_gone) {
    ecs::CallError error;
    error.error = {Code::kUnavailable, "cannot connect", {}, {}};
    return tl::unexpected<ecs::CallError>(error);
  }
  if (is_get_denied) return refusal(ecs::error_name::kAccessDenied);
  if (!exists(request.log_stream_name)) return refusal(ecs::error_name::kResourceNotFound);
  const auto& token = request.next_token;
  if (dead_tokens.contains(token)) return refusal(ecs::error_name::kInvalidParameter);
  const auto& lines = streams_.at(request.log_stream_name);
  std::size_t index = token.empty() ? 0 : std::stoul(token.substr(2));
  ecs::GetLogEventsReply reply;
  if (empty_pages_before.contains(request.log_stream_name) && !token.ends_with("x") &&
      index < lines.size()) {
    reply.next_forward_token = "f/" + std::to_string(index) + "x";
    return reply;
  }
  for (; index < lines.size() && lines[index].visible_at <= loop_.now(); ++index) {
    if (reply.events.size() == page_max) break;
    reply.events.push_back({lines[index].timestamp, lines[index].text, loop_.wall_now()});
  }
  const bool is_end = reply.events.empty() && !token.empty();
  reply.next_forward_token = is_end ? token : "f/" + std::to_string(index);
  if (stuck.contains(request.log_stream_name)) reply.next_forward_token = token;
  if (is_end && endless.contains(request.log_stream_name)) reply.next_forward_token += "x";
  return reply;
}

void LogCloud::call(const ecs::FilterLogEvents& request,
                    ecs::Done<ecs::FilterLogEventsReply> done) {
  ++filters;
  filtered.push_back(request);
  answer(request, std::move(done));
}

ecs::Called<ecs::FilterLogEventsReply> LogCloud::page(const ecs::FilterLogEvents& request) const {
  if (is_filter_denied) return refusal(ecs::error_name::kAccessDenied);
  if (!filter_fails_with.empty()) return refusal(filter_fails_with);
  // Logs API: the names and the prefix exclude each other, at most 100 names.
  if (request.log_stream_names.size() > 100 ||
      request.log_stream_names.empty() == request.log_stream_name_prefix.empty())
    return refusal(ecs::error_name::kInvalidParameter);
  std::vector<ecs::FilteredLogEvent> events;
  const auto gather = [&](const std::string& stream) {
    for (const auto& line : streams_.at(stream))
      if (line.visible_at <= loop_.now() &&
          line.timestamp >= request.start_time.value_or(WallTime()))
        events.push_back({stream, line.timestamp, line.text, loop_.wall_now(), line.id});
  };
  for (const auto& stream : request.log_stream_names) {
    if (!exists(stream)) return refusal(ecs::error_name::kResourceNotFound);
    gather(stream);
  }
  if (!request.log_stream_name_prefix.empty())
    for (const auto& [stream, lines] : streams_)
      if (stream.starts_with(request.log_stream_name_prefix)) gather(stream);
  std::stable_sort(events.begin(), events.end(),
                   [](const auto& a, const auto& b) { return a.timestamp < b.timestamp; });
  const std::size_t from = request.next_token.empty() ? 0 : std::stoul(request.next_token);
  const auto most = std::min(page_max, static_cast<std::size_t>(request.limit.value_or(10'000)));
  ecs::FilterLogEventsReply reply;
  for (auto i = from; i < events.size() && reply.events.size() < most; ++i)
    reply.events.push_back(events[i]);
  if (from + reply.events.size() < events.size())
    reply.next_token = std::to_string(from + reply.events.size());
  return reply;
}

}  // namespace runtask::sim
