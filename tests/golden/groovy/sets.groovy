def s = [3, 1, 3] as Set
println(s.size())  // expect: 2
s << 1
s << 9
println(s.contains(9))  // expect: true
println(s.toList().sort())  // expect: [1, 3, 9]
println([1, 2, 2].toSet().size())  // expect: 2
println((s + [100]).size())  // expect: 4
println(new HashSet([1]).size())  // expect: 1
println(s.collect { it * 2 }.sort())  // expect: [2, 6, 18]
s.remove(9)
println(s.contains(9))  // expect: false
println(([1, 2] as Set) == ([2, 1] as Set))  // expect: true
