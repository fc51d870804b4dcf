def block(n, c = null) { c == null ? "no block after $n" : "$n: ${c()}" }
def both(c) { [b: { x -> "b $x after ${c()}" }, last: { it() }] }
def r = block('a')
{
    'below'
}
println(r)  // expect: a: below
def s = block('b')

// a comment

{ 'far below' }
println(s)  // expect: b: far below
def t
t = block('c')
println(t)  // expect: no block after c
[1].each
{
    println(it)  // expect: 1
}
def u = both { 'first' } b 'x'
println(u)  // expect: b x after first
def v = both { 1 } last { 'closure' }
println(v)  // expect: closure
