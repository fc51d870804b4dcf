@groovy.transform.Canonical  // expect error: @Canonical is not supported
class A { int x }
println(new A(1))
