def plain(a, b) { a + b }
def typed(int a, String b = 'd') { return b * a }
String returns() { "g${1}" }
void nothing() { 5 }
def named(Map args, x) { "${args.a}-${args.b}-$x" }
def namedOnly(Map args = [:]) { args.size() }
def recursive(n) { n == 0 ? 0 : n + recursive(n - 1) }
def over(String s) { 'string' }
def over(int i) { 'int' }
def over(x) { 'any' }
def implicitIf(x) { if (x) { 'then' } else { 'else' } }
private static helper() { 'static' }
def many(String... xs) { xs.join('+') }
println(plain(1, 2))  // expect: 3
println(plain('a', 1))  // expect: a1
println(typed(3))  // expect: ddd
println(typed(2, 'x'))  // expect: xx
println(returns().class.simpleName)  // expect: String
println(nothing())  // expect: null
println(named(a: 1, b: 2, 'x'))  // expect: 1-2-x
println(named('y', a: 3))  // expect: 3-null-y
println(namedOnly(q: 1) + namedOnly())  // expect: 1
println(recursive(100))  // expect: 5050
println(over('a') + over(1) + over([]))  // expect: stringintany
println(implicitIf(1) + implicitIf(0))  // expect: thenelse
println(helper())  // expect: static
println(many('a', 'b'))  // expect: a+b
println(plain(*[3, 4]))  // expect: 7
println(this.plain(5, 6))  // expect: 11
println("plain"(7, 8))  // expect: 15
println(this."${'pl' + 'ain'}"(1, 1))  // expect: 2
def withClosure(String n, Closure c) { "$n:${c()}" }
println(withClosure('n') { 'body' })  // expect: n:body
def defaults(a, b = a * 2) { a + b }
println(defaults(2))  // expect: 6
