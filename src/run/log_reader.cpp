#include "run/log_reader.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "base/match.h"
#include "base/text.h"
#include "ecs/life_cycle.h"
#include "run/log_detector.h"
#include "run/log_position.h"

namespace runtask::run {
namespace {

void keep_last(std::deque<std::string>& last_lines, std::string line) {
  if (const auto end = utf8_prefix(line, kLastLineBytesMax); end < line.size()) {
    const auto more = std::to_string(line.size() - end);
    line.resize(end);
    line += "... (" + more + " bytes more)";
  }
  last_lines.push_back(std::move(line));
  if (last_lines.size() > kLastLinesMax) last_lines.pop_front();
}

}  // namespace

class LogReader::State {
 public:
  State(const Outside& outside, const Plan& plan, const LogPace& pace)
      : outside_(outside), plan_(plan), pace_(pace), launches_(plan.launches.size()) {}

  Result<> restore() {
    is_restored_ = true;
    if (outside_.ledger == nullptr) return {};
    return outside_.ledger->lines([this](const history::StoredLine& stored) {
      const auto index = static_cast<std::size_t>(stored.launch);
      if (index >= launches_.size()) return true;
      ++launches_[index].log.lines;
      keep_last(launches_[index].log.last_lines, stored.line.text);
      return true;
    });
  }

  void begin() {
    for (const auto& part : plan_.parts)
      for (const auto& source : part.logs)
        if (!source.note.empty()) say_once(source.note);
  }

  void follow(int index, const std::string& task_arn) {
    auto& launch = at(index);
    if (launch.task_arn == task_arn) return;
    const bool is_first = launch.task_arn.empty();
    launch.task_arn = task_arn;
    launch.has_lines = false;
    launch.drains = false;
    leave(launch);
    if (!is_first) launch.log.last_lines.clear();  // Of the task before.
    for (const auto& source : plan_.part_of(launch_at(index)).logs) {
      if (source.group.empty()) {
        if (is_first) launch.log.notes.push_back(source.note);
        continue;
      }
      if (source.is_by_runtime_id) continue;
      launch.readings.push_back(
          open(index, source,
               ecs::log_stream_name(source.prefix, source.container, ecs::last_part(task_arn))));
    }
    if (is_first && is_restored_)
      forget_earlier_tasks(launch, plan_.part_of(launch_at(index)).logs);
    for (const auto& reading : std::vector<ReadingPtr>(launch.readings))
      start(*reading);
  }

  void name(int index, const std::string& container, const std::string& runtime_id) {
    auto& launch = at(index);
    for (const auto& source : plan_.part_of(launch_at(index)).logs) {
      if (!source.is_by_runtime_id || source.container != container) continue;
      if (is_read(launch, source)) continue;
      const auto reading = open(index, source, runtime_id);
      launch.readings.push_back(reading);
      start(*reading);
    }
  }

  void drain(int index, const std::string& container) {
    auto& launch = at(index);
    for (const auto& reading : launch.readings) {
      if (!container.empty() && reading->source.container != container) continue;
      reading->follower.stopped(outside_.loop.now());
      advance(*reading);
    }
    if (!container.empty()) return;
    launch.drains = true;
    report_drained(index);
  }

  void read_on() {
    if (!holds_) return;
    holds_ = false;
    for (const auto& [where, watch] : watches_) {
      for (const auto& [stream, reading] : copy_of(watch->open))
        advance(*reading);
      detect(*watch);
    }
  }

  void end(int index, const Verdict& verdict) {
    auto& launch = at(index);
    if (verdict.kind != VerdictKind::kDetached) say_what_is_missing(index, launch, verdict);
    leave(launch);
  }

  // Said although the outcome has it too: whose run succeeded reads no more than that.
  void warn(int index, const std::string& text) {
    at(index).log.notes.push_back(text);
    outside_.observer.on_message(
        (plan_.launches.size() > 1 ? launch_at(index).name + ": " : std::string()) + text);
  }

  [[nodiscard]] const LaunchLog& log_of(int index) const {
    return launches_.at(static_cast<std::size_t>(index)).log;
  }

