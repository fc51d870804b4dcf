#include "sys/database.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>

#include "sys/scratch.h"

namespace runtask::sys {
namespace {

using Mode = Database::Mode;

Database opened(const std::string& path, Mode mode) {
  auto database = Database::open(path, mode);
  EXPECT_TRUE(database) << database.error().text();
  return *std::move(database);
}
Database with_table(const std::string& path) {
  auto database = opened(path, Mode::kReadWrite);
  EXPECT_TRUE(database.execute("CREATE TABLE IF NOT EXISTS t(a INTEGER PRIMARY KEY, b TEXT)"));
  return database;
}
std::int64_t count(Database& database) {
  std::int64_t rows = -1;
  EXPECT_TRUE(database.query("SELECT count(*) FROM t", {}, [&](const Database::Row& row) {
    rows = row.integer(0);
    return true;
  }));
  return rows;
}
Result<> insert(Database& database, std::string_view text) {
  return database.change("INSERT INTO t(b) VALUES(?)", {text});
}
mode_t mode_of(const std::string& path) {
  struct stat status {};
  EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
  return status.st_mode & 0777U;
}
// In a child, because limits and users cannot be taken back. True is success.
bool holds_in_child(const std::function<bool()>& body) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(body() ? 0 : 1);
  int status = -1;
  return ::waitpid(child, &status, 0) == child && status == 0;
}
// Root may write everywhere.
bool become_nobody() {
  return ::getuid() != 0 || ::setresuid(65534, 65534, 65534) == 0;
}

TEST(Database, gives_back_numbers_bytes_and_nothing_as_they_were) {
  auto database = opened("", Mode::kInMemory);
  ASSERT_TRUE(database.execute("CREATE TABLE v(n, t, z, e)"));
  const std::string bytes("a\0\xff\xfe'b", 6);
  ASSERT_TRUE(database.change("INSERT INTO v VALUES(?, ?, ?, ?)",
                              {INT64_MIN, bytes, nullptr, std::string_view()}));
  int rows = 0;
  ASSERT_TRUE(database.query("SELECT n, t, z, e FROM v", {}, [&](const Database::Row& row) {
    ++rows;
    EXPECT_EQ(row.integer(0), INT64_MIN);
    EXPECT_EQ(row.text(1), bytes);
    EXPECT_EQ(row.view(1), bytes);
    EXPECT_TRUE(row.is_null(2));
    EXPECT_EQ(row.text(2), "");
    EXPECT_FALSE(row.is_null(3)) << "empty text is not NULL";
    return true;
  }));
  EXPECT_EQ(rows, 1);
}

TEST(Database, a_file_and_what_stands_beside_it_are_private_whatever_the_umask) {
  for (const mode_t mask : {0U, 0777U}) {
    const Scratch scratch;
    const mode_t before = ::umask(mask);
    auto database = with_table(scratch / "a.db");
    EXPECT_TRUE(insert(database, "x"));
    ::umask(before);
    for (const char* name : {"a.db", "a.db-wal", "a.db-shm"})
      EXPECT_EQ(mode_of(scratch / name), 0600U) << name;
  }
}

TEST(Database, the_same_statement_may_run_inside_itself) {
  const Scratch scratch;
  auto database = with_table(scratch / "a.db");
  for (int i = 0; i < 3; ++i)
    ASSERT_TRUE(insert(database, "x"));
  const std::string_view sql = "SELECT a FROM t ORDER BY a";
  std::string seen;
  ASSERT_TRUE(database.query(sql, {}, [&](const Database::Row& outer) {
    EXPECT_TRUE(database.query(sql, {}, [&](const Database::Row& inner) {
      seen += std::to_string(outer.integer(0)) + std::to_string(inner.integer(0)) + " ";
      return inner.integer(0) < 2;
    }));
    return true;
  }));
  EXPECT_EQ(seen, "11 12 21 22 31 32 ");
}

TEST(Database, a_transaction_is_kept_whole_or_not_at_all) {
  const Scratch scratch;
  auto database = with_table(scratch / "a.db");
  EXPECT_TRUE(database.transaction([&]() -> Result<> {
    TRY(insert(database, "a"));
    return database.transaction([&] { return insert(database, "b"); });
  }));
  EXPECT_EQ(count(database), 2);
  const auto refused = database.transaction([&]() -> Result<> {
    TRY(insert(database, "c"));
    return fail(Code::kCancelled, "no");
  });
  EXPECT_EQ(refused.error().code, Code::kCancelled);
  EXPECT_EQ(count(database), 2);
}

TEST(Database, an_inner_failure_undoes_the_outer_transaction_even_when_it_is_passed_over) {
  const Scratch scratch;
  auto database = with_table(scratch / "a.db");
  const auto refused = database.transaction([&]() -> Result<> {
    (void)database.transaction([&]() -> Result<> {  // The test is about dropping it.
      TRY(insert(database, "half"));
      return fail(Code::kCancelled, "no");
    });
    return insert(database, "b");
  });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kCancelled);
  EXPECT_EQ(count(database), 0);
  EXPECT_TRUE(insert(database, "later")) << "the database goes on";
}

