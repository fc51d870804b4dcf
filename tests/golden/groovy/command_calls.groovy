def show(Map m = [:], x, Closure c = null) { println "$m $x ${c ? c() : ''}".trim() }
def one(x) { x }
show 'x'
show a: 1, 'x'
show q: 2, 'y', { 'block' }
show(q: 2, 'y') { 'block' }
show a: 1, b: [2, 3], 'z', { 'last' }
def r = one 'assigned'
println r
r = one 5
println r
println one(3).toString() + 1
def chain(x) { [then: { y -> "$x then $y" }] }
def res = chain 'a' then 'b'
println res
println one([1, 2])[0]
println([1, 2])
println one({ it * 2 })(4)
println (1)
println !false

// expect: [:] x
// expect: [a:1] x
// expect: [q:2] y block
// expect: [q:2] y block
// expect: [a:1, b:[2, 3]] z last
// expect: assigned
// expect: 5
// expect: 31
// expect: a then b
// expect: 1
// expect: [1, 2]
// expect: 8
// expect: 1
// expect: true
