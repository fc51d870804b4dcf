#include <csignal>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/script_flags.h"
#include "cli/script_messages.h"
#include "hamlet/construct_tree.h"
#include "hamlet/context_file.h"
#include "hamlet/scope.h"
#include "sys/programs.h"

// `runtask context tree`, and hamlet's constructTree.sh where the program was called by that name.

namespace runtask::cli {
namespace {

constexpr std::string_view kFlags = "ac:ehi:rx:";

constexpr std::string_view kUsage = R"(
Brings the CMDB that a pipeline works with into its workspace

Usage: constructTree.sh [-a] [-c REFERENCE] [-e] [-h] [-i REFERENCE] [-r] [-x REFERENCE]

where (each may also be set as the variable in brackets)

    -a            leaves out the account's directories (EXCLUDE_ACCOUNT_DIRECTORIES=true)
    -c REFERENCE  is the branch, tag or commit of the product's configuration
                  (PRODUCT_CONFIG_REFERENCE)
    -e            takes the tree that the working directory or ROOT_DIR is in, and clones nothing
                  (USE_EXISTING_TREE=true)
    -h            shows this text
    -i REFERENCE  is that of the product's infrastructure (PRODUCT_INFRASTRUCTURE_REFERENCE)
    -r            leaves out the product's directories (EXCLUDE_PRODUCT_DIRECTORIES=true)
    -x REFERENCE  is that of the account's configuration (ACCOUNT_CONFIG_REFERENCE)

References are "master" if nothing says otherwise, and so is ACCOUNT_INFRASTRUCTURE_REFERENCE. The
rest comes from what setContext.sh has left in context.properties, as environment variables.

This is runtask: `runtask context tree --help` says more.
)";

struct Words {
  hamlet::TreeFlags flags;
  bool wants_help = false;
};

Words read_words(const std::vector<std::string>& words, hamlet::Messages& messages) {
  Words read;
  for (auto& flag : parse_script_flags(words, kFlags).flags) {
    if (flag.kind != ScriptFlag::Kind::kGiven) {
      messages.fatal(flag.complaint());
      continue;
    }
    switch (flag.letter) {
      case 'a':
        read.flags.exclude_account = true;
        break;
      case 'c':
        read.flags.product_config = std::move(flag.argument);
        break;
      case 'e':
        read.flags.use_existing = true;
        break;
      case 'i':
        read.flags.product_infrastructure = std::move(flag.argument);
        break;
      case 'r':
        read.flags.exclude_product = true;
        break;
      case 'x':
        read.flags.account_config = std::move(flag.argument);
        break;
      default:
        read.wants_help = true;  // What comes after it is not even looked at.
        return read;
    }
  }
  return read;
}

// hamlet 1, 3: what setContext.sh has left; and where it has left nothing, what it would have.
hamlet::Destination destination_of(const sys::Environment& environment) {
  hamlet::Destination destination;
  destination.provider = lower_case(environment.get("AUTOMATION_PROVIDER").value_or(""));
  if (destination.provider.empty() && environment.get_non_empty("JENKINS_HOME"))
    destination.provider = "jenkins";
  destination.data_directory = environment.get("AUTOMATION_DATA_DIR").value_or("");
  if (destination.data_directory.empty() && destination.provider == "jenkins")
    destination.data_directory = environment.get("WORKSPACE").value_or("");
  return destination;
}

// git's progress, as it comes: lines that end in a carriage return stay on theirs.
void show_progress(std::string_view bytes) {
  std::string shown;
  while (!bytes.empty()) {
    const auto end = bytes.find_first_of("\r\n");
    shown += without_control_characters(bytes.substr(0, end));
    if (end == std::string_view::npos) break;
    shown += bytes[end];
    bytes.remove_prefix(end + 1);
  }
  std::string why;
  (void)sys::write_all(2, shown, why);  // Nobody misses progress.
}

class TreeCommand {
 public:
  TreeCommand(const World& world, hamlet::TreeFlags flags, hamlet::Messages& messages)
      : world_(world),
        flags_(std::move(flags)),
        messages_(messages),
        destination_(destination_of(world.environment)) {}

  int carry_out() {
    const bool use_existing =
        hamlet::is_asked_for(flags_.use_existing, world_.environment, "USE_EXISTING_TREE");
    auto done = use_existing ? take_existing() : construct();
    // What is known of one environment is saved even then, as the script did.
    if (!done && saved_.size() > 1) saved_.clear();
    auto is_saved = save();
    if (!done) say(done.error());
    if (done && !is_saved) say(is_saved.error());
    show(messages_, world_.screen);
    if (signal_ != 0) return 128 + signal_;
    return done && is_saved ? kExitSuccess : kExitFailure;
  }

 private:
  using Property = hamlet::Property;

  Result<> construct() {
    if (destination_.data_directory.empty())
      return fail(Code::kUsage, "AUTOMATION_DATA_DIR not defined", "setContext.sh sets it");
    const auto data_directory = World::absolute(destination_.data_directory);
    messages_.info("Creating the context directory tree");
    auto plan = TRY(
        hamlet::plan_trees(flags_, world_.environment, {data_directory, sys::working_directory()}));
    for (const auto& context : plan.contexts)
      saved_.push_back(references(plan.trees[context.tree]));
    TRY(build(plan));
    for (std::size_t k = 0; k < plan.contexts.size(); ++k) {
      const auto& [names, tree] = plan.contexts[k];
      add_directories(saved_[k],
                      TRY(hamlet::find_directories(world_.files, plan.trees[tree].base, names)),
                      names);
    }
    return {};
  }

