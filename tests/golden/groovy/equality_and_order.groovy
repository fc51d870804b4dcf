println(1 == 1.0)  // expect: true
println('1' == 1)  // expect: false
println(null == null)  // expect: true
println(null == 'a')  // expect: false
println([1, 2] == [1, 2.0])  // expect: true
println([a: 1] == [a: 1])  // expect: true
println(1 <=> 2)  // expect: -1
println('b' <=> 'a')  // expect: 1
println(null <=> 1)  // expect: -1
println('abc' < 'abd')  // expect: true
println(2 > 1.5)  // expect: true
println('a' != 'b')  // expect: true
println([1, [2, 3]] == [1, [2, 3]])  // expect: true
println(1L == 1)  // expect: true
println(1.equals(1L))  // expect: false
println('a'.compareTo('c'))  // expect: -2
println(true == true)  // expect: true
println((1..3) == [1, 2, 3])  // expect: true
// <=> tells the way, compareTo() the distance.
class Height implements Comparable<Height> {
  int metres
  int compareTo(Height other) { metres - other.metres }
}
def low = new Height(metres: 1)
def high = new Height(metres: 9)
println(['a' <=> 'e', 'e' <=> 'a', 'abc' <=> 'a', 'a' <=> 'a'])  // expect: [-1, 1, 1, 0]
println(["${'a'}" <=> 'e', 'f' <=> "${'a'}", ('a' as char) <=> 'e'])  // expect: [-1, 1, -1]
println([high <=> low, low <=> high, low <=> low])  // expect: [1, -1, 0]
println(['e'.compareTo('a'), "${'abc'}".compareTo('a'), high.compareTo(low)])  // expect: [4, 2, 8]
println([high > low, 'a' < 'e', 'a' >= 'e'])  // expect: [true, true, false]
println(['pear', 'fig', 'apple'].sort { a, b -> b <=> a })  // expect: [pear, fig, apple]
def refused = { compare -> try { compare() } catch (IllegalArgumentException e) { 'another' } catch (GroovyRuntimeException e) { e.message } }
println refused { [1] <=> [2] }  // expect: Cannot compare java.util.ArrayList with value '[1]' and java.util.ArrayList with value '[2]'
println refused { [a: 1] < 1 }   // expect: Cannot compare java.util.LinkedHashMap with value '{a=1}' and java.lang.Integer with value '1'