 private:
  struct Reading;
  using ReadingPtr = std::shared_ptr<Reading>;
  // The streams of one log group that are being read, and what finds out which have something new.
  struct Watch {
    ecs::Client& client;
    std::string group;
    LogDetector detector;
    std::map<std::string, ReadingPtr> open;  // By stream.
    std::uint64_t generation = 0;            // The detector's, when its word was last heeded.
    bool is_asking = false;
    sys::PendingPtr timer;
  };
  // The reading of one container's stream.
  struct Reading {
    const LogSource& source;
    int launch;
    Watch& watch;
    LogPosition position;
    LogFollower follower;
    std::uint64_t known_lines = 0;  // At the head of the stream, which were read before.
    bool is_rewound = false;
    WallTime newest{};  // Timestamp that the detector has told of.
    sys::PendingPtr timer;
    bool is_done = false;
  };
  struct LaunchState {
    std::string task_arn;
    LaunchLog log;
    // Shared only to be watched: an answer may come when its reading is over.
    std::vector<ReadingPtr> readings;
    bool has_lines = false;  // Of this task.
    bool drains = false;
  };

  [[nodiscard]] LaunchState& at(int index) { return launches_.at(static_cast<std::size_t>(index)); }
  [[nodiscard]] const Launch& launch_at(int index) const {
    return plan_.launches[static_cast<std::size_t>(index)];
  }

  static bool is_read(const LaunchState& launch, const LogSource& source) {
    return std::any_of(launch.readings.begin(), launch.readings.end(),
                       [&](const auto& reading) { return &reading->source == &source; });
  }

  [[nodiscard]] LogPosition restored_position(int index, const std::string& container,
                                              std::string stream) {
    LogPosition start{std::move(stream), "", 0, 0, std::nullopt};
    if (!is_restored_ || outside_.ledger == nullptr) return start;
    const auto text = outside_.ledger->position(index, container);
    if (text && text->empty()) return start;
    const auto position = text ? read_log_position(*text) : Result<LogPosition>(fail(text.error()));
    if (!position) {
      outside_.on_written(fail(position.error()));
      return start;
    }
    return position->stream == start.stream ? *position : start;
  }

  void say_what_is_missing(int index, LaunchState& launch, const Verdict& verdict) {
    const bool reads_on = std::any_of(launch.readings.begin(), launch.readings.end(),
                                      [](const auto& reading) { return !reading->is_done; });
    if (reads_on) {
      warn(index, "the log was not read to its end");
    } else if (verdict.may_still_run && !launch.readings.empty()) {
      warn(index, "the task may still run; what it writes from now on is not read");
    }
    if (launch.task_arn.empty()) return;
    for (const auto& source : plan_.part_of(launch_at(index)).logs) {
      if (!source.is_by_runtime_id || is_read(launch, source)) continue;
      const auto words = "container " + source.container +
                         " has no awslogs-stream-prefix and got no runtime id: the name of its log "
                         "stream is not known";
      // Of one that never started there is nothing to be missed.
      if (verdict.kind == VerdictKind::kNeverStarted) {
        launch.log.notes.push_back(words);
      } else {
        warn(index, words);
      }
    }
  }

  // Of the last lines that the history has, those that are not of the streams which are read now.
  // Nothing is known yet of streams that are named later.
  static void forget_earlier_tasks(LaunchState& launch, const std::vector<LogSource>& sources) {
    if (std::any_of(sources.begin(), sources.end(),
                    [](const LogSource& source) { return source.is_by_runtime_id; }))
      return;
    std::uint64_t own = 0;
    for (const auto& reading : launch.readings)
      own += reading->position.lines;
    while (launch.log.last_lines.size() > own)
      launch.log.last_lines.pop_front();
  }

  // ---- Which streams are read

  // The client for a log that is in another region than the launch's target; null: it is not.
  [[nodiscard]] ecs::Client* client_elsewhere(int index, const LogSource& source) {
    const auto target = plan_.part_of(launch_at(index)).place.target;
    const auto& own_region = plan_.targets[target].region;
    if (source.region.empty() || source.region == own_region || !outside_.logs_client)
      return nullptr;
    const auto client = outside_.logs_client(target, source.region);
    if (client) return *client;
    const auto words = "the log of container " + source.container + " is looked for in " +
                       own_region + ": " + client.error().message;
    auto& notes = at(index).log.notes;
    // Once, however many tasks the launch gets.
    if (std::find(notes.begin(), notes.end(), words) == notes.end()) notes.push_back(words);
    say_once(words);
    return nullptr;
  }

