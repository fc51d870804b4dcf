// Whatever a value is, a closure behind it is its argument, and what follows a command is a chain.
def shown(value) { println value instanceof Closure ? value() : value }
def linux(Closure body) { "linux has ${body()}" }
def got(name) { [x: "x of $name", y: { "y of $name and $it" }] }
def made(Map options) { println options }
def m = [a: this.&shown]
shown "linux" { 'a closure' }            // expect: linux has a closure
shown linux { 'another' }                // expect: linux has another
m['a'] { 'in brackets' }                 // expect: in brackets
m['a'] 'x'                               // expect: x
m['a'] 'x' + 'y'                         // expect: xy
def x = got 'me' "x"
println x                                // expect: x of me
def key = 'x'
x = got 'you' "${key}"
println x                                // expect: x of you
x = got 'you' 'y' 'them'
println x                                // expect: y of you and them
try {
  made deploy: true { }
} catch (MissingMethodException e) {
  println 'true is no method'            // expect: true is no method
}
'shown' 'by a text'                      // expect: by a text
println([1,,2])                          // expect: [1, 2]
made(a: 1,, b: 2)                        // expect: [a:1, b:2]
@Deprecated greet(name) { println "hello $name" }
greet 'you'                              // expect: hello you
@Deprecated late = 5
println late                             // expect: 5
@groovy.transform.Field count = 7
def counted() { count }
println counted()                        // expect: 7
def twice = { a, Closure b = { it * 2 } -> b(a) }
println twice(3)                         // expect: 6
def thrice = { Closure a = { q -> q * 3 },
               b = 2 -> a(b) }
println thrice()                         // expect: 6
def assigned = { x = shown { 'run' }
  x }
assigned()                               // expect: run
println([trait: 1].trait)                // expect: 1
def of = { value -> { -> "of $value" } } 'x'
println of()                             // expect: of x
def negated = (String)(5)
println negated + 'x'                    // expect: 5x
def truth = got 'it' true
println truth                            // expect: null
def pattern(text) { return ($/a/$ == text) }
println pattern('a')                     // expect: true
({ println "given $it" }) 'me'           // expect: given me
