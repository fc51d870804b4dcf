println([3, 1, 2].permutations().collect { it.join() }.sort())
def seen = []
[1, 2, 3].eachPermutation { seen << it.join() }
println seen.sort()
println([1, 2, 3].subsequences().collect { it.join() }.sort())
seen = []
[[1, 2], [3, 4]].eachCombination { seen << it.join('-') }
println seen
println((1..7).collate(3, false))
println([1, 2, 3, 4, 5].collate(3, 1))
println([1, 2, 3, 4, 5].collate(3, 2, false))
println([1, 2, 3].collate(0))
println(['a1', 'a2', 'b1'].groupBy({ it[0] }, { it[1] }))
println(['a1', 'a2', 'b1'].groupBy([{ it[0] }, { it[1] }]))
println([a: 1, b: 2, c: 1].groupBy({ it.value }, { k, v -> k }))
println([1, [2, [3]], 1..2].collectNested { it * 2 })
println([a: 1, b: 2].intersect([a: 1, b: 3]))
println([1, 2, 3].findIndexOf(1) { it < 3 })
println([1].findResult('none') { null })
def list = [1, 2, 3, 4]
list[1..2] = ['x']
list[0, 2] = ['a', 'b']
println list
list[5..6] = [7, 8]
list[0..<0] = ['first']
println list
println list.reverse(true).is(list)
println list
list = [3, 1, 2]
list.remove((Object) 3)
list.remove(1 as Object)
list.removeElement(9)
println list
5.each { println it }
println 5.collect { it + 1 } + 5.findAll { it } + [5.any { it > 4 }, 5.inject(1) { a, b -> a + b }]
try {
  [].permutations()
} catch (IllegalArgumentException e) {
  println e.message
}
// expect: [123, 132, 213, 231, 312, 321]
// expect: [123, 132, 213, 231, 312, 321]
// expect: [1, 12, 123, 13, 2, 23, 3]
// expect: [1-3, 2-3, 1-4, 2-4]
// expect: [[1, 2, 3], [4, 5, 6]]
// expect: [[1, 2, 3], [2, 3, 4], [3, 4, 5], [4, 5], [5]]
// expect: [[1, 2, 3], [3, 4, 5]]
// expect: [[1, 2, 3]]
// expect: [a:[1:[a1], 2:[a2]], b:[1:[b1]]]
// expect: [a:[1:[a1], 2:[a2]], b:[1:[b1]]]
// expect: [1:[a:[a:1], c:[c:1]], 2:[b:[b:2]]]
// expect: [2, [4, [6]], [2, 4]]
// expect: [a:1]
// expect: 1
// expect: none
// expect: [a, x, b]
// expect: [first, a, x, b, null, null, 7, 8]
// expect: true
// expect: [8, 7, null, null, b, x, a, first]
// expect: [2]
// expect: 5
// expect: [6, 5, true, 6]
// expect: At least one item required
