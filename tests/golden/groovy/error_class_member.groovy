class A {
  int x = 1
  println(x)  // expect error: unexpected `println`, expected a field, a method or a constructor of the class
}
