int i = 5.9
println(i)  // expect: 5
String s = 12
println(s + 1)  // expect: 121
List l = [1] as ArrayList
println(l)  // expect: [1]
def x = '5' as int
println(x + 1)  // expect: 6
println((int) 3.9)  // expect: 3
println(((String) 5) + 1)  // expect: 51
println(5 instanceof Integer)  // expect: true
println('a' instanceof String)  // expect: true
println([1] instanceof List)  // expect: true
println([:] instanceof Map)  // expect: true
println(null instanceof String)  // expect: false
println(5L.class.name)  // expect: java.lang.Long
println(1.5.class.simpleName)  // expect: BigDecimal
println('a'.class)  // expect: class java.lang.String
println([1].class.simpleName)  // expect: ArrayList
println((1..2).class.simpleName)  // expect: IntRange
println(true.class.name)  // expect: java.lang.Boolean
boolean b = 'x'
println(b)  // expect: true
double dd = 3
println(dd)  // expect: 3.0
long lng = 5
println(lng.class.name)  // expect: java.lang.Long
println([1, 2] as Set)  // expect: [1, 2]
println('1.5' as BigDecimal)  // expect: 1.5
println(3 as Long)  // expect: 3
println('a' in String)  // expect: true
Map<String, List<Integer>> g = [a: [1]]
println(g)  // expect: [a:[1]]
final c = 1
println(c)  // expect: 1
def (int p, q) = [1, 'x']
println(p + q)  // expect: 1x
String[] arr = ['a', 'b']
println(arr.length + arr[1])  // expect: 2b
println((('a,b' as String).split(',') as List))  // expect: [a, b]
println(65 as String)  // expect: 65
println('7'.toLong().class.simpleName)  // expect: Long
println(1.toString() + 2.0)  // expect: 12.0
float ff = 1.5
println(ff)  // expect: 1.5
println(new Integer(5) + new String('s'))  // expect: 5s
println(new ArrayList([1, 2]).size() + new HashMap().size())  // expect: 2
Closure cl = { 1 }
println(cl())  // expect: 1
Object o = 'obj'
println(o)  // expect: obj
int unset
println(unset)  // expect: 0
