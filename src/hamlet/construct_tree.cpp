#include "hamlet/construct_tree.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

namespace runtask::hamlet {
namespace {

constexpr const char* kNewClone = "/.runtask-clone";  // Hidden: the search does not see it.
constexpr int kAsideMax = 1000;
constexpr Duration kLockPause(100);

std::string parent_of(const std::string& path) {
  return path.substr(0, path.rfind('/'));
}
std::string name_of(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

std::string infrastructure_of(const std::string& name) {
  return "infrastructure/**/" + name;
}

}  // namespace

Result<> TreeBuilder::build() {
  auto& [git, files, messages, show] = outside_;
  TRY(files.make_directory(plan_.base, 0755));
  const auto lock = TRY(lock_base());
  TRY(clear_leftovers());
  const auto& [base, account, product] = std::tie(plan_.base, plan_.account, plan_.product);
  if (plan_.with_product)
    places_.insert(
        {base + "/" + product, base + "/config/" + product, base + "/infrastructure/" + product});
  if (plan_.with_account)
    places_.insert({base + "/" + account, base + "/config/" + account,
                    base + "/infrastructure/" + account, base + "/accounts/" + account,
                    base + "/infrastructure/accounts/" + account});
  if (plan_.with_product) TRY(build_product());
  if (plan_.with_account) TRY(build_account());
  return remove_unused();
}

// The marker of the root is the lock, too: it stays, and nothing else has to.
Result<std::unique_ptr<sys::FileLock>> TreeBuilder::lock_base() {
  auto& [git, files, messages, show] = outside_;
  const auto marker = plan_.base + "/root.json";
  for (Duration waited(0);; waited += kLockPause) {
    auto lock = files.lock(marker, Duration(0));
    if (lock || lock.error().code != Code::kConflict) return lock;
    if (waited >= kTreeLockPatience)
      return fail(Code::kConflict, "another constructTree works in " + plan_.base);
    if (waited == Duration(0)) {
      messages.info("Another constructTree works in " + plan_.base + "; waiting for it");
      show();
    }
    if (!git.pause(kLockPause)) return fail(Code::kCancelled, "interrupted");
  }
}

// With the lock held nobody else is at work; so what has a temporary name belongs to nobody.
Result<> TreeBuilder::clear_leftovers() {
  TRY(outside_.files.remove(plan_.base + kNewClone));
  for (const auto* url :
       {&plan_.product_config.repository.url, &plan_.product_infrastructure.repository.url,
        &plan_.account_config.repository.url, &plan_.account_infrastructure.repository.url})
    TRY(remove_scripts_leftover(plan_.base + "/temp", *url));
  return {};
}

// The bash scripts cloned into `temp`, and from the second call on left it somewhere.
Result<> TreeBuilder::remove_scripts_leftover(const std::string& directory,
                                              const std::string& url) {
  auto& [git, files, messages, show] = outside_;
  if (url.empty() || !is_clone(files, directory)) return {};
  if (TRY(remote_url(git, directory)) != url) return {};
  if (!TRY(work_in(git, files, directory)).empty()) return {};
  return files.remove(directory);
}

Result<> TreeBuilder::build_product() {
  const auto& [base, product] = std::tie(plan_.base, plan_.product);
  const auto config =
      TRY(put(plan_.product_config, {base + "/" + product, base + "/config/" + product}));
  TRY(save_commit("PRODUCT_CONFIG_COMMIT", config));
  auto infrastructure = TRY(search({product + "/infrastructure", infrastructure_of(product)}));
  if (infrastructure.empty()) {
    const auto place = base + "/infrastructure/" + product;
    infrastructure = TRY(put(plan_.product_infrastructure, {place, place}));
  }
  return save_commit("PRODUCT_INFRASTRUCTURE_COMMIT", infrastructure);
}

Result<> TreeBuilder::build_account() {
  const auto& [base, account] = std::tie(plan_.base, plan_.account);
  const auto found = TRY(search({account + "/account.json", account + "/config/account.json"}));
  if (found.empty()) {
    const auto config =
        TRY(put(plan_.account_config, own({base + "/" + account, base + "/config/" + account})));
    TRY(save_commit("ACCOUNT_CONFIG_COMMIT", config));
  }
  const auto state = TRY(search({account + "/state", "state/**/" + account,
                                 account + "/infrastructure", infrastructure_of(account)}));
  if (!state.empty()) return {};
  const auto place = base + "/infrastructure/" + account;
  TRY(put(plan_.account_infrastructure, own({place, place})));
  return {};
}

// A product may be called like its account. Then the product's clones keep their places.
TreeBuilder::Places TreeBuilder::own(const Places& places) const {
  const auto free = [&](const std::string& place) {
    return fresh_.contains(place) ? parent_of(place) + "/accounts/" + name_of(place) : place;
  };
  return {free(places.beside), free(places.below)};
}

// As in a fresh workspace: what an earlier call has put there is not seen until this one has
// brought it up to date.
Result<std::string> TreeBuilder::search(const std::vector<std::string>& patterns) const {
  std::set<std::string> stale;
  std::set_difference(places_.begin(), places_.end(), fresh_.begin(), fresh_.end(),
                      std::inserter(stale, stale.end()));
  const auto tree = TRY(Tree::read(outside_.files, plan_.base, stale));
  return tree.first_directory(patterns);
}

Result<std::string> TreeBuilder::place_of(const std::string& clone, const Places& places) const {
  const auto tree = TRY(Tree::read(outside_.files, clone));
  return tree.find("infrastructure").empty() ? places.below : places.beside;
}

Result<std::string> TreeBuilder::put(RepositoryPlan& wanted, const Places& places) {
  auto& messages = outside_.messages;
  if (!wanted.missing.empty()) {
    messages.fatal("Mandatory argument missing: \"REPO_URL\". Check usage via -h option.");
    return fail(Code::kUsage, wanted.missing + " not defined, so there is no URL for the " +
                                  wanted.label + " repository");
  }
  messages.info("Getting the " + wanted.label + " repository " + wanted.repository.url + " (" +
                wanted.reference + ")");
  outside_.show();
  auto place = put_at(wanted, places);
  if (place) {
    fresh_.insert(*place);
    return place;
  }
  auto error = std::move(place).error();
  if (error.code == Code::kNotFound && error.hint.empty())
    error.hint = "set " + wanted.reference_name;
  error.context.push_back("Can't clone " + wanted.label + " repo");
  return fail(std::move(error));
}

Result<std::string> TreeBuilder::put_at(RepositoryPlan& wanted, const Places& places) {
  auto& [git, files, messages, show] = outside_;
  const auto reference = TRY(find_reference(git, plan_.base, wanted.repository, wanted.reference));
  std::string clone;
  for (const auto& place : std::set{places.beside, places.below}) {
    if (!TRY(bring_up_to_date(wanted, reference, place))) continue;
    if (clone.empty()) {
      clone = place;
    } else {
      TRY(files.remove(place));  // Without work in it, and there can be only one.
    }
  }
  if (clone.empty()) {
    clone = plan_.base + kNewClone;
    const auto made = make_clone(git, files, wanted.repository, reference, clone);
    if (!made) {
      (void)files.remove(clone);  // The next call does it, too.
      return fail(made.error());
    }
  }
  const auto place = TRY(place_of(clone, places));
  if (place == clone) return place;
  TRY(files.make_directory(parent_of(place), 0755));
  TRY(files.rename(clone, place));
  return place;
}

// What an earlier call has put at the place: brought up to date (true), or gone or never there.
Result<bool> TreeBuilder::bring_up_to_date(const RepositoryPlan& wanted, const Reference& reference,
                                           const std::string& place) {
  auto& [git, files, messages, show] = outside_;
  const auto siblings = files.entries(parent_of(place));
  if (!siblings) return false;
  const auto entry = std::find_if(siblings->begin(), siblings->end(),
                                  [&](const auto& one) { return one.name == name_of(place); });
  if (entry == siblings->end()) return false;
  if (entry->kind != sys::DirectoryEntry::Kind::kDirectory || !is_clone(files, place)) {
    const auto inside = files.list(place);
    if (entry->kind == sys::DirectoryEntry::Kind::kDirectory && inside && inside->empty()) {
      TRY(files.remove(place));
      return false;
    }
    return fail(Code::kConflict, place + " is in the way: it is no clone",
                "move it away, or use the tree that is there with -e");
  }
  TRY(remove_scripts_leftover(place + "/temp", wanted.repository.url));
  if (was_interrupted(files, place)) {
    TRY(set_aside(place));
    return false;
  }
  TRY(refuse_work(place));
  if (TRY(remote_url(git, place)) != wanted.repository.url) {
    TRY(files.remove(place));
    return false;
  }
  if (reference.commit.empty() || TRY(head_commit(git, place)) != reference.commit)
    TRY(refresh_clone(git, files, wanted.repository, reference, place));
  return true;
}

Result<> TreeBuilder::refuse_work(const std::string& clone) {
  const auto work = TRY(work_in(outside_.git, outside_.files, clone));
  if (work.empty()) return {};
  return fail(Code::kConflict, clone + " has " + work,
              "commit and push them, or move the directory away; to use the tree as it is, -e");
}

// A call has died while it changed this clone: nobody can tell now what is whose.
Result<> TreeBuilder::set_aside(const std::string& clone) {
  auto& [git, files, messages, show] = outside_;
  const auto work = work_in(git, files, clone);
  if (work && work->empty()) return files.remove(clone);
  const auto stem = plan_.base + "/.interrupted-" + name_of(clone) + "-";
  for (int n = 1; n <= kAsideMax; ++n) {
    auto aside = stem;
    aside += std::to_string(n);
    const auto renamed = files.rename(clone, aside);
    if (!renamed && renamed.error().code == Code::kConflict) continue;
    TRY(renamed);
    messages.warn("An earlier constructTree was interrupted while it changed " + clone +
                  "; it is now " + aside + " and can be removed");
    return {};
  }
  return fail(Code::kFull, "there are too many interrupted clones in " + plan_.base,
              "remove " + plan_.base + "/.interrupted-*");
}

// Clones that were needed once: a repository that has been split, or joined, or renamed.
Result<> TreeBuilder::remove_unused() {
  for (const auto& place : places_) {
    if (fresh_.contains(place) || !is_clone(outside_.files, place)) continue;
    TRY(refuse_work(place));
    TRY(outside_.files.remove(place));
  }
  return {};
}

Result<> TreeBuilder::save_commit(const std::string& name, const std::string& directory) {
  commits_.emplace_back(name, TRY(head_commit(outside_.git, directory)));
  return {};
}

Result<Layout> find_directories(const sys::Files& files, const std::string& root,
                                const Names& names) {
  const auto tree = TRY(Tree::read(files, root));
  auto layout = find_layout(tree, names);
  const auto missing = first_missing(layout, !names.product.empty());
  if (missing.empty()) return layout;
  // hamlet 6: what those trees have, and later ones have not.
  const auto& product = names.product;
  for (const auto& old :
       {std::string("appsettings"), product + "/config/solutions",
        std::string("infrastructure/credentials"), std::string("infrastructure/aws")}) {
    const auto found = tree.find(old);
    if (!product.empty() && !found.empty())
      return fail(Code::kInvalid,
                  "Can't locate " + missing + "_DIR directory. Are we in the right place?",
                  "the CMDB has the layout of before version 1.1.0 (" + found.front() +
                      "), which runtask does not upgrade; upgrade it with hamlet first");
  }
  return fail(Code::kNotFound,
              "Can't locate " + missing + "_DIR directory. Are we in the right place?",
              "it was looked for below " + root);
}

}  // namespace runtask::hamlet
