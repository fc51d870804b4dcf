// java_methods.groovy: prints the rows of src/groovy/java_methods_table.cpp, from the classes of the
// running Groovy and Java: `groovy tests/interop/java_methods.groovy` (2.4.21 on Java 17).
import java.lang.reflect.Modifier
import java.util.regex.Matcher
import java.util.regex.Pattern

// Ancestors before descendants.
classes = [Object, Comparable, CharSequence, Iterable, Collection, List, Set, Map, Map.Entry, Number, String, GString, StringBuilder,
           Boolean, Character, Integer, Long, Double, BigDecimal, BigInteger, ArrayList, LinkedList, LinkedHashSet, LinkedHashMap,
           Range, IntRange, ObjectRange, Closure, Pattern, Matcher, Date, Class, Throwable, Object[], byte[], char[], int[], long[],
           double[], boolean[], Math]
letters = [(Object): 'O', (Serializable): 'O', (String): 'S', (CharSequence): 'Q', (GString): 'G', (int): 'i', (long): 'j',
           (double): 'd', (float): 'f', (boolean): 'z', (byte): 'b', (char): 'c', (short): 'h', (Integer): 'I', (Long): 'J',
           (Double): 'D', (Float): 'F', (Boolean): 'Z', (Character): 'C', (Number): 'N', (BigDecimal): 'E', (BigInteger): 'B',
           (Closure): 'K', (List): 'L', (Collection): 'V', (Iterable): 'T', (Map): 'M', (Set): 'U', (Range): 'R', (IntRange): 'R',
           (Class): 'X', (Pattern): 'P', (Matcher): 'm', (Date): 't', (Throwable): 'x', (Comparable): 'Y', (StringBuilder): 's',
           (StringBuffer): 's', (Map.Entry): 'e', (java.math.RoundingMode): 'r', (TimeZone): 'r']

def isFunctional(Class type) {
  def own = type.methods.findAll { Modifier.isAbstract(it.modifiers) && !(it.name in ['equals', 'hashCode', 'toString']) }
  type.isInterface() && own*.name.unique().size() == 1
}

def letterOf(Class type) {
  if (letters[type]) return letters[type]
  if (type.isArray()) return '[' + letterOf(type.componentType)
  isFunctional(type) && type != Iterator ? 'k' : '?'
}

def lineOf(Class type) {
  def line = [type] as LinkedHashSet
  def parents = [type.superclass, *type.interfaces] - null
  parents.each { line.addAll(lineOf(it)) }
  if (type.isArray() && !type.componentType.primitive) line << Object[]
  line << Object
}

def signaturesOf(Class type) {
  def line = lineOf(type)
  def meta = GroovySystem.metaClassRegistry.getMetaClass(type)
  def known = (meta.methods + meta.metaMethods).findAll { it.isPublic() && line.contains(it.declaringClass.theClass) }
  def all = known.collect { [it.name, it.isStatic(), it.nativeParameterTypes as List] }
  all += type.methods.collect { [it.name, Modifier.isStatic(it.modifiers), it.parameterTypes as List] }
  all.findAll { !it[0].contains('$') && it[0] != 'main' }
     .collect { name, isStatic, types -> [(isStatic ? '.' : '') + name, types.collect { letterOf(it) }.join()] } as Set
}

inherited = [:]
classes.each { type ->
  def above = (lineOf(type) - type).findAll { it in classes }
  inherited[type] = signaturesOf(type)
  def own = inherited[type] - above.collectMany { inherited[it] }
  def words = own.groupBy { it[0] }.sort().collect { name, list -> name + ':' + list*.getAt(1).sort().join(',') }
  def fields = type.fields.findAll { Modifier.isStatic(it.modifiers) && it.declaringClass == type && it.type != byte }
  words += fields.collect { '.' + it.name }.sort()
  println "    {\"${type.name.replace('$', '.')}\",\n     \"${above*.name.join(' ')}\","
  def lines = ['']
  words.each { word ->
    if (lines[-1].size() + word.size() > 88) lines << ''
    lines[-1] += word + ' '
    if (lines[-1].size() > 88) lines[-1..-1] = [lines[-1][0..<80], lines[-1][80..-1]]
  }
  lines[0] = ' ' + lines[0]
  println lines.collect { "     \"$it\"" }.join('\n') + '},'
}
