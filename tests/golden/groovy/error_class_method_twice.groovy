class A {
  def foo(String a) { 1 }
  def foo(String b) { 2 }  // expect error: the method `foo` is defined twice with the same parameters
}
