// Parts alone: how long a kept process tree takes from its start to its end, and how long 100,000
// lines take into the embedded endpoint's log store and into the history of a run.
//
//   parts_bench DIRECTORY
//
// DIRECTORY gets database files.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "history/history.h"
#include "local/log_store.h"
#include "sys/event_loop.h"
#include "sys/files.h"
#include "sys/processes.h"

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr int kTrees = 50;
constexpr int kBatches = 100;
constexpr int kLinesPerBatch = 1000;

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "parts_bench: %s\n", why.c_str());
  std::exit(1);
}

double milliseconds(Clock::duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

double process_tree() {
  runtask::sys::EventLoop loop;
  runtask::sys::SystemProcesses processes(loop);
  runtask::sys::ProcessSpec spec;
  spec.argv = {"/bin/true"};
  spec.keep_tree = true;
  std::vector<double> took;
  for (int i = 0; i < kTrees; ++i) {
    const auto begin = Clock::now();
    const auto process = processes.spawn(spec, {});
    if (!process) give_up(process.error().text());
    loop.run();
    took.push_back(milliseconds(Clock::now() - begin));
  }
  std::nth_element(took.begin(), took.begin() + kTrees / 2, took.end());
  return took[kTrees / 2];
}

double append(const std::string& directory) {
  auto database = runtask::sys::Database::open(directory + "/parts.db",
                                               runtask::sys::Database::Mode::kReadWrite);
  if (!database) give_up(database.error().text());
  auto logs = runtask::local::LogStore::open(*database, {});
  if (!logs) give_up(logs.error().text());
  const runtask::WallTime now{1'769'817'600s};
  const auto stream = logs->open_stream("group", "stream", now);
  if (!stream) give_up(stream.error().text());
  std::vector<runtask::ecs::InputLogEvent> batch;
  for (int i = 0; i < kLinesPerBatch; ++i)
    batch.push_back(
        {now, "2026-01-31 00:00:00 a line of a usual length, number " + std::to_string(i)});
  const auto begin = Clock::now();
  for (int i = 0; i < kBatches; ++i)
    if (!logs->append(*stream, batch, now)) give_up("a batch is not stored");
  return milliseconds(Clock::now() - begin);
}

double record(const std::string& directory) {
  using runtask::history::History;
  runtask::sys::SystemFiles files;
  auto history = History::open(files, directory + "/state", History::Access::kWrite);
  if (!history) give_up(history.error().text());
  runtask::history::RunRecord run;
  run.id = "bench";
  if (!history->begin(run)) give_up("a run cannot begin");
  std::vector<runtask::history::LogLine> batch;
  for (int i = 0; i < kLinesPerBatch; ++i)
    batch.push_back({runtask::WallTime{1'769'817'600s},
                     "2026-01-31 00:00:00 a line of a usual length, number " + std::to_string(i)});
  const auto begin = Clock::now();
  for (int i = 0; i < kBatches; ++i)
    if (!history->append_lines("bench", 0, "app", batch, "{}")) give_up("a batch is not kept");
  return milliseconds(Clock::now() - begin);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) give_up("usage: parts_bench DIRECTORY");
  std::printf("tree %.2f ms\n", process_tree());
  std::printf("append %.0f ms\n", append(argv[1]));
  std::printf("record %.0f ms\n", record(argv[1]));
  return 0;
}
