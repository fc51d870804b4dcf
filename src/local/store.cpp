#include "local/store.h"

#include "base/json_members.h"
#include "base/text.h"
#include "ecs/life_cycle.h"

namespace runtask::local {
namespace {

using Row = sys::Database::Row;

constexpr std::int64_t kVersion = 1;
// The records are JSON, as the API writes them: what ECS grows needs no migration.
constexpr const char* kSchema = R"sql(
CREATE TABLE IF NOT EXISTS clusters(name TEXT PRIMARY KEY, record TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS definitions(
  family TEXT NOT NULL,
  revision INTEGER NOT NULL,
  record TEXT NOT NULL,
  tags TEXT NOT NULL,
  PRIMARY KEY(family, revision));
CREATE TABLE IF NOT EXISTS tasks(
  sequence INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  record TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS tokens(
  cluster TEXT NOT NULL,
  token TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  task_ids TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY(cluster, token));
CREATE TABLE IF NOT EXISTS sessions(
  access_key_id TEXT PRIMARY KEY,
  secret_access_key TEXT NOT NULL,
  session_token TEXT NOT NULL,
  caller_arn TEXT NOT NULL,
  caller_id TEXT NOT NULL,
  expires_at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS facts(name TEXT PRIMARY KEY, value TEXT NOT NULL);
)sql";

std::int64_t millis(WallTime time) {
  return time.time_since_epoch().count();
}

// Reads rows whose records are JSON; the first one that is damaged ends it with its error.
template <class Take>
Result<> read_all(sys::Database& database, std::string_view sql, Take take) {
  Result<> outcome;
  const auto read = database.query(sql, {}, [&](const Row& row) {
    outcome = take(row);
    return outcome.has_value();
  });
  if (!read) return fail(read.error());
  return outcome;
}

}  // namespace

Result<Store> Store::open(sys::Database& database) {
  std::int64_t version = 0;
  TRY(database.query("PRAGMA user_version", {}, [&](const Row& row) {
    version = row.integer(0);
    return false;
  }));
  if (version > kVersion)
    return fail(Code::kInvalid,
                "the state of the embedded endpoint was written by a newer version of runtask",
                "use that version, or another state directory (RUNTASK_STATE_DIR)");
  TRY_DURING(database.execute(kSchema), "while making the tables of the embedded endpoint");
  TRY(database.execute("PRAGMA user_version = " + std::to_string(kVersion)));
  return Store(database);
}

Result<Snapshot> Store::load() {
  Snapshot snapshot;
  TRY(read_all(*database_, "SELECT record FROM clusters ORDER BY name",
               [&](const Row& row) -> Result<> {
                 auto cluster = json::read_text<ecs::Cluster>(row.view(0), "cluster");
                 if (!cluster) return fail(cluster.error());
                 snapshot.clusters.push_back(*std::move(cluster));
                 return {};
               }));
  TRY(read_all(*database_, "SELECT record, tags FROM definitions ORDER BY family, revision",
               [&](const Row& row) -> Result<> {
                 auto definition =
                     json::read_text<ecs::TaskDefinition>(row.view(0), "task definition");
                 if (!definition) return fail(definition.error());
                 auto tags = json::read_text<std::vector<ecs::Tag>>(row.view(1), "tags");
                 if (!tags) return fail(tags.error());
                 snapshot.definitions.push_back(
                     {std::make_shared<const ecs::TaskDefinition>(*std::move(definition)),
                      *std::move(tags)});
                 return {};
               }));
  TRY(read_all(*database_, "SELECT record FROM tasks ORDER BY sequence",
               [&](const Row& row) -> Result<> {
                 auto task = json::read_text<ecs::Task>(row.view(0), "task");
                 if (!task) return fail(task.error());
                 snapshot.tasks.push_back(*std::move(task));
                 return {};
               }));
  TRY(read_all(*database_, "SELECT cluster, token, request_hash, task_ids, created_at FROM tokens",
               [&](const Row& row) -> Result<> {
                 snapshot.tokens.push_back({row.text(0), row.text(1), row.text(2),
                                            split(row.view(3), ' '),
                                            WallTime(Duration(row.integer(4)))});
                 return {};
               }));
  return snapshot;
}

Result<> Store::save(const Changes& changes, const Model& model) {
  if (changes.empty()) return {};
  return database_->transaction([&]() -> Result<> {
    for (const auto& name : changes.clusters) {
      const auto* cluster = model.cluster(name);
      if (cluster == nullptr) continue;
      TRY(database_->change("INSERT OR REPLACE INTO clusters(name, record) VALUES(?, ?)",
                            {name, json::to_text(json::to_tree(*cluster))}));
    }
    for (const auto& [family, revision] : changes.definitions)
      if (const auto* record = model.definition(family, revision)) TRY(save_definition(*record));
    for (const auto& id : changes.tasks)
      TRY(save_task(id, model));
    for (const auto& id : changes.forgotten_tasks)
      TRY(database_->change("DELETE FROM tasks WHERE id = ?", {id}));
    for (const auto& [cluster, token] : changes.tokens)
      if (const auto* record = model.token(cluster, token)) TRY(save_token(*record));
    for (const auto& [cluster, token] : changes.forgotten_tokens)
      TRY(database_->change("DELETE FROM tokens WHERE cluster = ? AND token = ?",
                            {cluster, token}));
    return {};
  });
}

Result<> Store::save_definition(const DefinitionRecord& record) {
  return database_->change(
      "INSERT OR REPLACE INTO definitions(family, revision, record, tags) VALUES(?, ?, ?, ?)",
      {record.definition->family, std::int64_t{record.definition->revision},
       ecs::to_text(*record.definition), json::to_text(json::to_tree(record.tags))});
}

Result<> Store::save_task(const std::string& id, const Model& model) {
  const auto* task = model.task(id);
  if (task == nullptr) return {};
  return database_->change(
      "INSERT INTO tasks(id, record) VALUES(?1, ?2) "
      "ON CONFLICT(id) DO UPDATE SET record = excluded.record",
      {id, ecs::to_text(*task)});
}

Result<> Store::save_token(const TokenRecord& record) {
  return database_->change(
      "INSERT OR REPLACE INTO tokens(cluster, token, request_hash, task_ids, created_at) "
      "VALUES(?, ?, ?, ?, ?)",
      {record.cluster, record.token, record.request_hash, join(record.task_ids, " "),
       millis(record.created_at)});
}

Result<std::vector<Session>> Store::sessions(WallTime now) {
  TRY(database_->change("DELETE FROM sessions WHERE expires_at <= ?", {millis(now)}));
  std::vector<Session> sessions;
  TRY(database_->query(
      "SELECT access_key_id, secret_access_key, session_token, caller_arn, caller_id, expires_at "
      "FROM sessions",
      {}, [&](const Row& row) {
        sessions.push_back({row.text(0), row.text(1), row.text(2), row.text(3), row.text(4),
                            WallTime(Duration(row.integer(5)))});
        return true;
      }));
  return sessions;
}

Result<> Store::add(const Session& session) {
  return database_->change(
      "INSERT INTO sessions(access_key_id, secret_access_key, session_token, caller_arn, "
      "caller_id, expires_at) VALUES(?, ?, ?, ?, ?, ?)",
      {session.access_key_id, session.secret_access_key, session.session_token, session.caller_arn,
       session.caller_id, millis(session.expires_at)});
}

Result<std::string> Store::installation(sys::Random& random) {
  TRY(database_->change("INSERT OR IGNORE INTO facts(name, value) VALUES('installation', ?)",
                        {random.hex_digits(16)}));
  std::string name;
  TRY(database_->query("SELECT value FROM facts WHERE name = 'installation'", {},
                       [&](const Row& row) {
                         name = row.text(0);
                         return false;
                       }));
  return name;
}

}  // namespace runtask::local
