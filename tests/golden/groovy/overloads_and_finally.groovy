def pick(x) { 'any' }
def pick(String s) { 'string' }
def pick(Integer i) { 'integer' }
def pick(List l) { 'list' }
def pick(a, b) { 'two' }
println(pick(1) + ' ' + pick('s') + ' ' + pick("${1}") + ' ' + pick([]) + ' ' + pick(1.5) + ' ' + pick(1, 2))  // expect: integer string string list any two
def wins() { try { throw new Exception('lost') } finally { return 'finally' } }
println(wins())  // expect: finally
def late() { try { return 'try' } finally { return 'finally' } }
println(late())  // expect: finally
def loop() { for (x in [1, 2, 3]) { try { continue } finally { if (x == 2) return "left at $x" } } }
println(loop())  // expect: left at 2
