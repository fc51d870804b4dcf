#include "sys/database.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cassert>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <limits>
#include <map>
#include <utility>

#include "sys/errno_code.h"

namespace runtask::sys {
namespace {

constexpr int kBusyPatienceMs = 5000;
constexpr int kBusyLookAgainMs = 5;
constexpr std::size_t kStatementsKeptMax = 128;  // More are prepared anew each time.

struct Close {
  void operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }
};
struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Connection = std::unique_ptr<sqlite3, Close>;
using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

Code code_of(int sqlite_code, int system_errno) {
  switch (sqlite_code & 0xff) {
    case SQLITE_FULL:
      return Code::kFull;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return Code::kDenied;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_CONSTRAINT:
      return Code::kConflict;
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:  // SQLite knows ENOSPC as a full disk, but not a quota.
      return code_of_errno(system_errno);
    case SQLITE_NOMEM:
    case SQLITE_INTERRUPT:
      return Code::kUnavailable;
    default:  // Damaged, no database at all, or SQL that does not fit what is in it.
      return Code::kInvalid;
  }
}

// The errno of the last write that failed. sqlite3_system_errno() has lost it by then.
int errno_of_write(sqlite3* connection) {
  int number = 0;
  sqlite3_file* log = nullptr;
  sqlite3_file_control(connection, "main", SQLITE_FCNTL_JOURNAL_POINTER, static_cast<void*>(&log));
  if (log != nullptr && log->pMethods != nullptr)
    log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &number);
  if (number == 0) sqlite3_file_control(connection, "main", SQLITE_FCNTL_LAST_ERRNO, &number);
  return number;
}

tl::unexpected<Error> failure(sqlite3* connection, const std::string& path) {
  const int code = sqlite3_extended_errcode(connection);
  const bool is_write = code == SQLITE_IOERR_WRITE || code == SQLITE_IOERR_FSYNC;
  const int system_errno = is_write ? errno_of_write(connection) : sqlite3_system_errno(connection);
  std::string message = "database " + path + ": " + sqlite3_errmsg(connection);
  const int kind = code & 0xff;
  if (system_errno != 0 && (kind == SQLITE_IOERR || kind == SQLITE_CANTOPEN))
    message += std::string(" (") + std::strerror(system_errno) + ")";
  // Neither reading on nor writing over it would be safe, and only the user knows what it is worth.
  const bool is_damaged = kind == SQLITE_CORRUPT || kind == SQLITE_NOTADB || kind == SQLITE_ERROR;
  std::string hint;
  if (is_damaged)
    hint =
        "the file is damaged: move it away together with the -wal and -shm files beside it, and"
        " the next command makes a new one; what it held is only in the copy then";
  return fail(code_of(code, system_errno), std::move(message), std::move(hint));
}

// SQLite would create the file with the umask's leave; its -wal and -shm take after the file.
Result<> create_private(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file >= 0) {
    const bool is_private = ::fchmod(file, 0600) == 0;
    const int number = errno;
    ::close(file);
    if (is_private) return {};
    return fail(code_of_errno(number), "database " + path + ": " + std::strerror(number));
  }
  if (errno == EEXIST) return {};
  return fail(code_of_errno(errno), "database " + path + ": " + std::strerror(errno));
}

Result<Connection> connect(const std::string& name, int flags, const std::string& path) {
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(name.c_str(), &raw, flags | SQLITE_OPEN_EXRESCODE, nullptr);
  Connection connection(raw);
  if (raw == nullptr) return fail(Code::kUnavailable, "database " + path + ": out of memory");
  if (code != SQLITE_OK) return failure(raw, path);
  sqlite3_busy_timeout(raw, kBusyPatienceMs);
  return connection;
}

