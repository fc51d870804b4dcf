class Money implements Comparable<Money> {
  final long cents
  Money(long cents) { this.cents = cents }
  Money plus(Money other) { new Money(cents + other.cents) }
  Money minus(Money other) { new Money(cents - other.cents) }
  Money multiply(int n) { new Money(cents * n) }
  Money leftShift(int n) { new Money(cents + n) }
  def getAt(int i) { cents.toString()[i] }
  boolean asBoolean() { cents != 0 }
  int compareTo(Money other) { cents <=> other.cents }
  boolean equals(other) { other instanceof Money && other.cents == cents }
  int hashCode() { cents as int }
  def call(x) { "called $x" }
  String toString() { "${cents / 100}" }
}
def a = new Money(150), b = new Money(50)
println a + b                      // expect: 2
println a - b                      // expect: 1
println a * 3                      // expect: 4.5
println a << 5                     // expect: 1.55
println a[0]                       // expect: 1
println a > b                      // expect: true
println a <=> b                    // expect: 1
println a == new Money(150)        // expect: true
println new Money(0) ? 'yes' : 'no'                    // expect: no
println a(3)                       // expect: called 3
println([a, b].sort())             // expect: [0.5, 1.5]
println([a, b].max())              // expect: 1.5
try {
  a.cents = 1
} catch (ReadOnlyPropertyException e) {
  println e.message                // expect: Cannot set readonly property: cents for class: Money
}

class Dynamic {
  def known = 1
  def methodMissing(String name, args) { "$name(${args.join(', ')})" }
  def propertyMissing(String name) { "no $name" }
}
def d = new Dynamic()
println d.anything(1, 2)           // expect: anything(1, 2)
println d.unknown                  // expect: no unknown
println d.known                    // expect: 1

class Getters {
  String first = 'a'
  private String second = 'b'
  String getSecond() { "got $second" }
  void setFirst(String v) { first = "set $v" }
  boolean isReady() { true }
  String getWhole() { "$first+$second+$whole2" }
  private getWhole2() { 'w' }
}
def g = new Getters()
g.first = 'x'
println g.first                    // expect: set x
println g.second                   // expect: got b
println g.ready                    // expect: true
println g.isReady()                // expect: true
println g.whole                    // expect: set x+b+w
println new Getters(first: 'm').first                  // expect: set m
try {
  g.nothing
} catch (MissingPropertyException e) {
  println e.message                // expect: No such property: nothing for class: Getters
}
try {
  g.nothing(1)
} catch (MissingMethodException e) {
  println e.message.split('\n')[0] // expect: No signature of method: Getters.nothing() is applicable for argument types: (java.lang.Integer) values: [1]
}
class Version {
  int n
  Version next() { new Version(n: n + 1) }
  Version previous() { new Version(n: n - 1) }
  boolean equals(other) { other.n == n }
  int hashCode() { n }
}
def version = new Version(n: 1)
version++
++version
println version.n                  // expect: 3
version--
println version.n                  // expect: 2
println([version].contains(new Version(n: 2)))         // expect: true
println(new Version(n: 2) in [version])                // expect: true
def list = [1]
try {
  list++
} catch (MissingMethodException e) {
  println e.method                 // expect: next
}
class Any { def invokeMethod(String name, args) { "$name ${args[0]}" } }
println new Any().zap(1)           // expect: zap 1

class Even {
  boolean isCase(number) { number % 2 == 0 }
}
def parity(n) { switch (n) { case new Even(): return 'even' }; 'odd' }
println([parity(2), parity(3), 4 in new Even(), [1, 2, 4].grep(new Even())])  // expect: [even, odd, true, [2, 4]]
