#include "aws/shared_config.h"

#include <optional>
#include <utility>

namespace runtask::aws {
namespace {

constexpr const char* kListHint = "`aws configure list-profiles` prints those that there are";

// $VARIABLE with a leading "~/" resolved, else the file in the home directory; empty without one.
std::string path_of(const sys::Environment& environment, const std::string& variable,
                    const std::string& in_home) {
  const auto home = environment.get_non_empty("HOME");
  const auto given = environment.get_non_empty(variable);
  if (given && given->starts_with("~/") && home) return *home + given->substr(1);
  if (given) return *given;
  return home ? *home + "/" + in_home : std::string();
}

Result<ConfigSections> read_sections(const sys::Files& files, const std::string& path) {
  if (path.empty()) return ConfigSections{};
  const auto text = files.read(path);
  if (!text && text.error().code == Code::kNotFound) return ConfigSections{};
  if (!text) return fail(text.error());
  return parse_config(*text, path);
}

// AWS SDKs: in the config file a profile is `[profile x]`, also `[profile default]`, which wins
// over `[default]`; in the credentials file it is `[x]`.
const ConfigSection* find_profile(const ConfigSections& config, const std::string& name) {
  if (const auto found = config.find("profile " + name); found != config.end())
    return &found->second;
  const auto found = config.find(name);
  return found == config.end() || name != "default" ? nullptr : &found->second;
}

}  // namespace

struct SharedConfig::CredentialsFile {
  const sys::Files* files;
  std::optional<Result<ConfigSections>> sections;
};

Result<SharedConfig> SharedConfig::load(const sys::Environment& environment,
                                        const sys::Files& files, const std::string& profile) {
  SharedConfig shared;
  std::string named_by = "--profile";
  shared.profile_ = profile;
  shared.is_explicit_ = !profile.empty();
  for (const char* variable : {"AWS_PROFILE", "AWS_DEFAULT_PROFILE"}) {
    if (!shared.profile_.empty()) break;
    shared.profile_ = environment.get_non_empty(variable).value_or("");
    named_by = variable;
  }
  const bool is_named = !shared.profile_.empty();
  if (!is_named) shared.profile_ = "default";

  shared.config_path_ = path_of(environment, "AWS_CONFIG_FILE", ".aws/config");
  shared.credentials_path_ =
      path_of(environment, "AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials");
  shared.all_config_ = TRY(read_sections(files, shared.config_path_));
  shared.credentials_file_ = std::make_shared<CredentialsFile>(CredentialsFile{&files, {}});
  if (is_named && shared.profile_ != "default" && !TRY(shared.has_profile(shared.profile_))) {
    return fail(Code::kUsage,
                "the profile `" + shared.profile_ + "` (" + named_by + ") is in neither " +
                    shared.config_path_ + " nor " + shared.credentials_path_,
                kListHint);
  }
  shared.choose(shared.profile_);
  return shared;
}

Result<const ConfigSections*> SharedConfig::all_credentials() const {
  static const ConfigSections kNone;
  if (!credentials_file_) return &kNone;
  auto& sections = credentials_file_->sections;
  if (!sections) sections = read_sections(*credentials_file_->files, credentials_path_);
  if (!*sections) return fail(sections->error());
  return &**sections;
}

Result<ConfigSection> SharedConfig::credentials() const {
  const auto* const all = TRY(all_credentials());
  const auto found = all->find(profile_);
  return found == all->end() ? ConfigSection() : found->second;
}

Result<std::string> SharedConfig::setting_of_both(const std::string& name) const {
  auto value = TRY(credentials()).get(name);
  return value.empty() ? setting(name) : value;
}

Result<bool> SharedConfig::has_profile(const std::string& name) const {
  if (find_profile(all_config_, name) != nullptr) return true;
  return TRY(all_credentials())->contains(name);
}

Result<SharedConfig> SharedConfig::with_profile(const std::string& name) const {
  if (!TRY(has_profile(name)))
    return fail(
        Code::kUsage,
        "the profile `" + name + "` is in neither " + config_path_ + " nor " + credentials_path_,
        kListHint);
  SharedConfig other = *this;
  other.is_explicit_ = true;
  other.choose(name);
  return other;
}

void SharedConfig::choose(const std::string& profile) {
  profile_ = profile;
  const auto* const in_config = find_profile(all_config_, profile);
  config_ = in_config == nullptr ? ConfigSection() : *in_config;
}

Result<std::string> SharedConfig::service_endpoint(const std::string& service) const {
  const auto name = setting("services");
  if (name.empty()) return std::string();
  const auto section = all_config_.find("services " + name);
  if (section == all_config_.end()) {
    return fail(Code::kUsage, "the profile `" + profile_ + "` names the services section `" + name +
                                  "`, which is not in " + config_path_);
  }
  const auto settings = section->second.nested.find(service);
  if (settings == section->second.nested.end()) return std::string();
  const auto url = settings->second.find("endpoint_url");
  return url == settings->second.end() ? std::string() : url->second;
}

Result<ConfigSection> SharedConfig::sso_session(const std::string& name) const {
  const auto section = all_config_.find("sso-session " + name);
  if (section != all_config_.end()) return section->second;
  return fail(Code::kUsage, "the profile `" + profile_ + "` names the section `[sso-session " +
                                name + "]`, which is not in " + config_path_);
}

}  // namespace runtask::aws
