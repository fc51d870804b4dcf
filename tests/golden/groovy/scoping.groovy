import groovy.transform.Field
@Field def counter = 10
@Field String name = 'field'
def local = 'local'
bound = 'binding'
def useField() { counter++; counter }
def useBinding() { bound }
def cannot() { try { local } catch (MissingPropertyException e) { 'no local' } }
println(useField())  // expect: 11
println(useBinding())  // expect: binding
println(cannot())  // expect: no local
println(name)  // expect: field
bound = 'changed'
println(useBinding())  // expect: changed
def setBinding() { fresh = 'made' }
setBinding()
println(fresh)  // expect: made
if (true) { def inner = 1 }
try { inner } catch (MissingPropertyException e) { println "gone ${e.property}" }  // expect: gone inner
def f = { local = 'closure changed' }
f()
println(local)  // expect: closure changed
println(this.bound)  // expect: changed
counter += 5
println(counter)  // expect: 16
