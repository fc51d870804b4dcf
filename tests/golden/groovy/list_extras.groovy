println([5, 3].swap(0, 1))         // expect: [3, 5]
println(['a', 'b', 'c'].indices)   // expect: [0, 1, 2]
println([].indices)                // expect: []
for (i in ['a', 'b'].indices) print i
println()                          // expect: 01
println(['a', 'b', 'a'].findIndexValues { it == 'a' }) // expect: [0, 2]
println([1, 2].toArray().length)   // expect: 2
try {
  [1].swap(0, 5)
} catch (IndexOutOfBoundsException e) {
  println 'out of bounds'          // expect: out of bounds
}
// Ranges among the places give their members.
println([1, 2, 3, 4, 5][0, 2..3])  // expect: [1, 3, 4]
println([1, 2, 3, 4, 5][0..1, 3..4])  // expect: [1, 2, 4, 5]
println([1, 2, 3, 4, 5][-1, 1..0])  // expect: [5, 2, 1]
println([1, 2, 3, 4, 5][[0, [1, 2..3]]])  // expect: [1, 2, 3, 4]
println([[1, 2], [3], [4]][0, 1..2])  // expect: [[1, 2], [3], [4]]
println(('a'..'e')[0, 2..3])  // expect: [a, c, d]
println('hello'[0, 2..3])  // expect: hll
