#include <algorithm>

#include "groovy/java_methods.h"

// The public methods of the classes whose values runtask has, Groovy's for them among them, and
// their public constants: what tests/interop/java_methods.groovy prints under Groovy 2.4.21 on
// Java 17, with which groovy_test.py compares.

namespace runtask::groovy {
namespace {

// clang-format off
constexpr JavaMethods kTable[] = {
    {"java.lang.Object",
     "",
     " .sleep:j,jK addShutdownHook:K any:,K asBoolean: asType:X collect:,K,VK dump: each:K "
     "eachWithIndex:K equals:O every:,K find:,K findAll:,K findIndexOf:K,iK "
     "findIndexValues:K,NK findLastIndexOf:K,iK findResult:K,OK getAt:S getClass: "
     "getMetaClass: getMetaPropertyValues: getProperties: grep:,O hasProperty:S hashCode: "
     "identity:K inject:K,OK inspect: invokeMethod:SO is:O isCase:O iterator: metaClass:K "
     "notify: notifyAll: print:?,O printf:SO,S[O println:,?,O putAt:SO respondsTo:S,S[O "
     "setMetaClass:? split:K sprintf:SO,S[O toString: use:LK,XK,[O wait:,j,ji with:K "
     "withTraits:[X "},
    {"java.lang.Comparable",
     "java.lang.Object",
     " compareTo:O numberAwareCompareTo:Y "},
    {"java.lang.CharSequence",
     "java.lang.Object",
     " .compare:QQ bitwiseNegate: capitalize: center:N,NQ charAt:i chars: codePoints: "
     "contains:Q count:Q denormalize: drop:i dropWhile:K eachLine:K,iK eachMatch:PK,QK "
     "endsWithAny:[Q expand:,i expandLine:i find:P,PK,Q,QK findAll:P,PK,Q,QK getAt:?,R,V,i "
     "getChars: isAllWhitespace: isBigDecimal: isBigInteger: isDouble: isEmpty: isFloat: "
     "isInteger: isLong: isNumber: leftShift:O length: matches:P minus:O,P multiply:N next: "
     "normalize: padLeft:N,NQ padRight:N,NQ plus:O previous: readLines: replaceAll:PK,"
     "PQ,QK,QQ replaceFirst:PK,PQ,QK,QQ reverse: size: split: splitEachLine:PK,QK "
     "startsWithAny:[Q stripIndent:,i stripMargin:,Q,c subSequence:ii take:i takeWhile:K "
     "toBigDecimal: toBigInteger: toDouble: toFloat: toInteger: toList: toLong: toSet: "
     "toShort: toURI: toURL: tokenize:,C,Q tr:QQ uncapitalize: unexpand:,i unexpandLine:i "},
    {"java.lang.Iterable",
     "java.lang.Object",
     " asCollection: asList: collate:i,ii,iiz,iz collectEntries:,K,M,MK collectMany:K,VK "
     "collectNested:K,VK combinations:,K contains:O containsAll:[O count:K,O countBy:K "
     "disjoint:T drop:i dropRight:i dropWhile:K eachCombination:K eachPermutation:K "
     "findResults:K first: flatten:,K forEach:k getAt:i groupBy:K,L,[O head: indexed:,i init: "
     "intersect:T join:S last: max:,K,k min:,K,k minus:O,T multiply:N permutations:,K "
     "plus:O,T size: sort:,K,z,zK,zk spliterator: sum:,K,O,OK tail: take:i takeRight:i "
     "takeWhile:K toList: toSet: toSorted:,K,k toSpreadMap: toUnique:,K,k withIndex:,i "},
    {"java.util.Collection",
     "java.lang.Iterable java.lang.Object",
     " add:O addAll:?,T,V,[O asImmutable: asSynchronized: clear: containsAll:V getIndices: "
     "intersect:V isEmpty: leftShift:O minus:V parallelStream: plus:V remove:O "
     "removeAll:K,V,[O removeElement:O removeIf:k retainAll:K,V,[O stream: toArray:,[O,k "
     "toListString:,i unique:,K,k,z,zK,zk "},
    {"java.util.List",
     "java.util.Collection java.lang.Iterable java.lang.Object",
     " .copyOf:V .of:,O,OO,OOO,OOOO,OOOOO,OOOOOO,OOOOOOO,OOOOOOOO,OOOOOOOOO,OOOOOOOOOO,[O "
     "add:iO addAll:iV,i[O equals:L,[O execute:,L?,[S? get:i getAt:?,R,V indexOf:O "
     "lastIndexOf:O listIterator:,i plus:iL,iT,i[O pop: push:O putAt:?O,?V,LL,LO,RO,RV,iO "
     "remove:i removeAt:i replaceAll:k reverse:,z reverseEach:K set:iO sort:k subList:ii "
     "subsequences: swap:ii transpose: withDefault:K withEagerDefault:K withLazyDefault:K "},
    {"java.util.Set",
     "java.util.Collection java.lang.Iterable java.lang.Object",
     " .copyOf:V .of:,O,OO,OOO,OOOO,OOOOO,OOOOOO,OOOOOOO,OOOOOOOO,OOOOOOOOO,OOOOOOOOOO,[O "
     "equals:U "},
    {"java.util.Map",
     "java.lang.Object",
     " .copyOf:M .entry:OO "
     ".of:,OO,OOOO,OOOOOO,OOOOOOOO,OOOOOOOOOO,OOOOOOOOOOOO,OOOOOOOOOOOOOO,OOOOOOOOOOOO"
     "OOOO,OOOOOOOOOOOOOOOOOO,OOOOOOOOOOOOOOOOOOOO .ofEntries:[e asImmutable: asSynchronized: "
     "clear: collectEntries:K,MK collectMany:K,VK compute:Ok computeIfAbsent:Ok "
     "computeIfPresent:Ok containsKey:O containsValue:O count:K countBy:K drop:i dropWhile:K "
     "entrySet: equals:M findResults:K forEach:k get:O,OO getAt:O getOrDefault:OO "
     "groupBy:K,L,[O groupEntriesBy:K intersect:M isEmpty: keySet: leftShift:M,e max:K "
     "merge:OOk min:K minus:M plus:M,V put:OO putAll:M,V putAt:OO putIfAbsent:OO remove:O,OO "
     "replace:OO,OOO replaceAll:k reverseEach:K size: sort:,K,k spread: subMap:V,[O take:i "
     "takeWhile:K toMapString:,i toSorted:,K,k toSpreadMap: values: withDefault:K "},
    {"java.util.Map.Entry",
     "java.lang.Object",
     " .comparingByKey:,k .comparingByValue:,k .copyOf:e getKey: getValue: setValue:O "},
    {"java.lang.Number",
     "java.lang.Object",
     " abs: and:N bitwiseNegate: byteValue: compareTo:C,N div:C,N doubleValue: downto:NK "
     "floatValue: intValue: intdiv:C,N isCase:N leftShift:N longValue: minus:C,N mod:N "
     "multiply:C,N next: or:N plus:C,N,S power:N previous: rightShift:N rightShiftUnsigned:N "
     "shortValue: step:NNK times:K toBigDecimal: toBigInteger: toDouble: toFloat: toInteger: "
     "toLong: unaryMinus: unaryPlus: upto:NK xor:N "},
    {"java.lang.String",
     "java.lang.Object java.lang.Comparable java.lang.CharSequence",
     " .copyValueOf:[c,[cii .format:?S[O,S[O .join:QT,Q[Q .valueOf:O,[c,[cii,c,d,f,i,j,z "
     "codePointAt:i codePointBefore:i codePointCount:ii collectReplacements:K compareTo:S "
     "compareToIgnoreCase:S concat:S contentEquals:Q,s decodeBase64: decodeHex: "
     "describeConstable: eachMatch:SK endsWith:S equalsIgnoreCase:S execute:,L?,[S? "
     "formatted:[O getBytes:,?,S,ii[bi getChars:ii[ci indent:i indexOf:S,Si,i,ii intern: "
     "isBlank: lastIndexOf:S,Si,i,ii lines: matches:S offsetByCodePoints:ii plus:Q "
     "regionMatches:iSii,ziSii repeat:i replace:QQ,cc replaceAll:SS replaceFirst:SS "
     "resolveConstantDesc:? split:S,Si startsWith:S,Si strip: stripLeading: stripTrailing: "
     "substring:i,ii toBoolean: toCharArray: toCharacter: toLowerCase:,? toUpperCase:,? "
     "transform:k translateEscapes: trim: .CASE_INSENSITIVE_ORDER "},
    {"groovy.lang.GString",
     "java.lang.Object java.lang.Comparable java.lang.CharSequence",
     " build:? equals:G getBytes:,S getProperty:S getStrings: getValue:i getValueCount: "
     "getValues: negate: plus:G,S setProperty:SO writeTo:? .EMPTY .EMPTY_OBJECT_ARRAY "
     ".EMPTY_STRING_ARRAY "},
    {"java.lang.StringBuilder",
     "java.lang.Object java.lang.CharSequence java.lang.Comparable",
     " append:O,Q,Qii,S,[c,[cii,c,d,f,i,j,s,z appendCodePoint:i capacity: codePointAt:i "
     "codePointBefore:i codePointCount:ii compareTo:s delete:ii deleteCharAt:i "
     "ensureCapacity:i getChars:ii[ci indexOf:S,Si "
     "insert:iO,iQ,iQii,iS,i[c,i[cii,ic,id,if,ii,ij,iz lastIndexOf:S,Si offsetByCodePoints:ii "
     "plus:S putAt:?O,RO replace:iiS setCharAt:ic setLength:i substring:i,ii trimToSize: "
     "withFormatter:?K,K "},
    {"java.lang.Boolean",
     "java.lang.Object java.lang.Comparable",
     " .compare:zz .getBoolean:S .hashCode:z .logicalAnd:zz .logicalOr:zz .logicalXor:zz "
     ".parseBoolean:S .toString:z .valueOf:S,z and:Z booleanValue: compareTo:Z "
     "describeConstable: implies:Z or:Z toBoolean: xor:Z .FALSE .TRUE .TYPE "},
    {"java.lang.Character",
     "java.lang.Object java.lang.Comparable",
     " .charCount:i .codePointAt:Qi,[ci,[cii .codePointBefore:Qi,[ci,[cii "
     ".codePointCount:Qii,[cii .codePointOf:S .compare:cc .digit:ci,ii .forDigit:ii "
     ".getDirectionality:c,i .getName:i .getNumericValue:c,i .getType:c,i .hashCode:c "
     ".highSurrogate:i .isAlphabetic:i .isBmpCodePoint:i .isDefined:c,i .isDigit:c,i "
     ".isHighSurrogate:c .isISOControl:c,i .isIdentifierIgnorable:c,i .isIdeographic:i "
     ".isJavaIdentifierPart:c,i .isJavaIdentifierStart:c,i .isJavaLetter:c "
     ".isJavaLetterOrDigit:c .isLetter:c,i .isLetterOrDigit:c,i .isLowSurrogate:c "
     ".isLowerCase:c,i .isMirrored:c,i .isSpace:c .isSpaceChar:c,i .isSupplementaryCod"
     "ePoint:i .isSurrogate:c .isSurrogatePair:cc .isTitleCase:c,i "
     ".isUnicodeIdentifierPart:c,i .isUnicodeIdentifierStart:c,i .isUpperCase:c,i "
     ".isValidCodePoint:i .isWhitespace:c,i .lowSurrogate:i .offsetByCodePoints:Qii,[ciiii "
     ".reverseBytes:c .toChars:i,i[ci .toCodePoint:cc .toLowerCase:c,i .toString:c,i "
     ".toTitleCase:c,i .toUpperCase:c,i .valueOf:c charValue: compareTo:C,N describeCo"
     "nstable: div:C,N intdiv:C,N isDigit: isLetter: isLetterOrDigit: isLowerCase: "
     "isUpperCase: isWhitespace: minus:C,N multiply:C,N next: plus:C,N previous: toLowerCase: "
     "toUpperCase: .BYTES .MAX_CODE_POINT .MAX_HIGH_SURROGATE .MAX_LOW_SURROGATE .MAX_RADIX "
     ".MAX_SURROGATE .MAX_VALUE .MIN_CODE_POINT .MIN_HIGH_SURROGATE .MIN_LOW_SURROGATE "
     ".MIN_RADIX .MIN_SUPPLEMENTARY_CODE_POINT .MIN_SURROGATE .MIN_VALUE .SIZE .TYPE "},
    {"java.lang.Integer",
     "java.lang.Number java.lang.Object java.lang.Comparable",
     " .bitCount:i .compare:ii .compareUnsigned:ii .decode:S .divideUnsigned:ii "
     ".getInteger:S,SI,Si .hashCode:i .highestOneBit:i .lowestOneBit:i .max:ii .min:ii "
     ".numberOfLeadingZeros:i .numberOfTrailingZeros:i .parseInt:Qiii,S,Si "
     ".parseUnsignedInt:Qiii,S,Si .remainderUnsigned:ii .reverse:i .reverseBytes:i "
     ".rotateLeft:ii .rotateRight:ii .signum:i .sum:ii .toBinaryString:i .toHexString:i "
     ".toOctalString:i .toString:i,ii .toUnsignedLong:i .toUnsignedString:i,ii .valueO"
     "f:S,Si,i compareTo:I describeConstable: power:I resolveConstantDesc:? .BYTES .MAX_VALUE "
     ".MIN_VALUE .SIZE .TYPE "},
    {"java.lang.Long",
     "java.lang.Number java.lang.Object java.lang.Comparable",
     " .bitCount:j .compare:jj .compareUnsigned:jj .decode:S .divideUnsigned:jj "
     ".getLong:S,SJ,Sj .hashCode:j .highestOneBit:j .lowestOneBit:j .max:jj .min:jj "
     ".numberOfLeadingZeros:j .numberOfTrailingZeros:j .parseLong:Qiii,S,Si "
     ".parseUnsignedLong:Qiii,S,Si .remainderUnsigned:jj .reverse:j .reverseBytes:j "
     ".rotateLeft:ji .rotateRight:ji .signum:j .sum:jj .toBinaryString:j .toHexString:j "
     ".toOctalString:j .toString:j,ji .toUnsignedString:j,ji .valueOf:S,Si,j compareTo:J "
     "describeConstable: power:I resolveConstantDesc:? .BYTES .MAX_VALUE .MIN_VALUE .SIZE "
     ".TYPE "},
    {"java.lang.Double",
     "java.lang.Number java.lang.Object java.lang.Comparable",
     " .compare:dd .doubleToLongBits:d .doubleToRawLongBits:d .hashCode:d .isFinite:d "
     ".isInfinite:d .isNaN:d .longBitsToDouble:j .max:dd .min:dd .parseDouble:S .sum:dd "
     ".toHexString:d .toString:d .valueOf:S,d compareTo:D describeConstable: isInfinite: "
     "isNaN: resolveConstantDesc:? round:,i trunc:,i .BYTES .MAX_EXPONENT .MAX_VALUE "
     ".MIN_EXPONENT .MIN_NORMAL .MIN_VALUE .NEGATIVE_INFINITY .NaN .POSITIVE_INFINITY .SIZE "
     ".TYPE "},
    {"java.math.BigDecimal",
     "java.lang.Number java.lang.Object java.lang.Comparable",
     " .valueOf:d,j,ji abs:? add:E,E? byteValueExact: compareTo:E divide:E,E?,Ei,Eii,Eir,Er "
     "divideAndRemainder:E,E? divideToIntegralValue:E,E? intValueExact: longValueExact: max:E "
     "min:E movePointLeft:i movePointRight:i multiply:B,D,E,E? negate:,? plus:,? pow:i,i? "
     "power:I precision: remainder:E,E? round:? scale: scaleByPowerOfTen:i setScale:i,ii,ir "
     "shortValueExact: signum: sqrt:? stripTrailingZeros: subtract:E,E? toBigIntegerExact: "
     "toEngineeringString: toPlainString: ulp: unscaledValue: .ONE .ROUND_CEILING .ROUND_DOWN "
     ".ROUND_FLOOR .ROUND_HALF_DOWN .ROUND_HALF_EVEN .ROUND_HALF_UP .ROUND_UNNECESSARY "
     ".ROUND_UP .TEN .ZERO "},
    {"java.math.BigInteger",
     "java.lang.Number java.lang.Object java.lang.Comparable",
     " .probablePrime:i? .valueOf:j add:B and:B andNot:B bitCount: bitLength: byteValueExact: "
     "clearBit:i compareTo:B divide:B divideAndRemainder:B flipBit:i gcd:B getLowestSetBit: "
     "intValueExact: isProbablePrime:i longValueExact: max:B min:B mod:B modInverse:B "
     "modPow:BB multiply:B negate: nextProbablePrime: not: or:B pow:i power:B,I remainder:B "
     "setBit:i shiftLeft:i shiftRight:i shortValueExact: signum: sqrt: sqrtAndRemainder: "
     "subtract:B testBit:i toByteArray: toString:i xor:B .ONE .TEN .TWO .ZERO "},
    {"java.util.ArrayList",
     "java.lang.Object java.util.Collection java.lang.Iterable java.util.List",
     " clone: ensureCapacity:i trimToSize: "},
    {"java.util.LinkedList",
     "java.lang.Object java.util.Collection java.lang.Iterable java.util.List",
     " addFirst:O addLast:O clone: descendingIterator: element: getFirst: getLast: offer:O "
     "offerFirst:O offerLast:O peek: peekFirst: peekLast: poll: pollFirst: pollLast: remove: "
     "removeFirst: removeFirstOccurrence:O removeLast: removeLastOccurrence:O "},
    {"java.util.LinkedHashSet",
     "java.lang.Object java.util.Collection java.lang.Iterable java.util.Set",
     " clone: "},
    {"java.util.LinkedHashMap",
     "java.lang.Object java.util.Map",
     " clone: "},
    {"groovy.lang.Range",
     "java.util.List java.util.Collection java.lang.Iterable java.lang.Object",
     " containsWithinBounds:O getFrom: getTo: isReverse: step:i,iK "},
    {"groovy.lang.IntRange",
     "java.lang.Object java.util.Collection java.lang.Iterable java.util.List groovy.lang.Range",
     " equals:R getFromInt: getInclusive: getToInt: subListBorders:i "},
    {"groovy.lang.ObjectRange",
     "java.lang.Object java.util.Collection java.lang.Iterable java.util.List groovy.lang.Range",
     " equals:? "},
    {"groovy.lang.Closure",
     "java.lang.Object",
     " asWritable: call:,O,[O clone: curry:O,[O dehydrate: getDelegate: getDirective: "
     "getMaximumNumberOfParameters: getOwner: getParameterTypes: getProperty:S "
     "getResolveStrategy: getThisObject: leftShift:K,O memoize: memoizeAtLeast:i "
     "memoizeAtMost:i memoizeBetween:ii ncurry:iO,i[O rcurry:O,[O rehydrate:OOO rightShift:K "
     "run: setDelegate:O setDirective:i setProperty:SO setResolveStrategy:i trampoline:,[O "
     ".DELEGATE_FIRST .DELEGATE_ONLY .DONE .IDENTITY .OWNER_FIRST .OWNER_ONLY .SKIP .TO_SELF "},
    {"java.util.regex.Pattern",
     "java.lang.Object",
     " .compile:S,Si .matches:SQ .quote:S asMatchPredicate: asPredicate: flags: matcher:Q "
     "pattern: split:Q,Qi splitAsStream:Q .CANON_EQ .CASE_INSENSITIVE .COMMENTS .DOTALL "
     ".LITERAL .MULTILINE .UNICODE_CASE .UNICODE_CHARACTER_CLASS .UNIX_LINES "},
    {"java.util.regex.Matcher",
     "java.lang.Object",
     " .getLastMatcher: .quoteReplacement:S appendReplacement:sS appendTail:s end:,S,i find:i "
     "getAt:V,i getCount: group:,S,i groupCount: hasAnchoringBounds: hasGroup: "
     "hasTransparentBounds: hitEnd: lookingAt: matches: matchesPartially: pattern: region:ii "
     "regionEnd: regionStart: replaceAll:S,k replaceFirst:S,k requireEnd: reset:,Q results: "
     "setIndex:i size: start:,S,i toMatchResult: useAnchoringBounds:z usePattern:P "
     "useTransparentBounds:z "},
    {"java.util.Date",
     "java.lang.Object java.lang.Comparable",
     " .UTC:iiiiii .from:? .parse:S,SS,SSr .parseToStringDate:S after:t before:t clearTime: "
     "clone: compareTo:t copyWith:M downto:tK format:S,Sr getAt:i getDate: getDateString: "
     "getDateTimeString: getDay: getHours: getMinutes: getMonth: getSeconds: getTime: "
     "getTimeString: getTimezoneOffset: getYear: minus:i,t next: plus:i previous: putAt:ii "
     "set:M setDate:i setHours:i setMinutes:i setMonth:i setSeconds:i setTime:j setYear:i "
     "toCalendar: toGMTString: toInstant: toLocaleString: toTimestamp: updated:M upto:tK "},
    {"java.lang.Class",
     "java.lang.Object",
     " .forName:?S,S,Sz? arrayType: asSubclass:X cast:O componentType: describeConstable: "
     "descriptorString: desiredAssertionStatus: getAnnotatedInterfaces: "
     "getAnnotatedSuperclass: getAnnotation:X getAnnotations: getAnnotationsByType:X "
     "getCanonicalName: getClassLoader: getClasses: getComponentType: getConstructor:[X "
     "getConstructors: getDeclaredAnnotation:X getDeclaredAnnotations: "
     "getDeclaredAnnotationsByType:X getDeclaredClasses: getDeclaredConstructor:[X "
     "getDeclaredConstructors: getDeclaredField:S getDeclaredFields: getDeclaredMethod:S[X "
     "getDeclaredMethods: getDeclaringClass: getEnclosingClass: getEnclosingConstructor: "
     "getEnclosingMethod: getEnumConstants: getField:S getFields: getGenericInterfaces: "
     "getGenericSuperclass: getInterfaces: getMethod:S[X getMethods: getModifiers: getModule: "
     "getName: getNestHost: getNestMembers: getPackage: getPackageName: "
     "getPermittedSubclasses: getProtectionDomain: getRecordComponents: getResource:S "
     "getResourceAsStream:S getSigners: getSimpleName: getSuperclass: getTypeName: "
     "getTypeParameters: isAnnotation: isAnnotationPresent:X isAnonymousClass: isArray: "
     "isAssignableFrom:X isEnum: isHidden: isInstance:O isInterface: isLocalClass: "
     "isMemberClass: isNestmateOf:X isPrimitive: isRecord: isSealed: isSynthetic: mixi"
     "n:L,X,[X newInstance:,[O toGenericString: "},
    {"java.lang.Throwable",
     "java.lang.Object",
     " addSuppressed:x fillInStackTrace: getCause: getLocalizedMessage: getMessage: "
     "getStackTrace: getSuppressed: initCause:x printStackTrace:,? setStackTrace:[? "},
    {"[Ljava.lang.Object;",
     "java.lang.Object",
     " collectEntries:,K,M,MK collectMany:K contains:O count:K,O countBy:K drop:i dropRight:i "
     "dropWhile:K equals:L first: flatten: getAt:?,I,R,V getIndices: groupBy:K,L,[O head: "
     "init: join:S last: max:,K,k min:,K,k minus:O,T,[O plus:O,T,V,[O putAt:IO reverse:,z "
     "reverseEach:K size: sort:,K,k,z,zK,zk sum:,K,O,OK swap:ii tail: take:i takeRight:i "
     "takeWhile:K toArrayString: toList: toSorted:,K,k toSpreadMap: toUnique:,K,k "},
    {"[B",
     "java.lang.Object",
     " contains:O count:O eachByte:K encodeBase64:,z encodeHex: flatten: getAt:?,I,R,V join:S "
     "putAt:IO size: sum:,b swap:ii toList: toSet: "},
    {"[C",
     "java.lang.Object",
     " contains:O count:O flatten: getAt:?,I,R,V join:S putAt:IO size: sum:,c swap:ii toList: "
     "toSet: "},
    {"[I",
     "java.lang.Object",
     " contains:O count:O equals:[i flatten: getAt:?,I,R,V join:S putAt:IO size: sum:,i"
     " swap:ii toList: toSet: "},
    {"[J",
     "java.lang.Object",
     " contains:O count:O flatten: getAt:?,I,R,V join:S putAt:IO size: sum:,j swap:ii toList: "
     "toSet: "},
    {"[D",
     "java.lang.Object",
     " contains:O count:O flatten: getAt:?,I,R,V join:S putAt:IO size: sum:,d swap:ii toList: "
     "toSet: "},
    {"[Z",
     "java.lang.Object",
     " contains:O count:O flatten: getAt:?,I,R,V join:S putAt:IO size: swap:ii toList: toSet: "},
    {"java.lang.Math",
     "java.lang.Object",
     " .IEEEremainder:dd .abs:d,f,i,j .absExact:i,j .acos:d .addExact:ii,jj .asin:d .atan:d "
     ".atan2:dd .cbrt:d .ceil:d .copySign:dd,ff .cos:d .cosh:d .decrementExact:i,j .exp:d "
     ".expm1:d .floor:d .floorDiv:ii,ji,jj .floorMod:ii,ji,jj .fma:ddd,fff .getExponent:d,f "
     ".hypot:dd .incrementExact:i,j .log:d .log10:d .log1p:d .max:dd,ff,ii,jj .min:dd,"
     "ff,ii,jj .multiplyExact:ii,ji,jj .multiplyFull:ii .multiplyHigh:jj .negateExact:i,j "
     ".nextAfter:dd,fd .nextDown:d,f .nextUp:d,f .pow:dd .random: .rint:d .round:d,f "
     ".scalb:di,fi .signum:d,f .sin:d .sinh:d .sqrt:d .subtractExact:ii,jj .tan:d .tanh:d "
     ".toDegrees:d .toIntExact:j .toRadians:d .ulp:d,f .E .PI "},
};
// clang-format on

}  // namespace

const JavaMethods* java_methods_of(std::string_view class_name) {
  const auto* const found =
      std::find_if(std::begin(kTable), std::end(kTable),
                   [&](const JavaMethods& one) { return one.name == class_name; });
  return found == std::end(kTable) ? nullptr : found;
}

}  // namespace runtask::groovy
