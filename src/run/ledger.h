#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "history/history.h"

// Where one run is written down while it goes on. In earnest that is the history; in tests it may
// be a twin in memory that dies at any write.

namespace runtask::run {

class Ledger {
 public:
  Ledger() = default;
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;
  virtual ~Ledger() = default;

  // As the history's calls of these names, for the one run.
  [[nodiscard]] virtual Result<> begin(const history::RunRecord& run) = 0;
  [[nodiscard]] virtual Result<> append(history::EventRecord event,
                                        history::History::Durability durability) = 0;
  [[nodiscard]] virtual Result<> append_lines(int launch, const std::string& container,
                                              std::span<const history::LogLine> lines,
                                              std::string_view position) = 0;
  [[nodiscard]] virtual Result<> end(const history::History::Ending& ending) = 0;
  [[nodiscard]] virtual Result<> lines(
      const std::function<bool(const history::StoredLine&)>& each) = 0;
  [[nodiscard]] virtual Result<std::string> position(int launch, const std::string& container) = 0;
};

class HistoryLedger final : public Ledger {
 public:
  // `history` must outlive it.
  HistoryLedger(history::History& history, std::string run)
      : history_(history), run_(std::move(run)) {}

  Result<> begin(const history::RunRecord& run) override { return history_.begin(run); }
  Result<> append(history::EventRecord event, history::History::Durability durability) override {
    return history_.append(run_, std::move(event), durability);
  }
  Result<> append_lines(int launch, const std::string& container,
                        std::span<const history::LogLine> lines,
                        std::string_view position) override {
    return history_.append_lines(run_, launch, container, lines, position);
  }
  Result<> end(const history::History::Ending& ending) override {
    return history_.end(run_, ending);
  }
  Result<> lines(const std::function<bool(const history::StoredLine&)>& each) override {
    return history_.lines(run_, 0, each);
  }
  Result<std::string> position(int launch, const std::string& container) override {
    return history_.position(run_, launch, container);
  }

 private:
  history::History& history_;
  std::string run_;
};

}  // namespace runtask::run