TEST(Database, two_connections_share_a_file_and_wait_for_each_other) {
  const Scratch scratch;
  auto one = with_table(scratch / "a.db");
  auto two = opened(scratch / "a.db", Mode::kReadWrite);
  auto reader = opened(scratch / "a.db", Mode::kReadOnly);
  EXPECT_TRUE(one.transaction([&]() -> Result<> {
    TRY(insert(one, "a"));
    EXPECT_EQ(count(reader), 0) << "a reader neither waits nor sees what is not committed";
    return {};
  }));
  EXPECT_TRUE(insert(two, "b"));
  EXPECT_EQ(count(reader), 2);
  EXPECT_EQ(insert(reader, "c").error().code, Code::kDenied);
}

TEST(Database, many_programs_may_create_the_same_file_at_once) {
  const Scratch scratch;
  constexpr int kPrograms = 8;
  for (int i = 0; i < kPrograms; ++i) {
    if (::fork() == 0) {
      auto database = Database::open(scratch / "a.db", Mode::kReadWrite);
      const bool done =
          database && database->execute("CREATE TABLE IF NOT EXISTS t(a INTEGER PRIMARY KEY, b)") &&
          insert(*database, "x");
      ::_exit(done ? 0 : 1);
    }
  }
  for (int i = 0; i < kPrograms; ++i) {
    int status = -1;
    ASSERT_GT(::wait(&status), 0);
    EXPECT_EQ(status, 0);
  }
  auto database = opened(scratch / "a.db", Mode::kReadOnly);
  EXPECT_EQ(count(database), kPrograms);
}

TEST(Database, a_missing_file_is_created_only_for_writing) {
  const Scratch scratch;
  EXPECT_EQ(Database::open(scratch / "a.db", Mode::kReadOnly).error().code, Code::kNotFound);
  EXPECT_FALSE(std::filesystem::exists(scratch / "a.db"));
  const auto nowhere = Database::open(scratch / "no/a.db", Mode::kReadWrite);
  EXPECT_EQ(nowhere.error().code, Code::kNotFound);
  EXPECT_NE(nowhere.error().message.find("no/a.db"), std::string::npos);
}

TEST(Database, a_damaged_file_is_invalid) {
  const Scratch scratch;
  std::ofstream(scratch / "a.db") << std::string(5000, 'x');
  for (const auto mode : {Mode::kReadWrite, Mode::kReadOnly}) {
    const auto refused = Database::open(scratch / "a.db", mode);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::kInvalid);
    EXPECT_NE(refused.error().hint.find("move it away"), std::string::npos);
  }
}

