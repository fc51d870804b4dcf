def out = []
[1, 2, 3].each { out << it * 2 }
println(out)  // expect: [2, 4, 6]
out = []
['a', 'b'].eachWithIndex { x, i -> out << "$i$x" }
println(out)  // expect: [0a, 1b]
out = []
[a: 1, b: 2].each { k, v -> out << "$k=$v" }
println(out)  // expect: [a=1, b=2]
out = []
[a: 1, b: 2].each { out << it.key + it.value }
println(out)  // expect: [a1, b2]
out = []
[a: 1].eachWithIndex { e, i -> out << e.key + i }
println(out)  // expect: [a0]
println([1, 2, 3].collect { it + 1 })  // expect: [2, 3, 4]
println([a: 1, b: 2].collect { "$it.key=$it.value" })  // expect: [a=1, b=2]
println([a: 1, b: 2].collect { k, v -> k * v })  // expect: [a, bb]
println([1, 2, 3].find { it > 1 })  // expect: 2
println([1, 2, 3].findAll { it > 1 })  // expect: [2, 3]
println([a: 1, b: 2].findAll { k, v -> v > 1 })  // expect: [b:2]
println([a: 1, b: 2].find { it.value == 2 }.key)  // expect: b
println([1, 2, 3].inject(0) { acc, x -> acc + x })  // expect: 6
println([1, 2, 3].inject { acc, x -> acc * x })  // expect: 6
println([1, 2, 3, 4].groupBy { it % 2 ? 'odd' : 'even' })  // expect: [odd:[1, 3], even:[2, 4]]
println(['a', 'b'].collectEntries { [it, it * 2] })  // expect: [a:aa, b:bb]
println([a: 1].collectEntries { k, v -> [(v): k] })  // expect: [1:a]
println([1, 2].collectMany { [it, it * 10] })  // expect: [1, 10, 2, 20]
println((1..5).findAll { it % 2 })  // expect: [1, 3, 5]
println(['x', 'yy', 'zz'].countBy { it.size() })  // expect: [1:1, 2:2]
println([1, 2, 3].count { it > 1 })  // expect: 2
out = []
3.times { out << it }
println(out)  // expect: [0, 1, 2]
out = []
1.upto(3) { out << it }
println(out)  // expect: [1, 2, 3]
out = []
(0..<3).each { out << it }
println(out)  // expect: [0, 1, 2]
out = []
'ab'.each { out << it + '!' }
println(out)  // expect: [a!, b!]
println([1, 2, 3].each { it }.size())  // expect: 3
out = []
[1, 2, 3].each { if (it == 2) return; out << it }
println(out)  // expect: [1, 3]
println([3, 4].findResult { it > 3 ? "got $it" : null })  // expect: got 4
println(['a1', 'b'].grep(~/[a-z]\d/))  // expect: [a1]
println((1..10).step(4))  // expect: [1, 5, 9]
out = []
for (c in 'xyz') out << c
println(out)  // expect: [x, y, z]
println([[1, 'a'], [2, 'b']].collect { n, s -> s * n })  // expect: [a, bb]
out = []
[1, 2].reverseEach { out << it }
println(out)  // expect: [2, 1]
println([a: 3, b: 1].max { it.value }.key)  // expect: a
println([a: 3, b: 1].sort { it.value })  // expect: [b:1, a:3]
println([a: 3, b: 1].any { k, v -> v == 1 })  // expect: true
println((('a'..'c').join('')))  // expect: abc
println([1, 2, 3, 4].takeWhile { it < 3 })  // expect: [1, 2]
