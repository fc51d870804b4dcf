// What Groovy gives to every object it gives to null too.
def n = null
n.each { println 'never' }
println n.each { 1 }               // expect: null
println n.eachWithIndex { a, i -> 1 }                  // expect: null
println n.collect { 1 }            // expect: []
println n.find { 1 }               // expect: null
println n.findAll { 1 }            // expect: []
println n.any { 1 }                // expect: false
println n.every { 1 }              // expect: true
println n.grep { 1 }               // expect: []
println n.inject(5) { a, b -> a }  // expect: 5
println n.findIndexOf { 1 }        // expect: -1
println n.findResult { 1 }         // expect: null
println n.with { "w$it" }          // expect: wnull
println n.asBoolean()              // expect: false
println n.toString() + n.inspect() // expect: nullnull
println n.equals(1) || n.is(1)     // expect: false
println n.asType(String)           // expect: null
for (x in n) println 'never'
for (name in ['size', 'join', 'sum', 'trim', 'sort', 'isEmpty', 'collectEntries']) {
  try {
    n."$name"()
  } catch (NullPointerException e) {
    println e.message.tokenize('(')[0]
  }
}
// expect: Cannot invoke method size
// expect: Cannot invoke method join
// expect: Cannot invoke method sum
// expect: Cannot invoke method trim
// expect: Cannot invoke method sort
// expect: Cannot invoke method isEmpty
// expect: Cannot invoke method collectEntries
