// A preset sees the parameters that the call gives, and none that has its own preset.
def first(a, b = a + 1, c = b * 2) { "$a $b $c" }
def last(a = 1, b) { "$a $b" }
def given(a = b + 1, b) { "$a $b" }
def both(a = 1, b = a) { "$a $b" }
def later(a, b = [a], c = { b }) { "$a $b ${c()}" }
def missing = { call -> try { call() } catch (MissingPropertyException e) { "no $e.property" } }
println([{ first(1) }, { first(1, 2) }, { first(1, 2, 3) }].collect(missing))  // expect: [no b, 1 2 4, 1 2 3]
println([{ last(5) }, { given(5) }, { both() }, { both(3) }].collect(missing))  // expect: [1 5, 6 5, no a, 3 3]
println later(2)                   // expect: 2 [2] [2]
def closure = { a, b = a + 1, c = b * 2 -> "$a $b $c" }
println([{ closure(1) }, { closure(1, 5) }].collect(missing))  // expect: [no b, 1 5 10]
b = 'bound'
println first(1)                   // expect: 1 2 boundbound
