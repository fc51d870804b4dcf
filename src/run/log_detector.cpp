#include "run/log_detector.h"

#include <algorithm>
#include <iterator>

#include "ecs/limits.h"

namespace runtask::run {
namespace {

// "p/main/" of "p/main/0123": what the streams of one container have in common.
std::string prefix_of(const std::string& stream) {
  return stream.substr(0, stream.rfind('/') + 1);
}

}  // namespace

LogDetector::LogDetector(Duration every, Instant now, WallTime wall_now)
    : every_(every), server_time_(wall_now - kClockDoubt), server_at_(now) {}

bool LogDetector::is_on() const {
  return !is_denied_ && streams_.size() > kStreamsPolledMax;
}

bool LogDetector::watches(const std::string& stream) const {
  if (!is_on() || is_paused_) return false;
  const auto found = streams_.find(stream);
  return found != streams_.end() && found->second.sweep;
}

// ---- Who searches which stream

void LogDetector::add(const std::string& stream, bool exists) {
  const auto [at, is_new] = streams_.try_emplace(stream, Stream{prefix_of(stream), {}});
  if (!is_new) return;
  if (exists) existing_.insert(stream);
  if (streams_.size() == kStreamsPolledMax + 1) ++generation_;
  ++prefixes_[at->second.prefix];
  assign(stream, at->second, exists);
  if (prefixes_.size() > kSearchPrefixesMax)
    for (const auto& [prefix, count] : prefixes_)
      if (!not_by_prefix_.contains(prefix)) give_up_prefix(prefix);
}

void LogDetector::exists(const std::string& stream) {
  const auto at = streams_.find(stream);
  if (at == streams_.end() || !existing_.insert(stream).second) return;
  if (!at->second.sweep) assign(stream, at->second, true);
}

void LogDetector::remove(const std::string& stream) {
  const auto at = streams_.find(stream);
  if (at == streams_.end()) return;
  if (at->second.sweep) {
    auto& sweep = sweeps_.at(*at->second.sweep);
    sweep.names.erase(stream);
    if (--sweep.streams == 0) sweeps_.erase(*at->second.sweep);
  }
  const auto prefix = prefixes_.find(at->second.prefix);
  if (--prefix->second == 0) prefixes_.erase(prefix);
  streams_.erase(at);
  existing_.erase(stream);
  if (streams_.size() == kStreamsPolledMax) ++generation_;
}

void LogDetector::assign(const std::string& name, Stream& stream, bool exists) {
  const bool is_by_prefix = !stream.prefix.empty() && !not_by_prefix_.contains(stream.prefix);
  // Logs API: a name that is not there makes the whole search fail.
  if (!is_by_prefix && !exists) return;
  const auto fits = [&](const auto& entry) {
    const Sweep& sweep = entry.second;
    return is_by_prefix
               ? sweep.prefix == stream.prefix
               : sweep.prefix.empty() && sweep.streams < ecs::limits::kLogStreamsPerFilterMax;
  };
  auto at = std::find_if(sweeps_.begin(), sweeps_.end(), fits);
  if (at == sweeps_.end()) {
    at = sweeps_.try_emplace(next_sweep_++).first;
    if (is_by_prefix) at->second.prefix = stream.prefix;
  }
  if (!is_by_prefix) at->second.names.insert(name);
  ++at->second.streams;
  stream.sweep = at->first;
}

// Its streams are searched by their names from now on, for good.
void LogDetector::give_up_prefix(const std::string& prefix) {
  if (!not_by_prefix_.insert(prefix).second) return;
  ++generation_;
  std::erase_if(sweeps_, [&](const auto& entry) { return entry.second.prefix == prefix; });
  for (auto at = streams_.lower_bound(prefix); at != streams_.end(); ++at) {
    if (!at->first.starts_with(prefix)) break;
    if (at->second.prefix != prefix) continue;
    at->second.sweep.reset();
    assign(at->first, at->second, existing_.contains(at->first));
  }
}

// ---- When what is searched

void LogDetector::begin_round(Instant now) {
  round_.clear();
  for (auto at = sweeps_.rbegin(); at != sweeps_.rend(); ++at)
    round_.push_back(at->first);
  next_round_ = now + std::max<Duration>(every_, kSearchSpacing * static_cast<int>(round_.size()));
}

std::optional<LogDetector::Search> LogDetector::next(Instant now) {
  if (searching_ != kNone || !is_on()) return {};
  if (round_.empty()) {
    if (now < next_round_) return {};
    if (std::exchange(is_paused_, false)) ++generation_;
    begin_round(now);
  }
  for (; !round_.empty(); round_.pop_back()) {
    const auto at = sweeps_.find(round_.back());
    if (at == sweeps_.end()) continue;
    round_.pop_back();
    searching_ = at->first;
    auto& sweep = at->second;
    if (sweep.token.empty()) {
      sweep.from = oldest_wanted(sweep, now);
      sweep.seen.erase(sweep.seen.begin(), sweep.seen.lower_bound({sweep.from, ""}));
      sweep.pages = 0;
      sweep.own = sweep.foreign = 0;
    }
    return Search{sweep.prefix, {sweep.names.begin(), sweep.names.end()}, sweep.from, sweep.token};
  }
  return {};
}

std::optional<Instant> LogDetector::wake_at() const {
  if (searching_ != kNone || !is_on() || sweeps_.empty()) return {};
  return round_.empty() ? next_round_ : Instant(0);
}

WallTime LogDetector::oldest_wanted(const Sweep& sweep, Instant now) const {
  const auto window = server_time_ + (now - server_at_) - kSearchWindow;
  return std::max({sweep.floor, window, WallTime()});
}

void LogDetector::saw(WallTime ingested, Instant now) {
  if (ingested == WallTime()) return;
  if (is_clock_known_ && ingested <= server_time_ + (now - server_at_)) return;
  is_clock_known_ = true;
  server_time_ = ingested;
  server_at_ = now;
}

// ---- What came of it

std::vector<LogDetector::News> LogDetector::page(const ecs::FilterLogEventsReply& reply,
                                                 Instant now) {
  const auto at = sweeps_.find(std::exchange(searching_, kNone));
  failures_ = 0;
  if (at == sweeps_.end()) return {};  // Its streams have been read to their ends meanwhile.
  auto& sweep = at->second;
  std::map<std::string, WallTime> newest;
  for (const auto& event : reply.events) {
    saw(event.ingestion_time, now);
    if (!sweep.seen.emplace(event.timestamp, event.event_id).second) continue;
    if (!streams_.contains(event.log_stream_name)) {
      ++sweep.foreign;
      continue;
    }
    ++sweep.own;
    auto& last = newest[event.log_stream_name];
    last = std::max(last, event.timestamp);
  }
  trim(sweep);
  // What changes while a search goes on does not change the search.
  sweep.token = reply.next_token;
  ++sweep.pages;
  if (!sweep.token.empty() && sweep.pages % kSearchPagesMax != 0) {
    round_.push_back(at->first);
  } else if (!sweep.token.empty() && !sweep.prefix.empty() && sweep.foreign > sweep.own) {
    give_up_prefix(std::string(sweep.prefix));
  }
  std::vector<News> news;
  news.reserve(newest.size());
  for (const auto& [stream, last] : newest)
    news.push_back({stream, last});
  return news;
}

void LogDetector::trim(Sweep& sweep) {
  if (sweep.seen.size() <= kSearchOverlapMax) return;
  auto first = sweep.seen.end();
  std::advance(first, -static_cast<std::ptrdiff_t>(kSearchOverlapMax));
  sweep.floor = std::max(sweep.floor, first->first);
  sweep.seen.erase(sweep.seen.begin(), sweep.seen.lower_bound({sweep.floor, ""}));
  if (sweep.seen.size() <= kSearchSeenMax) return;
  sweep.floor += Duration(1);
  sweep.seen.erase(sweep.seen.begin(), sweep.seen.lower_bound({sweep.floor, ""}));
}

void LogDetector::failed(Code code, Instant now) {
  const auto at = sweeps_.find(std::exchange(searching_, kNone));
  const bool is_by_prefix = at != sweeps_.end() && !at->second.prefix.empty();
  if (at != sweeps_.end()) at->second.token.clear();
  if (code == Code::kDenied) {
    is_denied_ = true;
    ++generation_;
  } else if (code == Code::kNotFound && is_by_prefix) {
    failures_ = 0;  // The group is not there yet, and so no stream is.
  } else if (++failures_ >= kSearchFailuresMax) {
    pause(now);
  }
}

void LogDetector::pause(Instant now) {
  failures_ = 0;
  is_paused_ = true;
  ++generation_;
  round_.clear();
  next_round_ = now + kSearchPause;
  for (auto& [id, sweep] : sweeps_)
    sweep.token.clear();
}

}  // namespace runtask::run
