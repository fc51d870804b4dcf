#include "cli/build_record.h"

#include "base/json.h"
#include "base/text.h"

namespace runtask::cli {

BuildRecord::BuildRecord(const World& world, std::optional<history::History> history,
                         std::string run_id, std::string log_file)
    : world_(world),
      history_(std::move(history)),
      run_id_(std::move(run_id)),
      log_file_(std::move(log_file)) {}

Result<> BuildRecord::begin(const history::RunRecord& record) {
  if (!history_) return {};
  return history_->begin(record);
}

void BuildRecord::complain(const Error& error) {
  if (!has_complained_)
    world_.screen.message("warning: the build is not recorded: " + error.text());
  has_complained_ = true;
}

void BuildRecord::line(WallTime at, const std::string& text) {
  world_.screen.output(text);
  lines_.push_back({at, valid_utf8(text)});
  log_text_ += text;
  log_text_ += '\n';
  if (lines_.size() >= kLinesMax) flush();
  flush_later();
}

// One timer at a time: it is set again by the next line.
void BuildRecord::flush_later() {
  if (timer_) return;
  timer_ = world_.loop.after(kFlushEvery, [this] {
    flush();
    timer_.reset();
  });
}

void BuildRecord::flush() {
  world_.screen.flush();
  if (lines_.empty()) return;
  if (const auto done = world_.files.append(log_file_, log_text_, 0600); !done)
    complain(done.error());
  if (history_)
    if (const auto done = history_->append_lines(run_id_, 0, "console", lines_, "{}"); !done)
      complain(done.error());
  log_text_.clear();
  lines_.clear();
}

std::shared_ptr<void> BuildRecord::begin_step(const std::string& kind, const std::string& what) {
  flush();
  if (!history_) return nullptr;
  const auto step = ++last_step_;
  append(kind + " `" + valid_utf8(what) + "`", step);
  // The pointer stands for nothing but the time until it is let go.
  return {this, [step](BuildRecord* record) { record->append(kStepEnded, step); }};
}

void BuildRecord::append(const std::string& kind, std::int64_t step) {
  history::EventRecord record;
  record.at = world_.loop.wall_now();
  record.launch = 0;
  record.kind = kind;
  record.data = "{\"step\":" + std::to_string(step) + "}";
  if (const auto done =
          history_->append(run_id_, std::move(record), history::History::Durability::kWritten);
      !done)
    complain(done.error());
}

void BuildRecord::end(const std::string& verdict, int exit_code, const std::string& outcome) {
  timer_.reset();
  flush();
  if (!history_) return;
  const history::History::Ending ending{world_.loop.wall_now(), verdict, exit_code, outcome};
  if (const auto done = history_->end(run_id_, ending); !done) complain(done.error());
}

}  // namespace runtask::cli
