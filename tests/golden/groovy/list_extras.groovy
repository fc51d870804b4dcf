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