  Result<> build(hamlet::TreesPlan& plan) {
    hamlet::Git::Options options;
    options.askpass = TRY(sys::own_program());
    options.withheld = plan.secret_variables;
    if (world_.screen.shows_status()) options.progress = show_progress;
    for (std::size_t i = 0; i < plan.trees.size(); ++i) {
      options.ceiling = plan.trees[i].base;
      hamlet::Git git({world_.loop, world_.processes, world_.environment}, options);
      std::vector<sys::PendingPtr> watches;
      for (const int number : {SIGINT, SIGTERM, SIGHUP})
        watches.push_back(world_.loop.on_signal(number, [this, &git, number] {
          signal_ = number;
          git.cancel();
        }));
      hamlet::TreeBuilder builder(
          {git, world_.files, messages_, [this] { show(messages_, world_.screen); }},
          plan.trees[i]);
      const auto built = builder.build();
      for (std::size_t k = 0; k < plan.contexts.size(); ++k)
        if (plan.contexts[k].tree == i)
          saved_[k].insert(saved_[k].end(), builder.commits().begin(), builder.commits().end());
      TRY(built);
    }
    return {};
  }

  // -e: nothing is cloned. The working directory says which part is meant, hamlet 5.
  Result<> take_existing() {
    const auto& environment = world_.environment;
    const auto here = sys::working_directory();
    const auto count = TRY(hamlet::context_count(environment));
    for (std::size_t k = count == 0 ? 0 : 1; k <= count; ++k) {
      const auto word = [&](const char* name) {
        return hamlet::context_variable(environment, k, name);
      };
      hamlet::Names names{word("TENANT"), word("ACCOUNT"), word("PRODUCT"), word("ENVIRONMENT"),
                          word("SEGMENT")};
      if (count == 0) take_place(hamlet::names_of_place(world_.files, here), names);
      auto& saved = saved_.emplace_back();
      saved = {{"SEGMENT", names.segment},
               {"ENVIRONMENT", names.environment},
               {"ACCOUNT", names.account},
               {"PRODUCT", names.product}};
      auto root = word("ROOT_DIR");
      root = root.empty() ? hamlet::find_root(world_.files, here) : World::absolute(root);
      while (root.size() > 1 && root.back() == '/')
        root.pop_back();
      if (root.empty() || !world_.files.is_directory(root))
        return fail(Code::kNotFound,
                    "ROOT_DIR: " + root + " - could not be found for existing tree",
                    "set ROOT_DIR, or work in a tree with a root.json");
      add_directories(saved, TRY(hamlet::find_directories(world_.files, root, names)), names);
    }
    return {};
  }

  static void take_place(const hamlet::Names& place, hamlet::Names& names) {
    if (!place.segment.empty()) names.segment = place.segment;
    if (!place.environment.empty()) names.environment = place.environment;
    if (!place.product.empty()) names.product = place.product;
    if (names.account.empty()) names.account = place.account;
  }

  static std::vector<Property> references(const hamlet::TreePlan& tree) {
    std::vector<Property> properties;
    for (const auto* plan : {&tree.product_config, &tree.product_infrastructure,
                             &tree.account_config, &tree.account_infrastructure})
      properties.emplace_back(plan->reference_name, plan->reference);
    return properties;
  }

  static void add_directories(std::vector<Property>& saved, const hamlet::Layout& layout,
                              const hamlet::Names& names) {
    const auto properties = hamlet::directory_properties(layout, names);
    saved.insert(saved.end(), properties.begin(), properties.end());
  }

  Result<> save() {
    if (saved_.empty()) return {};
    auto properties = hamlet::merged_properties(saved_);
    // hamlet 3: an empty value stands for what the environment has.
    for (auto& [name, value] : properties)
      if (value.empty()) value = world_.environment.get(name).value_or("");
    const auto saved =
        TRY(hamlet::save_properties(world_.files, destination_, properties, messages_));
    show(messages_, world_.screen);
    world_.screen.output_raw(saved.output);
    return {};
  }

  // Ends as the script does: with what could not be done, or what is missing.
  void say(const Error& error) {
    auto before = error.context;
    std::string last;
    if (!before.empty() && before.back().starts_with("Can't clone")) {
      last = before.back();
      before.pop_back();
    }
    for (const auto& line : before)
      messages_.error(line);
    const bool is_last = last.empty() && !error.message.starts_with("Can't locate");
    messages_.say(is_last ? hamlet::Severity::kFatal : hamlet::Severity::kError, error.message);
    if (!error.hint.empty()) messages_.error("hint: " + error.hint);
    if (!last.empty()) messages_.fatal(last);
  }

  const World& world_;
  hamlet::TreeFlags flags_;
  hamlet::Messages& messages_;
  hamlet::Destination destination_;
  std::vector<std::vector<Property>> saved_;  // Per environment.
  int signal_ = 0;
};

}  // namespace

int context(const ConstructTree& arguments, const World& world) {
  hamlet::Messages messages(hamlet::automation_threshold(world.environment));
  auto words = read_words(arguments.words, messages);
  show(messages, world.screen);
  if (words.wants_help) {
    world.screen.output_raw(kUsage);
    return kExitFailure;  // The script's own code for it; `runtask context tree` has --help.
  }
  return TreeCommand(world, std::move(words.flags), messages).carry_out();
}

int answer_git(const std::vector<std::string>& words, const sys::Environment& environment,
               Screen& screen) {
  const auto answer = hamlet::git_answer(words.empty() ? "" : words.front(), environment);
  if (!answer) return kExitFailure;
  screen.output_raw(answer->reveal() + "\n");
  return kExitSuccess;
}

}  // namespace runtask::cli
