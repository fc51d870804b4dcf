abstract class A { abstract def foo() }
println(new A())  // expect error: you cannot create an instance of `A`
