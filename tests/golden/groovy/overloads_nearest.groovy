// Of several methods that take the arguments the one is called whose parameters are nearest.
class B {}
class S extends B {}
class SS extends S {}
interface I {}
interface J extends I {}
class K implements J {}
class L extends K {}
def f(B x) { 'B' }
def f(S x) { 'S' }
println(f(new SS()) + f(new S()) + f(new B()))  // expect: SSB
def e(Exception x) { 'E' }
def e(RuntimeException x) { 'R' }
def e(Throwable x) { 'T' }
println(e(new IllegalStateException()) + e(new IOException()) + e(new Error()))  // expect: RET
// An interface before any class but its own, and of interfaces the nearest.
def i(I x) { 'I' }
def i(J x) { 'J' }
def i(Object x) { 'O' }
println(i(new K()) + i(new L()) + i(1))  // expect: JJO
def ik(I x) { 'I' }
def ik(K x) { 'K' }
println(ik(new L()) + ik(new K()))  // expect: IK
def l(Collection x) { 'Collection' }
def l(List x) { 'List' }
def l(Iterable x) { 'Iterable' }
def l(Object x) { 'Object' }
def l(Range x) { 'Range' }
println(l([]) + ' ' + l([] as Set) + ' ' + l(1..2) + ' ' + l([:]))  // expect: List Collection Range Object
def m(HashMap x) { 'HashMap' }
def m(Map x) { 'Map' }
def m(Object x) { 'Object' }
println(m([:]) + m(1))  // expect: MapObject
def c(String x) { 'String' }
def c(CharSequence x) { 'CharSequence' }
def c(Object x) { 'Object' }
println(c("${1}") + ' ' + c('a') + ' ' + c(1) + ' ' + c(null))  // expect: CharSequence String Object Object
// null is for the most general one.
def h(String x) { 'String' }
def h(Object x) { 'Object' }
println(h(null) + ' ' + h('a') + ' ' + h("${1}") + ' ' + h(1))  // expect: Object String String Object
def hl(String x) { 'String' }
def hl(List x) { 'List' }
println(hl(null))  // expect: List
// Numbers widen as little as they can.
def n(Object x) { 'Object' }
def n(Integer x) { 'Integer' }
def n(long x) { 'long' }
println(n(1) + ' ' + n(1L) + ' ' + n('') + ' ' + n(1.5))  // expect: Integer long Object Object
def w(double x) { 'double' }
def w(BigDecimal x) { 'BigDecimal' }
def w(Long x) { 'Long' }
println(w(1) + ' ' + w(1L) + ' ' + w(1.5d) + ' ' + w(1.5) + ' ' + w(1G))  // expect: Long Long double BigDecimal BigDecimal
def nc(Number x) { 'Number' }
def nc(Comparable x) { 'Comparable' }
println(nc(1) + nc('a'))  // expect: ComparableComparable
def b(Object x) { 'Object' }
def b(boolean x) { 'boolean' }
println(b(true) + b(1))  // expect: booleanObject
// Arrays, and arguments as an array.
def a(Object x) { 'Object' }
def a(Integer[] x) { 'Integer[]' }
def a(String[] x) { 'String[]' }
println(a(['a'] as String[]) + ' ' + a([1] as Integer[]) + ' ' + a([]) + ' ' + a('x'))  // expect: String[] Integer[] Object Object
def o(Object x) { 'Object' }
def o(Object[] x) { 'Object[]' }
println(o(['a'] as String[]) + ' ' + o('x') + ' ' + o('x', 'y') + ' ' + o())  // expect: Object[] Object Object[] Object[]
def r(Object... x) { 'any' }
def r(String a, Object... x) { 'string first' }
println(r('a') + ', ' + r('a', 1) + ', ' + r(1, 2) + ', ' + r())  // expect: string first, string first, any, any
def v(Object... x) { 'objects' }
def v(String... x) { 'strings' }
println(v('a', 'b') + ' ' + v('a', 1))  // expect: strings objects
// String... is String[], another type than String.
def one(String s) { 'one' }
def one(String... s) { "many ${s.size()}" }
println(one('a') + ' ' + one() + ' ' + one('a', 'b') + ' ' + one(['x', 'y'] as String[]) + ' ' + one("${1}"))  // expect: one many 0 many 2 many 2 one
// Presets make methods of their own.
def p(B x, y = 1) { 'B' }
def p(S x, y) { 'S' }
println(p(new SS()) + p(new SS(), 1))  // expect: BS
// In classes, and their constructors.
class Z {
  def v
  Z(Object x) { v = 'Object' }
  Z(String x) { v = 'String' }
  Z(B x) { v = 'B' }
  Z(S x) { v = 'S' }
  def p(B x) { 'B' }
  static q(Object x) { 'Object' }
  static q(Exception x) { 'Exception' }
}
class Y extends Z {
  Y() { super(new SS()) }
  def p(S x) { 'S' }
  def p(Object x) { 'Object' }
}
println([new Z(new SS()), new Z(null), new Z(1), new Z(''), new Y()]*.v)  // expect: [S, Object, Object, String, S]
println(new Y().p(new SS()) + new Y().p(new B()) + new Y().p(1))  // expect: SBObject
println(Z.q(new RuntimeException()) + ' ' + Z.q(1))  // expect: Exception Object
