def a = [b: [c: 'deep', txt: 1]]
println("$a.b.c and ${a.b.c}")  // expect: deep and deep
println("${a["b"]["c"]}")  // expect: deep
println("${"nested ${"deeper ${1 + 1}"}"}")  // expect: nested deeper 2
println("$a.b.txt")  // expect: 1
def n = null
println("null: $n ${n}")  // expect: null: null null
println("list ${[1, 'a', null]} map ${[a: 1, b: 'x']} empty ${[:]} ${[]}")  // expect: list [1, a, null] map [a:1, b:x] empty [:] []
println("num ${1/3} ${10/4} ${2.50} ${true}")  // expect: num 0.3333333333 2.5 2.50 true
def list = ['x']
println("method ${list.size()} idx ${list[0]} tern ${list ? 'yes' : 'no'}")  // expect: method 1 idx x tern yes
println("closing brace ${[1,2].collect { it * 2 }} done")  // expect: closing brace [2, 4] done
println("dollar at: cost \$5")  // expect: dollar at: cost $5
println("${'a'}${'b'}" + 'c')  // expect: abc
