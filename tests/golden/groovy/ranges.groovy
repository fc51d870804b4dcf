println(1..3)  // expect: [1, 2, 3]
println(((1..3).toList()))  // expect: [1, 2, 3]
println(((3..1).toList()))  // expect: [3, 2, 1]
println(((0..<3).toList()))  // expect: [0, 1, 2]
println(((1..3).contains(2)))  // expect: true
println(((1..3).size()))  // expect: 3
def s = 0
for (i in 1..4) s += i
println(s)  // expect: 10
println(('a'..'c').toList())  // expect: [a, b, c]
println((1..3).collect { it * it })  // expect: [1, 4, 9]
println(5 in 1..10)  // expect: true
println(((1..5)[1..2]))  // expect: [2, 3]
println(((1..3).reverse()))  // expect: [3, 2, 1]
println("${1..3}")  // expect: [1, 2, 3]
