#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace runtask::sys {

// SQLite behind values: no handle leaks, every failure is a Result (kFull for a full disk, kDenied
// for a read-only one, kConflict for one that others keep busy for 5 s and for a row that a key
// forbids, kInvalid for a damaged one and for SQL that does not fit it). WAL mode. One thread. Who
// turns SIGXFSZ to ignored gets kFull for RLIMIT_FSIZE too. Who writes SQL is decided above:
// `history` for runs, `local/store` for the embedded endpoint.
class Database {
 public:
  enum class Mode { kReadWrite, kReadOnly, kInMemory };
  // Creates the file, 0600, when it is missing (not in kReadOnly, which is kNotFound then).
  [[nodiscard]] static Result<Database> open(const std::string& path, Mode mode);
  Database(Database&& other) noexcept;
  Database& operator=(Database&& other) noexcept;
  ~Database();

  // Several statements without results.
  [[nodiscard]] Result<> execute(const std::string& sql);

  class Row {
   public:
    [[nodiscard]] std::int64_t integer(int column) const;
    [[nodiscard]] std::string text(int column) const;       // Bytes as they are; empty for NULL.
    [[nodiscard]] std::string_view view(int column) const;  // Valid until the next row.
    [[nodiscard]] bool is_null(int column) const;

   private:
    friend class Database;
    explicit Row(sqlite3_stmt* statement) : statement_(statement) {}
    sqlite3_stmt* statement_;
  };
  using Value = std::variant<std::nullptr_t, std::int64_t, std::string_view>;
  // One statement, prepared once and kept; `each` is called for every row and returns whether it
  // wants more.
  [[nodiscard]] Result<> query(std::string_view sql, std::initializer_list<Value> values,
                               const std::function<bool(const Row&)>& each);
  [[nodiscard]] Result<> change(std::string_view sql, std::initializer_list<Value> values);

  // All or nothing: rolls back when `body` fails. May nest: the inner one joins the outer, and its
  // failure undoes both, even if the outer goes on after it.
  [[nodiscard]] Result<> transaction(const std::function<Result<>()>& body);

  // Whether a commit waits until the disk has it (fsync). Without it, a commit still survives the
  // death of the process, but the last ones may be lost when the machine loses power.
  // Not inside a transaction.
  [[nodiscard]] Result<> sync_commits(bool on);

  [[nodiscard]] std::int64_t last_row_id() const;
  [[nodiscard]] std::int64_t changed_rows() const;

 private:
  struct State;
  explicit Database(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace runtask::sys
