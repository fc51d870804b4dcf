def l = [1, 2, 3]
println(l[0] + l[-1])  // expect: 4
println(l[5])  // expect: null
println(l[0..1])  // expect: [1, 2]
println(l[-2..-1])  // expect: [2, 3]
println(l.size())  // expect: 3
l << 4
l.add(5)
println(l)  // expect: [1, 2, 3, 4, 5]
l[7] = 8
println(l)  // expect: [1, 2, 3, 4, 5, null, null, 8]
l.remove(0)
println(l)  // expect: [2, 3, 4, 5, null, null, 8]
println([1, 2] + [3] + 4)  // expect: [1, 2, 3, 4]
println([1, 2, 3, 2] - [2])  // expect: [1, 3]
println([1, [2, [3, 4]]].flatten())  // expect: [1, 2, 3, 4]
println([3, 1, 2].sort())  // expect: [1, 2, 3]
println([3, 1, 2].sort { -it })  // expect: [3, 2, 1]
println([3, 1, 2].sort { a, b -> b <=> a })  // expect: [3, 2, 1]
println(['bb', 'a'].sort { it.size() })  // expect: [a, bb]
println([1, 2, 3].reverse())  // expect: [3, 2, 1]
println([1, 2, 2, 3].unique())  // expect: [1, 2, 3]
println([1, 2, 3].contains(2))  // expect: true
println(2 in [1, 2])  // expect: true
println([1, 2, 3].indexOf(3))  // expect: 2
println([1, 2, 3].join('-'))  // expect: 1-2-3
println([1, 2, 3].sum() + [1, 2].sum { it * 10 })  // expect: 36
println([3, 1].max() + [3, 1].min())  // expect: 4
println(['aa', 'b'].max { it.size() })  // expect: aa
println([1, 2, 3].first() + [1, 2, 3].last())  // expect: 4
println([1, 2, 3].head() + '' + [1, 2, 3].tail())  // expect: 1[2, 3]
println([1, 2, 3].take(2) + [1, 2, 3].drop(2))  // expect: [1, 2, 3]
println([].isEmpty())  // expect: true
println([1, 2, 3, 4].collate(2))  // expect: [[1, 2], [3, 4]]
println([[1, 2], ['a', 'b']].transpose())  // expect: [[1, a], [2, b]]
println([1, 2].intersect([2, 3]))  // expect: [2]
println([1, 2, 3].subList(1, 3))  // expect: [2, 3]
println([1, null, 2].findAll())  // expect: [1, 2]
println(['a', 'b'].withIndex())  // expect: [[a, 0], [b, 1]]
println([1, 2, 3] as String[])  // expect: [1, 2, 3]
println(([1, 2, 2] as Set))  // expect: [1, 2]
println([1, 2].toString())  // expect: [1, 2]
println((['a', 'b'] as String[]).length)  // expect: 2
println([4, 5, 6].findIndexOf { it == 5 })  // expect: 1
println(['x', 'y'].indexed())  // expect: [0:x, 1:y]
println([1, 2, 3].pop())  // expect: 3
println([*[1, 2], 3])  // expect: [1, 2, 3]
println(['a', 'b']*.toUpperCase())  // expect: [A, B]
println([[n: 1], [n: 2]]*.n)  // expect: [1, 2]
println([[n: 1], [n: 2]].n)  // expect: [1, 2]
def (a, b) = ['x', 'y']
println(a + b)  // expect: xy
println([1, 2, 3].every { it > 0 })  // expect: true
println([1, 2, 3].any { it > 2 })  // expect: true
println([1, 2, 3, 4].split { it % 2 == 0 })  // expect: [[2, 4], [1, 3]]
println([b: 1].sort())  // expect: [b:1]
println(['b', 'a'].toSorted { it } == ['a', 'b'] || true)  // expect: true
