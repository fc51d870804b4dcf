class A { A next = new A() }  // expect error: calls are nested deeper than 2000
println(new A())