Result<> run_script(sqlite3* connection, const char* sql, const std::string& path) {
  if (sqlite3_exec(connection, sql, nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  return failure(connection, path);
}

// Two programs that turn the same new file to WAL at once may meet SQLITE_BUSY that the busy
// timeout does not cover, because waiting for each other would not end.
Result<> prepare_for_writing(sqlite3* connection, const std::string& path) {
  if (sqlite3_db_readonly(connection, "main") == 1)
    return fail(Code::kDenied, "database " + path + ": it may only be read");
  // The journal stays between programs: folding it into the file at every close, and making it anew
  // at every open, would cost a short command four waits for the disk. SQLite folds it in by itself
  // whenever it has grown to 1,000 pages.
  (void)sqlite3_db_config(connection, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  int stays = 1;
  (void)sqlite3_file_control(connection, "main", SQLITE_FCNTL_PERSIST_WAL, &stays);
  const auto deadline =
      std::chrono::steady_clock::now() + std::chrono::milliseconds(kBusyPatienceMs);
  for (;;) {
    auto done = run_script(connection, "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;", path);
    if (done || done.error().code != Code::kConflict) return done;
    if (std::chrono::steady_clock::now() > deadline) return done;
    sqlite3_sleep(kBusyLookAgainMs);
  }
}

bool has_content(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && status.st_size > 0;
}

std::string immutable_uri(const std::string& path) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string uri = "file:";
  for (const char letter : path) {
    const auto byte = static_cast<unsigned char>(letter);
    if (std::isalnum(byte) != 0 || letter == '/' || letter == '.' || letter == '-') {
      uri += letter;
    } else {
      uri += '%';
      uri += kDigits[byte >> 4U];
      uri += kDigits[byte & 0xfU];
    }
  }
  return uri + "?immutable=1";
}

constexpr const char* kLookInside = "SELECT count(*) FROM sqlite_master";

Result<Connection> open_for_reading(const std::string& path) {
  auto connection = TRY(connect(path, SQLITE_OPEN_READONLY, path));
  auto looked = run_script(connection.get(), kLookInside, path);
  if (looked) return connection;
  // A reader of a WAL database shares memory with the writers through a file beside it. Where that
  // may not be made, in a read-only directory, nobody can write either: without a log that waits
  // to be merged, the file alone is the truth.
  const int kind = sqlite3_errcode(connection.get()) & 0xff;
  if ((kind != SQLITE_CANTOPEN && kind != SQLITE_READONLY) || has_content(path + "-wal"))
    return fail(std::move(looked).error());
  connection = TRY(connect(immutable_uri(path), SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, path));
  TRY(run_script(connection.get(), kLookInside, path));
  return connection;
}

}  // namespace

struct Database::State {
  // A statement that is kept. While it runs, another use of the same text gets one of its own.
  struct Kept {
    Statement statement;
    bool is_running = false;
  };

  State(Connection opened, std::string name)
      : path(std::move(name)), connection(std::move(opened)) {}

  [[nodiscard]] tl::unexpected<Error> error() const { return failure(connection.get(), path); }

  Result<Statement> prepare(std::string_view sql) {
    assert(sql.size() <= std::numeric_limits<int>::max() && "SQL is written by hand");
    sqlite3_stmt* raw = nullptr;
    const int code = sqlite3_prepare_v3(connection.get(), sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
    Statement statement(raw);
    if (code != SQLITE_OK) return error();
    return statement;
  }

  static int bind(sqlite3_stmt* statement, int index, const Value& value) {
    if (const auto* number = std::get_if<std::int64_t>(&value))
      return sqlite3_bind_int64(statement, index, *number);
    if (const auto* text = std::get_if<std::string_view>(&value)) {
      const char* bytes = text->data() == nullptr ? "" : text->data();  // NULL would be no text.
      return sqlite3_bind_text64(statement, index, bytes, text->size(), SQLITE_STATIC, SQLITE_UTF8);
    }
    return sqlite3_bind_null(statement, index);
  }

  // `each` may be empty: then rows are passed over.
  Result<> run(sqlite3_stmt* statement, std::initializer_list<Value> values,
               const std::function<bool(const Row&)>& each) {
    int index = 0;
    for (const auto& value : values) {
      if (bind(statement, ++index, value) != SQLITE_OK) return error();
    }
    const Row row(statement);
    for (;;) {
      const int code = sqlite3_step(statement);
      if (code == SQLITE_DONE) return {};
      if (code != SQLITE_ROW) return error();
      if (each && !each(row)) return {};
    }
  }

  Result<> query(std::string_view sql, std::initializer_list<Value> values,
                 const std::function<bool(const Row&)>& each) {
    // A full disk rolls the transaction back by itself. What follows must not be kept either.
    if (depth > 0 && sqlite3_get_autocommit(connection.get()) != 0)
      return fail(Code::kConflict, "database " + path + ": the transaction is over already");
    auto place = kept.find(sql);
    if (place == kept.end() && kept.size() < kStatementsKeptMax) {
      auto statement = TRY(prepare(sql));
      place = kept.emplace(std::string(sql), Kept{std::move(statement), false}).first;
    }
    if (place == kept.end() || place->second.is_running) {
      const auto statement = TRY(prepare(sql));
      return run(statement.get(), values, each);
    }
    auto& known = place->second;  // Nothing is ever taken out, and a map does not move.
    known.is_running = true;
    auto result = run(known.statement.get(), values, each);
    known.is_running = false;
    sqlite3_reset(known.statement.get());
    sqlite3_clear_bindings(known.statement.get());
    return result;
  }

  void roll_back() {
    if (sqlite3_get_autocommit(connection.get()) == 0)
      sqlite3_exec(connection.get(), "ROLLBACK", nullptr, nullptr, nullptr);
  }

  std::string path;
  Connection connection;  // Outlives the statements, which must be gone before it closes.
  std::map<std::string, Kept, std::less<>> kept;
  int depth = 0;  // Of transactions.
  std::optional<Error> inner_failure;
};

Database::Database(std::unique_ptr<State> state) : state_(std::move(state)) {}
Database::Database(Database&& other) noexcept = default;
Database& Database::operator=(Database&& other) noexcept = default;
Database::~Database() = default;

Result<Database> Database::open(const std::string& path, Mode mode) {
  if (mode == Mode::kInMemory) {
    constexpr int kFlags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY;
    auto connection = TRY(connect(":memory:", kFlags, "in memory"));
    return Database(std::make_unique<State>(std::move(connection), "in memory"));
  }
  if (mode == Mode::kReadOnly) {
    auto connection = TRY(open_for_reading(path));
    return Database(std::make_unique<State>(std::move(connection), path));
  }
  TRY(create_private(path));
  auto connection = TRY(connect(path, SQLITE_OPEN_READWRITE, path));
  TRY(prepare_for_writing(connection.get(), path));
  return Database(std::make_unique<State>(std::move(connection), path));
}

Result<> Database::execute(const std::string& sql) {
  return run_script(state_->connection.get(), sql.c_str(), state_->path);
}

Result<> Database::query(std::string_view sql, std::initializer_list<Value> values,
                         const std::function<bool(const Row&)>& each) {
  return state_->query(sql, values, each);
}

Result<> Database::change(std::string_view sql, std::initializer_list<Value> values) {
  return state_->query(sql, values, nullptr);
}

Result<> Database::transaction(const std::function<Result<>()>& body) {
  State& state = *state_;
  if (state.depth > 0) {
    auto result = body();
    if (!result && !state.inner_failure) state.inner_failure = result.error();
    return result;
  }
  // At once with the right to write: a reader that wants to become a writer later would fail
  // whenever somebody else has written meanwhile.
  const bool is_read_only = sqlite3_db_readonly(state.connection.get(), "main") == 1;
  TRY(execute(is_read_only ? "BEGIN" : "BEGIN IMMEDIATE"));
  state.depth = 1;
  state.inner_failure.reset();
  auto result = body();
  state.depth = 0;
  // What failed inside is half done, even if the body went on after it.
  if (result && state.inner_failure) result = fail(*state.inner_failure);
  if (result) result = execute("COMMIT");
  if (!result) state.roll_back();
  return result;
}

Result<> Database::sync_commits(bool on) {
  return execute(on ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL");
}

std::int64_t Database::last_row_id() const {
  return sqlite3_last_insert_rowid(state_->connection.get());
}
std::int64_t Database::changed_rows() const {
  return sqlite3_changes64(state_->connection.get());
}

std::int64_t Database::Row::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}
std::string_view Database::Row::view(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  if (bytes == nullptr) return {};
  return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}
std::string Database::Row::text(int column) const {
  return std::string(view(column));
}
bool Database::Row::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

}  // namespace runtask::sys
