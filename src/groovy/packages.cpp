#include "groovy/packages.h"

#include <algorithm>
#include <string>
#include <unordered_map>

namespace runtask::groovy {
namespace {

struct Package {
  std::string_view name;
  bool is_imported;          // By Groovy itself, or by Jenkins in every pipeline and library.
  bool is_whole;             // Of those of Jenkins its versions have some more, some fewer.
  std::string_view classes;  // The public ones, between blanks, of Java 17 to 25 and Groovy 2.4.
};

constexpr Package kPackages[] = {
    {"java.lang", true, true,
     " AbstractMethodError Appendable ArithmeticException ArrayIndexOutOfBoundsException "
     "ArrayStoreException AssertionError AutoCloseable Boolean BootstrapMethodError Byte "
     "CharSequence Character Class ClassCastException ClassCircularityError ClassFormatError "
     "ClassLoader ClassNotFoundException ClassValue CloneNotSupportedException Cloneable "
     "Comparable Compiler Deprecated Double Enum EnumConstantNotPresentException Error "
     "Exception ExceptionInInitializerError Float FunctionalInterface IO IllegalAccessError "
     "IllegalAccessException IllegalArgumentException IllegalCallerException "
     "IllegalMonitorStateException IllegalStateException IllegalThreadStateException "
     "IncompatibleClassChangeError IndexOutOfBoundsException InheritableThreadLocal "
     "InstantiationError InstantiationException Integer InternalError InterruptedException "
     "Iterable LayerInstantiationException LinkageError Long MatchException Math Module "
     "ModuleLayer NegativeArraySizeException NoClassDefFoundError NoSuchFieldError "
     "NoSuchFieldException NoSuchMethodError NoSuchMethodException NullPointerException "
     "Number NumberFormatException Object OutOfMemoryError Override Package Process "
     "ProcessBuilder ProcessHandle Readable Record ReflectiveOperationException Runnable "
     "Runtime RuntimeException RuntimePermission SafeVarargs ScopedValue SecurityException "
     "SecurityManager Short StableValue StackOverflowError StackTraceElement StackWalker "
     "StrictMath String StringBuffer StringBuilder StringIndexOutOfBoundsException "
     "SuppressWarnings System Thread ThreadDeath ThreadGroup ThreadLocal Throwable "
     "TypeNotPresentException UnknownError UnsatisfiedLinkError UnsupportedClassVersionError "
     "UnsupportedOperationException VerifyError VirtualMachineError Void WrongThreadException "},
    {"java.util", true, true,
     " AbstractCollection AbstractList AbstractMap AbstractQueue AbstractSequentialList "
     "AbstractSet ArrayDeque ArrayList Arrays Base64 BitSet Calendar Collection Collections "
     "Comparator ConcurrentModificationException Currency Date Deque Dictionary "
     "DoubleSummaryStatistics DuplicateFormatFlagsException EmptyStackException EnumMap "
     "EnumSet Enumeration EventListener EventListenerProxy EventObject "
     "FormatFlagsConversionMismatchException Formattable FormattableFlags Formatter "
     "FormatterClosedException GregorianCalendar HashMap HashSet Hashtable HexFormat "
     "IdentityHashMap IllegalFormatCodePointException IllegalFormatConversionException "
     "IllegalFormatException IllegalFormatFlagsException IllegalFormatPrecisionException "
     "IllegalFormatWidthException IllformedLocaleException InputMismatchException "
     "IntSummaryStatistics InvalidPropertiesFormatException Iterator LinkedHashMap "
     "LinkedHashSet LinkedList List ListIterator ListResourceBundle Locale "
     "LongSummaryStatistics Map MissingFormatArgumentException MissingFormatWidthException "
     "MissingResourceException NavigableMap NavigableSet NoSuchElementException Objects "
     "Observable Observer Optional OptionalDouble OptionalInt OptionalLong PrimitiveIterator "
     "PriorityQueue Properties PropertyPermission PropertyResourceBundle Queue Random "
     "RandomAccess ResourceBundle Scanner SequencedCollection SequencedMap SequencedSet "
     "ServiceConfigurationError ServiceLoader Set SimpleTimeZone SortedMap SortedSet "
     "Spliterator Spliterators SplittableRandom Stack StringJoiner StringTokenizer TimeZone "
     "Timer TimerTask TooManyListenersException TreeMap TreeSet UUID "
     "UnknownFormatConversionException UnknownFormatFlagsException Vector WeakHashMap "},
    {"java.io", true, true,
     " BufferedInputStream BufferedOutputStream BufferedReader BufferedWriter "
     "ByteArrayInputStream ByteArrayOutputStream CharArrayReader CharArrayWriter "
     "CharConversionException Closeable Console DataInput DataInputStream DataOutput "
     "DataOutputStream EOFException Externalizable File FileDescriptor FileFilter "
     "FileInputStream FileNotFoundException FileOutputStream FilePermission FileReader "
     "FileWriter FilenameFilter FilterInputStream FilterOutputStream FilterReader "
     "FilterWriter Flushable IOError IOException InputStream InputStreamReader "
     "InterruptedIOException InvalidClassException InvalidObjectException "
     "LineNumberInputStream LineNumberReader NotActiveException NotSerializableException "
     "ObjectInput ObjectInputFilter ObjectInputStream ObjectInputValidation ObjectOutput "
     "ObjectOutputStream ObjectStreamClass ObjectStreamConstants ObjectStreamException "
     "ObjectStreamField OptionalDataException OutputStream OutputStreamWriter "
     "PipedInputStream PipedOutputStream PipedReader PipedWriter PrintStream PrintWriter "
     "PushbackInputStream PushbackReader RandomAccessFile Reader SequenceInputStream Serial "
     "Serializable SerializablePermission StreamCorruptedException StreamTokenizer "
     "StringBufferInputStream StringReader StringWriter SyncFailedException "
     "UTFDataFormatException UncheckedIOException UnsupportedEncodingException "
     "WriteAbortedException Writer "},
    {"java.net", true, true,
     " Authenticator BindException CacheRequest CacheResponse ConnectException ContentHandler "
     "ContentHandlerFactory CookieHandler CookieManager CookiePolicy CookieStore "
     "DatagramPacket DatagramSocket DatagramSocketImpl DatagramSocketImplFactory FileNameMap "
     "HttpCookie HttpRetryException HttpURLConnection IDN Inet4Address Inet6Address "
     "InetAddress InetSocketAddress InterfaceAddress JarURLConnection MalformedURLException "
     "MulticastSocket NetPermission NetworkInterface NoRouteToHostException "
     "PasswordAuthentication PortUnreachableException ProtocolException ProtocolFamily Proxy "
     "ProxySelector ResponseCache SecureCacheResponse ServerSocket Socket SocketAddress "
     "SocketException SocketImpl SocketImplFactory SocketOption SocketOptions "
     "SocketPermission SocketTimeoutException StandardProtocolFamily StandardSocketOptions "
     "URI URISyntaxException URL URLClassLoader URLConnection URLDecoder URLEncoder "
     "URLPermission URLStreamHandler URLStreamHandlerFactory UnixDomainSocketAddress "
     "UnknownHostException UnknownServiceException "},
    {"groovy.lang", true, true,
     " AdaptingMetaClass BenchmarkInterceptor Binding Buildable Category Closure "
     "ClosureException ClosureInvokingMethod Delegate DelegatesTo DelegatingMetaClass "
     "DeprecationException EmptyRange ExpandoMetaClass ExpandoMetaClassCreationHandle GString "
     "GeneratedGroovyProxy Grab GrabConfig GrabExclude GrabResolver Grapes GroovyCallable "
     "GroovyClassLoader GroovyCodeSource GroovyInterceptable GroovyLogTestCase GroovyObject "
     "GroovyObjectSupport GroovyResourceLoader GroovyRuntimeException GroovyShell "
     "GroovySystem IllegalPropertyAccessException IncorrectClosureArgumentsException IntRange "
     "Interceptor Lazy ListWithDefault MapWithDefault MetaArrayLengthProperty "
     "MetaBeanProperty MetaClass MetaClassImpl MetaClassRegistry MetaClassRegistryChangeEvent "
     "MetaClassRegistryChangeEventListener MetaExpandoProperty MetaMethod MetaObjectProtocol "
     "MetaProperty MissingClassException MissingFieldException MissingMethodException "
     "MissingPropertyException Mixin MutableMetaClass Newify NonEmptySequence ObjectRange "
     "ParameterArray PropertyAccessInterceptor PropertyValue ProxyMetaClass Range "
     "ReadOnlyPropertyException Reference Script Sequence Singleton "
     "SpreadListEvaluatingException SpreadMap SpreadMapEvaluatingException "
     "StringWriterIOException TracingInterceptor TrampolineClosure Tuple Tuple2 Writable "},
    {"groovy.util", true, true,
     " AbstractFactory AllTestSuite AntBuilder AntBuilderLocator BuilderSupport CharsetToolkit "
     "CliBuilder ClosureComparator ConfigBinding ConfigObject ConfigSlurper DelegatingScript "
     "Eval Expando Factory FactoryBuilderSupport FactoryInterceptorMetaClass "
     "FileNameByRegexFinder FileNameFinder FileTreeBuilder GroovyAssert GroovyCollections "
     "GroovyMBean GroovyScriptEngine GroovyShellTestCase GroovyTestCase GroovyTestSuite "
     "IFileNameFinder IndentPrinter JavadocAssertionTestBuilder JavadocAssertionTestSuite "
     "MapEntry Node NodeBuilder NodeList NodePrinter ObjectGraphBuilder ObservableList "
     "ObservableMap ObservableSet OptionAccessor OrderBy PermutationGenerator Proxy "
     "ProxyGenerator ResourceConnector ResourceException ScriptException StringTestUtil "
     "XmlNodePrinter XmlParser XmlSlurper "},
    {"hudson.model", true, false,
     " AbstractBuild AbstractCIBase AbstractDescribableImpl AbstractItem AbstractModelObject "
     "AbstractProject AbstractStatusIcon Action Actionable AdministrativeMonitor AllView "
     "AperiodicWork Api AsyncAperiodicWork AsyncPeriodicWork AutoCompletionCandidates "
     "BallColor BooleanParameterDefinition BooleanParameterValue Build "
     "BuildAuthorizationToken BuildBadgeAction BuildListener BuildStepListener "
     "BuildVariableContributor BuildableItem "
     "BuildableItemWithBuildWrappers Cause CauseAction CheckPoint ChoiceParameterDefinition "
     "Computer ComputerPanelBox ComputerPinger ComputerSet DependecyDeclarer DependencyGraph "
     "Describable Descriptor DescriptorByNameOwner DescriptorVisibilityFilter "
     "DirectlyModifiableView DirectoryBrowserSupport DisplayNameListener DownloadService "
     "Environment EnvironmentContributingAction EnvironmentContributor EnvironmentList "
     "EnvironmentSpecific Executor ExecutorListener ExternalJob ExternalRun Failure "
     "FileParameterDefinition FileParameterValue Fingerprint FingerprintCleanupThread "
     "FingerprintMap FreeStyleBuild FreeStyleProject FullDuplexHttpChannel HealthReport "
     "HealthReportingAction Hudson InvisibleAction Item ItemGroup ItemGroupMixIn ItemVisitor "
     "Items JDK Job JobDescriptor JobParameterDefinition JobParameterValue JobProperty "
     "JobPropertyDescriptor Jobs Label LabelFinder LargeText ListView LoadBalancer "
     "LoadStatistics ManageJenkinsAction ManagementLink Messages ModelObject "
     "ModifiableItemGroup ModifiableViewGroup MultiStageTimeSeries MyView MyViewsProperty "
     "NoFingerprintMatch Node OneOffExecutor OverallLoadStatistics "
     "PageDecorator ParameterDefinition ParameterValue ParametersAction "
     "ParametersDefinitionProperty PasswordParameterDefinition PasswordParameterValue "
     "PeriodicWork PermalinkProjectAction PersistenceRoot PersistentDescriptor Project "
     "ProminentProjectAction ProxyView Queue ReconfigurableDescribable "
     "Resource ResourceActivity ResourceController ResourceList "
     "RestartListener Result ResultTrend RootAction Run RunAction RunMap "
     "RunParameterDefinition RunParameterValue SCMedItem Saveable SimpleParameterDefinition "
     "Slave StatusIcon StockStatusIcon StreamBuildListener StringParameterDefinition "
     "StringParameterValue TaskAction TaskListener TaskThread TextParameterDefinition "
     "TextParameterValue TimeSeries TimeZoneProperty TopLevelItem TopLevelItemDescriptor "
     "TransientBuildActionFactory TransientComputerActionFactory "
     "TransientProjectActionFactory TransientUserActionFactory TransientViewActionFactory "
     "TreeView UnprotectedRootAction UpdateCenter UpdateSite UsageStatistics User "
     "UserProperty UserPropertyDescriptor View ViewDescriptor ViewGroup ViewGroupMixIn "
     "ViewJob ViewProperty ViewPropertyDescriptor WorkspaceBrowser WorkspaceCleanupThread "
     "WorkspaceListener "},
    {"jenkins.model", true, false,
     " AbstractTopLevelItem ArtifactManager ArtifactManagerConfiguration "
     "ArtifactManagerFactory ArtifactManagerFactoryDescriptor AssetManager "
     "BlockedBecauseOfBuildInProgress BuildDiscarder BuildDiscarderDescriptor "
     "BuildDiscarderProperty CauseOfInterruption Configuration CoreEnvironmentContributor "
     "DependencyDeclarer DirectlyModifiableTopLevelItemGroup DownloadSettings "
     "FingerprintFacet GlobalBuildDiscarderConfiguration GlobalBuildDiscarderListener "
     "GlobalBuildDiscarderStrategy GlobalCloudConfiguration GlobalConfiguration "
     "GlobalConfigurationCategory GlobalNodePropertiesConfiguration GlobalPluginConfiguration "
     "GlobalProjectNamingStrategyConfiguration GlobalQuietPeriodConfiguration "
     "GlobalSCMRetryCountConfiguration HistoricalBuild IdStrategy IdStrategyDescriptor "
     "InterruptedBuildAction InvalidBuildsDir Jenkins "
     "JenkinsLocationConfiguration JobGlobalBuildDiscarderStrategy Loadable "
     "ModelObjectWithChildren ModelObjectWithContextMenu Nodes "
     "OptionalJobProperty ParameterizedJobMixIn PeepholePermalink ProjectNamingStrategy "
     "QueueItemAuthenticatorConfiguration RunAction2 RunIdMigrator "
     "SimpleGlobalBuildDiscarderStrategy SimplePageDecorator StandardArtifactManager "
     "TransientActionFactory TransientFingerprintFacetFactory UnlabeledLoadStatistics "},
    {"com.cloudbees.groovy.cps", true, false,
     " Block Builder CaseExpression Continuable Continuation CpsTransformer Env Envs LValue "
     "MethodLocation Next NonCPS ObjectInputStreamWithLoader Outcome Safepoint "
     "SandboxCpsTransformer SerializableScript TransformerConfiguration WorkflowTransformed "},
    {"groovy.json", false, true,
     " JsonBuilder JsonDelegate JsonException JsonLexer JsonOutput JsonParser JsonParserType "
     "JsonSlurper JsonSlurperClassic JsonToken JsonTokenType StreamingJsonBuilder "
     "StringEscapeUtils "},
    {"groovy.time", false, true,
     " BaseDuration DatumDependentDuration Duration TimeCategory TimeDatumDependentDuration "
     "TimeDuration "},
    {"groovy.transform", false, true,
     " ASTTest AnnotationCollector AutoClone AutoCloneStyle AutoExternalize BaseScript "
     "Canonical CompilationUnitAware CompileDynamic CompileStatic ConditionalInterrupt "
     "EqualsAndHashCode ExternalizeMethods ExternalizeVerifier Field Immutable "
     "IndexedProperty InheritConstructors Memoized NotYetImplemented PackageScope "
     "PackageScopeTarget SelfType Sortable SourceURI Synchronized TailRecursive "
     "ThreadInterrupt TimedInterrupt ToString Trait TupleConstructor TypeChecked "
     "TypeCheckingMode Undefined WithReadLock WithWriteLock "},
    {"java.math", false, true, " BigDecimal BigInteger MathContext RoundingMode "},
    {"java.nio.charset", false, true,
     " CharacterCodingException Charset CharsetDecoder CharsetEncoder CoderMalfunctionError "
     "CoderResult CodingErrorAction IllegalCharsetNameException MalformedInputException "
     "StandardCharsets UnmappableCharacterException UnsupportedCharsetException "},
    {"java.nio.file", false, true,
     " AccessDeniedException AccessMode AtomicMoveNotSupportedException "
     "ClosedDirectoryStreamException ClosedFileSystemException ClosedWatchServiceException "
     "CopyOption DirectoryIteratorException DirectoryNotEmptyException DirectoryStream "
     "FileAlreadyExistsException FileStore FileSystem FileSystemAlreadyExistsException "
     "FileSystemException FileSystemLoopException FileSystemNotFoundException FileSystems "
     "FileVisitOption FileVisitResult FileVisitor Files InvalidPathException LinkOption "
     "LinkPermission NoSuchFileException NotDirectoryException NotLinkException OpenOption "
     "Path PathMatcher Paths ProviderMismatchException ProviderNotFoundException "
     "ReadOnlyFileSystemException SecureDirectoryStream SimpleFileVisitor StandardCopyOption "
     "StandardOpenOption StandardWatchEventKinds WatchEvent WatchKey WatchService Watchable "},
    {"java.security", false, true,
     " AccessControlContext AccessControlException AccessController AlgorithmConstraints "
     "AlgorithmParameterGenerator AlgorithmParameterGeneratorSpi AlgorithmParameters "
     "AlgorithmParametersSpi AllPermission AsymmetricKey AuthProvider BasicPermission "
     "Certificate CodeSigner CodeSource CryptoPrimitive DEREncodable DigestException "
     "DigestInputStream DigestOutputStream DomainCombiner DomainLoadStoreParameter "
     "DrbgParameters GeneralSecurityException Guard GuardedObject Identity IdentityScope "
     "InvalidAlgorithmParameterException InvalidKeyException InvalidParameterException Key "
     "KeyException KeyFactory KeyFactorySpi KeyManagementException KeyPair KeyPairGenerator "
     "KeyPairGeneratorSpi KeyRep KeyStore KeyStoreException KeyStoreSpi MessageDigest "
     "MessageDigestSpi NoSuchAlgorithmException NoSuchProviderException PEMDecoder PEMEncoder "
     "PEMRecord PKCS12Attribute Permission PermissionCollection Permissions Policy PolicySpi "
     "Principal PrivateKey PrivilegedAction PrivilegedActionException "
     "PrivilegedExceptionAction ProtectionDomain Provider ProviderException PublicKey "
     "SecureClassLoader SecureRandom SecureRandomParameters SecureRandomSpi Security "
     "SecurityPermission Signature SignatureException SignatureSpi SignedObject Signer "
     "Timestamp URIParameter UnrecoverableEntryException UnrecoverableKeyException "
     "UnresolvedPermission "},
    {"java.text", false, true,
     " Annotation AttributedCharacterIterator AttributedString Bidi BreakIterator "
     "CharacterIterator ChoiceFormat CollationElementIterator CollationKey Collator "
     "CompactNumberFormat DateFormat DateFormatSymbols DecimalFormat DecimalFormatSymbols "
     "FieldPosition Format ListFormat MessageFormat Normalizer NumberFormat ParseException "
     "ParsePosition RuleBasedCollator SimpleDateFormat StringCharacterIterator "},
    {"java.time", false, true,
     " Clock DateTimeException DayOfWeek Duration Instant InstantSource LocalDate "
     "LocalDateTime LocalTime Month MonthDay OffsetDateTime OffsetTime Period Year YearMonth "
     "ZoneId ZoneOffset ZonedDateTime "},
    {"java.time.format", false, true,
     " DateTimeFormatter DateTimeFormatterBuilder DateTimeParseException DecimalStyle "
     "FormatStyle ResolverStyle SignStyle TextStyle "},
    {"java.time.temporal", false, true,
     " ChronoField ChronoUnit IsoFields JulianFields Temporal TemporalAccessor "
     "TemporalAdjuster TemporalAdjusters TemporalAmount TemporalField TemporalQueries "
     "TemporalQuery TemporalUnit UnsupportedTemporalTypeException ValueRange WeekFields "},
    {"java.util.concurrent", false, true,
     " AbstractExecutorService ArrayBlockingQueue BlockingDeque BlockingQueue "
     "BrokenBarrierException Callable CancellationException CompletableFuture "
     "CompletionException CompletionService CompletionStage ConcurrentHashMap "
     "ConcurrentLinkedDeque ConcurrentLinkedQueue ConcurrentMap ConcurrentNavigableMap "
     "ConcurrentSkipListMap ConcurrentSkipListSet CopyOnWriteArrayList CopyOnWriteArraySet "
     "CountDownLatch CountedCompleter CyclicBarrier DelayQueue Delayed Exchanger "
     "ExecutionException Executor ExecutorCompletionService ExecutorService Executors Flow "
     "ForkJoinPool ForkJoinTask ForkJoinWorkerThread Future FutureTask LinkedBlockingDeque "
     "LinkedBlockingQueue LinkedTransferQueue Phaser PriorityBlockingQueue RecursiveAction "
     "RecursiveTask RejectedExecutionException RejectedExecutionHandler RunnableFuture "
     "RunnableScheduledFuture ScheduledExecutorService ScheduledFuture "
     "ScheduledThreadPoolExecutor Semaphore StructureViolationException StructuredTaskScope "
     "SubmissionPublisher SynchronousQueue ThreadFactory ThreadLocalRandom ThreadPoolExecutor "
     "TimeUnit TimeoutException TransferQueue "},
    {"java.util.concurrent.atomic", false, true,
     " AtomicBoolean AtomicInteger AtomicIntegerArray AtomicIntegerFieldUpdater AtomicLong "
     "AtomicLongArray AtomicLongFieldUpdater AtomicMarkableReference AtomicReference "
     "AtomicReferenceArray AtomicReferenceFieldUpdater AtomicStampedReference "
     "DoubleAccumulator DoubleAdder LongAccumulator LongAdder "},
    {"java.util.concurrent.locks", false, true,
     " AbstractOwnableSynchronizer AbstractQueuedLongSynchronizer AbstractQueuedSynchronizer "
     "Condition Lock LockSupport ReadWriteLock ReentrantLock ReentrantReadWriteLock "
     "StampedLock "},
    {"java.util.function", false, true,
     " BiConsumer BiFunction BiPredicate BinaryOperator BooleanSupplier Consumer "
     "DoubleBinaryOperator DoubleConsumer DoubleFunction DoublePredicate DoubleSupplier "
     "DoubleToIntFunction DoubleToLongFunction DoubleUnaryOperator Function IntBinaryOperator "
     "IntConsumer IntFunction IntPredicate IntSupplier IntToDoubleFunction IntToLongFunction "
     "IntUnaryOperator LongBinaryOperator LongConsumer LongFunction LongPredicate "
     "LongSupplier LongToDoubleFunction LongToIntFunction LongUnaryOperator ObjDoubleConsumer "
     "ObjIntConsumer ObjLongConsumer Predicate Supplier ToDoubleBiFunction ToDoubleFunction "
     "ToIntBiFunction ToIntFunction ToLongBiFunction ToLongFunction UnaryOperator "},
    {"java.util.jar", false, true,
     " Attributes JarEntry JarException JarFile JarInputStream JarOutputStream Manifest "},
    {"java.util.logging", false, true,
     " ConsoleHandler ErrorManager FileHandler Filter Formatter Handler Level LogManager "
     "LogRecord Logger LoggingMXBean LoggingPermission MemoryHandler SimpleFormatter "
     "SocketHandler StreamHandler XMLFormatter "},
    {"java.util.regex", false, true, " MatchResult Matcher Pattern PatternSyntaxException "},
    {"java.util.stream", false, true,
     " BaseStream Collector Collectors DoubleStream Gatherer Gatherers IntStream LongStream "
     "Stream StreamSupport "},
    {"java.util.zip", false, true,
     " Adler32 CRC32 CRC32C CheckedInputStream CheckedOutputStream Checksum "
     "DataFormatException Deflater DeflaterInputStream DeflaterOutputStream GZIPInputStream "
     "GZIPOutputStream Inflater InflaterInputStream InflaterOutputStream ZipEntry ZipError "
     "ZipException ZipFile ZipInputStream ZipOutputStream "},
};

const Package* find(std::string_view name) {
  const auto* const found = std::find_if(std::begin(kPackages), std::end(kPackages),
                                         [&](const Package& one) { return one.name == name; });
  return found != std::end(kPackages) ? found : nullptr;
}

bool has(const Package& package, std::string_view simple_name) {
  return package.classes.find(" " + std::string(simple_name) + " ") != std::string_view::npos;
}

// Of the imported ones. A class is that of the first package that has it.
std::unordered_map<std::string_view, std::string_view> packages_by_class() {
  std::unordered_map<std::string_view, std::string_view> packages;
  for (const auto& package : kPackages) {
    if (!package.is_imported) continue;
    std::size_t begin = 1;  // After the blank before the first one.
    for (auto end = package.classes.find(' ', begin); end != std::string_view::npos;
         end = package.classes.find(' ', begin)) {
      packages.emplace(package.classes.substr(begin, end - begin), package.name);
      begin = end + 1;
    }
  }
  return packages;
}

}  // namespace

std::string_view importing_package(std::string_view simple_name) {
  static const auto packages = packages_by_class();
  const auto found = packages.find(simple_name);
  return found == packages.end() ? std::string_view() : found->second;
}

bool is_whole_package(std::string_view package) {
  const auto* const found = find(package);
  return found != nullptr && found->is_whole;
}

bool lacks_class(std::string_view package, std::string_view simple_name) {
  const auto* const found = find(package);
  return found != nullptr && found->is_whole && !has(*found, simple_name);
}

}  // namespace runtask::groovy
