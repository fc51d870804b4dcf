import groovy.json.JsonBuilder
import groovy.json.JsonOutput
import java.text.SimpleDateFormat
import java.util.regex.Matcher
def format = new SimpleDateFormat("yyyy-MM-dd'T'HH:mm:ss.SSSZ")
format.setTimeZone(TimeZone.getTimeZone('UTC'))
println format.format(new Date(1700000000000L))        // expect: 2023-11-14T22:13:20.000+0000
println new SimpleDateFormat('dd/MM/yy').parse('05/02/24').format('yyyy-MM-dd')  // expect: 2024-02-05
println Date.parse('yyyy-MM-dd HH:mm', '2024-02-29 13:14').time           // expect: 1709212440000
println Date.parse('yyyy-MM-dd', '2024-01-31') + 1     // expect: Thu Feb 01 00:00:00 UTC 2024
println Date.parse('d MMM yyyy', '32 Jan 2024').format('dd.MM.')          // expect: 01.02.
println Date.parse("yyyyMMdd'-'HHmm", '20240131-0910').format('HH:mm dd') // expect: 09:10 31
println Date.parse('hh:mm a', '01:05 PM').format('HH:mm')                 // expect: 13:05
println Date.parse("yyyy-MM-dd'T'HH:mm:ssX", '2024-01-01T00:00:00+02:00').time // expect: 1704060000000
try {
  Date.parse('yyyy-MM-dd', 'today')
} catch (java.text.ParseException e) {
  println e.message                // expect: Unparseable date: "today"
}
println new JsonBuilder([a: 1, b: [2, 'x']]).toString()                   // expect: {"a":1,"b":[2,"x"]}
println new JsonBuilder([a: 1]).toPrettyString()
// expect: {
// expect:     "a": 1
// expect: }
def builder = new JsonBuilder()
builder(name: 'n')
println "$builder ${builder.content.name}"             // expect: {"name":"n"} n
println UUID.randomUUID().toString() ==~ /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/  // expect: true
println((0..20).every { new Random().nextInt(3) in 0..2 })                // expect: true
println Math.random() < 1          // expect: true
println URLEncoder.encode('a b&c=d/é~', 'UTF-8')       // expect: a+b%26c%3Dd%2F%C3%A9%7E
println URLDecoder.decode('a+b%26c', 'UTF-8')          // expect: a b&c
println Integer.toHexString(255) + Integer.toBinaryString(5) + Integer.toHexString(-1)  // expect: ff101ffffffff
println Integer.compare(1, 2)      // expect: -1
def list = [2, 3, 1]
Collections.sort(list)
println list                       // expect: [1, 2, 3]
Collections.reverse(list)
println list                       // expect: [3, 2, 1]
println Collections.max(list) + Collections.min(list)  // expect: 4
println Collections.emptyList() + Collections.singletonList('x')          // expect: [x]
println 'aXb'.replaceAll('X', Matcher.quoteReplacement('$'))              // expect: a$b
class Turn {  // Jenkins has `synchronized` in constructors and in what is @NonCPS.
  String said
  Turn() {
    synchronized (this) { said = 'one at a time' }
  }
}
println new Turn().said            // expect: one at a time
x = 5
println binding.hasVariable('x')   // expect: true
println binding.hasVariable('nope')                    // expect: false
println binding.variables.x        // expect: 5
binding.setVariable('y', 6)
println y                          // expect: 6
println getBinding().getVariable('x')                  // expect: 5
def counts = [:]
['a', 'b', 'a'].forEach { counts.merge(it, 1) { old, one -> old + one } }
println counts                     // expect: [a:2, b:1]
println counts.computeIfAbsent('c') { k -> k * 3 }     // expect: ccc
counts.forEach { k, v -> print "$k$v " }
println()                          // expect: a2 b1 cccc 
try {
  [a: 1].asImmutable().b = 2
} catch (UnsupportedOperationException e) {
  println 'fixed'                  // expect: fixed
}
def add = { a, b -> a + b }
println add.rcurry('r')('l')       // expect: lr
def calls = 0
def memo = { calls++; it * 2 }.memoize()
println memo(2) + memo(2) + calls  // expect: 9
def m = 'v12' =~ /v(\d+)/
if (m) println m.group(1)          // expect: 12
println(({ Object... all -> all.size() })())           // expect: 0
println JsonOutput.toJson([when: new Date(0)])         // expect: {"when":"1970-01-01T00:00:00+0000"}
println([Integer.toString(255, 16), Long.toString(255L, 2), Long.toString(255, 36), Integer.toString(-255, 16), Integer.toString(255, 99)])  // expect: [ff, 11111111, 73, -ff, 255]
println([Integer.toString(5), Long.toString(5), Boolean.toString(true), Double.toString(1.5d), Double.toString(2), Character.toString('a' as char)])  // expect: [5, 5, true, 1.5, 2.0, a]
println([Integer.toString(), Integer.MIN_VALUE.with { Integer.toString(it, 2).size() }, Arrays.toString([1, 2] as int[])])  // expect: [class java.lang.Integer, 33, [1, 2]]
class Plain { }
def refused = [{ Integer.toString('5') }, { Integer.toString(5L) }, { Integer.toString(1, 2, 3) }, { String.toString(5) }, { Boolean.toString('x') }, { Math.toString(5) }, { List.toString(5) }, { Plain.toString(5) }]
println(refused.collect { call -> try { call() } catch (MissingMethodException e) { e.method } }.unique())  // expect: [toString]