TEST(Database, a_full_disk_is_full_and_what_was_there_stays) {
  const Scratch scratch;
  { auto database = with_table(scratch / "a.db"); }
  EXPECT_TRUE(holds_in_child([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    auto database = opened(scratch / "a.db", Mode::kReadWrite);
    if (!insert(database, "before")) return false;
    const rlimit small{100'000, 100'000};
    if (::setrlimit(RLIMIT_FSIZE, &small) != 0) return false;
    const auto refused = database.transaction([&]() -> Result<> {
      (void)insert(database, std::string(300'000, 'x'));  // What follows must not be kept either.
      (void)insert(database, "after");
      return insert(database, std::string(300'000, 'x'));
    });
    const auto alone = insert(database, std::string(300'000, 'x'));
    return !refused && !alone && alone.error().code == Code::kFull && count(database) == 1;
  }));
  auto database = opened(scratch / "a.db", Mode::kReadWrite);
  EXPECT_EQ(count(database), 1);
}

TEST(Database, a_read_only_directory_can_be_read_but_not_written) {
  const Scratch scratch;
  {
    auto database = with_table(scratch / "a b?.db");
    EXPECT_TRUE(insert(database, "x"));
  }
  // The journal and its index stay beside the file; whoever copies a database copies all three.
  for (const auto* part : {"a b?.db", "a b?.db-wal", "a b?.db-shm"})
    ASSERT_EQ(::chmod((scratch / part).c_str(), 0444), 0) << part;
  ::chmod(scratch.path().c_str(), 0555);
  EXPECT_TRUE(holds_in_child([&] {
    if (!become_nobody()) return false;
    const auto writer = Database::open(scratch / "a b?.db", Mode::kReadWrite);
    const auto created = Database::open(scratch / "new.db", Mode::kReadWrite);
    auto reader = Database::open(scratch / "a b?.db", Mode::kReadOnly);
    return !writer && writer.error().code == Code::kDenied && !created &&
           created.error().code == Code::kDenied && reader && count(*reader) == 1;
  }));
  ::chmod(scratch.path().c_str(), 0755);
}

TEST(Database, a_killed_writer_leaves_what_it_committed_and_nothing_else) {
  const Scratch scratch;
  { auto database = with_table(scratch / "a.db"); }
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    auto database = Database::open(scratch / "a.db", Mode::kReadWrite);
    (void)insert(*database, "kept");
    (void)database->transaction([&]() -> Result<> {  // Never ends.
      (void)insert(*database, "lost");
      (void)!::write(ready[1], "x", 1);
      for (;;)
        ::pause();
    });
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ::close(ready[0]);
  ::close(ready[1]);
  auto reader = opened(scratch / "a.db", Mode::kReadOnly);
  EXPECT_EQ(count(reader), 1);
  auto writer = opened(scratch / "a.db", Mode::kReadWrite);
  EXPECT_TRUE(insert(writer, "more")) << "the dead one's lock is gone";
}

TEST(Database, what_a_key_forbids_is_a_conflict_and_bad_sql_is_invalid) {
  const Scratch scratch;
  auto database = with_table(scratch / "a.db");
  ASSERT_TRUE(database.change("INSERT INTO t(a, b) VALUES(?, ?)", {1, "x"}));
  EXPECT_EQ(database.last_row_id(), 1);
  EXPECT_EQ(database.changed_rows(), 1);
  EXPECT_EQ(database.change("INSERT INTO t(a) VALUES(?)", {1}).error().code, Code::kConflict);
  EXPECT_EQ(database.change("INSERT INTO nowhere VALUES(1)", {}).error().code, Code::kInvalid);
}

TEST(Database, commits_wait_for_the_disk_only_when_told) {
  const Scratch scratch;
  auto database = with_table(scratch / "a.db");
  const auto level = [&] {
    std::int64_t value = -1;
    EXPECT_TRUE(database.query("PRAGMA synchronous", {}, [&](const Database::Row& row) {
      value = row.integer(0);
      return true;
    }));
    return value;
  };
  EXPECT_EQ(level(), 1);
  ASSERT_TRUE(database.sync_commits(true));
  EXPECT_EQ(level(), 2);
  ASSERT_TRUE(database.sync_commits(false));
  EXPECT_EQ(level(), 1);
}

}  // namespace
}  // namespace runtask::sys
