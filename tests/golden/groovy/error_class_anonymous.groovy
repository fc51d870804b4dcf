def o = new Object() { def foo() { 'anonymous' } }  // expect error: anonymous classes are not supported
println(o.foo())
