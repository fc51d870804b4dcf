#pragma once

#include <map>
#include <string>

#include "local/model.h"
#include "sys/database.h"

namespace runtask::local {

// Temporary keys that AssumeRole has given out.
struct Session {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;
  std::string caller_arn;  // Of the assumed role.
  std::string caller_id;
  WallTime expires_at{};
};

// What the model has to remember, in the same SQLite database as the logs. Every save is one
// transaction that survives the death of the process. One thread.
class Store {
 public:
  // Makes the tables that are missing; kInvalid when a newer runtask made them in another way. The
  // database must outlive the store.
  [[nodiscard]] static Result<Store> open(sys::Database& database);

  [[nodiscard]] Result<Snapshot> load();
  // The changed records, as the model has them now: all or none.
  [[nodiscard]] Result<> save(const Changes& changes, const Model& model);

  [[nodiscard]] Result<std::vector<Session>> sessions(WallTime now);  // Drops those that expired.
  [[nodiscard]] Result<> add(const Session& session);

  // A name for this installation's tasks that no other one has; made at the first call.
  [[nodiscard]] Result<std::string> installation(sys::Random& random);

 private:
  explicit Store(sys::Database& database) : database_(&database) {}
  [[nodiscard]] Result<> save_task(const std::string& id, const Model& model);
  [[nodiscard]] Result<> save_token(const TokenRecord& record);
  [[nodiscard]] Result<> save_definition(const DefinitionRecord& record);

  sys::Database* database_;
};

}  // namespace runtask::local
