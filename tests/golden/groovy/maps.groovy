def m = [a: 1, 'b c': 2, (1 + 1): 'two']
println(m)  // expect: [a:1, b c:2, 2:two]
println(m.a + m['b c'])  // expect: 3
println(m[2])  // expect: two
println(m.missing)  // expect: null
println(m['missing'] == null)  // expect: true
m.d = 4
m['e'] = 5
println(m.size())  // expect: 5
println(m.containsKey('a'))  // expect: true
println(m.get('zz', 'default'))  // expect: default
println(m.getOrDefault('yy', 0))  // expect: 0
println(m.keySet().size())  // expect: 6
println(m.values().sum { it instanceof Integer ? it : 0 })  // expect: 12
m.remove('a')
println(m.containsKey('a'))  // expect: false
println([:].isEmpty())  // expect: true
println([a: 1] + [b: 2, a: 3])  // expect: [a:3, b:2]
def key = 'k'
println([(key): 1, "${key}2": 2].size())  // expect: 2
println([key: 1].key)  // expect: 1
println([a: [b: [c: 1]]].a.b.c)  // expect: 1
println([a: null]?.a?.b)  // expect: null
def n = null
println(n?.foo)  // expect: null
println(n?.foo())  // expect: null
println([a: 1].class)  // expect: null
def d = [:].withDefault { 'dflt' }
println(d.x)  // expect: dflt
println([a: 1, b: 2].subMap(['a']))  // expect: [a:1]
println([a: { x -> x * 2 }].a(4))  // expect: 8
println([b: 1, a: 2].sort())  // expect: [a:2, b:1]
println([a: 1].entrySet().toList()[0].key)  // expect: a
println([z: 1, y: 2].keySet().join(','))  // expect: z,y
println([a: 1] << [b: 2])  // expect: [a:1, b:2]
def p = [a: 1]
p.putAll([q: 2])
println(p)  // expect: [a:1, q:2]
println(p.put('a', 9))  // expect: 1
println(p*.key)  // expect: [a, q]
println(p.collect { it.value }.sum())  // expect: 11
println([default: 1, class: 2, 'in': 3])  // expect: [default:1, class:2, in:3]
println([a: 1].inject(0) { s, k, v -> s + v })  // expect: 1
println([a: 1, b: 2].findAll { it.value > 1 }.keySet())  // expect: [b]
println([1: 'x'][1])  // expect: x
println(p == [a: 9, q: 2])  // expect: true
println([*: [a: 1], b: 2])  // expect: [a:1, b:2]
println(m."b c")  // expect: 2
println([a: 1].every { k, v -> v })  // expect: true
println([a: [1, 2]].a*.toString())  // expect: [1, 2]
println([a: 1, b: null].findAll { it.value }.size())  // expect: 1
println([10: 'ten', 'x': 1]['x'])  // expect: 1
def shrinking = [a: 1]
shrinking.each { k, v -> shrinking.remove(k) }
println shrinking                  // expect: [:]
def growing = [a: 1, b: 2]
growing.each { k, v -> if (k == 'b') growing.c = 3 }
println growing                    // expect: [a:1, b:2, c:3]
try {
  growing.each { k, v -> growing.remove(k) }
} catch (ConcurrentModificationException e) {
  println 'changed'                // expect: changed
}
