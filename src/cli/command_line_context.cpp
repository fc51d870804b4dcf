#include "cli/command_line.h"

namespace runtask::cli::command_line {
namespace {

// The script's flags with long names; the words go on as the script takes them.
void declare_context_set(CLI::App& context, Targets& targets) {
  auto& set = *context.add_subcommand("set", "From the environment to context.properties");
  set.description(
      "Does what hamlet's setContext.sh does: works out the properties that the later steps of a "
      "pipeline need, and adds them to context.properties in WORKSPACE (Jenkins), in "
      "AUTOMATION_DATA_DIR (AUTOMATION_PROVIDER=hamletcli), or prints them as logging commands "
      "(AUTOMATION_PROVIDER=azurepipelines).");
  const auto flag = [&](const std::string& letter, const std::string& name, const char* help) {
    set.add_option_function<std::string>(
           "-" + letter + ",--" + name,
           [&targets, letter](const std::string& value) {
             auto& words = targets.set_context.words;
             words.insert(words.end(), {"-" + letter, value});
           },
           help)
        ->type_name("NAME");
  };
  flag("a", "account", "ACCOUNT; else found by product, environment and segment");
  flag("d", "deployment-mode", "DEPLOYMENT_MODE: update, stopstart or stop");
  flag("e", "environment", "ENVIRONMENT, or a comma list of several");
  flag("p", "product", "PRODUCT");
  flag("r", "release-mode",
       "RELEASE_MODE: continuous (default), selective, acceptance, promotion or hotfix");
  flag("s", "segment", "SEGMENT; `default` if nothing says otherwise");
  flag("t", "tenant", "TENANT");
  set.footer(with_example("A flag beats the variable of the same meaning, and that the job's name.",
                          "  AUTOMATION_PROVIDER=jenkins WORKSPACE=. \\\n"
                          "    runtask context set -p shop -e integration,test -a nonprod"));
  chooses(set, targets, &Targets::set_context);
}

void declare_context_tree(CLI::App& context, Targets& targets) {
  auto& tree = *context.add_subcommand("tree", "The CMDB's repositories into the workspace");
  tree.description(
      "Does what hamlet's constructTree.sh does: clones the repositories of the product and of the "
      "account into AUTOMATION_DATA_DIR/ACCOUNT, or brings clones that are there to the reference "
      "asked for, finds the directories of the CMDB in them and adds those to context.properties. "
      "What `context set` has written has to be in the environment.");
  const auto word = [&targets](const char* letter) {
    targets.construct_tree.words.emplace_back(letter);
  };
  const auto flag = [&](const char* letter, const std::string& name, const char* help) {
    tree.add_flag_callback(
        letter + (",--" + name), [word, letter] { word(letter); }, help);
  };
  const auto reference = [&](const char* letter, const std::string& name, const char* help) {
    tree.add_option_function<std::string>(
            letter + (",--" + name),
            [&targets, word, letter](const std::string& value) {
              word(letter);
              targets.construct_tree.words.push_back(value);
            },
            help)
        ->type_name("REFERENCE");
  };
  flag("-a", "no-account", "Leave out the account's repositories");
  reference("-c", "product-config", "PRODUCT_CONFIG_REFERENCE: a branch, tag or commit");
  flag("-e", "existing", "Clone nothing: take the tree around the working directory, or ROOT_DIR");
  reference("-i", "product-infrastructure", "PRODUCT_INFRASTRUCTURE_REFERENCE");
  flag("-r", "no-product", "Leave out the product's repositories");
  reference("-x", "account-config", "ACCOUNT_CONFIG_REFERENCE");
  tree.footer(with_example(
      "References are `master` if nothing says otherwise. A clone with uncommitted or unpushed "
      "work is left alone, and that is an error.",
      "  PRODUCT_CONFIG_REPO_URL=git@example.org:shop/cmdb.git runtask context tree -c main"));
  chooses(tree, targets, &Targets::construct_tree);
}

}  // namespace

void declare_context(CLI::App& root, Targets& targets) {
  auto& context = *root.add_subcommand("context", "What hamlet's pipeline steps work from");
  context.require_subcommand(1);
  context.footer("Example:\n  runtask context set -p shop -e integration");
  declare_context_set(context, targets);
  declare_context_tree(context, targets);
}

}  // namespace runtask::cli::command_line
