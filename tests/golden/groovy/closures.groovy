def count = 0
def add = { count += it }
add 2; add 3
println(count)  // expect: 5
def two = { a, b -> a + b }
println(two(1, 2))  // expect: 3
println(two.call(3, 4))  // expect: 7
println({ -> 'none' }())  // expect: none
def dflt = { a, b = 5 -> "$a$b" }
println(dflt(1) + dflt(1, 2))  // expect: 1512
println({ it }.call())  // expect: null
def outer = { x -> { y -> x + y } }
println(outer(1)(2))  // expect: 3
def twice = { Closure c, v -> c(c(v)) }
println(twice({ it * 3 }, 2))  // expect: 18
def apply(x, Closure c) { c(x) }
println(apply(4) { it * it })  // expect: 16
println(apply('z', { it + it }))  // expect: zz
println(([1, 2].collect(this.&twoTimes)))  // expect: [2, 4]
def twoTimes(x) { x * 2 }
def curried = two.curry(10)
println(curried(5))  // expect: 15
def comp = { it + 1 } >> { it * 2 }
println(comp(3))  // expect: 8
println(({ a, b -> [a, b] }([1, 2])))  // expect: [1, 2]
def fs = []
for (x in [1, 2, 3]) fs << { x }
println(fs.collect { it() })  // expect: [3, 3, 3]
fs = []
for (x in [1, 2, 3]) { def y = x; fs << { y } }
println(fs.collect { it() })  // expect: [1, 2, 3]
def m = [run: { a -> "ran $a" }]
println(m.run('it'))  // expect: ran it
def fact
fact = { n -> n <= 1 ? 1 : n * fact(n - 1) }
println(fact(5))  // expect: 120
println(two.maximumNumberOfParameters)  // expect: 2
def c = { delegate.size() }
c.delegate = 'abcd'
println(c())  // expect: 4
def cfg = [:]
def body = { name = 'x'; size = 3 }
body.resolveStrategy = Closure.DELEGATE_FIRST
body.delegate = cfg
body()
println(cfg)  // expect: [name:x, size:3]
println('abc'.with { length() + it.size() })  // expect: 6
def varargs(Object... xs) { xs.size() }
println(varargs(1, 2, 3) + varargs())  // expect: 3
def ret = { if (it) return 'early'; 'late' }
println(ret(1) + ret(0))  // expect: earlylate
def branch = { if (it) { 'yes' } else { 'no' } }
println(branch(true))  // expect: yes

// call(...) inside a closure is that closure.
def sum = { int n -> n <= 0 ? 0 : n + call(n - 1) }
println sum(3)  // expect: 6
def deep = { n -> [n].each { if (it > 0) println "at $it" }; n > 0 ? doCall(n - 1) : 'end' }
println deep(2)
// expect: at 2
// expect: at 1
// expect: end
