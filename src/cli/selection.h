#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "cli/arguments.h"
#include "hamlet/cmdb.h"
#include "hamlet/scope.h"
#include "sys/environment.h"

// The flags that pick tasks by hamlet's names, together with the variables that stand in for them,
// as hamlet's module takes them.

namespace runtask::cli {

// kUsage for a --root-dir or --blueprint that is not there.
[[nodiscard]] Result<> check_named_files(const Selection& selection, const sys::Files& files);

[[nodiscard]] hamlet::ScopeRequest scope_request_of(const Selection& selection,
                                                    const sys::Environment& environment);

// What an absent flag means: for `find` that any will do, for a run the unnamed one.
enum class Absent { kAny, kUnnamed };
// kUsage for an instance that is the text `null`: a parameter that nobody set.
[[nodiscard]] Result<hamlet::Selector> selector_of(const Selection& selection,
                                                   const sys::Environment& environment,
                                                   Absent absent);

// The CMDB of the scope, or the generated blueprint that takes its place.
[[nodiscard]] Result<hamlet::Cmdb> load_cmdb(const sys::Files& files,
                                             const hamlet::ScopeRequest& request,
                                             const hamlet::Scope& scope,
                                             hamlet::LoadOptions options = {});

}  // namespace runtask::cli
