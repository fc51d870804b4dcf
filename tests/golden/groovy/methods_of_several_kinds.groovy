println('abc'.find { it > 'a' })  // expect: b
println('a1b'.findAll { it ==~ /[a-z]/ })  // expect: [a, b]
println('foo'.hashCode())  // expect: 101574
println([a: 1, b: 2].keySet()[1])  // expect: b
def list = [1, 2, 3]
list.removeIf { it > 2 }
println(list)  // expect: [1, 2]
println(123.456.setScale(2, BigDecimal.ROUND_HALF_UP))  // expect: 123.46
def m = [a: 1, b: 2, c: 3]
println(m.take(2))  // expect: [a:1, b:2]
println(m.findResult { k, v -> v == 2 ? k : null })  // expect: b
println('x=1&y=2'.split('&').collectEntries { def p = it.split('='); [(p[0]): p[1]] })  // expect: [x:1, y:2]
def pick(x) { switch (x) { case 1: 'one'; break; case 2: 'two'; break } }
println(pick(2))  // expect: two
def assigned() { def x = 5 }
println(assigned())  // expect: 5