  [[nodiscard]] Watch& watch_of(int index, const LogSource& source) {
    const auto target = plan_.part_of(launch_at(index)).place.target;
    auto* const elsewhere = client_elsewhere(index, source);
    auto& client = elsewhere != nullptr ? *elsewhere : *outside_.clients[target];
    const auto& group = source.group;
    auto& watch = watches_[{target, elsewhere != nullptr ? source.region : "", group}];
    if (!watch)
      watch = std::make_unique<Watch>(
          Watch{client,
                group,
                LogDetector(pace_.detect, outside_.loop.now(), outside_.loop.wall_now()),
                {},
                0,
                false,
                nullptr});
    return *watch;
  }

  [[nodiscard]] ReadingPtr open(int index, const LogSource& source, std::string stream_name) {
    auto& watch = watch_of(index, source);
    auto position = restored_position(index, source.container, std::move(stream_name));
    LogFollower follower(pace_, outside_.loop.now(), position.token);
    auto reading = std::make_shared<Reading>(Reading{source,
                                                     index,
                                                     watch,
                                                     std::move(position),
                                                     std::move(follower),
                                                     0,
                                                     false,
                                                     {},
                                                     nullptr,
                                                     false});
    const auto& stream = reading->position.stream;
    watch.open[stream] = reading;
    watch.detector.add(stream, !reading->position.token.empty());
    set_rhythm(*reading);
    // What was written before this process began may be older than what is searched.
    if (is_restored_) reading->follower.news(outside_.loop.now());
    return reading;
  }

  void close(Reading& reading) {
    reading.is_done = true;
    reading.timer.reset();
    reading.watch.detector.remove(reading.position.stream);
    reading.watch.open.erase(reading.position.stream);
  }
  void leave(LaunchState& launch) {
    for (const auto& reading : launch.readings)
      if (!reading->is_done) close(*reading);
    launch.readings.clear();
  }

  void set_rhythm(Reading& reading) {
    const auto& watch = reading.watch;
    const auto streams = static_cast<int>(watch.open.size());
    constexpr auto kFew = static_cast<int>(kStreamsPolledMax);
    const auto share = std::max(1, (streams + kFew - 1) / kFew);
    reading.follower.set_rhythm(
        {pace_.longest * share, watch.detector.watches(reading.position.stream),
         kReadUnaskedEvery * share},
        outside_.loop.now());
  }

  void start(Reading& reading) {
    auto& watch = reading.watch;
    if (reading.position.lines > 0) note_lines(reading.launch);
    advance(reading);
    detect(watch);
  }

  // ---- What is new in them

  void detect(Watch& watch) {
    heed(watch);
    if (watch.is_asking) return;
    watch.timer.reset();
    if (!outside_.observer.takes_lines()) {
      holds_ = true;
      return;
    }
    const auto now = outside_.loop.now();
    const auto search = watch.detector.next(now);
    heed(watch);
    if (search) return ask(watch, *search);
    if (const auto at = watch.detector.wake_at())
      watch.timer =
          outside_.loop.after(std::max(Duration(0), *at - now), [this, &watch] { detect(watch); });
  }

  void ask(Watch& watch, const LogDetector::Search& search) {
    ecs::FilterLogEvents request;
    request.log_group_name = watch.group;
    request.log_stream_names = search.names;
    request.log_stream_name_prefix = search.prefix;
    request.start_time = search.from;
    request.next_token = search.token;
    watch.is_asking = true;
    watch.client.call(request, [this, &watch, alive = std::weak_ptr<int>(alive_)](
                                   ecs::Called<ecs::FilterLogEventsReply> answer) {
      if (alive.expired()) return;
      watch.is_asking = false;
      if (answer) {
        take_news(watch, watch.detector.page(*answer, outside_.loop.now()));
      } else {
        watch.detector.failed(answer.error().error.code, outside_.loop.now());
      }
      detect(watch);
    });
  }

  void take_news(const Watch& watch, const std::vector<LogDetector::News>& news) {
    for (const auto& one : news) {
      const auto at = watch.open.find(one.stream);
      if (at == watch.open.end()) continue;
      const auto reading = at->second;
      reading->newest = std::max(reading->newest, one.newest);
      reading->follower.news(outside_.loop.now());
      advance(*reading);
    }
  }

  // Whose news are told and whose are not any more.
  void heed(Watch& watch) {
    if (std::exchange(watch.generation, watch.detector.generation()) == watch.detector.generation())
      return;
    for (const auto& [stream, reading] : copy_of(watch.open))
      advance(*reading);
  }

