#include "groovy/classes.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <deque>
#include <map>
#include <memory>

#include "groovy/closure.h"
#include "groovy/letter_range.h"

namespace runtask::groovy {
namespace {

struct Row {
  std::string_view name;
  std::string_view super;
  ClassUse use;
};
constexpr auto kValue = ClassUse::kValue;
constexpr auto kThrow = ClassUse::kThrowable;
constexpr auto kName = ClassUse::kName;

// Ancestors stand before their descendants.
constexpr Row kRows[] = {
    {"java.lang.Object", "", kValue},
    {"java.lang.String", "java.lang.Object", kValue},
    {"java.lang.CharSequence", "", kValue},
    {"java.lang.Boolean", "java.lang.Object", kValue},
    {"java.lang.Number", "java.lang.Object", kValue},
    {"java.lang.Integer", "java.lang.Number", kValue},
    {"java.lang.Long", "java.lang.Number", kValue},
    {"java.lang.Double", "java.lang.Number", kValue},
    {"java.lang.Float", "java.lang.Number", kValue},
    {"java.lang.Short", "java.lang.Number", kValue},
    {"java.lang.Byte", "java.lang.Number", kValue},
    {"java.lang.Character", "java.lang.Object", kValue},
    {"java.math.BigDecimal", "java.lang.Number", kValue},
    {"java.math.BigInteger", "java.lang.Number", kValue},
    {"java.math.RoundingMode", "java.lang.Object", kValue},
    {"java.lang.Math", "java.lang.Object", kValue},
    {"java.lang.Class", "java.lang.Object", kValue},
    {"java.lang.Comparable", "", kValue},
    {"java.lang.Iterable", "", kValue},
    {"java.lang.Void", "java.lang.Object", kName},
    {"java.lang.Runnable", "", kName},
    {"java.lang.StringBuilder", "java.lang.Object", kValue},
    {"java.lang.StringBuffer", "java.lang.Object", kValue},
    {"java.lang.System", "java.lang.Object", kValue},
    {"java.lang.Thread", "java.lang.Object", kValue},
    {"java.lang.Process", "java.lang.Object", kName},
    {"java.lang.ProcessBuilder", "java.lang.Object", kName},
    {"java.lang.Runtime", "java.lang.Object", kName},
    {"groovy.lang.GroovyObjectSupport", "java.lang.Object", kName},
    {"groovy.lang.GString", "groovy.lang.GroovyObjectSupport", kValue},
    {"groovy.lang.Closure", "groovy.lang.GroovyObjectSupport", kValue},
    {"groovy.lang.Script", "groovy.lang.GroovyObjectSupport", kValue},
    {"groovy.lang.Binding", "groovy.lang.GroovyObjectSupport", kValue},
    {"groovy.lang.Range", "", kValue},
    {"groovy.lang.IntRange", "java.lang.Object", kValue},
    {"java.io.Serializable", "", kValue},
    {"java.util.Collection", "", kValue},
    {"java.util.List", "", kValue},
    {"java.util.ArrayList", "java.lang.Object", kValue},
    {"java.util.LinkedList", "java.lang.Object", kValue},
    {"java.util.Set", "", kValue},
    {"java.util.HashSet", "java.lang.Object", kValue},
    {"java.util.LinkedHashSet", "java.lang.Object", kValue},
    {"java.util.TreeSet", "java.lang.Object", kValue},
    {"java.util.Map", "", kValue},
    {"java.util.HashMap", "java.lang.Object", kValue},
    {"java.util.LinkedHashMap", "java.lang.Object", kValue},
    {"java.util.TreeMap", "java.lang.Object", kValue},
    {"java.util.Map.Entry", "", kValue},
    {"java.util.Iterator", "", kName},
    {"java.util.Collections", "java.lang.Object", kValue},
    {"java.util.Arrays", "java.lang.Object", kValue},
    {"java.util.Date", "java.lang.Object", kValue},
    {"java.util.Calendar", "java.lang.Object", kName},
    {"java.util.TimeZone", "java.lang.Object", kValue},
    {"java.util.Locale", "java.lang.Object", kName},
    {"java.util.Random", "java.lang.Object", kValue},
    {"java.util.UUID", "java.lang.Object", kValue},
    {"java.util.Base64", "java.lang.Object", kName},
    {"java.util.Properties", "java.lang.Object", kName},
    {"java.util.Scanner", "java.lang.Object", kName},
    {"java.util.Stack", "java.lang.Object", kName},
    {"java.util.Optional", "java.lang.Object", kName},
    {"java.util.concurrent.TimeUnit", "java.lang.Object", kName},
    {"java.util.regex.Pattern", "java.lang.Object", kValue},
    {"java.util.regex.Matcher", "java.lang.Object", kValue},
    {"java.text.SimpleDateFormat", "java.lang.Object", kValue},
    {"java.io.File", "java.lang.Object", kName},
    {"java.io.InputStream", "java.lang.Object", kName},
    {"java.io.OutputStream", "java.lang.Object", kName},
    {"java.io.StringReader", "java.lang.Object", kName},
    {"java.io.StringWriter", "java.lang.Object", kName},
    {"java.io.PrintWriter", "java.lang.Object", kName},
    {"java.io.BufferedReader", "java.lang.Object", kName},
    {"java.io.InputStreamReader", "java.lang.Object", kName},
    {"java.io.FileInputStream", "java.lang.Object", kName},
    {"java.net.URL", "java.lang.Object", kName},
    {"java.net.URI", "java.lang.Object", kName},
    {"java.net.HttpURLConnection", "java.lang.Object", kName},
    {"java.net.URLConnection", "java.lang.Object", kName},
    {"java.net.URLEncoder", "java.lang.Object", kValue},
    {"java.net.URLDecoder", "java.lang.Object", kValue},
    {"java.net.InetAddress", "java.lang.Object", kName},
    {"groovy.json.JsonSlurper", "java.lang.Object", kValue},
    {"groovy.json.JsonSlurperClassic", "java.lang.Object", kValue},
    {"groovy.json.JsonOutput", "java.lang.Object", kValue},
    {"groovy.json.JsonBuilder", "java.lang.Object", kValue},
    {"net.sf.json.JSONObject", "java.lang.Object", kName},
    {"net.sf.json.JSONArray", "java.lang.Object", kName},
    {"net.sf.json.JSONNull", "java.lang.Object", kName},
    {"groovy.transform.Field", "", kName},
    {"groovy.util.XmlSlurper", "java.lang.Object", kName},
    {"groovy.util.XmlParser", "java.lang.Object", kName},
    {"groovy.util.ConfigSlurper", "java.lang.Object", kName},
    {"groovy.util.Node", "java.lang.Object", kName},
    {"java.lang.AutoCloseable", "", kName},
    {"java.lang.Cloneable", "", kName},
    {"java.lang.ClassLoader", "java.lang.Object", kName},
    {"java.lang.Enum", "java.lang.Object", kName},
    {"java.lang.StackTraceElement", "java.lang.Object", kName},
    {"java.lang.ThreadLocal", "java.lang.Object", kName},
    {"java.util.Comparator", "", kName},
    {"java.util.SortedSet", "", kName},
    {"java.util.SortedMap", "", kName},
    {"java.util.Queue", "", kName},
    {"java.util.Deque", "", kName},
    {"java.util.ArrayDeque", "java.lang.Object", kName},
    {"java.util.PriorityQueue", "java.lang.Object", kName},
    {"java.util.Vector", "java.lang.Object", kName},
    {"java.util.Hashtable", "java.lang.Object", kName},
    {"java.util.GregorianCalendar", "java.util.Calendar", kName},
    {"java.util.Objects", "java.lang.Object", kName},
    {"java.util.StringJoiner", "java.lang.Object", kName},
    {"java.util.StringTokenizer", "java.lang.Object", kName},
    {"java.util.Timer", "java.lang.Object", kName},
    {"java.io.Closeable", "", kName},
    {"java.io.Reader", "java.lang.Object", kName},
    {"java.io.Writer", "java.lang.Object", kName},
    {"java.io.PrintStream", "java.lang.Object", kName},
    {"java.io.FileReader", "java.lang.Object", kName},
    {"java.io.FileWriter", "java.lang.Object", kName},
    {"java.io.FileOutputStream", "java.lang.Object", kName},
    {"java.io.BufferedWriter", "java.lang.Object", kName},
    {"java.io.OutputStreamWriter", "java.lang.Object", kName},
    {"java.io.ByteArrayInputStream", "java.lang.Object", kName},
    {"java.io.ByteArrayOutputStream", "java.lang.Object", kName},
    {"java.net.Socket", "java.lang.Object", kName},
    {"java.net.Proxy", "java.lang.Object", kName},
    {"groovy.lang.GroovyObject", "", kName},
    {"groovy.lang.GroovyShell", "java.lang.Object", kName},
    {"groovy.lang.GroovyClassLoader", "java.lang.Object", kName},
    {"groovy.lang.MetaClass", "", kName},
    {"groovy.lang.ExpandoMetaClass", "java.lang.Object", kName},
    {"groovy.lang.Tuple", "java.lang.Object", kName},
    {"groovy.lang.Tuple2", "java.lang.Object", kName},
    {"groovy.util.Expando", "java.lang.Object", kName},
    {"groovy.util.Eval", "java.lang.Object", kName},
    {"groovy.util.NodeList", "java.lang.Object", kName},
    {"groovy.util.AntBuilder", "java.lang.Object", kName},
    {"groovy.util.ConfigObject", "java.lang.Object", kName},
    {"hudson.model.Result", "java.lang.Object", kName},
    {"org.jenkinsci.plugins.workflow.cps.CpsScript", "groovy.lang.Script", kName},
    {"java.lang.Throwable", "java.lang.Object", kThrow},
    {"java.lang.Error", "java.lang.Throwable", kThrow},
    {"java.lang.AssertionError", "java.lang.Error", kThrow},
    {"org.codehaus.groovy.runtime.powerassert.PowerAssertionError", "java.lang.AssertionError",
     kThrow},
    {"java.lang.StackOverflowError", "java.lang.Error", kThrow},
    {"java.lang.OutOfMemoryError", "java.lang.Error", kThrow},
    {"java.lang.NoSuchMethodError", "java.lang.Error", kThrow},
    {"java.lang.Exception", "java.lang.Throwable", kThrow},
    {"java.lang.InterruptedException", "java.lang.Exception", kThrow},
    {"java.lang.CloneNotSupportedException", "java.lang.Exception", kThrow},
    {"java.lang.ReflectiveOperationException", "java.lang.Exception", kThrow},
    {"java.lang.ClassNotFoundException", "java.lang.ReflectiveOperationException", kThrow},
    {"java.lang.NoSuchMethodException", "java.lang.ReflectiveOperationException", kThrow},
    {"java.lang.NoSuchFieldException", "java.lang.ReflectiveOperationException", kThrow},
    {"java.lang.IllegalAccessException", "java.lang.ReflectiveOperationException", kThrow},
    {"java.lang.InstantiationException", "java.lang.ReflectiveOperationException", kThrow},
    {"java.net.URISyntaxException", "java.lang.Exception", kThrow},
    {"java.util.concurrent.TimeoutException", "java.lang.Exception", kThrow},
    {"java.util.concurrent.ExecutionException", "java.lang.Exception", kThrow},
    {"java.text.ParseException", "java.lang.Exception", kThrow},
    {"java.io.IOException", "java.lang.Exception", kThrow},
    {"java.io.FileNotFoundException", "java.io.IOException", kThrow},
    {"java.io.EOFException", "java.io.IOException", kThrow},
    {"java.io.UnsupportedEncodingException", "java.io.IOException", kThrow},
    {"java.net.SocketException", "java.io.IOException", kThrow},
    {"java.net.SocketTimeoutException", "java.io.IOException", kThrow},
    {"java.io.NotSerializableException", "java.io.IOException", kThrow},
    {"java.io.UncheckedIOException", "java.lang.Exception", kThrow},
    {"java.nio.file.FileSystemException", "java.io.IOException", kThrow},
    {"java.nio.file.NoSuchFileException", "java.nio.file.FileSystemException", kThrow},
    {"java.nio.file.FileAlreadyExistsException", "java.nio.file.FileSystemException", kThrow},
    {"java.nio.file.AccessDeniedException", "java.nio.file.FileSystemException", kThrow},
    {"java.net.UnknownHostException", "java.io.IOException", kThrow},
    {"java.net.ConnectException", "java.io.IOException", kThrow},
    {"java.net.MalformedURLException", "java.io.IOException", kThrow},
    {"java.lang.RuntimeException", "java.lang.Exception", kThrow},
    {"java.lang.IllegalArgumentException", "java.lang.RuntimeException", kThrow},
    {"java.util.IllegalFormatException", "java.lang.IllegalArgumentException", kThrow},
    {"java.util.UnknownFormatConversionException", "java.util.IllegalFormatException", kThrow},
    {"java.util.MissingFormatArgumentException", "java.util.IllegalFormatException", kThrow},
    {"java.util.MissingFormatWidthException", "java.util.IllegalFormatException", kThrow},
    {"java.util.IllegalFormatConversionException", "java.util.IllegalFormatException", kThrow},
    {"java.util.IllegalFormatPrecisionException", "java.util.IllegalFormatException", kThrow},
    {"java.util.FormatFlagsConversionMismatchException", "java.util.IllegalFormatException",
     kThrow},
    {"java.lang.NumberFormatException", "java.lang.IllegalArgumentException", kThrow},
    {"java.util.regex.PatternSyntaxException", "java.lang.IllegalArgumentException", kThrow},
    {"java.lang.IllegalStateException", "java.lang.RuntimeException", kThrow},
    {"java.lang.NullPointerException", "java.lang.RuntimeException", kThrow},
    {"java.lang.ArithmeticException", "java.lang.RuntimeException", kThrow},
    {"java.lang.ClassCastException", "java.lang.RuntimeException", kThrow},
    {"org.codehaus.groovy.runtime.typehandling.GroovyCastException", "java.lang.ClassCastException",
     kThrow},
    {"java.lang.IndexOutOfBoundsException", "java.lang.RuntimeException", kThrow},
    {"java.lang.ArrayIndexOutOfBoundsException", "java.lang.IndexOutOfBoundsException", kThrow},
    {"java.lang.StringIndexOutOfBoundsException", "java.lang.IndexOutOfBoundsException", kThrow},
    {"java.lang.NegativeArraySizeException", "java.lang.RuntimeException", kThrow},
    {"java.lang.UnsupportedOperationException", "java.lang.RuntimeException", kThrow},
    {"java.lang.SecurityException", "java.lang.RuntimeException", kThrow},
    {"java.util.NoSuchElementException", "java.lang.RuntimeException", kThrow},
    {"java.util.ConcurrentModificationException", "java.lang.RuntimeException", kThrow},
    {"java.util.EmptyStackException", "java.lang.RuntimeException", kThrow},
    {"java.util.MissingResourceException", "java.lang.RuntimeException", kThrow},
    {"groovy.lang.GroovyRuntimeException", "java.lang.RuntimeException", kThrow},
    {"groovy.lang.MissingPropertyException", "groovy.lang.GroovyRuntimeException", kThrow},
    {"groovy.lang.MissingMethodException", "groovy.lang.GroovyRuntimeException", kThrow},
    {"groovy.lang.ReadOnlyPropertyException", "groovy.lang.MissingPropertyException", kThrow},
    {"org.yaml.snakeyaml.error.YAMLException", "java.lang.RuntimeException", kThrow},
    {"net.sf.json.JSONException", "java.lang.RuntimeException", kThrow},
    {"groovy.json.JsonException", "groovy.lang.GroovyRuntimeException", kThrow},
    {"hudson.AbortException", "java.io.IOException", kThrow},
    {"hudson.remoting.ChannelClosedException", "java.io.IOException", kThrow},
    {"hudson.remoting.RequestAbortedException", "java.lang.RuntimeException", kThrow},
    {"org.jenkinsci.plugins.workflow.steps.MissingContextVariableException", "java.lang.Exception",
     kThrow},
    {"org.jenkinsci.plugins.workflow.steps.FlowInterruptedException",
     "java.lang.InterruptedException", kThrow},
    {"jenkins.model.CauseOfInterruption", "java.lang.Object", kName},
    {"jenkins.model.CauseOfInterruption$UserInterruption", "jenkins.model.CauseOfInterruption",
     kName},
    {"org.jenkinsci.plugins.workflow.steps.TimeoutStepExecution$ExceededTimeout",
     "jenkins.model.CauseOfInterruption", kName},
    {"org.jenkinsci.plugins.workflow.support.steps.input.Rejection",
     "jenkins.model.CauseOfInterruption", kName},
    {"org.jenkinsci.plugins.workflow.cps.steps.ParallelStep$FailFastCause",
     "jenkins.model.CauseOfInterruption", kName},
    {"org.jenkinsci.plugins.workflow.job.properties."
     "DisableConcurrentBuildsJobProperty$CancelledCause",
     "jenkins.model.CauseOfInterruption", kName},
    {"org.jenkinsci.plugins.workflow.support.steps.build.BuildTriggerCancelledCause",
     "jenkins.model.CauseOfInterruption", kName},
    {"org.jenkinsci.plugins.workflow.support.steps.build.DownstreamFailureCause",
     "jenkins.model.CauseOfInterruption", kName},
    {"org.jenkinsci.plugins.workflow.support.steps.build.RunWrapper", "java.lang.Object", kName},
    {"org.jenkinsci.plugins.workflow.cps.EnvActionImpl", "java.lang.Object", kName},
    {"org.jenkinsci.plugins.workflow.cps.DSL", "java.lang.Object", kName},
    {"org.jenkinsci.plugins.workflow.libs.LibraryStep$LoadedClasses", "java.lang.Object", kName},
    {"org.jenkinsci.plugins.docker.workflow.Docker", "java.lang.Object", kName},
    {"org.jenkinsci.plugins.docker.workflow.Docker$Container", "java.lang.Object", kName},
    {"org.jenkinsci.plugins.docker.workflow.Docker$Image", "java.lang.Object", kName},
    {"org.jenkinsci.plugins.pipeline.utility.steps.fs.FileWrapper", "java.lang.Object", kName},
    {"org.jenkinsci.plugins.pipeline.utility.steps.conf.mf.SimpleManifest", "java.lang.Object",
     kName},
    {"org.apache.maven.model.Model", "java.lang.Object", kName},
    {"hudson.tasks.junit.TestResultSummary", "java.lang.Object", kName},
    {"hudson.plugins.git.GitSCM", "java.lang.Object", kName},
    {"hudson.model.User", "java.lang.Object", kName},
    {"org.codehaus.groovy.runtime.GStringImpl", "groovy.lang.GString", kName},
    {"[Ljava.lang.String;", "java.lang.Object", kName},
    {"[Ljava.lang.Object;", "java.lang.Object", kName},
    {"org.jenkinsci.plugins.scriptsecurity.sandbox.RejectedAccessException",
     "java.lang.SecurityException", kThrow},
    {"org.jenkinsci.plugins.credentialsbinding.impl.CredentialNotFoundException",
     "hudson.AbortException", kThrow},
};

constexpr std::string_view kImported[] = {"java.lang.",
                                          "java.util.",
                                          "java.io.",
                                          "java.net.",
                                          "groovy.lang.",
                                          "groovy.util.",
                                          "java.math.BigInteger",
                                          "java.math.BigDecimal"};

struct Table {
  Table() {
    for (const Row& row : kRows) {
      const auto super = by_name.find(row.super);
      auto info = std::make_unique<ClassInfo>();
      info->name = row.name;
      info->super = super == by_name.end() ? nullptr : super->second;
      info->use = row.use;
      by_name.emplace(info->name, info.get());
      // The text writes Outer.Inner for what the class calls itself, Outer$Inner.
      const auto inner = row.name.rfind('$');
      if (inner != std::string_view::npos) {
        dotted.push_back(info->name);
        dotted.back()[inner] = '.';
        by_name.emplace(dotted.back(), info.get());
      }
      by_simple_name.emplace(
          inner != std::string_view::npos ? row.name.substr(inner + 1) : info->simple_name(),
          info.get());
      const bool is_imported =
          std::any_of(std::begin(kImported), std::end(kImported), [&](std::string_view prefix) {
            if (!row.name.starts_with(prefix)) return false;
            const auto rest = row.name.substr(prefix.size());
            return rest.find('.') == std::string_view::npos;
          });
      if (is_imported) imported.emplace(info->simple_name(), info.get());
      all.push_back(std::move(info));
    }
    imported.emplace("Map.Entry", by_name.at("java.util.Map.Entry"));
    const std::pair<std::string_view, std::string_view> primitives[] = {
        {"int", "Integer"},    {"long", "Long"},       {"double", "Double"},
        {"float", "Float"},    {"short", "Short"},     {"byte", "Byte"},
        {"char", "Character"}, {"boolean", "Boolean"}, {"void", "Void"}};
    for (const auto& [name, boxed] : primitives)
      imported.emplace(name, by_simple_name.at(boxed));
  }
  std::vector<std::unique_ptr<ClassInfo>> all;
  std::deque<std::string> dotted;
  std::map<std::string_view, const ClassInfo*, std::less<>> by_name;
  std::map<std::string_view, const ClassInfo*, std::less<>> by_simple_name;
  std::map<std::string_view, const ClassInfo*, std::less<>> imported;
};

const Table& table() {
  static const Table classes;
  return classes;
}

const ClassInfo* find_in(const std::map<std::string_view, const ClassInfo*, std::less<>>& map,
                         std::string_view name) {
  const auto found = map.find(name);
  return found == map.end() ? nullptr : found->second;
}

std::string_view class_of_kind(const Value& value) {
  switch (value.kind()) {
    case Kind::kNull:
      return "";
    case Kind::kBool:
      return "java.lang.Boolean";
    case Kind::kInteger:
      return "java.lang.Integer";
    case Kind::kLong:
      return "java.lang.Long";
    case Kind::kDouble:
      return "java.lang.Double";
    case Kind::kBigInteger:
      return "java.math.BigInteger";
    case Kind::kBigDecimal:
      return "java.math.BigDecimal";
    case Kind::kString:
      return value.is_character() ? "java.lang.Character" : "java.lang.String";
    case Kind::kGString:
      return "groovy.lang.GString";
    case Kind::kList:
      return value.as<List>().is_json ? "net.sf.json.JSONArray" : "java.util.ArrayList";
    case Kind::kSet:
      return "java.util.LinkedHashSet";
    case Kind::kMap:
      return value.as<Map>().is_json ? "net.sf.json.JSONObject" : "java.util.LinkedHashMap";
    case Kind::kEntry:
      return "java.util.Map.Entry";
    case Kind::kRange:
      return "groovy.lang.IntRange";
    case Kind::kClosure:
      return "groovy.lang.Closure";
    case Kind::kDate:
      return "java.util.Date";
    case Kind::kPattern:
      return "java.util.regex.Pattern";
    case Kind::kMatcher:
      return "java.util.regex.Matcher";
    case Kind::kClass:
      return "java.lang.Class";
    case Kind::kBuilder:
      return "java.lang.StringBuilder";
    case Kind::kScript:
      return "groovy.lang.Script";
    default:
      return "java.lang.Object";
  }
}

bool implements(const Value& value, std::string_view interface) {
  const bool is_array = value.is(Kind::kList) && value.as<List>().element != nullptr;
  switch (value.kind()) {
    case Kind::kString:
    case Kind::kGString:
    case Kind::kBuilder:
      return (interface == "java.lang.CharSequence" && !value.is_character()) ||
             interface == "java.lang.Comparable";
    case Kind::kList:
      if (interface == "groovy.lang.Range") return letter_range(value) != nullptr;
      return !is_array && (interface == "java.util.List" || interface == "java.util.Collection" ||
                           interface == "java.lang.Iterable");
    case Kind::kRange:
      return interface == "java.util.List" || interface == "java.util.Collection" ||
             interface == "groovy.lang.Range" || interface == "java.lang.Iterable";
    case Kind::kSet:
      return interface == "java.util.Set" || interface == "java.util.Collection" ||
             interface == "java.util.HashSet" || interface == "java.lang.Iterable";
    case Kind::kMap:
      return interface == "java.util.Map" ||
             (interface == "java.util.HashMap" && !value.as<Map>().is_json);
    case Kind::kClosure:
      return interface == "java.lang.Runnable";
    case Kind::kScript:
      return interface == "org.jenkinsci.plugins.workflow.cps.CpsScript";
    case Kind::kHost:
      return interface == value.as<HostObject>().class_name();
    default:
      return interface == "java.lang.Comparable" &&
             (value.is_number() || value.is(Kind::kBool) || value.is(Kind::kDate));
  }
}

}  // namespace

bool ClassInfo::is_a(std::string_view ancestor) const {
  for (const ClassInfo* info = this; info != nullptr; info = info->super) {
    if (info->name == ancestor) return true;
    if (std::any_of(info->interfaces.begin(), info->interfaces.end(),
                    [&](const ClassInfo* one) { return one->name == ancestor; }))
      return true;
  }
  return false;
}

const ClassInfo* find_class(std::string_view name) {
  const ClassInfo* info = find_in(table().by_name, name);
  return info != nullptr ? info : find_in(table().imported, name);
}

const ClassInfo* find_class_anywhere(std::string_view simple_name) {
  return find_in(table().by_simple_name, simple_name);
}

const ClassInfo& known_class(std::string_view name) {
  const ClassInfo* info = find_class(name);
  assert(info != nullptr && "every class that the interpreter names is in the table");
  return *info;
}

bool is_primitive(std::string_view name) {
  constexpr std::array kPrimitives = {"int",  "long", "double",  "float", "short",
                                      "byte", "char", "boolean", "void"};
  return std::find(kPrimitives.begin(), kPrimitives.end(), name) != kPrimitives.end();
}

const ClassInfo* class_of(const Value& value) {
  if (value.is_null()) return nullptr;
  if (value.is(Kind::kThrowable)) return &value.as<Throwable>().info;
  if (value.is(Kind::kInstance)) return &value.as<Instance>().info;
  if (value.is(Kind::kScript) && value.as<Script>().info != nullptr) return value.as<Script>().info;
  if (value.is(Kind::kHost))
    if (const ClassInfo* info = find_class(value.as<HostObject>().class_name())) return info;
  return &known_class(class_of_kind(value));
}

bool is_instance(const Value& value, const ClassInfo& type) {
  if (value.is_null()) return false;
  if (type.name == "java.lang.Object") return true;
  if (type.name == "java.io.Serializable") return !value.is(Kind::kHost);
  return class_of(value)->is_a(type.name) || implements(value, type.name);
}

bool is_characters(const Value& value) {
  return value.is(Kind::kList) && value.as<List>().element == &known_class("java.lang.Character");
}

std::string class_name_of(const Value& value) {
  if (value.is_null()) return "null";
  if (value.is(Kind::kHost)) return value.as<HostObject>().class_name();
  if (value.is(Kind::kGString)) return "org.codehaus.groovy.runtime.GStringImpl";
  if (value.is(Kind::kList) && value.as<List>().element != nullptr)
    return "[L" + value.as<List>().element->name + ";";
  return class_of(value)->name;
}

}  // namespace runtask::groovy
