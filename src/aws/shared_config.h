#pragma once

#include <memory>
#include <string>

#include "aws/config_file.h"
#include "base/result.h"
#include "sys/environment.h"
#include "sys/files.h"

// The part of the user's AWS files that is meant: one profile of the config file and of the
// credentials file. Each is read once per command; the credentials file only when somebody asks for
// something that may be in it.

namespace runtask::aws {

class SharedConfig {
 public:
  // The profile is the given one (`--profile`), else $AWS_PROFILE or $AWS_DEFAULT_PROFILE, else
  // "default". The files are $AWS_CONFIG_FILE and $AWS_SHARED_CREDENTIALS_FILE, else those in
  // ~/.aws; a file that is not there is empty. Errors: kUsage for a profile that was named and is
  // in neither file, and for a file that cannot be understood; those of Files::read. `files` must
  // outlive it and its copies.
  [[nodiscard]] static Result<SharedConfig> load(const sys::Environment& environment,
                                                 const sys::Files& files,
                                                 const std::string& profile);

  [[nodiscard]] const std::string& profile() const { return profile_; }
  // By --profile, not by the environment: then the keys in the environment do not count.
  [[nodiscard]] bool is_explicit() const { return is_explicit_; }

  // Whether the AWS files have a profile of that name. Errors of reading the credentials file.
  [[nodiscard]] Result<bool> has_profile(const std::string& name) const;
  // The same files with another profile, as if it had been named explicitly. kUsage when it is in
  // neither.
  [[nodiscard]] Result<SharedConfig> with_profile(const std::string& name) const;

  // A setting of the profile in the config file; empty when there is none.
  [[nodiscard]] std::string setting(const std::string& name) const { return config_.get(name); }
  [[nodiscard]] const ConfigSection& config() const { return config_; }
  // What the credentials file says of the profile. Errors of reading it.
  [[nodiscard]] Result<ConfigSection> credentials() const;
  // A setting of the profile in either file. botocore: the credentials file is the stronger one.
  [[nodiscard]] Result<std::string> setting_of_both(const std::string& name) const;
  // The file's path for messages.
  [[nodiscard]] const std::string& config_path() const { return config_path_; }
  [[nodiscard]] const std::string& credentials_path() const { return credentials_path_; }

  // `endpoint_url` of a service ("ecs", "cloudwatch_logs", "sts") in the services section that the
  // profile names; empty when there is none. kUsage when the section it names is missing.
  [[nodiscard]] Result<std::string> service_endpoint(const std::string& service) const;
  // The section `[sso-session name]`. kUsage when there is none.
  [[nodiscard]] Result<ConfigSection> sso_session(const std::string& name) const;

 private:
  struct CredentialsFile;  // Read when it is first needed.
  [[nodiscard]] Result<const ConfigSections*> all_credentials() const;
  void choose(const std::string& profile);

  ConfigSections all_config_;
  std::shared_ptr<CredentialsFile> credentials_file_;
  std::string profile_;
  bool is_explicit_ = false;
  std::string config_path_;
  std::string credentials_path_;
  ConfigSection config_;
};

}  // namespace runtask::aws
