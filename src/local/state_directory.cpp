#include "local/state_directory.h"

#include <climits>

#include "base/json_members.h"
#include "base/text.h"
#include "sys/programs.h"

namespace runtask::local {

// Local to the file formats: the keys file and the address file are JSON objects.
struct KeysFile {
  std::string access_key_id;
  std::string secret_access_key;
};
template <class Visitor>
void members(Visitor& visit, KeysFile& it) {
  visit.required("accessKeyId", it.access_key_id);
  visit.required("secretAccessKey", it.secret_access_key);
}

struct AddressFile {
  int port = 0;
  int pid = 0;
  std::string region;
  std::string started_at;
  std::string limits;
};
template <class Visitor>
void members(Visitor& visit, AddressFile& it) {
  visit.required("port", it.port);
  visit.required("pid", it.pid);
  visit("region", it.region);
  visit("startedAt", it.started_at);
  visit("limits", it.limits);
}

namespace {

constexpr unsigned kOwnerOnly = 0600;
constexpr const char* kStopFirst =
    "`runtask local stop` ends the endpoint that has them; the next start makes new keys";
constexpr const char* kRemoveKeys =
    "remove it, then `runtask local stop`: the next start makes new keys";
constexpr std::size_t kSecretCharacters = 40;
constexpr std::size_t kIdCharacters = 20;
constexpr std::string_view kIdAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::string_view kSecretAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

std::string random_text(sys::Random& random, std::string_view alphabet, std::size_t characters) {
  std::string text;
  while (text.size() < characters)
    text += alphabet[random.below(alphabet.size())];
  return text;
}

// Its file is there from behind the writing of the address until before its removal. A process of
// that id that is not the one of the file does not have the lock open.
std::optional<int> serving_process(const sys::Files& files, const StateDirectory& directory) {
  const auto text = files.read(directory.process());
  const auto id = text ? parse_integer(trimmed(*text), 1, INT_MAX) : std::nullopt;
  if (!id || !sys::has_open(static_cast<int>(*id), directory.lock())) return std::nullopt;
  return static_cast<int>(*id);
}

}  // namespace

ecs::SigningKeys make_keys(sys::Random& random) {
  std::string id = kKeyPrefix;
  id += random_text(random, kIdAlphabet, kIdCharacters - id.size());
  return {id, Secret(random_text(random, kSecretAlphabet, kSecretCharacters)), Secret()};
}

Result<ecs::SigningKeys> read_keys(const sys::Files& files, const StateDirectory& directory) {
  auto text = files.read(directory.keys());
  if (!text) {
    auto error = std::move(text).error();
    if (error.code == Code::kNotFound) error.hint = kStopFirst;
    return fail(std::move(error));
  }
  if (!files.is_private(directory.keys()))
    return fail(Code::kDenied,
                directory.keys() +
                    " is not private: keys that others can read or change are not "
                    "used",
                kRemoveKeys);
  auto keys = json::read_text<KeysFile>(*text, directory.keys());
  if (!keys) {
    // The text is not shown with the place of the fault, as it is elsewhere: it holds a secret.
    return fail(Code::kInvalid, directory.keys() + " is damaged", kRemoveKeys);
  }
  if (!keys->access_key_id.starts_with(kKeyPrefix) || keys->secret_access_key.empty())
    return fail(Code::kInvalid, directory.keys() + " does not hold keys of an embedded endpoint",
                kRemoveKeys);
  return ecs::SigningKeys{keys->access_key_id, Secret(std::move(keys->secret_access_key)),
                          Secret()};
}

Result<ecs::SigningKeys> read_or_make_keys(sys::Files& files, sys::Random& random,
                                           const StateDirectory& directory) {
  auto known = read_keys(files, directory);
  if (known || known.error().code != Code::kNotFound) return known;
  ecs::SigningKeys keys = make_keys(random);
  const KeysFile file{keys.access_key_id, keys.secret_access_key.reveal()};
  TRY(files.write(directory.keys(), json::to_text(json::to_tree(file)) + "\n", kOwnerOnly));
  return keys;
}

std::optional<EndpointAddress> find_endpoint(const sys::Files& files,
                                             const StateDirectory& directory) {
  const auto text = files.read(directory.address());
  if (!text || !files.is_locked(directory.lock())) return std::nullopt;
  const auto file = json::read_text<AddressFile>(*text, directory.address());
  if (!file || file->port < 1 || file->port > UINT16_MAX || file->pid < 1) return std::nullopt;
  return EndpointAddress{static_cast<std::uint16_t>(file->port), file->pid, file->region,
                         parse_iso_time(file->started_at).value_or(WallTime{}), file->limits};
}

Result<> write_address(sys::Files& files, const StateDirectory& directory,
                       const EndpointAddress& address) {
  const AddressFile file{address.port, address.process_id, address.region,
                         iso_time(address.started_at), address.limits};
  TRY(files.write(directory.address(), json::to_text(json::to_tree(file)) + "\n", kOwnerOnly));
  return files.write(directory.process(), std::to_string(address.process_id) + "\n", kOwnerOnly);
}

Result<> remove_address(sys::Files& files, const StateDirectory& directory) {
  TRY(files.remove(directory.process()));
  return files.remove(directory.address());
}

std::optional<int> process_without_address(const sys::Files& files,
                                           const StateDirectory& directory) {
  const auto process = serving_process(files, directory);
  if (!process || find_endpoint(files, directory)) return std::nullopt;
  return serving_process(files, directory);  // It might have ended between the two looks.
}

}  // namespace runtask::local
