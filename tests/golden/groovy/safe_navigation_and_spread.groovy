def n = null
println(n?.a?.b)  // expect: null
println(n?.size())  // expect: null
println(n*.foo)  // expect: null
println([1, 2]*.toString())  // expect: [1, 2]
def add(a, b, c) { a + b + c }
def args = [1, 2]
println(add(*args, 3))  // expect: 6
println([*args, *args])  // expect: [1, 2, 1, 2]
def m = [a: [b: null]]
println(m?.a?.b?.c)  // expect: null
println(m.x?.y)  // expect: null
println((n ?: m).a)  // expect: [b:null]
def e = [[k: 1], null, [k: 2]]
println(e*.k)  // expect: [1, null, 2]
