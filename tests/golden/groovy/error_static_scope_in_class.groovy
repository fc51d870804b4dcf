class A {
  int x
  static int y = 1
  static foo() { y + [1].collect { it + y }[0] }
  static bar() { x }  // expect error: the variable `x` is not there in a static method
}
