// A decimal is a double only where nothing else takes it; a BigInteger an int even before that.
def a(Number x) { 'Number' }
def a(double x) { 'double' }
println([1, 1L, 1.5, 1.5d, 1G, null].collect { a(it) })   // expect: [double, double, Number, double, Number, Number]
def b(Object x) { 'Object' }
def b(double x) { 'double' }
println([1, 1L, 1.5, 1.5d, 1G, null].collect { b(it) })   // expect: [double, double, Object, double, Object, Object]
def c(Object x) { 'Object' }
def c(BigDecimal x) { 'BigDecimal' }
def c(Integer x) { 'Integer' }
println([1, 1L, 1.5, 1.5d, 1G, null].collect { c(it) })   // expect: [Integer, BigDecimal, BigDecimal, BigDecimal, Object, Object]
def d(Double x) { 'Double' }
def d(double x) { 'double' }
def d(float x) { 'float' }
println([1.5, 1.5d, 1G].collect { d(it) })                // expect: [double, Double, double]
def e(Integer x) { "Integer $x" }
def e(BigDecimal x) { "BigDecimal $x" }
def e(double x) { "double $x" }
println([1, 1L, 1.5, 1G].collect { e(it) })               // expect: [Integer 1, double 1.0, BigDecimal 1.5, Integer 1]
def f(int x) { "int $x" }
def f(long x) { "long $x" }
println([f(1), f(1L), f(2G)])                             // expect: [int 1, long 1, int 2]
// As near as each other: Groovy calls none.
def g(Integer x) { 'Integer' }
def g(Long x) { 'Long' }
def h(Integer x, Object y) { 'first' }
def h(Object x, Integer y) { 'second' }
class K {
  K(String x) { }
  K(Date x) { }
  def m(List x) { }
  def m(Map x) { }
}
def refused = { call -> try { call() } catch (GroovyRuntimeException e) { e.message.readLines()[0].replaceAll(/method \w+#/, 'method #') } }
println([{ g(null) }, { h(1, 1) }, { h(1, 'a') }, { h('a', 1) }].collect(refused))  // expect: [Ambiguous method overloading for method #g., Ambiguous method overloading for method #h., first, second]
println([{ new K(null) }, { new K('a').m(null) }].collect(refused))  // expect: [Ambiguous method overloading for method #<init>., Ambiguous method overloading for method #m.]
class Parent { def n(x) { 'parent' } }
class Child extends Parent { def n(x) { 'child' } }
println new Child().n(1)                                  // expect: child
interface I { }
interface J { }
class A implements I { }
class B extends A implements J { }
def i(I x) { 'I' }
def i(J x) { 'J' }
println i(new B())                                        // expect: J
def j(Closure x) { 'Closure' }
def j(A x) { 'A' }
println j(null)                                           // expect: A