  // Of what may end, and leave the original, meanwhile.
  static std::map<std::string, ReadingPtr> copy_of(const std::map<std::string, ReadingPtr>& open) {
    return open;
  }

  // ---- Reading them

  void advance(Reading& reading) {
    if (reading.is_done) return;
    const auto now = outside_.loop.now();
    reading.timer.reset();
    set_rhythm(reading);
    if (outside_.observer.takes_lines()) {
      reading.follower.release(now);
    } else {
      reading.follower.hold(now);
    }
    if (auto words = reading.follower.take_words(now, reading.source.container)) {
      at(reading.launch).log.notes.push_back(*words);
      say_once(*words);
    }
    std::visit(
        Match{[&](const LogFollower::Fetch& it) { fetch(reading, it.token); },
              [&](const LogFollower::Wait& it) {
                reading.timer =
                    outside_.loop.after(it.until - now, [this, &reading] { advance(reading); });
              },
              [&](const LogFollower::Pending&) {}, [&](const LogFollower::Held&) { holds_ = true; },
              [&](const LogFollower::Done& it) { read_to_end(reading, it); }},
        reading.follower.next(now));
  }

  void fetch(const Reading& reading, const std::string& token) {
    ecs::GetLogEvents request;
    request.log_group_name = reading.source.group;
    request.log_stream_name = reading.position.stream;
    request.next_token = token;
    request.start_from_head = true;  // Logs API: also with a forward token.
    // Dies with the reading, hence with the reader too.
    const std::weak_ptr<Reading> asking = reading.watch.open.at(reading.position.stream);
    reading.watch.client.call(request,
                              [this, asking](const ecs::Called<ecs::GetLogEventsReply>& answer) {
                                if (const auto alive = asking.lock()) take_answer(*alive, answer);
                              });
  }

  void take_answer(Reading& reading, const ecs::Called<ecs::GetLogEventsReply>& answer) {
    if (reading.is_done) return;
    if (answer) {
      reading.watch.detector.exists(reading.position.stream);
      set_rhythm(reading);
      take_page(reading, *answer);
    } else {
      take_failure(reading, answer.error());
    }
    auto& watch = reading.watch;
    advance(reading);
    // Perhaps it is the first that can be searched for.
    if (!watch.is_asking && watch.timer == nullptr) detect(watch);
  }

  void take_failure(Reading& reading, const ecs::CallError& failure) {
    // A task that was seen STOPPED is not asked for any more: only its log tells that they are
    // gone.
    if (failure.http_status == 0)
      outside_.on_unreachable(plan_.part_of(launch_at(reading.launch)).place.target);
    const auto now = outside_.loop.now();
    // Logs API: a token lives for 24 hours. A run that is gone on with later begins anew, and
    // counts past what was read before.
    const bool may_be_too_old = is_restored_ && !reading.is_rewound &&
                                !reading.position.token.empty() &&
                                failure.name == ecs::error_name::kInvalidParameter;
    if (!may_be_too_old)
      return reading.follower.failed(failure.error.code, failure.error.message, now);
    reading.is_rewound = true;
    reading.known_lines = std::exchange(reading.position.lines, 0);
    reading.position.token.clear();
    reading.position.is_cut.reset();
    reading.follower.rewind(now);
  }

