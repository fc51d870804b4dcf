// What a class says about equality, its members and the signs before it.
class P {
  int x
  boolean equals(Object o) { o instanceof P && o.x == x }
  int hashCode() { x }
  String toString() { "P$x" }
  def negative() { "neg $x" }
  def positive() { "pos $x" }
  def bitwiseNegate() { "not $x" }
  def asType(Class c) { c == Integer ? x : c == List ? [x] : null }
}
def l = [new P(x: 1), new P(x: 2), new P(x: 1)]
println(l.indexOf(new P(x: 2)) + ' ' + l.lastIndexOf(new P(x: 1)) + ' ' + l.indexOf(new P(x: 3)))  // expect: 1 2 -1
def m = new ArrayList(l)
println([m.remove(new P(x: 1)), m, m.remove(new P(x: 3))])  // expect: [true, [P2, P1], false]
println([m.removeAll([new P(x: 2)]), m])  // expect: [true, [P1]]
m = new ArrayList(l)
println([m.retainAll([new P(x: 1)]), m])  // expect: [true, [P1, P1]]
println(l - new P(x: 1))     // expect: [P2]
println(l - [new P(x: 2)])   // expect: [P1, P1]
println(new ArrayList(l).unique())  // expect: [P1, P2]
println([-new P(x: 3), +new P(x: 4), ~new P(x: 5)])  // expect: [neg 3, pos 4, not 5]
println([new P(x: 6) as Integer, new P(x: 7) as List])  // expect: [6, [7]]
class Even { boolean isCase(o) { o % 2 == 0 } }
println([1, 2, 3, 4].grep(new Even()))  // expect: [2, 4]
class Down implements Iterator {
  int left
  boolean hasNext() { left > 0 }
  def next() { left-- }
  void remove() {}
}
class Bag implements Iterable {
  Iterator iterator() { new Down(left: 3) }
}
for (x in new Bag()) print "$x;"
println()  // expect: 3;2;1;
new Bag().each { print it }
println()  // expect: 321
println(new Bag().collect { it * 2 })  // expect: [6, 4, 2]
println([new Bag().findAll { it > 1 }, new Bag().sum(), new Bag().toList()])  // expect: [[3, 2], 6, [3, 2, 1]]
for (x in new Down(left: 2)) print "$x;"
println()  // expect: 2;1;