  void take_page(Reading& reading, ecs::GetLogEventsReply page) {
    // Logs API: a token that stays is the end, and no event comes with it. A server that sends some
    // nevertheless, or no token at all, sends the same ones again to whoever asks again.
    if (page.next_forward_token.empty()) page.next_forward_token = reading.position.token;
    const bool stays = page.next_forward_token == reading.position.token;
    const auto again =
        stays ? std::min<std::uint64_t>(reading.position.taken_here, page.events.size()) : 0;
    page.events.erase(page.events.begin(),
                      page.events.begin() + static_cast<std::ptrdiff_t>(again));
    reading.position.taken_here = stays ? reading.position.taken_here + page.events.size() : 0;
    const auto events = page.events.size();
    LineMask mask(plan_.secrets, reading.position.is_cut.value_or(false));
    for (auto& event : page.events)
      event.message = mask.masked(std::move(event.message));
    reading.position.is_cut = mask.is_cut() ? std::optional(true) : std::nullopt;
    const auto known = std::min<std::uint64_t>(reading.known_lines, events);
    reading.known_lines -= known;
    reading.position.lines += known;
    page.events.erase(page.events.begin(),
                      page.events.begin() + static_cast<std::ptrdiff_t>(known));
    auto& log = at(reading.launch).log;
    const auto& launch = launch_at(reading.launch);
    std::vector<history::LogLine> lines;
    if (outside_.ledger != nullptr) lines.reserve(page.events.size());
    if (outside_.ledger != nullptr)
      for (const auto& event : page.events)
        lines.push_back({event.timestamp, event.message});
    log.lines += page.events.size();
    WallTime last;
    for (const auto& event : page.events) {
      last = std::max(last, event.timestamp);
      reading.watch.detector.saw(event.ingestion_time, outside_.loop.now());
    }
    const auto kept = std::min(page.events.size(), kLastLinesMax);
    for (auto at = page.events.end() - static_cast<std::ptrdiff_t>(kept); at != page.events.end();
         ++at)
      keep_last(log.last_lines, at->message);
    reading.position.token = page.next_forward_token;
    reading.position.lines += page.events.size();
    if (reading.position.lines > 0) note_lines(reading.launch);
    if (!lines.empty())
      outside_.on_written(outside_.ledger->append_lines(reading.launch, reading.source.container,
                                                        lines, to_json(reading.position)));
    // Shown only when they are recorded: how many of the recorded lines were printed is counted
    // (history/run_files.h), and whoever goes on with the run prints the rest.
    for (const auto& event : page.events)
      outside_.observer.on_log(launch, reading.source.container, event);
    reading.follower.page(
        {page.next_forward_token, events, page.complete.value_or(false), last >= reading.newest},
        outside_.loop.now());
  }

  void note_lines(int index) {
    if (std::exchange(at(index).has_lines, true)) return;
    outside_.loop.post([this, alive = std::weak_ptr<int>(alive_), index] {
      if (!alive.expired()) outside_.on_first_line(index);
    });
  }

  void read_to_end(Reading& reading, const LogFollower::Done& end) {
    close(reading);
    if (end.is_capped)
      warn(reading.launch, "the log of container " + reading.source.container +
                               " was not read to its end" +
                               (end.why.empty() ? "" : ": " + end.why));
    report_drained(reading.launch);
  }

  void report_drained(int index) {
    const auto& launch = at(index);
    const bool all_read = std::all_of(launch.readings.begin(), launch.readings.end(),
                                      [](const auto& reading) { return reading->is_done; });
    if (!launch.drains || !all_read) return;
    outside_.loop.post([this, alive = std::weak_ptr<int>(alive_), index] {
      if (!alive.expired()) outside_.on_drained(index);
    });
  }

  // For what every launch would say of its own.
  void say_once(const std::string& text) {
    if (said_.insert(text).second) outside_.observer.on_message(text);
  }

  Outside outside_;
  const Plan& plan_;
  LogPace pace_;
  std::vector<LaunchState> launches_;
  // By target, region where it is not the target's, and group: an order that every process has, so
  // that a simulation can be replayed.
  std::map<std::tuple<std::size_t, std::string, std::string>, std::unique_ptr<Watch>> watches_;
  bool is_restored_ = false;
  bool holds_ = false;  // Some reading waits for read_on().
  std::set<std::string> said_;
  // Shared only to be watched: what was posted may come when the reader is gone.
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

LogReader::LogReader(const Outside& outside, const Plan& plan, const LogPace& pace)
    : state_(std::make_unique<State>(outside, plan, pace)) {}
LogReader::~LogReader() = default;

Result<> LogReader::restore() {
  return state_->restore();
}
void LogReader::begin() {
  state_->begin();
}
void LogReader::follow(int launch, const std::string& task_arn) {
  state_->follow(launch, task_arn);
}
void LogReader::name(int launch, const std::string& container, const std::string& runtime_id) {
  state_->name(launch, container, runtime_id);
}
void LogReader::drain(int launch, const std::string& container) {
  state_->drain(launch, container);
}
void LogReader::read_on() {
  state_->read_on();
}
void LogReader::lose(int launch, const std::string& words) {
  state_->warn(launch, words);
}
void LogReader::end(int launch, const Verdict& verdict) {
  state_->end(launch, verdict);
}
const LaunchLog& LogReader::log_of(int launch) const {
  return state_->log_of(launch);
}

}  // namespace runtask::run
